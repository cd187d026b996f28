//! Conditions over items that the two databases write differently.

use sea_orm::sea_query::{Expr, SimpleExpr};

use super::Dialect;

impl Dialect {
    /// Whether an item carries a tag.
    pub fn has_tag(self, tag: &str) -> SimpleExpr {
        match self {
            Self::Sqlite => Expr::cust_with_values(
                "EXISTS (SELECT 1 FROM json_each(coalesce(work_items.tags, '[]')) t WHERE t.value = ?)",
                [tag],
            ),
            Self::Postgres => Expr::cust_with_values("work_items.tags @> jsonb_build_array($1::text)", [tag]),
        }
    }
}
