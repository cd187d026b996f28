//! Conditions over decisions that the two databases write differently, and their lock.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::Dialect;

impl Dialect {
    /// Whether a decision names a file, by its path in the stored form.
    pub fn decision_names_file(self, path: &str) -> SimpleExpr {
        match self {
            Self::Sqlite => Expr::cust_with_values(
                "EXISTS (SELECT 1 FROM json_each(coalesce(board_decisions.affected_files, '[]')) t WHERE t.value = ?)",
                [path],
            ),
            Self::Postgres => {
                Expr::cust_with_values("board_decisions.affected_files @> jsonb_build_array($1::text)", [path])
            }
        }
    }

    /// Whether a decision names a component.
    pub fn decision_names_component(self, name: &str) -> SimpleExpr {
        match self {
            Self::Sqlite => Expr::cust_with_values(
                "EXISTS (SELECT 1 FROM json_each(coalesce(board_decisions.affected_components, '[]')) t \
                 WHERE t.value = ?)",
                [name],
            ),
            Self::Postgres => {
                Expr::cust_with_values("board_decisions.affected_components @> jsonb_build_array($1::text)", [name])
            }
        }
    }

    /// Serialises the links between a project's decisions, and imports of them, until the transaction ends. SQLite has
    /// one writer anyway.
    pub async fn lock_decisions(self, conn: &DatabaseTransaction, project: uuid::Uuid) -> Result<(), DbErr> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => {
                let sql = "SELECT pg_advisory_xact_lock(hashtextextended('callboard.decisions.' || $1, 0))";
                conn.execute_raw(self.statement(sql, [project.to_string().into()])).await.map(|_| ())
            }
        }
    }
}
