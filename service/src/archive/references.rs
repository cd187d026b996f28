//! Which rows belong to which, as the entities' foreign keys say: a table that comes later is known here by itself.

use sea_orm::sea_query::{ForeignKeyAction, TableRef};
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Identity, Iterable, RelationTrait};

/// A foreign key of a table.
#[derive(Clone, Debug)]
pub(super) struct Reference<C> {
    pub column: C,
    /// The table that it names.
    pub to: String,
    /// Where a row of that table goes, this row stays without it.
    pub lets_go: bool,
    /// Where a row of that table goes, this row goes with it; else it keeps it from going.
    pub goes_too: bool,
    pub nullable: bool,
}

/// The foreign keys of a table that are of one column, which all of ours are (a test looks at the schema).
pub(super) fn of<E: EntityTrait>() -> Vec<Reference<E::Column>> {
    let mut found = Vec::new();
    for relation in E::Relation::iter() {
        let def = relation.def();
        // The other side of a relation has no action.
        let (Some(action), TableRef::Table(table, _), Identity::Unary(from)) =
            (def.on_delete, &def.to_tbl, &def.from_col)
        else {
            continue;
        };
        let from = from.to_string();
        let Some(column) = E::Column::iter().find(|column| column.as_str() == from) else { continue };
        found.push(Reference {
            column,
            to: table.1.to_string(),
            lets_go: matches!(action, ForeignKeyAction::SetNull),
            goes_too: matches!(action, ForeignKeyAction::Cascade),
            nullable: column.def().is_null(),
        });
    }
    found
}

/// The column by which people know a row of a table.
pub(super) fn label(table: &str) -> Option<&'static str> {
    match table {
        "work_items" => Some("key"),
        "agent_profiles" | "board_projects" | "work_streams" => Some("slug"),
        "board_users" => Some("name"),
        "sprints" => Some("code"),
        "work_sessions" => Some("key"),
        "workflow_runs" => Some("workflow_id"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use callboard_entity::{task_prerequisites, work_items};

    #[test]
    fn foreign_keys_are_seen_with_what_they_do() {
        let mut edges: Vec<_> = super::of::<task_prerequisites::Entity>()
            .into_iter()
            .map(|r| (format!("{:?}", r.column), r.to, r.lets_go, r.goes_too, r.nullable))
            .collect();
        edges.sort();
        let key =
            |column: &str, goes_too, nullable| (column.to_owned(), "work_items".to_owned(), false, goes_too, nullable);
        assert_eq!(edges, [key("PrerequisiteId", false, true), key("WorkItemId", true, false)]);
        let own: Vec<_> =
            super::of::<work_items::Entity>().into_iter().map(|r| (r.to, r.lets_go, r.nullable)).collect();
        assert!(own.contains(&("work_items".to_owned(), true, true)), "{own:?}");
    }
}
