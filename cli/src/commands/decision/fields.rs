//! The fields of a new decision beside its title, the decision itself and its rationale.

use callboard_service::Ref;
use callboard_service::clock::Timestamp;
use callboard_service::decision::AddDecision;
use callboard_service::entity::{
    DecisionCategory, DecisionImpact, DecisionImplementationStatus as Implementation, DecisionStatus,
};

use crate::error::CliError;
use crate::values::{self, vocabulary};

/// What `decision add` and `decision evolve` take alike.
#[derive(Debug, clap::Args)]
pub struct Fields {
    /// What it is about
    #[arg(long, value_name = "CATEGORY", default_value = "implementation",
          value_parser = vocabulary(DecisionCategory::ALL, DecisionCategory::as_str))]
    category: DecisionCategory,

    /// How much depends on it; one of high impact holds nothing up, it is only shown first
    #[arg(long, value_name = "IMPACT", default_value = "medium",
          value_parser = vocabulary(DecisionImpact::ALL, DecisionImpact::as_str))]
    impact: DecisionImpact,

    /// It is not taken yet: `decision accept` or `reject` ends that
    #[arg(long)]
    proposed: bool,

    /// What had to be solved; - reads stdin, as for every text
    #[arg(long, value_name = "TEXT")]
    problem: Option<String>,

    /// What was known
    #[arg(long, value_name = "TEXT")]
    context: Option<String>,

    /// How it is carried out
    #[arg(long, value_name = "TEXT")]
    approach: Option<String>,

    /// What else was considered; again for more
    #[arg(long, value_name = "TEXT")]
    alternative: Vec<String>,

    /// What it costs, and what is gained for it; again for more
    #[arg(long, value_name = "TEXT")]
    trade_off: Vec<String>,

    /// What may go wrong; again for more
    #[arg(long, value_name = "TEXT")]
    risk: Vec<String>,

    /// What is done about the risks; again for more
    #[arg(long, value_name = "TEXT")]
    mitigation: Vec<String>,

    /// By what it is seen that it was right; again for more
    #[arg(long, value_name = "TEXT")]
    criterion: Vec<String>,

    /// A file or folder that it is about, from the project's root; again for more
    #[arg(long, value_name = "PATH")]
    file: Vec<String>,

    /// A part of the system that it is about; again for more
    #[arg(long, value_name = "NAME")]
    component: Vec<String>,

    /// How far it is carried out
    #[arg(long, value_name = "STATUS", default_value = "planned",
          value_parser = vocabulary(Implementation::ALL, Implementation::as_str))]
    implementation: Implementation,

    /// What came of it
    #[arg(long, value_name = "TEXT")]
    outcome: Option<String>,

    /// What was learnt from it
    #[arg(long, value_name = "TEXT")]
    lessons: Option<String>,

    /// When to look at it again: a date, which means its end in UTC, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    review: Option<Timestamp>,

    /// The item for which it is taken
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    /// The agent who takes it [default: the one who acts]
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,
}

impl Fields {
    /// The whole decision.
    ///
    /// # Errors
    /// Stdin that can't be read.
    pub fn decision(
        self,
        project: Option<Ref>,
        title: String,
        decision: String,
        rationale: String,
    ) -> Result<AddDecision, CliError> {
        let needed = |text: String| values::text_or_stdin(Some(text)).map(Option::unwrap_or_default);
        Ok(AddDecision {
            project,
            title,
            decision: needed(decision)?,
            rationale: needed(rationale)?,
            category: self.category,
            impact: self.impact,
            status: if self.proposed { DecisionStatus::Proposed } else { DecisionStatus::Accepted },
            problem: values::text_or_stdin(self.problem)?,
            context: values::text_or_stdin(self.context)?,
            implementation_approach: values::text_or_stdin(self.approach)?,
            alternatives: self.alternative,
            trade_offs: self.trade_off,
            risks: self.risk,
            mitigations: self.mitigation,
            success_criteria: self.criterion,
            affected_files: self.file,
            affected_components: self.component,
            implementation_status: self.implementation,
            outcome: values::text_or_stdin(self.outcome)?,
            lessons: values::text_or_stdin(self.lessons)?,
            review_at: self.review,
            item: self.item,
            agent: self.agent,
        })
    }
}
