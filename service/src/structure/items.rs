//! The checks over items, their assignments and requirements.

use super::damage::Damage;
use super::window::Check;
use crate::db::dialect::Dialect;

/// The open assignment of an item: at most one, by a unique index.
const OPEN: &str =
    "LEFT JOIN task_assignments o ON o.work_item_id = w.id AND o.status IN ('assigned', 'started', 'paused')";
/// The same, of items that have one.
const HELD: &str = "JOIN task_assignments o ON o.work_item_id = w.id AND o.status IN ('assigned', 'started', 'paused')";

/// What an item without an open assignment is delegated as, where what it says cannot be.
const NOT_HELD: &str = "CASE WHEN w.delegation_status IN ('assigned', 'in_progress') \
    OR (w.delegation_status = 'blocked' AND w.dead_at IS NULL) \
    OR (w.delegation_status = 'completed' AND w.status NOT IN ('done', 'review')) \
    OR (w.delegation_status = 'cancelled' AND w.status <> 'cancelled') \
    THEN CASE w.status WHEN 'done' THEN 'completed' WHEN 'review' THEN 'completed' WHEN 'cancelled' THEN 'cancelled' \
      ELSE 'unassigned' END ELSE w.delegation_status END";

/// Prerequisites `p` that count in `unmet_prerequisites` of an item `w`.
const COUNTED: &str = "p.is_mandatory AND p.status IN ('pending', 'failed') \
    AND (p.prerequisite_type = 'completion_dependency' OR w.prerequisite_satisfaction_required)";

/// The name of an agent or user by a pair of columns, as `agent:SLUG`.
fn named(agent: &str, user: &str) -> String {
    format!(
        "coalesce((SELECT 'agent:' || x.slug FROM agent_profiles x WHERE x.id = {agent}), \
         (SELECT 'user:' || x.name FROM board_users x WHERE x.id = {user}))"
    )
}

pub(super) fn checks(dialect: Dialect) -> Vec<Check> {
    let mut all = assignees(dialect);
    all.extend(counters(dialect));
    all.extend(held());
    all.extend(states());
    all
}

fn assignees(dialect: Dialect) -> Vec<Check> {
    let holder = named("o.agent_id", "o.user_id");
    let assignee = format!(
        "coalesce({}, coalesce(w.assignee_type, 'nobody') || ' ' || coalesce({}, ''))",
        named(
            "CASE WHEN w.assignee_type = 'agent' THEN w.assignee_id END",
            "CASE WHEN w.assignee_type = 'user' THEN w.assignee_id END"
        ),
        dialect.id_digits("w.assignee_id"),
    );
    vec![
        Check {
            damage: Damage::DanglingAssignee,
            found: assignee.clone(),
            expected: format!("coalesce({holder}, 'nobody')"),
            join: OPEN.to_owned(),
            broken: "(w.assignee_type IS NULL) <> (w.assignee_id IS NULL) \
                OR (w.assignee_type = 'agent' AND NOT EXISTS (SELECT 1 FROM agent_profiles x WHERE x.id = w.assignee_id)) \
                OR (w.assignee_type = 'user' AND NOT EXISTS (SELECT 1 FROM board_users x WHERE x.id = w.assignee_id))"
                .to_owned(),
        },
        Check {
            damage: Damage::AssigneeAgainstHolder,
            found: assignee,
            expected: holder,
            join: HELD.to_owned(),
            broken: "w.assignee_id IS NULL OR w.assignee_id <> coalesce(o.agent_id, o.user_id) \
                OR w.assignee_type <> CASE WHEN o.agent_id IS NULL THEN 'user' ELSE 'agent' END"
                .to_owned(),
        },
    ]
}

fn counters(dialect: Dialect) -> Vec<Check> {
    let unmet = format!("(SELECT count(*) FROM task_prerequisites p WHERE p.work_item_id = w.id AND {COUNTED})");
    let key = format!(
        "coalesce((SELECT {} FROM work_item_requirements r WHERE r.work_item_id = w.id), '')",
        dialect.requirement_list()
    );
    vec![
        Check {
            damage: Damage::UnmetPrerequisites,
            found: "CAST(w.unmet_prerequisites AS text)".to_owned(),
            expected: format!("CAST({unmet} AS text)"),
            join: String::new(),
            broken: format!("w.unmet_prerequisites <> {unmet}"),
        },
        Check {
            damage: Damage::RequirementKey,
            found: "w.requirement_key".to_owned(),
            expected: key.clone(),
            join: String::new(),
            broken: format!("w.requirement_key <> {key}"),
        },
    ]
}

