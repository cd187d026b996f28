//! What is verified: a database at a version, with the tables that this version should have and those that it has.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::{DatabaseTransaction, QueryResult};

use super::report::Finding;
use crate::error::Error;
use crate::runner::Applied;
use crate::runner::catalogue::{self, Column, literal, quoted};
use crate::runner::expected::{self, Tables};
use crate::runner::session::Place;
use crate::step::Step;
use crate::target::Kind;

pub(super) struct Subject<'a> {
    tx: &'a DatabaseTransaction,
    pub place: &'a Place,
    pub steps: &'a [Step],
    /// How many of the steps are applied.
    pub applied: usize,
    pub recorded: Vec<Applied>,
    /// What of the history can't be decoded.
    pub undecodable: Vec<Finding>,
    /// The tables as they should be; none when a step's are not known.
    pub expected: Tables,
    /// The columns of these tables as they are.
    live: Arc<BTreeMap<String, Vec<Column>>>,
}

/// Whether a column can be read as the version says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Readable {
    Yes,
    /// The version has no such column.
    NotYet,
    /// It should be there and is not, or with another type: the check for drift names it.
    Drifted,
}

impl<'a> Subject<'a> {
    pub async fn new(
        tx: &'a DatabaseTransaction,
        place: &'a Place,
        steps: &'a [Step],
        applied: usize,
        recorded: Vec<Applied>,
    ) -> Result<Self, Error> {
        let expected = expected::tables(steps, applied, place.kind).unwrap_or_default();
        let live = catalogue::columns_of(tx, place, &expected.keys().cloned().collect()).await?;
        Ok(Self { tx, place, steps, applied, recorded, undecodable: Vec::new(), expected, live })
    }

    /// A database of which nothing is known.
    pub fn unknown(tx: &'a DatabaseTransaction, place: &'a Place) -> Self {
        let (expected, live) = (Tables::new(), Arc::default());
        let (recorded, undecodable) = (Vec::new(), Vec::new());
        Self { tx, place, steps: &[], applied: 0, recorded, undecodable, expected, live }
    }

    pub fn tx(&self) -> &DatabaseTransaction {
        self.tx
    }

    pub async fn ask(&self, sql: &str) -> Result<Vec<QueryResult>, Error> {
        use sea_orm::ConnectionTrait;
        let rows = self.tx.query_all_raw(self.place.ask(sql)).await;
        rows.map_err(|e| Error::database("verifying", &e))
    }

    /// The live columns of a table; none when it is not there.
    pub fn columns(&self, table: &str) -> &[Column] {
        self.live.get(table).map_or(&[], Vec::as_slice)
    }

    /// The columns that the version gives a table, whether or not they are there.
    pub fn expected_columns(&self, table: &str) -> impl Iterator<Item = &str> {
        let lines = self.expected.get(table).into_iter().flatten();
        lines.filter_map(|line| line.strip_prefix("column ")?.split(' ').next())
    }

    pub fn readable(&self, table: &str, column: &str) -> Readable {
        let start = format!("column {column} ");
        let lines = self.expected.get(table).map_or(&[][..], Vec::as_slice);
        // A column of a virtual table has no type.
        let rest = |line: &String| match line.strip_prefix(start.trim_end()) {
            Some("") => Some(String::new()),
            _ => line.strip_prefix(&start).map(str::to_owned),
        };
        let Some(line) = lines.iter().find_map(rest) else {
            return Readable::NotYet;
        };
        let is_it = |live: &Column| {
            let rest = line.strip_prefix(live.r#type.as_str());
            live.name == column && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        if self.columns(table).iter().any(is_it) { Readable::Yes } else { Readable::Drifted }
    }

    /// A table, by its schema too.
    pub fn table(&self, name: &str) -> String {
        format!("{}.{}", quoted(&self.place.schema), quoted(name))
    }

    /// SQL that shows a value as text; SQLite keeps a UUID as 16 bytes.
    pub fn shown(&self, expression: &str) -> String {
        match self.place.kind {
            Kind::Postgres => format!("({expression})::text"),
            Kind::Sqlite => {
                let part = |from: u8, count: u8| format!("substr(hex({expression}), {from}, {count})");
                let uuid = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)].join(" || '-' || ");
                format!(
                    "CASE WHEN typeof({expression}) <> 'blob' THEN CAST({expression} AS text) \
                     WHEN length({expression}) = 16 THEN lower({uuid}) ELSE 'x' || hex({expression}) END"
                )
            }
        }
    }

    /// SQL for the bytes of a text.
    pub fn bytes(&self, expression: &str) -> String {
        match self.place.kind {
            Kind::Postgres => format!("convert_to({expression}, 'UTF8')"),
            Kind::Sqlite => format!("CAST({expression} AS blob)"),
        }
    }

    /// SQL for what a row is called: the values of its primary key, with its name before them where it has one.
    pub fn label(&self, table: &str, alias: &str) -> String {
        let mut keys: Vec<&Column> = self.columns(table).iter().filter(|c| c.key > 0).collect();
        keys.sort_by_key(|c| c.key);
        let shown = |column: &str| {
            let shown = self.shown(&format!("{alias}.{}", quoted(column)));
            format!("coalesce({shown}, {})", literal("null"))
        };
        let key = keys.iter().map(|c| shown(&c.name)).collect::<Vec<_>>().join(" || ', ' || ");
        let key = if key.is_empty() { literal("(no key)") } else { key };
        match NAMES.iter().find(|(of, _)| *of == table) {
            Some((_, name)) if self.columns(table).iter().any(|c| c.name == *name) => {
                format!("{} || ' (' || {key} || ')'", shown(name))
            }
            _ => key,
        }
    }
}

/// The column by which people know a row.
const NAMES: &[(&str, &str)] = &[
    ("agent_profiles", "slug"),
    ("board_artifacts", "name"),
    ("board_projects", "slug"),
    ("board_users", "name"),
    ("sprints", "code"),
    ("work_item_archives", "item_key"),
    ("work_items", "key"),
    ("work_streams", "slug"),
    ("workflow_runs", "workflow_id"),
    ("workflow_steps", "name"),
];
