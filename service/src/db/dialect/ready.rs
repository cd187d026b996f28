//! The predicates of the ready queue.
//!
//! They are those of the partial indexes in `m20261121_000012_create_ready_queue`, and stand in the SQL as literals: with
//! bound parameters neither planner would use the indexes (notes/performance.md, section 5).

use sea_orm::sea_query::{Expr, SimpleExpr};

/// What claim may hand out: of table alias `w`.
pub(crate) const READY: &str = "w.status = 'todo' AND w.delegation_status = 'unassigned' AND w.unmet_prerequisites = 0 \
    AND w.archived_at IS NULL AND w.available_at IS NULL AND w.assignee_id IS NULL AND w.type <> 'epic'";

/// What is set aside for an agent (`w.assignee_id` is compared by the caller): of table alias `w`.
pub(crate) const PREASSIGNED: &str = "w.status = 'todo' AND w.delegation_status = 'unassigned' AND w.unmet_prerequisites = 0 \
    AND w.archived_at IS NULL AND w.available_at IS NULL AND w.assignee_type = 'agent' AND w.type <> 'epic'";

/// [`READY`] for a query of SeaORM's builder, over the table by its own name.
pub(crate) fn ready() -> SimpleExpr {
    Expr::cust(READY.replace("w.", "work_items."))
}

/// [`PREASSIGNED`] for a query of SeaORM's builder, over the table by its own name.
pub(crate) fn preassigned() -> SimpleExpr {
    Expr::cust(PREASSIGNED.replace("w.", "work_items."))
}

/// What would be ready if it were not in backoff (`available_at` is compared by the caller), set aside or not.
pub(crate) fn backing_off() -> SimpleExpr {
    Expr::cust(
        "work_items.status = 'todo' AND work_items.delegation_status = 'unassigned' AND work_items.unmet_prerequisites = 0 \
         AND work_items.archived_at IS NULL AND work_items.available_at IS NOT NULL AND work_items.type <> 'epic'",
    )
}
