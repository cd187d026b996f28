//! The statements of claim: fixed texts, so that both databases prepare each once.
//!
//! Cost grows with the number of distinct requirement keys in the queue, never with the number of items: a loose scan
//! finds the keys, those that the agent satisfies are kept, and each contributes its head. Of a sprint or a stream the items
//! themselves are read. A type or a tag is looked for along the queue, which is far where few have it.

use std::sync::OnceLock;

use callboard_entity::work_items;

use super::Dialect;
use super::claim_plain::NOTHING_TO_HAND_OVER;
use super::ready::{PREASSIGNED, READY};
use crate::assignment::deadline::{DEFAULT_LEASE_SECONDS, MAX_LEASE_SECONDS, MIN_LEASE_SECONDS};
use crate::db::listed::columns;

/// Which of the optional limits of a claim are set; each combination is one text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub project: bool,
    pub sprint: bool,
    /// From a stream items are taken in its order, whatever their priority.
    pub stream: bool,
    pub kind: bool,
    pub tag: bool,
    /// One is wanted, among as many as [`FIRST_SLACK`] offers. Its numbers are part of the text, so that PostgreSQL keeps
    /// one plan for all calls: by a bound LIMIT it expects a tenth of all items, and plans each call anew, three times
    /// what the call itself takes.
    pub one: bool,
}

/// How many heads of a queue a claim looks at first, beside as many as are wanted.
pub(crate) const FIRST_SLACK: i64 = 8;

/// The parameters of both statements, by number:
/// 1 agent, 2 how many, 3 project, 4 sprint, 5 type, 6 tag; PostgreSQL goes on with 7 slack, 8 ids as JSON,
/// 9 lease in seconds, 10 now, 11 and 12 the actor's type and id, 13 and 14 the assigning user and agent,
/// 15 whether the profile's row is locked, 16 the work session or NULL. The stream comes last: 7 on SQLite, 17 on PostgreSQL.
impl Dialect {
    /// Picks items for an agent: on SQLite a plain SELECT (the writer is alone), on PostgreSQL the whole claim.
    pub fn claim(self, limits: Limits) -> &'static str {
        text(self, limits, None)
    }

    /// A claim that is a transaction by itself, where the database's round trips count. The parameters are those of
    /// [`Dialect::claim`], but the agent and the project may be named by slug, and the lease may be NULL: the setting's.
    ///
    /// It takes as many as asked for, or nothing: also where an agent's assignments are to be counted, or where somebody
    /// had one of the items before, since more is to be read then.
    pub fn claim_alone(self, limits: Limits, named: Named) -> Option<&'static str> {
        let is_simple = self == Self::Postgres && !limits.sprint && !limits.stream;
        is_simple.then(|| text(self, limits, Some(named)))
    }
}

/// How a claim that is alone names the agent and the project: by id, or else by slug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub agent_by_id: bool,
    pub project_by_id: bool,
}

/// Each of the texts is made once.
fn text(dialect: Dialect, limits: Limits, alone: Option<Named>) -> &'static str {
    static TEXTS: [OnceLock<String>; 1 << 10] = [const { OnceLock::new() }; 1 << 10];
    let named = alone.unwrap_or(Named { agent_by_id: false, project_by_id: false });
    let bits = [
        dialect == Dialect::Postgres,
        alone.is_some(),
        named.agent_by_id,
        named.project_by_id,
        limits.project,
        limits.sprint,
        limits.stream,
        limits.kind,
        limits.tag,
        limits.one && dialect == Dialect::Postgres,
    ];
    let index = bits.iter().fold(0, |index, bit| index * 2 + usize::from(*bit));
    TEXTS[index].get_or_init(|| match dialect {
        Dialect::Sqlite => sqlite(limits),
        Dialect::Postgres => postgres(limits, &Parts::new(limits, alone)),
    })
}

/// Where a claim that is a transaction by itself differs from one inside of another.
pub(super) struct Parts {
    /// More to begin with.
    pub with: String,
    /// The agent's row `a`.
    pub who: &'static str,
    /// How many it may have.
    room: String,
    /// The agent's id, and the project's.
    agent: &'static str,
    pub project: &'static str,
    /// In seconds.
    pub lease: &'static str,
    /// What else must be so of what was picked.
    only: String,
    /// What else must be so of the item that is written.
    guard: &'static str,
    /// What else each row tells.
    tell: &'static str,
}

