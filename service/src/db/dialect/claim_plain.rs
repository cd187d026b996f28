//! The claim of an item that requires nothing, where all that are ready require nothing, or what the agent lacks, and none is
//! set aside for the agent, who may hold any number: the most frequent one, for which the text of [`super::claim`] would be
//! twice the work.

use std::sync::{LazyLock, OnceLock};

use callboard_entity::work_items;

use super::Dialect;
use super::claim::{Limits, Named, Parts, keys, queue, scope};
use super::ready::{PREASSIGNED, READY};
use crate::assignment::deadline::{MAX_LEASE_SECONDS, MIN_LEASE_SECONDS};
use crate::db::listed::columns;

/// What the context of an assignment says of an item that requires nothing.
const MATCH: &str = r#"{"match": {"required": {}, "granted": {}}}"#;

/// Of an item `w` that nobody had before, who left something for the next one. Begins with AND.
pub(super) const NOTHING_TO_HAND_OVER: &str = " AND w.attempt_count = 0 \
    AND (w.delegation_context ? 'handover') IS NOT TRUE \
    AND (jsonb_typeof(w.delegation_history) = 'array' AND w.delegation_history <> '[]') IS NOT TRUE";

impl Dialect {
    /// Picks items for SQLite. No row where a claim is not plain, or nothing is ready (`$1` agent, `$2` how many, `$3`
    /// project or NULL).
    pub fn claim_plain(self, limits: Limits) -> Option<&'static str> {
        static TEXTS: LazyLock<[String; 2]> = LazyLock::new(|| [pick(""), pick("_project")]);
        match (self, limits) {
            (Self::Sqlite, Limits { project, sprint: false, stream: false, kind: false, tag: false, .. }) => {
                Some(&TEXTS[usize::from(project)])
            }
            _ => None,
        }
    }

    /// The whole claim of one item for PostgreSQL, with the parameters of [`Dialect::claim_alone`]. It takes nothing where
    /// that does not, where a claim is not plain, and where another one was quicker to lock what both had found.
    ///
    /// With `lacking` it is plain too where what is ready requires what the agent is known to lack, and the agent has what it
    /// had then: 18 an array of the requirement keys that it lacks, and of the empty one; 19 its capabilities as an object of
    /// levels by name, or NULL; 20 its tools, as the profile has them.
    pub fn claim_plain_alone(self, limits: Limits, named: Named, lacking: bool) -> Option<&'static str> {
        static TEXTS: [OnceLock<String>; 16] = [const { OnceLock::new() }; 16];
        let index = self.plain(limits, named)? * 2 + usize::from(lacking);
        Some(TEXTS[index].get_or_init(|| take(limits, named, lacking)))
    }

    /// What such an agent is known by: the requirement keys of all that is ready as an array, the agent's capabilities and its
    /// tools, each as above. `$1` agent, `$2` project.
    pub fn claim_facts(self, limits: Limits, named: Named) -> Option<&'static str> {
        static TEXTS: [OnceLock<String>; 8] = [const { OnceLock::new() }; 8];
        Some(TEXTS[self.plain(limits, named)?].get_or_init(|| facts(limits, named)))
    }

    /// Where there is such a text, its place.
    fn plain(self, limits: Limits, named: Named) -> Option<usize> {
        match (self, limits) {
            (Self::Postgres, Limits { project, sprint: false, stream: false, kind: false, tag: false, one: true }) => {
                let bits = [named.agent_by_id, named.project_by_id, project];
                Some(bits.iter().fold(0, |index, bit| index * 2 + usize::from(*bit)))
            }
            _ => None,
        }
    }
}

/// The agent's capabilities as an object; NULL where it has none.
const GRANTED: &str =
    "(SELECT jsonb_object_agg(c.capability, c.level) FROM agent_capabilities c WHERE c.agent_id = a.id)";

fn facts(limits: Limits, named: Named) -> String {
    let who = Parts::new(limits, Some(named)).who;
    let scope = match (limits.project, named.project_by_id) {
        (false, _) => "",
        (true, true) => "$2::uuid",
        (true, false) => "(SELECT p.id FROM board_projects p WHERE p.slug = $2::text)",
    };
    format!(
        "WITH RECURSIVE {keys} SELECT coalesce((SELECT jsonb_agg(k) FROM keys WHERE k > ''), '[]'), {GRANTED}, a.tools \
         FROM agent_profiles a WHERE {who}",
        keys = keys(Dialect::Postgres, limits, scope),
    )
}

