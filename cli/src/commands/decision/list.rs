//! `callboard decision list`.

use callboard_service::Ref;
use callboard_service::decision::{ListDecisions, ListedDecision};
use callboard_service::entity::{
    DecisionCategory, DecisionImpact, DecisionImplementationStatus as Implementation, DecisionStatus,
};

use super::view;
use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table};
use crate::values::vocabulary;

/// List the decisions of the board, or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only of this category; again for more
    #[arg(long, value_name = "CATEGORY", value_parser = vocabulary(DecisionCategory::ALL, DecisionCategory::as_str))]
    category: Vec<DecisionCategory>,

    /// Only of this impact; again for more
    #[arg(long, value_name = "IMPACT", value_parser = vocabulary(DecisionImpact::ALL, DecisionImpact::as_str))]
    impact: Vec<DecisionImpact>,

    /// Only in this status; again for more
    #[arg(long, short, value_name = "STATUS", value_parser = vocabulary(DecisionStatus::ALL, DecisionStatus::as_str))]
    status: Vec<DecisionStatus>,

    /// Only those carried out so far; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(Implementation::ALL, Implementation::as_str))]
    implementation: Vec<Implementation>,

    /// Only those in force whose review time has come
    #[arg(long)]
    due: bool,

    /// Only those taken for this item
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    /// Only those taken in this session, by key or id
    #[arg(long, value_name = "KEY")]
    during: Option<Ref>,

    /// Only those taken by this agent
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// Only those about this file or folder, from the project's root
    #[arg(long, value_name = "PATH")]
    file: Option<String>,

    /// Only those about this part of the system
    #[arg(long, value_name = "NAME")]
    component: Option<String>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard decision list
  callboard decision list --due
  callboard decision list --impact high --status accepted --category security --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListDecisions {
        project: context.project(),
        categories: args.category,
        impacts: args.impact,
        statuses: args.status,
        implementation: args.implementation,
        due: args.due,
        item: args.item,
        session: args.during,
        agent: args.agent,
        file: args.file,
        component: args.component,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let table = table(&page.rows);
    context.out.data("decisions", &page, |text| {
        text.table(&table, "No decisions.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}

fn table(rows: &[ListedDecision]) -> Table {
    let mut table = Table::new(["KEY", "STATUS", "IMPACT", "CATEGORY", "DONE", "ITEM", "REVIEW", "TITLE"]);
    for listed in rows {
        let decision = &listed.decision.decision;
        let style = if listed.due { Style::Warning } else { Style::Plain };
        table.row([
            Cell::new(&listed.decision.key),
            Cell::styled(view::status_style(decision.status), decision.status),
            Cell::styled(view::impact_style(decision.impact), decision.impact),
            Cell::new(decision.category),
            Cell::new(decision.implementation_status),
            Cell::optional(listed.item.as_ref()),
            decision.review_at.map_or_else(
                || Cell::optional(None::<&str>),
                |at| Cell::styled(style, format_args!("{}{}", at.date_naive(), if listed.due { ", due" } else { "" })),
            ),
            Cell::new(&decision.title),
        ]);
    }
    table
}