impl Parts {
    pub fn new(limits: Limits, alone: Option<Named>) -> Self {
        let Some(named) = alone else {
            return Self {
                with: String::new(),
                who: "a.id = $1::uuid",
                room: "CASE WHEN a.max_open_assignments IS NULL THEN $2::bigint \
                     WHEN $15::boolean THEN GREATEST(0, LEAST($2::bigint, a.max_open_assignments - \
                       (SELECT count(*) FROM task_assignments o WHERE o.agent_id = $1::uuid \
                        AND o.status IN ('assigned', 'started', 'paused')))) ELSE 0 END"
                    .to_owned(),
                agent: "$1::uuid",
                project: "$3",
                lease: "$9::double precision",
                only: String::new(),
                guard: "",
                tell: "",
            };
        };
        let (scope, own) = match (limits.project, named.project_by_id) {
            (false, _) => (String::new(), ""),
            (true, by_id) => {
                let by = if by_id { "p.id = $3::uuid" } else { "p.slug = $3::text" };
                let scope = format!("scope AS MATERIALIZED (SELECT p.id FROM board_projects p WHERE {by}), ");
                (scope, " OR s.project_id = (SELECT id FROM scope)")
            }
        };
        let lease = format!(
            "lease AS MATERIALIZED (SELECT coalesce($9::double precision, (SELECT CASE jsonb_typeof(s.value) \
               WHEN 'number' THEN (s.value #>> '{{}}')::double precision ELSE 0 END FROM board_settings s \
               WHERE s.key = 'lease_seconds' AND (s.project_id IS NULL{own}) ORDER BY s.project_id NULLS LAST LIMIT 1), \
               {DEFAULT_LEASE_SECONDS}) AS seconds), "
        );
        Self {
            with: scope + &lease,
            who: if named.agent_by_id { "a.id = $1::uuid" } else { "a.slug = $1::text" },
            room: format!(
                "CASE WHEN a.max_open_assignments IS NULL AND (SELECT seconds FROM lease) \
                 BETWEEN {MIN_LEASE_SECONDS} AND {MAX_LEASE_SECONDS} THEN $2::bigint ELSE 0 END"
            ),
            agent: "(SELECT id FROM who)",
            project: "(SELECT id FROM scope)",
            lease: "(SELECT seconds FROM lease)",
            // As `recovery::for_claims` asks: there is something to be handed to the next one.
            only: if limits.one {
                String::new()
            } else {
                format!(
                    " WHERE (SELECT count(*) FROM picked) = $2::bigint AND NOT EXISTS (SELECT 1 FROM picked h \
                 JOIN work_items w ON w.id = h.id WHERE NOT (true{NOTHING_TO_HAND_OVER}))"
                )
            },
            guard: if limits.one { NOTHING_TO_HAND_OVER } else { "" },
            tell: ", (SELECT slug FROM who) AS agent_slug, (SELECT constraints FROM who) AS agent_constraints",
        }
    }
}

/// 1 to 3 for the levels of capabilities.
fn rank(level: &str) -> String {
    format!("CASE {level} WHEN 'basic' THEN 1 WHEN 'proficient' THEN 2 ELSE 3 END")
}

/// The optional limits, each of which begins with AND: 4 sprint, 5 type, 6 tag.
pub(super) fn filters(dialect: Dialect, limits: Limits, project: &str) -> String {
    let mut sql = String::new();
    if limits.project {
        sql.push_str(&scope(limits, project));
    }
    // Alone, a sprint is where the search begins: most of the queue is in none, or in another one.
    if limits.sprint && limits.stream {
        sql.push_str(" AND EXISTS (SELECT 1 FROM sprint_items s WHERE s.work_item_id = w.id AND s.sprint_id = $4)");
    }
    if limits.kind {
        sql.push_str(" AND w.type = $5");
    }
    if limits.tag {
        sql.push_str(match dialect {
            Dialect::Sqlite => " AND EXISTS (SELECT 1 FROM json_each(coalesce(w.tags, '[]')) t WHERE t.value = $6)",
            Dialect::Postgres => " AND w.tags @> jsonb_build_array($6::text)",
        });
    }
    sql
}

/// The index of the ready queue that fits.
pub(super) fn ready_index(limits: Limits) -> &'static str {
    if limits.project { "ix_work_items_ready_project" } else { "ix_work_items_ready" }
}

