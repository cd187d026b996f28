//! Looking for a text inside a column.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{ColumnType, Expr, ExprTrait, Func, IntoColumnRef, SimpleExpr};

use super::Dialect;

impl Dialect {
    /// Whether a column holds `text` somewhere, with the case of ASCII letters ignored: SQLite folds no others, and so
    /// PostgreSQL is told not to.
    pub fn contains(self, column: impl IntoColumnRef, text: &str) -> SimpleExpr {
        let wanted = Expr::val(text.to_ascii_lowercase());
        let column = Expr::col(column);
        match self {
            Self::Sqlite => Func::cust("instr").args([Func::lower(column).into(), wanted]),
            Self::Postgres => {
                let folded = Expr::cust_with_expr("lower($1 COLLATE \"C\")", column);
                Func::cust("strpos").args([folded, wanted])
            }
        }
        .gt(0)
    }

    /// A column to be ordered by its bytes, whatever the collation of a PostgreSQL database.
    pub fn bytewise(self, column: impl ColumnTrait) -> SimpleExpr {
        let is_text = matches!(column.def().get_column_type(), ColumnType::Text | ColumnType::String(_));
        match self {
            Self::Postgres if is_text => Expr::cust_with_expr("$1 COLLATE \"C\"", Expr::col(column)),
            _ => Expr::col(column),
        }
    }
}
