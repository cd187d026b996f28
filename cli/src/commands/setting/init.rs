//! `callboard init`.

use callboard_migration::runner::{self, Event, Goal};
use callboard_migration::target::Source;
use callboard_service::project::AddProject;
use callboard_service::setting::{InitBoard, InitializedBoard, project_from_name};
use callboard_service::{Actor, Callboard, rules};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::output::Style;

/// Make a board, or bring the one that is there up to date
///
/// Makes the database (by default .callboard/callboard.db in this folder), a user for you and a first project. Where
/// they are there already, nothing is changed.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Your name on the board [default: the login name]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// The first project's name [default: the folder's]
    #[arg(long, value_name = "NAME")]
    project_name: Option<String>,

    /// What the project's item keys begin with, such as the CB of CB-42 [default: from its name]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard init
  callboard init --user ada --project-name \"Web Shop\" --prefix WS
  DATABASE_URL=postgres://me@localhost/app callboard init --schema board";

/// What `init` found and made.
#[derive(Debug, Serialize)]
pub struct Initialized {
    /// The database, without a password.
    pub board: String,
    /// The migrations that were run; empty where the schema was up to date.
    migrated: Vec<String>,
    /// Nothing had to be done.
    already: bool,
    #[serde(flatten)]
    defaults: InitializedBoard,
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let (_, done) = make(args, context).await?;
    context.out.data("init", &done, |text| {
        let what = if done.already { "The board was there already" } else { "The board is ready" };
        text.push(Style::Good, what).plain(format_args!(": {}", done.board)).end();
        text.optional("Acts by default", done.defaults.default_actor.as_deref());
        text.optional("Project", done.defaults.default_project.as_deref());
        if let Some(project) = &done.defaults.added_project {
            text.field("Item keys", format_args!("{}-1, {}-2, ...", project.key_prefix, project.key_prefix));
        }
    })?;
    context.out.hint("go on with `callboard item add TITLE`, `callboard agent register SLUG`, `callboard --help`");
    Ok(())
}

/// Makes the board, or brings it up to date, and opens it.
pub async fn make(args: Args, context: &Context) -> Result<(Callboard, Initialized), CliError> {
    let mut located = context.locate()?;
    let committing = context.committing();
    let mut watch = |event: &Event| committing.see(event);
    let report = runner::up(&context.runner_options(&located), Goal::Latest, &mut watch).await?;
    // It is there now, wherever it was found.
    if located.source == Source::Default {
        located.source = Source::Found;
    }
    let board = context.open(&located).await?;
    let actor = context.explicit_actor(&board).await?.unwrap_or(Actor::SYSTEM);
    let defaults = board.run(actor, &args.verb()?).await?;
    let done = Initialized {
        board: located.url.to_string(),
        migrated: report.steps.into_iter().map(|step| step.version).collect(),
        already: report.from.is_some() && defaults.added_user.is_none() && defaults.added_project.is_none(),
        defaults,
    };
    Ok((board, done))
}

impl Args {
    fn verb(&self) -> Result<InitBoard, CliError> {
        let folder = std::env::current_dir()?;
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |name: &str| {
            let made = project_from_name(name);
            AddProject {
                key_prefix: self.prefix.as_ref().map_or(made.key_prefix, |prefix| prefix.to_uppercase()),
                ..made
            }
        };
        // A path that cannot be stored as text is left out.
        let root_path = folder.to_str().filter(|path| !path.contains(rules::is_unsafe)).map(str::to_owned);
        let first_project = AddProject { root_path, ..named(&name) };
        Ok(InitBoard {
            user: self.user.clone(),
            project: self
                .project_name
                .as_deref()
                .map(|name| AddProject { root_path: first_project.root_path.clone(), ..named(name) }),
            first_user: login_name(),
            first_project,
        })
    }
}

fn login_name() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "me".to_owned())
}