fn held() -> Vec<Check> {
    let delegation = format!(
        "CASE o.status WHEN 'assigned' THEN 'assigned' WHEN 'started' THEN 'in_progress' WHEN 'paused' THEN 'blocked' \
         ELSE {NOT_HELD} END"
    );
    let status = "CASE o.status WHEN 'assigned' THEN 'todo' ELSE 'in_progress' END";
    vec![
        Check {
            damage: Damage::DelegationStatus,
            found: "w.delegation_status".to_owned(),
            expected: delegation.clone(),
            join: OPEN.to_owned(),
            broken: format!("w.delegation_status <> {delegation}"),
        },
        Check {
            damage: Damage::StatusAgainstAssignment,
            found: "w.status || CASE WHEN w.archived_at IS NULL THEN '' ELSE ', archived' END".to_owned(),
            expected: format!("{status} || ', since its assignment is ' || o.status"),
            join: HELD.to_owned(),
            broken: format!("w.status <> {status} OR w.archived_at IS NOT NULL"),
        },
        Check {
            damage: Damage::HeldByArchivedAgent,
            found: "'held by agent:' || x.slug || ', which is archived'".to_owned(),
            expected: "'todo, held by nobody'".to_owned(),
            join: format!("{HELD} JOIN agent_profiles x ON x.id = o.agent_id"),
            broken: "x.status = 'archived'".to_owned(),
        },
        Check {
            damage: Damage::MissingDeadline,
            found: "'held by agent:' || x.slug || ' without a deadline'".to_owned(),
            expected: "'a time at which it is taken back'".to_owned(),
            join: format!("{HELD} JOIN agent_profiles x ON x.id = o.agent_id"),
            broken: "o.lease_expires_at IS NULL".to_owned(),
        },
    ]
}

fn states() -> Vec<Check> {
    vec![
        // An epic is started by hand, and an imported item may have been in progress where it came from.
        Check {
            damage: Damage::InProgressWithoutAssignment,
            found: "'in_progress, held by nobody'".to_owned(),
            expected: "'todo'".to_owned(),
            join: OPEN.to_owned(),
            broken: "w.status = 'in_progress' AND o.id IS NULL AND w.type <> 'epic' \
                AND (w.delegation_status <> 'unassigned' OR NOT EXISTS (SELECT 1 FROM external_refs r \
                  WHERE r.entity_type = 'work_item' AND r.entity_id = w.id))"
                .to_owned(),
        },
        Check {
            damage: Damage::CompletedAt,
            found: "CASE WHEN w.completed_at IS NULL THEN 'done at no time' ELSE w.status || ' with a time of completion' END"
                .to_owned(),
            expected: "CASE WHEN w.completed_at IS NULL THEN 'the time at which it was done' ELSE 'none' END".to_owned(),
            join: String::new(),
            broken: "(w.status = 'done') <> (w.completed_at IS NOT NULL)".to_owned(),
        },
        Check {
            damage: Damage::DeadLetter,
            found: "'dead and ' || w.status".to_owned(),
            expected: "'blocked, until it is retried or cancelled'".to_owned(),
            join: String::new(),
            broken: "w.dead_at IS NOT NULL AND w.status <> 'blocked'".to_owned(),
        },
        Check {
            damage: Damage::MissingArtifact,
            found: "'artifact ' || a.name || ' version ' || CAST(a.version AS text) || ' has no content'".to_owned(),
            expected: "'a text of ' || CAST(a.size_bytes AS text) || ' bytes, or the path of a file'".to_owned(),
            join: "JOIN board_artifacts a ON a.work_item_id = w.id".to_owned(),
            broken: "a.content IS NULL AND a.path IS NULL".to_owned(),
        },
    ]
}
