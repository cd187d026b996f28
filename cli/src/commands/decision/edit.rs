//! `callboard decision edit`.

use callboard_service::Ref;
use callboard_service::clock::Timestamp;
use callboard_service::decision::EditDecision;
use callboard_service::entity::{DecisionImpact, DecisionImplementationStatus as Implementation};

use super::view;
use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Tell what became of a decision; what was decided itself evolves
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Number, key or id
    decision: Ref,

    /// How far it is carried out
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(Implementation::ALL, Implementation::as_str))]
    implementation: Option<Implementation>,

    /// How much depends on it, as is seen now
    #[arg(long, value_name = "IMPACT", value_parser = vocabulary(DecisionImpact::ALL, DecisionImpact::as_str))]
    impact: Option<DecisionImpact>,

    /// What came of it; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "no_outcome")]
    outcome: Option<String>,

    /// Take the outcome away
    #[arg(long)]
    no_outcome: bool,

    /// What was learnt from it; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "no_lessons")]
    lessons: Option<String>,

    /// Take the lessons away
    #[arg(long)]
    no_lessons: bool,

    /// When to look at it again: a date, which means its end in UTC, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = values::time, conflicts_with = "no_review")]
    review: Option<Timestamp>,

    /// Look at it no more
    #[arg(long)]
    no_review: bool,
}

const EXAMPLES: &str = "Examples:
  callboard decision edit 7 --implementation completed --outcome \"writes are three times as fast\"
  callboard decision edit CB-D7 --lessons \"measure first\" --no-review";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditDecision {
        project: context.project(),
        decision: args.decision,
        implementation_status: args.implementation,
        impact: args.impact,
        outcome: change(values::text_or_stdin(args.outcome)?, args.no_outcome),
        lessons: change(values::text_or_stdin(args.lessons)?, args.no_lessons),
        review_at: change(args.review, args.no_review),
    };
    let edited = context.run(&verb).await?;
    context.out.data("edited_decision", &edited, |text| view::line(text, &edited.decision))?;
    if !edited.changed {
        context.out.note("It was so before; nothing was changed.");
    }
    Ok(())
}
