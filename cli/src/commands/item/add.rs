//! `callboard item add`.

use callboard_service::Ref;
use callboard_service::clock::Timestamp;
use callboard_service::entity::{WorkItemQualityGateLevel, WorkItemStatus, WorkItemType};
use callboard_service::gate::from_legacy;
use callboard_service::item::{AddItems, Criterion, ItemRef, NewItem};
use rust_decimal::Decimal;
use serde_json::Value;

use super::fields;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};
use crate::values::{self, vocabulary};

/// Add an item, or several at once
///
/// With --from, a JSON list of items is read, which may name each other as prerequisites and parents by their index:
/// [{"title": "a"}, {"title": "b", "type": "bug", "priority": 0, "prerequisites": [{"index": 0}]}]
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// One line; several titles make several items with the same options
    #[arg(required_unless_present = "from")]
    title: Vec<String>,

    /// What kind of work it is
    #[arg(long = "type", value_name = "TYPE", default_value = "task",
          value_parser = vocabulary(WorkItemType::ALL, WorkItemType::as_str))]
    r#type: WorkItemType,

    /// P0 (most urgent) to P4
    #[arg(long, short, value_name = "PRIORITY", default_value = "P2", value_parser = values::priority)]
    priority: i64,

    /// What is to be done; - reads stdin
    #[arg(long, short, value_name = "TEXT")]
    description: Option<String>,

    /// What must be true when it is done; again for more
    #[arg(long, value_name = "TEXT")]
    criterion: Vec<String>,

    /// Not ready yet: it waits in the backlog until it is moved to todo
    #[arg(long)]
    backlog: bool,

    /// The item that it is a part of
    #[arg(long, value_name = "KEY")]
    parent: Option<Ref>,

    /// An item that must be done first; again for more
    #[arg(long, value_name = "KEY")]
    waits_for: Vec<Ref>,

    /// What who does it must master, and how well (basic, proficient, expert); again for more
    #[arg(long, value_name = "CAPABILITY[:LEVEL]")]
    require: Vec<String>,

    /// Set it aside for agent:SLUG or user:NAME
    #[arg(long, value_name = "ASSIGNEE")]
    assignee: Option<String>,

    /// Again for more
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// A date, which means its end in UTC, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    due: Option<Timestamp>,

    /// Hours that it will take
    #[arg(long, value_name = "HOURS")]
    estimate: Option<Decimal>,

    /// How often it may be started before it is dead
    #[arg(long, value_name = "N", default_value_t = 3)]
    max_attempts: i64,

    /// A JSON object of your own
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,

    /// What its completion must meet: standard, enhanced or strict
    #[arg(long, visible_alias = "quality-gate", value_name = "LEVEL", value_parser = values::gate)]
    gate: Option<values::GateWord>,

    /// It waits for confirmations, files and gates, too, before it begins; else for completions alone
    #[arg(long)]
    all_prerequisites: bool,

    /// Maintenance reports it, and never changes it
    #[arg(long)]
    no_auto_maintenance: bool,

    /// A file with a JSON list of items; - reads stdin
    #[arg(long, value_name = "FILE", conflicts_with = "title")]
    from: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard item add \"Write the parser\" --priority P1 --require rust:proficient
  callboard item add \"Test the parser\" --waits-for CB-1 --criterion \"covers every error\"
  callboard item add \"Sign the release\" --gate strict --all-prerequisites
  callboard item add \"First idea\" \"Second idea\" --backlog
  git log -1 --format=%b | callboard item add \"Follow up\" --description -
  callboard item add --from plan.json --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let items = match &args.from {
        Some(path) => read(path, context)?,
        None => args.items(context)?,
    };
    let added = context.run(&AddItems { project: context.project(), items }).await?;
    let mut table = Table::new(["KEY", "TITLE"]);
    for item in &added {
        table.row([Cell::new(&item.key), Cell::new(&item.title)]);
    }
    context.out.data("added_items", &added, |text| match added.as_slice() {
        [one] => {
            text.line(format_args!("{}  {}", one.key, one.title));
        }
        _ => {
            text.table(&table, "");
        }
    })
}

impl Args {
    fn items(self, context: &Context) -> Result<Vec<NewItem>, CliError> {
        let shared = NewItem {
            title: String::new(),
            r#type: self.r#type,
            description: values::text_or_stdin(self.description)?,
            acceptance_criteria: self.criterion.into_iter().map(|text| Criterion { text, done: false }).collect(),
            status: if self.backlog { WorkItemStatus::Backlog } else { WorkItemStatus::Todo },
            priority: self.priority,
            parent: self.parent.map(ItemRef::Existing),
            assignee: fields::assignee(self.assignee.as_deref())?,
            tags: self.tag,
            metadata: self.metadata,
            due_at: self.due,
            estimated_hours: self.estimate,
            max_attempts: self.max_attempts,
            requirements: fields::requirements(&self.require)?,
            prerequisites: self.waits_for.into_iter().map(ItemRef::Existing).collect(),
            prerequisite_satisfaction_required: self.all_prerequisites,
            auto_maintenance_enabled: !self.no_auto_maintenance,
            quality_gate_level: fields::gate(context, self.gate).unwrap_or(WorkItemQualityGateLevel::Standard),
        };
        Ok(self.title.into_iter().map(|title| NewItem { title, ..shared.clone() }).collect())
    }
}

fn read(path: &str, context: &Context) -> Result<Vec<NewItem>, CliError> {
    let text = match path {
        "-" => std::io::read_to_string(std::io::stdin())?,
        path => std::fs::read_to_string(path).map_err(|error| CliError::File { path: path.to_owned(), error })?,
    };
    let broken = |error| CliError::Input { what: format!("the list of items in {path}"), error };
    let mut items: Value = serde_json::from_str(&text).map_err(broken)?;
    for level in items.as_array_mut().into_iter().flatten().filter_map(|item| item.get_mut("quality_gate_level")) {
        if let Some(legacy) = level.as_str().and_then(from_legacy) {
            context.out.note(&legacy.to_string());
            *level = Value::from(legacy.level.as_str());
        }
    }
    serde_json::from_value(items).map_err(broken)
}
