//! Which tables have outgrown their statistics.

use sea_orm::Statement;

use super::Dialect;

impl Dialect {
    /// The tables of these in the board's schema that have more than doubled since their statistics were made, as
    /// `table_name`; those in between so many pages only, and only where the session's role may make them anew. None where
    /// plans do not depend on statistics: on SQLite the hot statements name their indexes.
    pub fn grown(self, schema: &str, tables: &[&str], small: i64, large: i64) -> Option<Statement> {
        if self == Self::Sqlite {
            return None;
        }
        let names: Vec<String> = tables.iter().map(|table| format!("('{table}')")).collect();
        let sql = format!(
            "SELECT t.name AS table_name FROM (VALUES {}) t(name) JOIN pg_namespace n ON n.nspname = $1 \
             JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind = 'r' \
             WHERE c.relpages < {large} AND pg_has_role(c.relowner, 'USAGE') \
             AND pg_relation_size(c.oid) / current_setting('block_size')::bigint > greatest({small}, 2 * c.relpages)",
            names.join(", ")
        );
        Some(self.statement(&sql, [schema.into()]))
    }
}