fn pick(index: &str) -> String {
    let scope = scope(Limits { project: !index.is_empty(), ..Limits::default() }, "$3");
    // The limit is asked once, before the first row; a condition would be asked of every one of them.
    let ready =
        format!("work_items w INDEXED BY ix_work_items_ready{index} WHERE {READY}{scope} AND w.requirement_key");
    format!(
        "SELECT {columns} FROM {ready} = '' ORDER BY w.priority, w.id \
         LIMIT CASE WHEN EXISTS (SELECT 1 FROM {ready} > '') \
           OR EXISTS (SELECT 1 FROM work_items w INDEXED BY ix_work_items_preassigned \
             WHERE {PREASSIGNED} AND w.assignee_id = $1) THEN 0 ELSE $2 END",
        columns = columns::<work_items::Model>("w"),
    )
}

fn take(limits: Limits, named: Named, lacking: bool) -> String {
    let Parts { with, who, project, lease, .. } = Parts::new(limits, Some(named));
    let scope = scope(limits, project);
    let ready = format!("SELECT w.id FROM work_items w WHERE {READY}{scope}");
    // From each key that is known the next one is known, so that no other is there.
    let nothing_else = if lacking {
        format!(
            "{GRANTED} IS NOT DISTINCT FROM $19::jsonb AND a.tools IS NOT DISTINCT FROM $20::jsonb \
             AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text($18::jsonb) known(k) CROSS JOIN LATERAL ( \
               SELECT w.requirement_key FROM work_items w WHERE {READY}{scope} AND w.requirement_key > known.k \
               ORDER BY w.requirement_key LIMIT 1) n WHERE NOT $18::jsonb ? n.requirement_key)"
        )
    } else {
        format!("({ready} AND w.requirement_key > '' ORDER BY w.requirement_key LIMIT 1) IS NULL")
    };
    let head = queue("''");
    // What is asked whether it is there is ordered by its index: else, after a while, the planner finds another one as good
    // that holds all that the agent ever had.
    // Whoever had the item before left something to be handed over, which takes more: `recovery::for_claims`.
    // All that is told comes from the item's UPDATE: each join of what has been written costs as much as finding it.
    format!(
        "WITH {with}who AS MATERIALIZED ( \
           SELECT a.id, a.slug, a.constraints FROM agent_profiles a \
           WHERE {who} AND a.status = 'active' AND a.max_open_assignments IS NULL \
           AND {lease} BETWEEN {MIN_LEASE_SECONDS} AND {MAX_LEASE_SECONDS} \
           AND {nothing_else} \
           AND (SELECT w.id FROM work_items w WHERE {PREASSIGNED} AND w.assignee_id = a.id \
             ORDER BY w.priority, w.id LIMIT 1) IS NULL FOR KEY SHARE), \
         picked AS MATERIALIZED ({ready} AND EXISTS (SELECT 1 FROM who) AND {head} LIMIT 1 FOR UPDATE SKIP LOCKED), \
         item AS ( \
           UPDATE work_items w SET status = 'in_progress', delegation_status = 'in_progress', assignee_type = 'agent', \
             assignee_id = who.id, attempt_count = 1, revision = w.revision + 1, \
             updated_at = $10::timestamptz, last_activity_at = $10::timestamptz \
           FROM picked p CROSS JOIN who WHERE w.id = p.id{NOTHING_TO_HAND_OVER} \
           RETURNING {columns}, ($8::jsonb #>> '{{0,0}}')::uuid AS assignment_id, clock_timestamp() AS held_from, \
             clock_timestamp() + make_interval(secs => {lease}) AS held_until, who.slug, who.constraints), \
         assignment AS ( \
           INSERT INTO task_assignments (id, work_item_id, agent_id, assigned_by, assigned_by_agent_id, assigned_at, \
             started_at, status, attempt, lease_expires_at, heartbeat_at, context, created_at, updated_at) \
           SELECT i.assignment_id, i.id, i.assignee_id, $13::uuid, $14::uuid, $10::timestamptz, $10::timestamptz, 'started', \
             1, i.held_until, i.held_from, '{MATCH}', $10::timestamptz, $10::timestamptz FROM item i), \
         event AS ( \
           INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, session_id, kind, from_status, \
             to_status, actor_type, actor_id, data, created_at) \
           SELECT ($8::jsonb #>> '{{0,1}}')::uuid, i.id, i.revision, i.assignment_id, $16::uuid, 'claimed', \
             'todo', 'in_progress', $11::text, $12::uuid, jsonb_build_object('after', jsonb_build_object( \
               'status', 'in_progress', 'delegation_status', 'in_progress', 'assignee_type', 'agent', \
               'assignee_id', i.assignee_id, 'attempt_count', 1, 'assignment_id', i.assignment_id, \
               'assignment_status', 'started')), $10::timestamptz FROM item i) \
         SELECT {shown}, i.assignment_id, i.held_until, '{MATCH}'::jsonb, i.slug, i.constraints FROM item i",
        columns = columns::<work_items::Model>("w"),
        shown = columns::<work_items::Model>("i"),
    )
}
