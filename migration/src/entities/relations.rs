//! Relations, named after their foreign-key column.
//!
//! SeaORM's generator names them after the target table and numbers them, so a second foreign key to a table renames
//! the first. Here a name depends on its own foreign key alone:
//! * `agent_id` gives `agent` (`Relation::Agent`); a column without `_id`, as `assigned_by`, gives `assigned_by_user`;
//! * backwards, `sprints.project_id` gives `sprints` on a project, since a project is what the column is called after,
//!   and any other, as `task_assignments.agent_id`, gives `task_assignments_by_agent`;
//! * a table whose primary key is two foreign keys gives `sprints_via_sprint_items`.

use std::collections::BTreeMap;

use super::discover::ForeignKey;
use super::normalise::{Table, camel, singular};

/// A field of a model that is a relation.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// What stands in `#[sea_orm(..)]`.
    pub attribute: String,
    pub kind: String,
}

/// The relation fields of each table, by its name.
pub fn relations(tables: &[Table]) -> BTreeMap<String, Vec<Field>> {
    let mut out: BTreeMap<String, Vec<Field>> = BTreeMap::new();
    for table in tables {
        for key in known(table, tables) {
            out.entry(table.name.clone()).or_default().push(forward(table, key));
        }
    }
    for table in tables {
        for key in known(table, tables) {
            out.entry(key.target.clone()).or_default().push(backward(table, key));
        }
    }
    for table in tables {
        if let Some([a, b]) = junction(table, tables) {
            out.entry(a.target.clone()).or_default().push(through(table, a, b));
            out.entry(b.target.clone()).or_default().push(through(table, b, a));
        }
    }
    out
}

/// The foreign keys whose target is there: SQLite also allows others.
fn known<'a>(table: &'a Table, tables: &'a [Table]) -> impl Iterator<Item = &'a ForeignKey> {
    table.foreign_keys.iter().filter(move |key| tables.iter().any(|t| t.name == key.target))
}

/// The name of a relation, which depends on nothing but its own table and key.
fn name(table: &Table, key: &ForeignKey) -> String {
    let column = key.columns.join("_and_");
    let name = match column.strip_suffix("_id") {
        Some(stem) => stem.to_owned(),
        None => format!("{column}_{}", singular(&key.target)),
    };
    if table.columns.iter().any(|c| c.name == name) { format!("{name}_ref") } else { name }
}

fn backward_name(table: &Table, key: &ForeignKey) -> String {
    let forward = name(table, key);
    if forward == singular(&key.target) && key.target != table.name {
        table.name.clone()
    } else {
        format!("{}_by_{forward}", table.name)
    }
}

fn forward(table: &Table, key: &ForeignKey) -> Field {
    let name = name(table, key);
    let own = key.target == table.name;
    let kind = if own { "self_ref" } else { "belongs_to" };
    let mut attribute = format!(r#"{kind}, relation_enum = "{}""#, camel(&name));
    if own {
        attribute += &format!(r#", relation_reverse = "{}""#, camel(&backward_name(table, key)));
    }
    attribute += &format!(r#", from = "{}", to = "{}""#, list(&key.columns), list(&key.target_columns));
    for (event, action) in [("on_update", &key.on_update), ("on_delete", &key.on_delete)] {
        if action != "NoAction" {
            attribute += &format!(r#", {event} = "{action}""#);
        }
    }
    let entity = entity(table, &key.target);
    let optional = table.columns.iter().any(|c| c.nullable && key.columns.contains(&c.name));
    let kind = if optional { format!("BelongsTo<Option<{entity}>>") } else { format!("BelongsTo<{entity}>") };
    Field { name, attribute, kind }
}

fn backward(table: &Table, key: &ForeignKey) -> Field {
    let forward = camel(&name(table, key));
    let name = backward_name(table, key);
    let relation = camel(&name);
    if key.target == table.name {
        let attribute = format!(r#"self_ref, relation_enum = "{relation}", relation_reverse = "{forward}""#);
        return Field { name, attribute, kind: "HasMany<Entity>".to_owned() };
    }
    let attribute = format!(r#"has_many, relation_enum = "{relation}", via_rel = "{forward}""#);
    Field { name, attribute, kind: format!("HasMany<super::{}::Entity>", table.name) }
}

/// The two keys of a table that only joins others.
fn junction<'a>(table: &'a Table, tables: &'a [Table]) -> Option<[&'a ForeignKey; 2]> {
    let part = |key: &&ForeignKey| key.columns.len() == 1 && table.primary_key.contains(&key.columns[0]);
    let keys: Vec<&ForeignKey> = known(table, tables).filter(part).collect();
    match keys.as_slice() {
        [a, b] if table.primary_key.len() == 2 && a.columns != b.columns && a.target != b.target => Some([a, b]),
        _ => None,
    }
}

fn through(table: &Table, own: &ForeignKey, other: &ForeignKey) -> Field {
    let attribute = format!(
        r#"has_many, relation_enum = "{}", via = "{}::{}""#,
        camel(&name(table, other)),
        table.name,
        camel(&name(table, own))
    );
    let kind = format!("HasMany<super::{}::Entity>", other.target);
    Field { name: format!("{}_via_{}", other.target, table.name), attribute, kind }
}

fn entity(table: &Table, target: &str) -> String {
    if table.name == target { "Entity".to_owned() } else { format!("super::{target}::Entity") }
}

fn list(columns: &[String]) -> String {
    match columns {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    }
}