/// `keys(k)`: what items in the ready queue ask for, by a step of its index for each, and a NULL.
pub(super) fn keys(dialect: Dialect, limits: Limits, project: &str) -> String {
    let scope = scope(limits, project);
    match dialect {
        Dialect::Sqlite => {
            let ready = format!("FROM work_items w INDEXED BY {} WHERE {READY}{scope}", ready_index(limits));
            format!(
                "keys(k) AS (SELECT min(w.requirement_key) {ready} UNION ALL SELECT (SELECT min(w.requirement_key) {ready} \
                 AND w.requirement_key > keys.k) FROM keys WHERE keys.k IS NOT NULL)"
            )
        }
        Dialect::Postgres => {
            let ready = format!("SELECT w.requirement_key FROM work_items w WHERE {READY}{scope}");
            let first = "ORDER BY w.requirement_key LIMIT 1";
            format!(
                "keys(k) AS (({ready} {first}) UNION ALL \
                 SELECT ({ready} AND w.requirement_key > keys.k {first}) FROM keys WHERE keys.k IS NOT NULL)"
            )
        }
    }
}

/// PostgreSQL: the last condition and the order of the items that ask for just this, along the index of the ready queue.
///
/// As a range and ordered by it, since no other index has that order. Where nearly all items are ready, the planner takes
/// the index of all items that are not archived for as good, and walks from its head over all that is done: 1,400 of them at
/// each claim, soon after its statistics were made.
pub(super) fn queue(key: &str) -> String {
    format!("w.requirement_key BETWEEN {key} AND {key} ORDER BY w.requirement_key, w.priority, w.id")
}

pub(super) fn scope(limits: Limits, project: &str) -> String {
    if limits.project { format!(" AND w.project_id = {project}") } else { String::new() }
}

fn sqlite(limits: Limits) -> String {
    // Named indexes, and CROSS JOIN, which keeps the order of the two: without ANALYZE the planner would sometimes walk
    // another index, and in 3.51 all items to look each up among the heads.
    let index = ready_index(limits);
    let filters = filters(Dialect::Sqlite, limits, "$3");
    let able = |key: &str| {
        format!(
            "({key} = '' OR NOT EXISTS (SELECT 1 FROM json_each('[\"' || replace({key}, ',', '\",\"') || '\"]') need \
             WHERE NOT EXISTS (SELECT 1 FROM held WHERE \
             held.capability = substr(need.value, 1, instr(need.value, ':') - 1) \
             AND held.rank >= {})))",
            rank("substr(need.value, instr(need.value, ':') + 1)")
        )
    };
    let able_item = able("w.requirement_key");
    let heads = if limits.stream {
        format!(
            "SELECT w.id, s.position FROM work_stream_items s CROSS JOIN work_items w ON w.id = s.work_item_id \
             WHERE s.stream_id = $7 AND (({READY}) OR ({PREASSIGNED} AND w.assignee_id = $1)){filters} AND {able_item} \
             ORDER BY s.position, w.id LIMIT $2"
        )
    } else if limits.sprint {
        format!(
            "SELECT w.id, w.assignee_id IS NULL AS grp FROM sprint_items s CROSS JOIN work_items w \
             WHERE s.sprint_id = $4 AND w.id = s.work_item_id \
             AND (({READY}) OR ({PREASSIGNED} AND w.assignee_id = $1)){filters} AND {able_item} \
             ORDER BY grp, w.priority, w.id LIMIT $2"
        )
    } else {
        format!(
            "SELECT id, 0 FROM (SELECT w.id FROM work_items w INDEXED BY ix_work_items_preassigned \
               WHERE {PREASSIGNED} AND w.assignee_id = $1{filters} AND {able_item} \
               ORDER BY w.priority, w.id LIMIT $2) \
             UNION ALL SELECT h.id, 1 FROM able CROSS JOIN work_items h ON h.id IN (SELECT w.id FROM work_items w \
               INDEXED BY {index} WHERE {READY} AND w.requirement_key = able.k{filters} \
               ORDER BY w.priority, w.id LIMIT $2)"
        )
    };
    format!(
        "WITH RECURSIVE \
         held(capability, level, rank) AS ( \
           SELECT capability, level, {rank} FROM agent_capabilities WHERE agent_id = $1 \
           UNION ALL SELECT 'tool/' || t.value, 'expert', 3 FROM agent_profiles a, \
             json_each(CASE WHEN json_type(a.tools) = 'array' THEN a.tools ELSE '[]' END) t WHERE a.id = $1), \
         room(n) AS ( \
           SELECT CASE WHEN a.max_open_assignments IS NULL THEN $2 ELSE max(0, min($2, a.max_open_assignments - \
             (SELECT count(*) FROM task_assignments o WHERE o.agent_id = $1 \
              AND o.status IN ('assigned', 'started', 'paused')))) END \
           FROM agent_profiles a WHERE a.id = $1 AND a.status = 'active'), \
         {keys}, \
         able(k) AS (SELECT k FROM keys WHERE k IS NOT NULL AND {able_key}), \
         heads(id, grp) AS ({heads}) \
         SELECT {columns}, (SELECT json_group_object(capability, level) FROM held) \
         FROM heads CROSS JOIN work_items i ON i.id = heads.id \
         ORDER BY heads.grp, i.priority, i.id LIMIT coalesce((SELECT n FROM room), 0)",
        rank = rank("level"),
        keys = keys(Dialect::Sqlite, limits, "$3"),
        able_key = able("k"),
        columns = columns::<work_items::Model>("i"),
    )
}

