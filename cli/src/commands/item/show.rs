//! `callboard item show`.

use callboard_service::Ref;
use callboard_service::entity::WorkItemQualityGateLevel;
use callboard_service::item::{Event, HeldBy, ItemDetails, ShowItem};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, Text, artifacts, lists, reviews, words};

/// Show an item: what it is, where it stands, who holds it, what it waits for
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key, id, or the id it has in the system it was imported from
    key: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard item show CB-7
  callboard item show CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowItem { item: args.key }).await?;
    context.out.data("item_details", &found, |text| {
        what(text, &found);
        let item = &found.item;
        text.block("Description", item.description.as_deref().unwrap_or_default());
        lists::criteria(text, item.acceptance_criteria.as_ref());
        lists::prerequisites(text, &found.edges);
        if !found.children.is_empty() {
            text.heading("Parts").table(&lists::briefs(&found.children), "");
        }
        if !found.assignments.is_empty() {
            text.heading("Assignments").table(&assignments(&found.assignments), "");
        }
        if !found.artifacts.is_empty() {
            text.heading("Artifacts").table(&artifacts::of_item(&found.artifacts), "");
        }
        if !found.reviews.is_empty() {
            text.heading("Reviews").table(&reviews::given(&found.reviews), "");
        }
        if !found.events.is_empty() {
            text.heading("Last events").table(&events(&found.events), "");
        }
    })
}

fn what(text: &mut Text, found: &ItemDetails) {
    let item = &found.item;
    text.push(Style::Strong, format_args!("{}  {}", item.key, item.title)).end();
    text.styled_field("Status", words::item_style(item.status), item.status);
    text.field("Delegation", item.delegation_status);
    text.field("Type", format_args!("{}, P{}", item.r#type, item.priority));
    text.field("Project", &found.project);
    text.optional("Part of", found.parent.as_ref().map(|p| format!("{}  {}", p.key, p.title)));
    text.optional("With", found.assignee.as_deref());
    if let Some(held) = &found.current {
        let assignment = &held.assignment;
        text.field("Assignment", format_args!("{} ({})", assignment.id, assignment.status));
        text.optional("Until", assignment.lease_expires_at.map(words::time));
    }
    text.optional("Blocked", item.blocked_reason.as_deref());
    text.optional("Dead since", item.dead_at.map(words::time));
    text.optional("Ready again", item.available_at.map(words::time));
    text.field("Attempts", format_args!("{} of {}", item.attempt_count, item.max_attempts));
    let requirements: Vec<String> = found.requirements.iter().map(|(c, level)| format!("{c}:{level}")).collect();
    text.optional("Requires", (!requirements.is_empty()).then(|| requirements.join(", ")));
    let gate = item.quality_gate_level;
    text.optional("Gate", (gate != WorkItemQualityGateLevel::Standard).then_some(gate));
    let all = item.prerequisite_satisfaction_required;
    text.optional("Waits for", all.then_some("prerequisites of every type"));
    text.optional("Maintenance", (!item.auto_maintenance_enabled).then_some("reports it, and never changes it"));
    text.optional("Due", item.due_at.map(words::time));
    text.optional("Estimate", item.estimated_hours.map(|h| format!("{h} h")));
    text.optional("Took", item.actual_hours.map(|h| format!("{h} h")));
    text.optional("Tags", item.tags.as_ref().map(lists::words));
    let sprints: Vec<String> = found.sprints.iter().map(|s| format!("{} ({})", s.code, s.status)).collect();
    text.optional("Sprints", (!sprints.is_empty()).then(|| sprints.join(", ")));
    let streams: Vec<String> = found.streams.iter().map(|s| format!("{} ({})", s.slug, s.status)).collect();
    text.optional("Streams", (!streams.is_empty()).then(|| streams.join(", ")));
    text.optional("Metadata", item.metadata.as_ref());
    text.optional("Context", item.delegation_context.as_ref());
    for reference in &found.external_refs {
        text.field(
            "Came from",
            format_args!(
                "{} {}, imported {}",
                reference.source,
                reference.source_id,
                words::time(reference.imported_at)
            ),
        );
    }
    text.optional("Completed", item.completed_at.map(words::time));
    text.optional("Archived", item.archived_at.map(words::time));
    text.field("Added", words::time(item.created_at));
    text.field("Revision", item.revision);
    text.field("Id", item.id);
}

fn assignments(past: &[HeldBy]) -> Table {
    let mut table = Table::new(["ASSIGNMENT", "STATUS", "ATTEMPT", "ASSIGNED", "HOLDER", "NOTES"]);
    for held in past {
        let assignment = &held.assignment;
        table.row([
            Cell::new(assignment.id),
            Cell::styled(words::assignment_style(assignment.status), assignment.status),
            Cell::new(assignment.attempt),
            Cell::new(words::time(assignment.assigned_at)),
            Cell::optional(held.holder.as_ref()),
            Cell::optional(assignment.notes.as_ref()),
        ]);
    }
    table
}

/// Ledger rows, as `item history` shows them too.
pub fn events(events: &[Event]) -> Table {
    let mut table = Table::new(["REV", "WHEN", "WHO", "WHAT", "STATUS", "WHY"]);
    for event in events {
        let status = match (&event.from_status, &event.to_status) {
            (Some(from), Some(to)) => Some(format!("{from} -> {to}")),
            (None, Some(to)) => Some(to.clone()),
            _ => None,
        };
        table.row([
            Cell::new(event.revision),
            Cell::new(words::time(event.at)),
            Cell::new(&event.actor),
            Cell::new(&event.kind),
            Cell::optional(status),
            Cell::optional(event.reason.as_ref()),
        ]);
    }
    table
}
