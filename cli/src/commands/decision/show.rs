//! `callboard decision show`.

use callboard_service::Ref;
use callboard_service::decision::{DecisionDetails, ShowDecision};
use serde_json::Value;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Style, Text, words};

/// Show a decision with the whole chain of decisions that it came of and that came of it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Number, key or id
    decision: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard decision show 7
  callboard decision show CB-D7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowDecision { project: context.project(), decision: args.decision }).await?;
    context.out.data("decision_details", &found, |text| {
        what(text, &found);
        let decision = &found.decision.decision;
        text.block("Problem", decision.problem.as_deref().unwrap_or_default());
        text.block("Context", decision.context.as_deref().unwrap_or_default());
        text.block("Decision", &decision.decision);
        text.block("Rationale", &decision.rationale);
        text.block("Implementation approach", decision.implementation_approach.as_deref().unwrap_or_default());
        list(text, "Alternatives", decision.alternatives.as_ref());
        list(text, "Trade-offs", decision.trade_offs.as_ref());
        list(text, "Risks", decision.risks.as_ref());
        list(text, "Mitigations", decision.mitigations.as_ref());
        list(text, "Success criteria", decision.success_criteria.as_ref());
        list(text, "Affected files", decision.affected_files.as_ref());
        list(text, "Affected components", decision.affected_components.as_ref());
        text.block("Outcome", decision.outcome.as_deref().unwrap_or_default());
        text.block("Lessons", decision.lessons.as_deref().unwrap_or_default());
        chain(text, &found);
    })
}

fn what(text: &mut Text, found: &DecisionDetails) {
    let decision = &found.decision.decision;
    text.push(Style::Strong, format_args!("{}  {}", found.decision.key, decision.title)).end();
    text.styled_field("Status", view::status_style(decision.status), decision.status);
    text.styled_field("Impact", view::impact_style(decision.impact), decision.impact);
    text.field("Category", decision.category);
    text.field("Carried out", decision.implementation_status);
    let due = if found.due { " (due)" } else { "" };
    text.optional("Review", decision.review_at.map(|at| format!("{}{due}", words::time(at))));
    text.field("Project", &found.project);
    text.optional("Item", found.item.as_ref().map(|item| format!("{}  {}", item.key, item.title)));
    text.optional("Session", found.session.as_ref());
    text.optional("Taken by", found.agent.as_ref());
    text.optional("Captured by", found.by.as_ref());
    for file in &found.external_refs {
        text.field("Imported from", format_args!("{}: {}", file.source, file.source_id));
    }
    text.field("Id", decision.id);
    text.field("Captured", words::time(decision.created_at));
    if decision.updated_at != decision.created_at {
        text.field("Changed", words::time(decision.updated_at));
    }
}

/// A stored list, an entry on each line.
fn list(text: &mut Text, heading: &str, stored: Option<&Value>) {
    let entries = stored.and_then(Value::as_array).into_iter().flatten();
    let line = |entry: &Value| {
        let entry = entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
        format!("- {}", entry.replace('\n', "\n  "))
    };
    text.block(heading, &entries.map(line).collect::<Vec<String>>().join("\n"));
}

/// Each decision of the chain, and below it what it evolved into.
fn chain(text: &mut Text, found: &DecisionDetails) {
    if found.chain.links.is_empty() {
        return;
    }
    text.heading("Chain");
    for decision in &found.chain.decisions {
        view::brief(text, decision, if decision.key == found.decision.key { "  (this one)" } else { "" });
        for link in found.chain.links.iter().filter(|link| link.original == decision.key) {
            let who = link.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
            let reason = link.reason.split_whitespace().collect::<Vec<&str>>().join(" ");
            text.line(format_args!("    {} {}: {reason}{who}", view::by(link.kind), link.new));
        }
    }
}
