//! The predicates of partial indexes: of what is not over yet, and of the few among many.
//!
//! They stand in the SQL as literals, to the letter of the indexes: of bound statuses neither SQLite nor a plan of
//! PostgreSQL's for all values knows that they are those of the index, and both would read what is over too.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, IntoSimpleExpr};

use super::Dialect;

const ASSIGNMENTS: &str = "task_assignments.status IN ('assigned', 'started', 'paused')";
const SESSIONS: &str = "work_sessions.status IN ('active', 'paused')";

/// Assignments that hold their item.
pub(crate) fn assignments() -> SimpleExpr {
    Expr::cust(ASSIGNMENTS)
}

/// Sessions that are not over.
pub(crate) fn sessions() -> SimpleExpr {
    Expr::cust(SESSIONS)
}

/// Runs of the maintenance that have not ended.
pub(crate) fn operations() -> SimpleExpr {
    Expr::cust("maintenance_operations.execution_status IN ('pending', 'running')")
}

/// Steps that wait for their item.
pub(crate) fn waiting_steps() -> SimpleExpr {
    Expr::cust("workflow_steps.status = 'waiting'")
}

/// Runs of workflows that somebody drives, or did until the lease ran out.
pub(crate) fn driven_runs() -> SimpleExpr {
    Expr::cust("workflow_runs.status = 'running' AND workflow_runs.runner_id IS NOT NULL")
}

/// Messages by which an item was handed over.
pub(crate) fn handovers() -> SimpleExpr {
    Expr::cust("board_messages.kind = 'handover'")
}

impl Dialect {
    /// A column that rows are held against, but not found by.
    ///
    /// SQLite has no figures of what a board holds, and takes an equality on any index, of a project's hundred thousand
    /// rows too, for better than a partial index that has next to nothing. PostgreSQL knows.
    pub(crate) fn not_found_by(self, column: impl ColumnTrait) -> SimpleExpr {
        match self {
            Self::Sqlite => Expr::cust_with_expr("+?", column.into_simple_expr()),
            Self::Postgres => column.into_simple_expr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ASSIGNMENTS, SESSIONS};
    use crate::{assignment, session};

    fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
        words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn open_is_what_the_machines_say() {
        let held = list(assignment::state::OPEN.iter().map(|status| status.as_str()));
        assert_eq!(ASSIGNMENTS, format!("task_assignments.status IN ({held})"));
        let open = list(session::state::OPEN.iter().map(|status| status.as_str()));
        assert_eq!(SESSIONS, format!("work_sessions.status IN ({open})"));
    }
}
