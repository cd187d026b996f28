//! What all commands of the maintenance take, and how they tell what they did.

use callboard_service::Ref;
use callboard_service::entity::{MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level};
use callboard_service::maintenance::{Brought, Maintained, Maintenance, Request, Scope};
use uuid::Uuid;

use super::progress::Progress;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Printer;
use crate::values::vocabulary;
use crate::watch::watch;

/// What is looked at, how closely, and whether anything is changed.
#[derive(Clone, Debug, clap::Args)]
pub struct Asked {
    /// current-session, full-project, or: item KEY
    #[arg(long, value_name = "SCOPE", num_args = 1..=2, default_value = "full-project")]
    scope: Vec<String>,

    /// How closely it looks; the levels are told below
    #[arg(long, value_name = "LEVEL", default_value = "basic", value_parser = vocabulary(Level::ALL, Level::as_str))]
    level: Level,

    /// Find everything, tell what would be changed, and change nothing
    #[arg(long, conflicts_with = "idempotency_key")]
    dry_run: bool,

    /// Go on with a run that failed, which was asked the same
    #[arg(long, value_name = "RUN")]
    resume: Option<Uuid>,
}

impl Asked {
    /// The request for the service; `resolve` says whether the command mends what it finds.
    ///
    /// # Errors
    /// A word that is no scope, and an item where none belongs.
    pub fn request(self, context: &Context, kind: Kind, resolve: bool) -> Result<Request, CliError> {
        Ok(Request {
            kind,
            project: context.project(),
            scope: scope(&self.scope, context.session())?,
            level: self.level,
            dry_run: self.dry_run,
            resolve,
            resume: self.resume,
        })
    }
}

/// Reads a scope. The words of the systems that users come from are understood: `specific_subtask KEY` is an item.
fn scope(words: &[String], session: Option<Ref>) -> Result<Scope, CliError> {
    let refuse = |value: String, rule: &str| {
        let rule = rule.to_owned();
        Err(callboard_service::Error::Invalid { field: "scope", value, rule }.into())
    };
    let (word, item) = match words {
        [word] => (word, None),
        [word, item] => (word, Some(item)),
        _ => return refuse(words.join(" "), "must be current-session, full-project or item KEY"),
    };
    match (word.to_lowercase().replace('_', "-").as_str(), item) {
        ("current-session" | "session", None) => Ok(Scope::CurrentSession(session)),
        ("full-project" | "project", None) => Ok(Scope::FullProject),
        ("item" | "specific-item" | "specific-subtask" | "specific-task", Some(item)) => {
            Ok(Scope::Item(Ref::from(item.as_str())))
        }
        ("item" | "specific-item" | "specific-subtask" | "specific-task", None) => {
            refuse(words.join(" "), "must name the item too: --scope item CB-7")
        }
        ("current-session" | "session" | "full-project" | "project", Some(_)) => {
            refuse(words.join(" "), "takes no item: only --scope item KEY does")
        }
        _ => refuse(words.join(" "), "must be current-session, full-project or item KEY"),
    }
}

/// Prints a run as the document of its command.
pub type Print = fn(&Printer, &Maintained) -> Result<(), CliError>;

/// Runs a command of the maintenance, tells what it did row by row, and then what stopped it, if anything did.
pub async fn run<M: Maintenance>(context: &Context, what: &M, print: Print) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let board = context.in_session(&board).await?;
    let progress = Progress::default();
    let take = |brought: Brought<'_>| progress.take(brought);
    let done = watch(context, || progress.line(), board.maintain(actor, what, &take)).await?;
    tell(context, done, print)
}

/// Tells what a run did, and gives what stopped it as the command's error.
pub fn tell(context: &Context, mut done: Maintained, print: Print) -> Result<(), CliError> {
    let refused = done.refused.take();
    if done.operation.dry_run {
        context.out.rehearsed();
    }
    print(&context.out, &done)?;
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
