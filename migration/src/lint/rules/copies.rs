//! Copies of rows and tables.

use crate::lint::parse::Parsed;
use crate::lint::{Rule, Severity};

pub static COPY_BY_POSITION: Rule = Rule {
    code: "A5",
    name: "copy-by-position",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "values go by position: where the columns stand in another order they land in the wrong ones, silently",
    way_out: "name the columns on both sides: INSERT INTO t (a, b) SELECT a, b FROM ..",
    check: |c| match c.statement() {
        Parsed::Insert { table, star: true, .. } => vec![format!("fills {table} by SELECT *")],
        Parsed::Insert { table, selects: true, columns: None, .. } => {
            vec![format!("fills {table} by SELECT without naming its columns")]
        }
        _ => Vec::new(),
    },
};

pub static CREATE_TABLE_AS: Rule = Rule {
    code: "A12",
    name: "create-table-as",
    severity: Severity::Warning,
    only: None,
    down: true,
    why: "such a copy has no keys, constraints, defaults or indexes",
    way_out: "CREATE TABLE with all of them, then INSERT .. SELECT with named columns",
    check: |c| match c.statement() {
        Parsed::CreateTable(t) if t.copies => vec![format!("CREATE TABLE {} AS SELECT", t.name)],
        _ => Vec::new(),
    },
};
