//! `callboard assignment complete-many`.

use callboard_service::assignment::{Complete, CompleteMany, CompletedMany};
use callboard_service::{Actor, Callboard, ErrorKind};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::commands::input;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Complete many assignments in one transaction, each with its own answer
///
/// What can be completed is; what is refused keeps none of the others back, is told with its reason, and makes the exit code
/// 12. Each as `complete` does: quality gates are met or refuse, what waited for it goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The assignments' ids, as claim printed them, 1 to 500; - reads them from stdin, one a line
    #[arg(value_name = "ID", required_unless_present = "jsonl")]
    assignments: Vec<String>,

    /// Each with its own result instead: lines of {"assignment": ID, "notes": .., "actual_hours": .., "result": ..}; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["assignments", "note", "hours"])]
    jsonl: Option<String>,

    /// What was done, of each of them
    #[arg(long, visible_alias = "notes", value_name = "TEXT")]
    note: Option<String>,

    /// The hours that each of them took
    #[arg(long, value_name = "HOURS")]
    hours: Option<Decimal>,
}

const EXAMPLES: &str = "Examples:
  callboard claim --agent parser-bot --count 100 --quiet > held
  callboard assignment complete-many - --as agent:parser-bot < held
  callboard assignment complete-many 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d12 --json
  callboard assignment complete-many --jsonl results.jsonl        each with its own notes and result";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = CompleteMany { assignments: args.read()? };
    let board = context.board().await?;
    let actor = writer(context, &board, &verb).await?;
    let done = context.run_as(&board, actor, &verb).await?;
    context.out.data("completed_many", &done, |text| assignments::completed_many(text, &done))?;
    let CompletedMany { refused, answers, .. } = &done;
    match refused {
        0 => Ok(()),
        refused => Err(CliError::Partial { refused: *refused, of: answers.len() }),
    }
}

impl Args {
    fn read(self) -> Result<Vec<Complete>, CliError> {
        if let Some(path) = self.jsonl {
            return lines(&path)?.iter().map(|line| parse(&path, line)).collect();
        }
        let ids = match self.assignments.as_slice() {
            [one] if one == "-" => lines("-")?,
            _ => self.assignments,
        };
        let (notes, actual_hours) = (self.note, self.hours);
        let complete = |id: &String| {
            let assignment = id.parse().map_err(|_| CliError::Usage {
                message: format!("'{id}' is no assignment's id"),
                hint: "`callboard claim` prints them, `callboard assignment list --mine` shows them",
            })?;
            Ok(Complete { assignment, notes: notes.clone(), actual_hours, ..Complete::default() })
        };
        ids.iter().map(complete).collect()
    }
}

/// The lines of a file or of stdin, without empty ones.
fn lines(path: &str) -> Result<Vec<String>, CliError> {
    let text = String::from_utf8_lossy(&input::read(path)?).into_owned();
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn parse(path: &str, line: &str) -> Result<Complete, CliError> {
    serde_json::from_str(line).map_err(|error| CliError::Input { what: path.to_owned(), error })
}

/// Who writes: the one who is named to act, else the holder of the first assignment that there is.
async fn writer(context: &Context, board: &Callboard, verb: &CompleteMany) -> Result<Actor, CliError> {
    if let Some(actor) = context.explicit_actor(board).await? {
        return Ok(actor);
    }
    let ids: Vec<Uuid> = verb.assignments.iter().map(|complete| complete.assignment).collect();
    for id in ids {
        match board.holder(id).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            found => return Ok(found?),
        }
    }
    // None of them is there, which the answers tell.
    Ok(Actor::SYSTEM)
}
