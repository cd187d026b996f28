//! `callboard decision evolve`.

use callboard_service::Ref;
use callboard_service::decision::{EvolveDecision, EvolvesInto};
use callboard_service::entity::DecisionEvolutionKind as Kind;

use super::fields::Fields;
use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Say what a decision evolved into: a decision that is there, or one that is captured with it
///
/// Superseded and reversed put it out of force; refined and clarified do not. The fields of a new decision are those
/// of `decision add`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The decision that evolves: number, key or id
    decision: Ref,

    /// In which way
    #[arg(value_parser = vocabulary(Kind::ALL, Kind::as_str))]
    kind: Kind,

    /// The decision that it evolved into
    #[arg(long, value_name = "DECISION", required_unless_present = "title")]
    by: Option<Ref>,

    /// Why; - reads stdin
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// The title of a new decision
    #[arg(long, value_name = "TEXT", conflicts_with = "by", requires_all = ["new_decision", "rationale"])]
    title: Option<String>,

    /// What the new decision is
    #[arg(long = "decision", id = "new_decision", value_name = "TEXT", requires = "title")]
    new_decision: Option<String>,

    /// Why the new decision is taken
    #[arg(long, value_name = "TEXT", requires = "title")]
    rationale: Option<String>,

    #[command(flatten)]
    fields: Fields,
}

const EXAMPLES: &str = "Examples:
  callboard decision evolve 3 superseded --by 7 --reason \"two hosts write now\"
  callboard decision evolve CB-D3 refined --reason \"the limit was missing\" --title \"At most ten readers\" \\
      --decision \"Ten.\" --rationale \"More wait for the disk.\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let into = match args.by {
        Some(other) => EvolvesInto::Existing(other),
        None => {
            let [title, decision, rationale] =
                [args.title, args.new_decision, args.rationale].map(Option::unwrap_or_default);
            EvolvesInto::New(Box::new(args.fields.decision(None, title, decision, rationale)?))
        }
    };
    let verb = EvolveDecision {
        project: context.project(),
        original: args.decision,
        kind: args.kind,
        into,
        reason: values::text_or_stdin(Some(args.reason))?.unwrap_or_default(),
    };
    let done = context.run(&verb).await?;
    context.out.data("evolved_decision", &done, |text| {
        view::line(text, &done.original);
        text.plain(format_args!("  {} ", view::by(done.kind)));
        view::line(text, &done.new);
    })?;
    if done.already {
        context.out.note("They were linked so before; nothing was changed.");
    }
    Ok(())
}
