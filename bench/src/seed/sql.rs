//! The statements that fill a board, each over a row of numbers: a million items take seconds, and are the same each time.

use super::shape::{HEADS, Head, Shape};
use crate::frame::place::Kind;

/// How many agents there are; the first, of number 0, is nobody's.
const AGENTS: u32 = 64;

const CREATED: &str = "2026-01-01T00:00:00.000000+00:00";
const FAR: &str = "2099-01-01T00:00:00.000000+00:00";
/// As the ledger writes it.
const FAR_LEDGER: &str = "2099-01-01T00:00:00.000000Z";
const DESCRIPTION: &str = "Why it is needed, what it touches, and how it is shown to work. ";

/// The first digits of ids, by what they are of.
const ITEM: &str = "8000";
const AGENT: &str = "9000";
const EVENT: &str = "a000";
const EDGE: &str = "b000";
const HELD: &str = "8100";

/// How many different capabilities are asked for.
pub const SKILLS: i64 = 10;

/// The id of an agent.
pub fn agent(number: usize) -> String {
    format!("019aa000-0000-7000-{AGENT}-{number:012x}")
}

pub fn statements(kind: Kind, shape: Shape) -> Vec<String> {
    let filler = Filler { kind, shape };
    let mut all = vec![filler.agents(), filler.items(), filler.events()];
    if shape.blocked > 0 {
        all.push(filler.edges());
    }
    if shape.unqualified > 0 {
        all.push(filler.requirements());
    }
    if shape.head == Head::Expired {
        all.push(filler.held());
    }
    all.push(format!("UPDATE board_projects SET next_item_number = {}", shape.size + 1));
    all
}

struct Filler {
    kind: Kind,
    shape: Shape,
}

impl Filler {
    /// The id number `n` of what `of` stands for.
    fn id(&self, of: &str, n: &str) -> String {
        match self.kind {
            Kind::Sqlite => format!("unhex('019aa00000007000{of}' || printf('%012x', {n}))"),
            Kind::Postgres => format!("('019aa000-0000-7000-{of}-' || lpad(to_hex({n}), 12, '0'))::uuid"),
        }
    }

    fn time(&self, at: &str) -> String {
        match self.kind {
            Kind::Sqlite => format!("'{at}'"),
            Kind::Postgres => format!("'{at}'::timestamptz"),
        }
    }

    fn json(&self, text: &str) -> String {
        match self.kind {
            Kind::Sqlite => text.to_owned(),
            Kind::Postgres => format!("({text})::jsonb"),
        }
    }

    /// One of the values by what number `n` is: at the head, blocked, unqualified, in backoff, or ready.
    fn by_class(&self, [head, blocked, unqualified, backoff, ready]: [&str; 5]) -> String {
        let Shape { blocked: b, unqualified: u, backoff: o, head: is, .. } = self.shape;
        let heads = if is == Head::Nothing { 0 } else { HEADS };
        let (u, o) = (b + u, b + u + o);
        format!(
            "CASE WHEN n <= {heads} THEN {head} WHEN (n - 1) % 100 < {b} THEN {blocked} WHEN (n - 1) % 100 < {u} THEN {unqualified} \
             WHEN (n - 1) % 100 < {o} THEN {backoff} ELSE {ready} END"
        )
    }

    /// Of the head alone: dead or expired.
    fn by_head<'a>(&self, dead: &'a str, expired: &'a str) -> &'a str {
        if self.shape.head == Head::Dead { dead } else { expired }
    }

    fn series(&self, condition: &str) -> String {
        let size = self.shape.size;
        format!(
            "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {size}), \
             project AS (SELECT id FROM board_projects), someone AS (SELECT id FROM board_users) \
             SELECT {{}} FROM series, project, someone WHERE {condition} ORDER BY n"
        )
    }

    fn insert(&self, table: &str, columns: &[(&str, String)], condition: &str) -> String {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
        let select = self.series(condition).replace("{}", &values.join(", "));
        format!("INSERT INTO {table} ({}) {select}", names.join(", "))
    }

    fn agents(&self) -> String {
        let at = self.time(CREATED);
        let id = self.id(AGENT, "n - 1");
        let text = |value: &str| format!("'{value}'");
        let columns = [
            ("id", id),
            ("name", "'Agent ' || (n - 1)".to_owned()),
            ("slug", "'agent-' || (n - 1)".to_owned()),
            ("type", text("coder")),
            ("mode", text("implementation")),
            ("status", text("active")),
            ("created_at", at.clone()),
            ("updated_at", at),
        ];
        self.insert("agent_profiles", &columns, &format!("n <= {AGENTS}"))
    }

    fn status(&self) -> String {
        self.by_class([self.by_head("'blocked'", "'in_progress'"), "'todo'", "'todo'", "'todo'", "'todo'"])
    }

    fn delegation(&self) -> String {
        let ready = "'unassigned'";
        self.by_class([self.by_head("'blocked'", "'in_progress'"), ready, ready, ready, ready])
    }

    fn attempts(&self) -> String {
        self.by_class([self.by_head("3", "1"), "0", "0", "1", "0"])
    }

