//! Pages of lists.

use uuid::Uuid;

use crate::context::Context;

/// Which page of a list.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Paging {
    /// At most so many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// Go on after this id, which the page before names
    #[arg(long, value_name = "ID")]
    pub after: Option<Uuid>,
}

impl Paging {
    /// Says that there is more, and how to see it: nothing is cut off in silence.
    pub fn more(&self, context: &Context, next: Option<Uuid>) {
        if let Some(next) = next {
            context.out.hint(&format!("there is more: the same command with --after {next}"));
        }
    }
}
