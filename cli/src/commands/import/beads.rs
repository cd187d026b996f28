//! `callboard import beads`.

use callboard_service::import::{BeadsReport, ImportBeads};

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, Text};

/// Import an issues.jsonl of beads into a project: all of it, or nothing where a line is broken
///
/// Issues become items with their history, people, labels and edges. What the board has no place for is kept in the
/// items' metadata, and told. An issue that was imported before is left alone, so a second import changes nothing. An
/// item is found by its old id too: `callboard item show OLD-ID`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file; - for stdin
    file: String,

    /// Tells the ids of one tracker from those of another one
    #[arg(long, value_name = "NAME", default_value = "beads")]
    source: String,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard import beads .beads/issues.jsonl --dry-run
  callboard import beads .beads/issues.jsonl --project web-shop
  callboard import beads - --source old-tracker --json < issues.jsonl";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let content = super::read(&args.file)?;
    let verb = ImportBeads { project: context.project(), source: args.source, content };
    let report = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("beads_import", &report, |text| show(&report, text))?;
    if report.ready > 0 {
        context.out.hint("`callboard ready` lists what can be worked on now");
    }
    Ok(())
}

/// The report for people.
fn show(report: &BeadsReport, text: &mut Text) {
    let rows = report.rows;
    let keys = report.keys.as_ref().map(|(first, last)| format!(": {first} to {last}")).unwrap_or_default();
    let imported = format!("{} issues became items", rows.created);
    text.push(Style::Good, imported).plain(format_args!(" of the project {}{keys}", report.project)).end();
    text.field(
        "Read",
        format_args!(
            "{} = {} created + {} already there + {} changed since + {} repeated",
            rows.read, rows.created, rows.already_there, rows.changed, rows.repeated
        ),
    );
    if rows.created > 0 {
        let statuses: Vec<String> = report.items.iter().map(|(status, n)| format!("{n} {status}")).collect();
        text.field("Items", statuses.join(", "));
        let edges = report.edges;
        text.field(
            "Edges",
            format_args!(
                "{} = {} parents + {} prerequisites ({} of them done) + {} kept",
                edges.read, edges.parents, edges.prerequisites, edges.satisfied, edges.kept
            ),
        );
        text.field("Comments", report.comments);
        text.field("People", format_args!("{} added", report.users.len()));
    }
    text.field("Ready", format_args!("{} items of the project", report.ready));
    if !report.changed.is_empty() {
        text.field("Left alone", format_args!("changed since the first import: {}", report.changed.join(", ")));
    }
    if !report.ready_below_waiting.is_empty() {
        let keys = report.ready_below_waiting.join(", ");
        text.field("Note", format_args!("ready here, though an item above them waits: {keys}"));
    }
    if !report.fields.is_empty() {
        text.heading("Fields").table(&fields(report), "");
    }
    if !report.kept.is_empty() {
        text.heading("Kept in the metadata").table(&kept(report), "");
    }
}

fn fields(report: &BeadsReport) -> Table {
    let mut table = Table::new(["FIELD", "READ", "TAKEN", "CHANGED", "KEPT", "EMPTY"]);
    let number = |n: u64| if n == 0 { Cell::optional(None::<u64>) } else { Cell::new(n) };
    for (name, f) in &report.fields {
        let numbers = [f.read, f.mapped, f.altered, f.kept, f.empty].map(number);
        table.row(std::iter::once(Cell::new(name)).chain(numbers));
    }
    table
}

fn kept(report: &BeadsReport) -> Table {
    let mut table = Table::new(["WHAT", "COUNT", "WHY", "SUCH AS"]);
    for examples in &report.kept {
        let such_as = examples.first.first().cloned().unwrap_or_default();
        table.row([&examples.what, &examples.count.to_string(), &examples.why, &such_as].map(Cell::new));
    }
    table
}
