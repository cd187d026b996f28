//! What the commands of decisions show alike.

use callboard_service::decision::{DecisionBrief, NamedDecision};
use callboard_service::entity::{DecisionEvolutionKind, DecisionImpact, DecisionStatus};

use crate::output::{Style, Text};

/// `CB-D7  accepted  Use one writer`.
pub fn line(text: &mut Text, named: &NamedDecision) {
    let decision = &named.decision;
    text.plain(&named.key).plain("  ").push(status_style(decision.status), decision.status);
    text.plain("  ").line(&decision.title);
}

/// As [`line()`], of a decision of a chain.
pub fn brief(text: &mut Text, brief: &DecisionBrief, mark: &str) {
    text.plain(format_args!("  {}  ", brief.key)).push(status_style(brief.status), brief.status);
    text.plain(format_args!("  {}{mark}", brief.title)).end();
}

pub fn status_style(status: DecisionStatus) -> Style {
    match status {
        DecisionStatus::Proposed => Style::Active,
        DecisionStatus::Accepted => Style::Good,
        DecisionStatus::Superseded | DecisionStatus::Rejected | DecisionStatus::Reversed => Style::Faint,
    }
}

pub fn impact_style(impact: DecisionImpact) -> Style {
    match impact {
        DecisionImpact::High => Style::Warning,
        DecisionImpact::Medium => Style::Plain,
        DecisionImpact::Low => Style::Faint,
    }
}

/// What a decision is by another one.
pub fn by(kind: DecisionEvolutionKind) -> String {
    format!("{kind} by")
}