    fn items(&self) -> String {
        let (at, far) = (self.time(CREATED), self.time(FAR));
        let none = |of_time: bool| if of_time && self.kind == Kind::Postgres { "NULL::timestamptz" } else { "NULL" };
        let expired = self.shape.head == Head::Expired;
        let holder = self.id(AGENT, "0");
        let columns = [
            ("id", self.id(ITEM, "n")),
            ("project_id", "project.id".to_owned()),
            ("key", "'BE-' || n".to_owned()),
            ("type", "'task'".to_owned()),
            ("title", "'Item ' || n || ': what is to be done'".to_owned()),
            ("description", format!("'{}'", DESCRIPTION.repeat(5))),
            ("status", self.status()),
            ("priority", self.by_class(["0", "0", "0", "0", "2"])),
            (
                "assignee_type",
                if expired { self.by_class(["'agent'", "NULL", "NULL", "NULL", "NULL"]) } else { "NULL".to_owned() },
            ),
            (
                "assignee_id",
                if expired { self.by_class([&holder, "NULL", "NULL", "NULL", "NULL"]) } else { "NULL".to_owned() },
            ),
            ("revision", "0".to_owned()),
            ("created_at", at.clone()),
            ("updated_at", at.clone()),
            ("delegation_status", self.delegation()),
            ("unmet_prerequisites", self.by_class(["0", "1", "0", "0", "0"])),
            ("attempt_count", self.attempts()),
            (
                "requirement_key",
                self.by_class(["''", "''", &format!("'skill-' || (n % {SKILLS}) || ':expert'"), "''", "''"]),
            ),
            ("available_at", self.by_class([none(true), none(true), none(true), &far, none(true)])),
            (
                "dead_at",
                self.by_class([if expired { none(true) } else { &at }, none(true), none(true), none(true), none(true)]),
            ),
            (
                "blocked_reason",
                self.by_class([self.by_head("'failed: three times'", "NULL"), "NULL", "NULL", "NULL", "NULL"]),
            ),
            ("last_activity_at", at.clone()),
        ];
        self.insert("work_items", &columns, "true")
    }

    /// The first row of each ledger, from which its item can be told again.
    fn events(&self) -> String {
        let far = format!("'\"{FAR_LEDGER}\"'");
        let created = "'\"2026-01-01T00:00:00.000000Z\"'";
        let null = "'null'";
        let expired = self.shape.head == Head::Expired;
        let holder = format!("'\"{}\"'", agent(0));
        let fields = [
            ("status", format!("'\"' || {} || '\"'", self.status())),
            ("delegation_status", format!("'\"' || {} || '\"'", self.delegation())),
            ("assignee_type", self.by_class([if expired { "'\"agent\"'" } else { null }, null, null, null, null])),
            ("assignee_id", self.by_class([if expired { &holder } else { null }, null, null, null, null])),
            ("attempt_count", self.attempts()),
            ("available_at", self.by_class([null, null, null, &far, null])),
            ("unmet_prerequisites", self.by_class(["0", "1", "0", "0", "0"])),
            ("dead_at", self.by_class([if expired { null } else { created }, null, null, null, null])),
            ("archived_at", null.to_owned()),
        ];
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("'\"{name}\":' || ({value})")).collect();
        let data = format!("'{{\"after\":{{' || {} || '}}}}'", fields.join(" || ',' || "));
        let columns = [
            ("id", self.id(EVENT, "n")),
            ("work_item_id", self.id(ITEM, "n")),
            ("revision", "0".to_owned()),
            ("kind", "'created'".to_owned()),
            ("to_status", self.status()),
            ("actor_type", "'user'".to_owned()),
            ("actor_id", "someone.id".to_owned()),
            ("data", self.json(&data)),
            ("created_at", self.time(CREATED)),
        ];
        self.insert("work_item_events", &columns, "true")
    }

    fn edges(&self) -> String {
        let Shape { size, blocked, freed, .. } = self.shape;
        // Either one of the same hundred, which is claimed soon, or one among the last tenth, which no run comes to.
        let waits_for =
            if freed { format!("n + {blocked}") } else { format!("{size} - 100 * (n % {})", (size / 1000).max(1)) };
        let at = self.time(CREATED);
        let columns = [
            ("id", self.id(EDGE, "n")),
            ("work_item_id", self.id(ITEM, "n")),
            ("prerequisite_id", self.id(ITEM, &format!("({waits_for})"))),
            ("prerequisite_type", "'completion_dependency'".to_owned()),
            ("description", "'another item is done'".to_owned()),
            ("is_mandatory", "true".to_owned()),
            ("is_auto_resolvable", "true".to_owned()),
            ("status", "'pending'".to_owned()),
            ("created_at", at.clone()),
            ("updated_at", at),
        ];
        self.insert("task_prerequisites", &columns, &self.by_class(["false", "true", "false", "false", "false"]))
    }

    fn requirements(&self) -> String {
        let columns = [
            ("work_item_id", self.id(ITEM, "n")),
            ("capability", format!("'skill-' || (n % {SKILLS})")),
            ("min_level", "'expert'".to_owned()),
            ("created_at", self.time(CREATED)),
        ];
        let condition = self.by_class(["false", "false", "true", "false", "false"]);
        self.insert("work_item_requirements", &columns, &condition)
    }

    /// The assignments of a holder that is gone.
    fn held(&self) -> String {
        let at = self.time(CREATED);
        let columns = [
            ("id", self.id(HELD, "n")),
            ("work_item_id", self.id(ITEM, "n")),
            ("agent_id", self.id(AGENT, "0")),
            ("assigned_at", at.clone()),
            ("started_at", at.clone()),
            ("status", "'started'".to_owned()),
            ("attempt", "1".to_owned()),
            ("lease_expires_at", at.clone()),
            ("heartbeat_at", at.clone()),
            ("created_at", at.clone()),
            ("updated_at", at),
        ];
        self.insert("task_assignments", &columns, &format!("n <= {HEADS}"))
    }
}
