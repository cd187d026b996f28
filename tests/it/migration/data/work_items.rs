//! m..04: `down` loses every item.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000004_create_work_items", "work_items", rows);

const TYPES: [&str; 8] = ["epic", "feature", "story", "task", "bug", "spike", "decision", "chore"];
const STATUSES: [&str; 7] = ["backlog", "todo", "in_progress", "review", "blocked", "done", "cancelled"];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, r#type) in (0..).zip(TYPES) {
        let parent = if n == 0 { V::Null } else { V::Id(300 + n) };
        let (of, who) = match n % 3 {
            0 => (V::Null, V::Null),
            1 => ("agent".into(), V::Id(401)),
            _ => ("user".into(), V::Id(1)),
        };
        let json = V::json(JSON[n as usize]);
        let status = STATUSES[n as usize % STATUSES.len()];
        rows.push(row![
            V::Id(301 + n),
            V::Id(101),
            parent,
            format!("CB-{n}"),
            r#type,
            format!("Item {n}"),
            ODD,
            json.clone(),
            status,
            i64::from(n % 5),
            of,
            who,
            json.clone(),
            json,
            NOW,
            FIRST,
            LAST,
            i64::from(n),
            NOW,
            NOW,
        ]);
    }
    let null = || V::Null;
    // Its own parent; two that are each other's; and one with nothing but what it must have, and the longest texts.
    rows.push(row![
        V::Id(310),
        V::Id(101),
        V::Id(310),
        ODD,
        "task",
        ODD,
        "",
        null(),
        "todo",
        2,
        null(),
        null(),
        null(),
        null(),
        null(),
        null(),
        null(),
        1_i64 << 53,
        NOW,
        NOW,
    ]);
    for (n, key) in [(311, "A"), (312, "B")] {
        rows.push(row![
            V::Id(n),
            V::Id(102),
            null(),
            key,
            "task",
            key,
            null(),
            null(),
            "todo",
            0,
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            0,
            NOW,
            NOW,
        ]);
    }
    rows.push(row![
        V::Id(313),
        V::Id(103),
        null(),
        long(),
        "bug",
        long(),
        long(),
        format!("[\"{}\"]", long()),
        "done",
        4,
        null(),
        null(),
        null(),
        null(),
        null(),
        null(),
        null(),
        0,
        NOW,
        NOW,
    ]);
    let columns = "id, project_id, parent_id, key, type, title, description, acceptance_criteria, status, priority, \
                   assignee_type, assignee_id, tags, metadata, due_at, completed_at, archived_at, revision, created_at, \
                   updated_at";
    let mut out = insert(kind, "work_items", columns, rows);
    for (child, parent) in [(311, 312), (312, 311)] {
        let (child, parent) = (V::Id(child).sql(kind), V::Id(parent).sql(kind));
        out.push(format!("UPDATE work_items SET parent_id = {parent} WHERE id = {child}"));
    }
    out
}