fn postgres(limits: Limits, parts: &Parts) -> String {
    let Parts { with, who, room, agent, project, lease, only, guard, tell } = parts;
    let filters = filters(Dialect::Postgres, limits, project);
    let able = |key: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM unnest(string_to_array({key}, ',')) need WHERE NOT EXISTS ( \
             SELECT 1 FROM held WHERE held.capability = split_part(need, ':', 1) AND held.rank >= {}))",
            rank("split_part(need, ':', 2)")
        )
    };
    let able_item = able("w.requirement_key");
    let most = if limits.one { (1 + FIRST_SLACK).to_string() } else { "$2::bigint + $7::bigint".to_owned() };
    let heads = if limits.stream {
        format!(
            "SELECT w.id, s.position AS grp FROM work_stream_items s JOIN work_items w ON w.id = s.work_item_id \
             WHERE s.stream_id = $17::uuid AND (({READY}) OR ({PREASSIGNED} AND w.assignee_id = {agent})){filters} \
             AND {able_item} ORDER BY s.position, w.id LIMIT {most}"
        )
    } else if limits.sprint {
        format!(
            "SELECT w.id, CASE WHEN w.assignee_id IS NULL THEN 1 ELSE 0 END AS grp \
             FROM sprint_items s JOIN work_items w ON w.id = s.work_item_id \
             WHERE s.sprint_id = $4::uuid AND (({READY}) OR ({PREASSIGNED} AND w.assignee_id = $1::uuid)){filters} \
             AND {able_item} ORDER BY grp, w.priority, w.id LIMIT {most}"
        )
    } else {
        format!(
            "(SELECT w.id, 0 AS grp FROM work_items w WHERE {PREASSIGNED} AND w.assignee_id = {agent}{filters} \
              AND {able_item} ORDER BY w.priority, w.id LIMIT {most}) \
             UNION ALL SELECT h.id, 1 FROM able CROSS JOIN LATERAL (SELECT w.id FROM work_items w \
               WHERE {READY}{filters} AND {} LIMIT {most}) h",
            queue("able.k")
        )
    };
    let still = if limits.stream {
        format!("({READY}) OR ({PREASSIGNED} AND w.assignee_id = {agent})")
    } else {
        format!("(heads.grp = 0 AND {PREASSIGNED} AND w.assignee_id = {agent}) OR (heads.grp = 1 AND {READY})")
    };
    // A head that another claim has locked is skipped, so each key offers some more than asked for (7).
    // `picked` tests the predicates again: a row is read anew once its lock is there.
    // No row of `who` (an agent that is not active) would make the limit NULL, and that is no limit at all.
    // All that is told comes from the item's UPDATE: a join of what was written walks all of it for each row.
    let id = |place: u8| format!("($8::jsonb #>> '{{0,{place}}}')::uuid");
    let chosen = if limits.one {
        format!("chosen AS (SELECT p.id, {} AS assignment_id, {} AS event_id, 1 AS n FROM picked p)", id(0), id(1))
    } else {
        format!(
            "ids AS (SELECT (v.value ->> 0)::uuid AS assignment_id, (v.value ->> 1)::uuid AS event_id, v.ordinality AS n \
               FROM jsonb_array_elements($8::jsonb) WITH ORDINALITY v), \
             chosen AS (SELECT p.id, ids.assignment_id, ids.event_id, ids.n FROM \
               (SELECT id, row_number() OVER (ORDER BY grp, priority, id) AS n FROM picked) p \
               JOIN ids ON ids.n = p.n{only})"
        )
    };
    let order = if limits.one { "" } else { " ORDER BY i.n" };
    format!(
        "WITH RECURSIVE \
         {with}who AS MATERIALIZED ( \
           SELECT a.id, a.slug, a.tools, a.constraints, {room} AS n \
           FROM agent_profiles a WHERE {who} AND a.status = 'active' FOR KEY SHARE), \
         held AS MATERIALIZED ( \
           SELECT capability, level, {rank} AS rank FROM agent_capabilities WHERE agent_id = {agent} \
           UNION ALL SELECT 'tool/' || t.value, 'expert', 3 FROM who, \
             jsonb_array_elements_text(CASE jsonb_typeof(who.tools) WHEN 'array' THEN who.tools ELSE '[]' END) t), \
         {keys}, \
         able AS MATERIALIZED (SELECT k FROM keys WHERE k IS NOT NULL AND {able_key}), \
         heads AS MATERIALIZED ({heads}), \
         picked AS MATERIALIZED ( \
           SELECT w.id, heads.grp, w.priority FROM heads JOIN work_items w ON w.id = heads.id WHERE {still} \
           ORDER BY heads.grp, w.priority, w.id LIMIT coalesce((SELECT n FROM who), 0) FOR UPDATE OF w SKIP LOCKED), \
         {chosen}, \
         item AS ( \
           UPDATE work_items w SET status = 'in_progress', delegation_status = 'in_progress', assignee_type = 'agent', \
             assignee_id = {agent}, attempt_count = w.attempt_count + 1, revision = w.revision + 1, \
             updated_at = $10::timestamptz, last_activity_at = $10::timestamptz \
           FROM chosen c WHERE w.id = c.id{guard} RETURNING w.*, c.assignment_id, c.event_id, c.n, \
             clock_timestamp() AS held_from, clock_timestamp() + make_interval(secs => {lease}) AS held_until, \
             jsonb_build_object('match', jsonb_build_object( \
               'required', coalesce((SELECT jsonb_object_agg(split_part(r, ':', 1), split_part(r, ':', 2)) \
                 FROM unnest(string_to_array(w.requirement_key, ',')) r), '{{}}'), \
               'granted', coalesce((SELECT jsonb_object_agg(h.capability, h.level) FROM held h WHERE h.capability IN \
                 (SELECT split_part(r, ':', 1) FROM unnest(string_to_array(w.requirement_key, ',')) r)), '{{}}'))) AS matched), \
         assignment AS ( \
           INSERT INTO task_assignments (id, work_item_id, agent_id, assigned_by, assigned_by_agent_id, assigned_at, \
             started_at, status, attempt, lease_expires_at, heartbeat_at, context, created_at, updated_at) \
           SELECT i.assignment_id, i.id, i.assignee_id, $13::uuid, $14::uuid, $10::timestamptz, $10::timestamptz, \
             'started', i.attempt_count, i.held_until, i.held_from, i.matched, $10::timestamptz, $10::timestamptz \
           FROM item i), \
         event AS ( \
           INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, session_id, kind, from_status, \
             to_status, actor_type, actor_id, data, created_at) \
           SELECT i.event_id, i.id, i.revision, i.assignment_id, $16::uuid, 'claimed', 'todo', 'in_progress', \
             $11::text, $12::uuid, jsonb_build_object('after', jsonb_build_object('status', 'in_progress', \
               'delegation_status', 'in_progress', 'assignee_type', 'agent', 'assignee_id', i.assignee_id, \
               'attempt_count', i.attempt_count, 'assignment_id', i.assignment_id, 'assignment_status', 'started')), \
             $10::timestamptz FROM item i) \
         SELECT {columns}, i.assignment_id, i.held_until, i.matched{tell} FROM item i{order}",
        rank = rank("level"),
        keys = keys(Dialect::Postgres, limits, project),
        able_key = able("k"),
        columns = columns::<work_items::Model>("i"),
    )
}
