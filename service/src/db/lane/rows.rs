//! The rows of a statement on the lane, as SeaORM reads them: by name, or the values of a tuple by position.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::CachedStatement;
use sea_orm::Value as Bound;

use super::connection::PREPARED;
use super::value::{Failure, Kind};

/// A row as SeaORM takes it from a database that is none of its own.
pub(super) type Row = BTreeMap<String, Bound>;

/// The longest tuple that SeaORM reads by position.
const LONGEST_TUPLE: usize = 12;

/// The columns of a statement's rows.
#[derive(Debug)]
pub(super) struct Shape {
    columns: Vec<Column>,
    /// The columns in the order of their names.
    sorted: Vec<usize>,
}

#[derive(Debug)]
struct Column {
    name: String,
    /// Sorts before every name, in the order of the columns: SeaORM counts a row's values in the order of their keys.
    place: String,
    kind: Option<Kind>,
}

/// The forms of statements' rows, each of which is found out once.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    known: HashMap<String, Arc<Shape>>,
    declared_only: bool,
}

impl Shapes {
    /// With `declared_only`, what an expression gives is not read.
    pub(super) fn new(declared_only: bool) -> Self {
        Self { declared_only, ..Self::default() }
    }

    pub(super) fn of(&mut self, sql: &str, statement: &CachedStatement<'_>) -> Arc<Shape> {
        if let Some(known) = self.known.get(sql).filter(|shape| shape.columns.len() == statement.column_count()) {
            return Arc::clone(known);
        }
        let column = |(place, column): (usize, rusqlite::Column<'_>)| Column {
            name: column.name().to_owned(),
            place: format!("\0{place:02}"),
            kind: Kind::declared(column.decl_type()).filter(|kind| !self.declared_only || *kind != Kind::Computed),
        };
        let columns: Vec<Column> = statement.columns().into_iter().enumerate().map(column).collect();
        let mut sorted: Vec<usize> = (0..columns.len()).collect();
        sorted.sort_by(|a, b| columns[*a].name.cmp(&columns[*b].name));
        if self.known.len() >= PREPARED {
            self.known.clear();
        }
        let shape = Arc::new(Shape { columns, sorted });
        self.known.insert(sql.to_owned(), Arc::clone(&shape));
        shape
    }

    pub(super) fn forget(&mut self, sql: &str) {
        self.known.remove(sql);
    }
}

impl Shape {
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn read(&self, row: &rusqlite::Row<'_>) -> Result<Row, Failure> {
        let value = |place: usize| -> Result<Bound, Failure> {
            let column = &self.columns[place];
            let unfit = || Failure::Unfit(format!("column {} holds what is not read here", column.name));
            let kind = column.kind.ok_or_else(unfit)?;
            kind.read(row.get_ref(place)?).ok_or_else(unfit)
        };
        let mut values = Vec::with_capacity(self.columns.len() * 2);
        if self.columns.len() <= LONGEST_TUPLE {
            for (place, column) in self.columns.iter().enumerate() {
                values.push((column.place.clone(), value(place)?));
            }
        }
        for place in &self.sorted {
            values.push((self.columns[*place].name.clone(), value(*place)?));
        }
        Ok(values.into_iter().collect())
    }
}
