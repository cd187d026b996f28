//! `callboard item edit`.

use callboard_service::clock::Timestamp;
use callboard_service::entity::WorkItemType;
use callboard_service::item::{Criterion, EditItem, ShowItem};
use callboard_service::{Error, Ref};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{fields, view};
use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Change an item's fields; `move` and the verbs of assignments change its status
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// The revision that you saw: refused when somebody changed the item since
    #[arg(long, value_name = "N")]
    revision: Option<i64>,

    /// The new title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// The new type
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkItemType::ALL, WorkItemType::as_str))]
    r#type: Option<WorkItemType>,

    /// P0 (most urgent) to P4
    #[arg(long, short, value_name = "PRIORITY", value_parser = values::priority)]
    priority: Option<i64>,

    /// The new description; - reads stdin
    #[arg(long, short, value_name = "TEXT", conflicts_with = "no_description")]
    description: Option<String>,

    /// Take the description away
    #[arg(long)]
    no_description: bool,

    /// What must be true when it is done, in place of all criteria; again for more
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["check", "uncheck"])]
    criterion: Option<Vec<String>>,

    /// This criterion is met, by its number; again for more
    #[arg(long, value_name = "NUMBER")]
    check: Vec<usize>,

    /// This criterion is not met, by its number; again for more
    #[arg(long, value_name = "NUMBER")]
    uncheck: Vec<usize>,

    /// The item that it is a part of
    #[arg(long, value_name = "KEY", conflicts_with = "no_parent")]
    parent: Option<Ref>,

    /// It is no part of another item
    #[arg(long)]
    no_parent: bool,

    /// Set it aside for agent:SLUG or user:NAME
    #[arg(long, value_name = "ASSIGNEE", conflicts_with = "no_assignee")]
    assignee: Option<String>,

    /// Set it aside for nobody
    #[arg(long)]
    no_assignee: bool,

    /// A tag to add; again for more
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// A tag to take away; again for more
    #[arg(long, value_name = "TAG")]
    no_tag: Vec<String>,

    /// What who does it must master, in place of all requirements; again for more
    #[arg(long, value_name = "CAPABILITY[:LEVEL]", conflicts_with = "no_require")]
    require: Option<Vec<String>>,

    /// It requires nothing
    #[arg(long)]
    no_require: bool,

    /// A date, which means its end in UTC, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = values::time, conflicts_with = "no_due")]
    due: Option<Timestamp>,

    /// Take the due time away
    #[arg(long)]
    no_due: bool,

    /// Hours that it will take
    #[arg(long, value_name = "HOURS", conflicts_with = "no_estimate")]
    estimate: Option<Decimal>,

    /// Take the estimate away
    #[arg(long)]
    no_estimate: bool,

    /// Hours that it took
    #[arg(long, value_name = "HOURS", conflicts_with = "no_hours")]
    hours: Option<Decimal>,

    /// Take the hours away
    #[arg(long)]
    no_hours: bool,

    /// How often it may be started before it is dead
    #[arg(long, value_name = "N")]
    max_attempts: Option<i64>,

    /// A JSON object, in place of the one that it has
    #[arg(long, value_name = "JSON", value_parser = values::json, conflicts_with = "no_metadata")]
    metadata: Option<Value>,

    /// Take the metadata away
    #[arg(long)]
    no_metadata: bool,

    /// What its completion must meet: standard, enhanced or strict
    #[arg(long, visible_alias = "quality-gate", value_name = "LEVEL", value_parser = values::gate)]
    gate: Option<values::GateWord>,

    /// It waits for confirmations, files and gates, too, before it begins
    #[arg(long, conflicts_with = "no_all_prerequisites")]
    all_prerequisites: bool,

    /// It waits for completions alone
    #[arg(long)]
    no_all_prerequisites: bool,

    /// Maintenance may change it
    #[arg(long, conflicts_with = "no_auto_maintenance")]
    auto_maintenance: bool,

    /// Maintenance reports it, and never changes it
    #[arg(long)]
    no_auto_maintenance: bool,
}

/// Two flags of which one says yes and the other no.
fn either(yes: bool, no: bool) -> Option<bool> {
    (yes || no).then_some(yes)
}

const EXAMPLES: &str = "Examples:
  callboard item edit CB-7 --priority P0 --tag urgent
  callboard item edit CB-7 --title \"Write the lexer\" --revision 3
  callboard item edit CB-7 --check 1 --check 2
  callboard item edit CB-7 --no-assignee --due 2026-12-31
  callboard item edit CB-7 --gate enhanced --all-prerequisites";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let mut verb = EditItem {
        expected_revision: args.revision,
        title: args.title,
        r#type: args.r#type,
        description: change(values::text_or_stdin(args.description)?, args.no_description),
        acceptance_criteria: args.criterion.map(|texts| {
            texts.into_iter().filter(|t| !t.is_empty()).map(|text| Criterion { text, done: false }).collect()
        }),
        priority: args.priority,
        parent: change(args.parent, args.no_parent),
        assignee: change(fields::assignee(args.assignee.as_deref())?, args.no_assignee),
        tags: None,
        add_tags: args.tag,
        remove_tags: args.no_tag,
        metadata: change(args.metadata, args.no_metadata),
        due_at: change(args.due, args.no_due),
        estimated_hours: change(args.estimate, args.no_estimate),
        actual_hours: change(args.hours, args.no_hours),
        max_attempts: args.max_attempts,
        requirements: match args.require {
            Some(texts) => Some(fields::requirements(&texts)?),
            None => args.no_require.then(Vec::new),
        },
        prerequisite_satisfaction_required: either(args.all_prerequisites, args.no_all_prerequisites),
        auto_maintenance_enabled: either(args.auto_maintenance, args.no_auto_maintenance),
        quality_gate_level: fields::gate(context, args.gate),
        ..EditItem::new(args.key)
    };
    if !args.check.is_empty() || !args.uncheck.is_empty() {
        check(context, &mut verb, &args.check, &args.uncheck).await?;
    }
    let edited = context.run(&verb).await?;
    context.out.data("edited_item", &edited, |text| view::line(text, &edited.item))?;
    if !edited.changed {
        context.out.note("It was so before; nothing was changed.");
    }
    Ok(())
}

/// Marks criteria of the item as it is now; the revision keeps a change in between from being undone.
async fn check(context: &Context, verb: &mut EditItem, check: &[usize], uncheck: &[usize]) -> Result<(), CliError> {
    let found = context.read(&ShowItem { item: verb.item.clone() }).await?;
    let stored = found.item.acceptance_criteria;
    let mut criteria: Vec<Criterion> = stored.map(serde_json::from_value).transpose()?.unwrap_or_default();
    let count = criteria.len();
    let marks = check.iter().map(|n| (*n, true)).chain(uncheck.iter().map(|n| (*n, false)));
    for (number, done) in marks {
        let criterion = number.checked_sub(1).and_then(|index| criteria.get_mut(index));
        let criterion = criterion.ok_or_else(|| Error::Invalid {
            field: "criterion",
            value: number.to_string(),
            rule: format!("must be the number of one of its {count} criteria"),
        })?;
        criterion.done = done;
    }
    verb.acceptance_criteria = Some(criteria);
    verb.expected_revision = verb.expected_revision.or(Some(found.item.revision));
    Ok(())
}
