//! Code, message, exit code and way out of each error.

use callboard_service::{Conflict, DatabaseError, Error, ErrorKind, FileProblem};

use super::{CliError, decision, file, gate, session, workflow};

/// The cause in one stable word.
pub fn code(error: &CliError) -> &'static str {
    match error {
        CliError::Service(Error::File { problem: FileProblem::Altered { .. }, .. }) => "verify_failed",
        CliError::Service(error) => match error.kind() {
            ErrorKind::NotFound => "not_found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::LeaseLost => "lease_lost",
            ErrorKind::NothingReady => "nothing_ready",
            ErrorKind::GateNotMet => "gate_not_met",
            ErrorKind::Invalid => "invalid",
            ErrorKind::SchemaTooOld => "schema_too_old",
            ErrorKind::SchemaTooNew => "schema_too_new",
            ErrorKind::Busy => "busy",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::Internal => "internal",
        },
        CliError::Migration(error) => match error.exit_code() {
            2 => "usage",
            4 => "drift",
            5 => "checksum_mismatch",
            6 => "busy",
            7 => "schema_too_new",
            8 => "migration_failed",
            9 => "migration_restored",
            10 => "migration_not_restored",
            11 => "verify_failed",
            13 => "not_found",
            14 => "conflict",
            18 => "invalid",
            _ => "internal",
        },
        CliError::NoBoard { .. } => "no_board",
        CliError::Worker { .. } => "internal",
        CliError::NoActor => "no_actor",
        CliError::Usage { .. } => "usage",
        CliError::File { .. } => "not_found",
        CliError::FileExists { .. } | CliError::FileEdited { .. } | CliError::BoardExists { .. } => "conflict",
        CliError::Input { .. } | CliError::Template { .. } => "invalid",
        CliError::Found { .. } => "check_found",
        CliError::Broken { .. } | CliError::FilesDiffer { .. } | CliError::ArtifactsDiffer { .. } => "verify_failed",
        CliError::Write { .. } | CliError::Io(_) | CliError::Json(_) => "internal",
        CliError::BrokenPipe => "broken_pipe",
        CliError::Interrupted => "interrupted",
    }
}

/// The exit code; both binaries share the table in docs/errors.md.
pub fn exit_code(error: &CliError) -> u8 {
    match error {
        CliError::Service(Error::File { problem: FileProblem::Altered { .. }, .. }) => 11,
        CliError::Service(error) => match error.kind() {
            ErrorKind::Internal => 1,
            ErrorKind::Busy => 6,
            ErrorKind::SchemaTooNew => 7,
            ErrorKind::NotFound => 13,
            ErrorKind::Conflict | ErrorKind::SchemaTooOld => 14,
            ErrorKind::LeaseLost => 15,
            ErrorKind::NothingReady => 16,
            ErrorKind::GateNotMet => 17,
            ErrorKind::Invalid => 18,
            ErrorKind::Unavailable => match error {
                Error::Database(DatabaseError::ReadOnly(_)) => 18,
                Error::Database(DatabaseError::Full(_)) => 1,
                _ => 13,
            },
        },
        CliError::Migration(error) => error.exit_code(),
        CliError::NoBoard { .. } | CliError::File { .. } => 13,
        CliError::FileExists { .. } | CliError::FileEdited { .. } | CliError::BoardExists { .. } => 14,
        CliError::Worker { .. } => 1,
        CliError::Input { .. } | CliError::Template { .. } => 18,
        CliError::Found { .. } => 3,
        CliError::Broken { .. } | CliError::FilesDiffer { .. } | CliError::ArtifactsDiffer { .. } => 11,
        CliError::NoActor | CliError::Usage { .. } => 2,
        CliError::Write { .. } | CliError::Io(_) | CliError::Json(_) => 1,
        CliError::BrokenPipe => 0,
        CliError::Interrupted => 130,
    }
}

pub fn message(error: &CliError) -> String {
    match error {
        CliError::Service(Error::GateNotMet { item, level, .. }) if level != "workflow" => gate::message(item, level),
        CliError::Service(error) => error.to_string(),
        CliError::Migration(error) => error.to_string(),
        CliError::NoBoard { target: Some(target) } => format!("there is no board at {target}"),
        CliError::NoBoard { target: None } => {
            "there is no board: neither in this folder or above, nor by --database-url or DATABASE_URL".to_owned()
        }
        CliError::Worker { agent, how } => format!("the worker of agent '{agent}' {how}"),
        CliError::NoActor => "it is not known who acts: the board has no default actor".to_owned(),
        CliError::Usage { message, .. } => message.clone(),
        CliError::File { path, error } => format!("{path} can't be read: {error}"),
        CliError::Broken { count } => format!("{count} values are not as the history tells"),
        CliError::Found { count: 1, .. } => "the check found one thing".to_owned(),
        CliError::Found { count, .. } => format!("the check found {count} things"),
        CliError::FilesDiffer { count: 1 } => "1 file is not as the work on it left it".to_owned(),
        CliError::FilesDiffer { count } => format!("{count} files are not as the work on them left them"),
        CliError::ArtifactsDiffer { count: 1 } => "1 artifact is not as it was added".to_owned(),
        CliError::ArtifactsDiffer { count } => format!("{count} artifacts are not as they were added"),
        CliError::FileExists { path } => format!("{path} exists already"),
        CliError::FileEdited { path } => format!("{path} was edited since it was exported"),
        CliError::Write { path, error } => format!("{path} can't be written: {error}"),
        CliError::BoardExists { target, .. } => format!("there is a board at {target} already"),
        CliError::Input { what, error } => format!("{what} can't be understood: {error}"),
        CliError::Template { file, name, problems } => {
            let what = if name.is_empty() { format!("the template in {file}") } else { format!("template '{name}'") };
            let plural = if problems.len() == 1 { "" } else { "s" };
            format!("{what} is not valid: {} problem{plural}; nothing was added", problems.len())
        }
        CliError::Io(error) => error.to_string(),
        CliError::Json(error) => format!("the answer can't be written as JSON: {error}"),
        CliError::BrokenPipe => "stdout was closed".to_owned(),
        CliError::Interrupted => "interrupted; what was not committed was rolled back".to_owned(),
    }
}

/// What is wrong one by one, in the form by which editors find the place; how a failed change left the board.
pub fn details(error: &CliError) -> Vec<String> {
    match error {
        CliError::Template { file, problems, .. } => {
            problems.iter().map(|(line, reason)| format!("{file}:{line}: {reason}")).collect()
        }
        CliError::Service(Error::GateNotMet { level, missing, .. }) if level != "workflow" => missing.clone(),
        // A change of the schema that failed: how it left the board.
        CliError::Migration(error) if matches!(error.exit_code(), 8..=10) => vec![error.verdict()],
        _ => Vec::new(),
    }
}

/// What to do next, where that is known.
pub fn hint(error: &CliError) -> Option<String> {
    match error {
        CliError::Service(error) => service(error),
        // The runner's hints name its own binary.
        CliError::Migration(callboard_migration::error::Error::NoDatabase { .. }) => Some(MAKE_BOARD.to_owned()),
        CliError::Migration(error) => error.hint(),
        CliError::NoBoard { .. } => Some(MAKE_BOARD.to_owned()),
        CliError::Worker { .. } => Some("the board is as the workers left it: `callboard board`".to_owned()),
        CliError::NoActor => Some(
            "`callboard init` makes a user for you; or name one by --as user:NAME, --as agent:SLUG or CALLBOARD_ACTOR"
                .to_owned(),
        ),
        CliError::Usage { hint, .. } => Some((*hint).to_owned()),
        CliError::File { .. } => Some("check the path".to_owned()),
        CliError::Broken { .. } => {
            Some("they were changed past Callboard, or by a fault of ours: please report it".to_owned())
        }
        CliError::Found { hint, .. } => Some((*hint).to_owned()),
        CliError::FilesDiffer { .. } => Some(
            "mend them; or, where they are right as they are, `callboard file scan KEY --track` records them"
                .to_owned(),
        ),
        CliError::ArtifactsDiffer { .. } => Some(file::ADD_AGAIN.to_owned()),
        CliError::FileExists { .. } | CliError::FileEdited { .. } => Some("--force replaces it".to_owned()),
        CliError::Write { .. } => Some("check the path, and the right to write there".to_owned()),
        CliError::BoardExists { way_out, .. } => Some((*way_out).to_owned()),
        CliError::Template { .. } => {
            Some("`callboard workflow template show research` prints one to compare with".to_owned())
        }
        CliError::Input { .. } => Some("`--help` of the command shows the form".to_owned()),
        CliError::Interrupted | CliError::Io(_) | CliError::Json(_) | CliError::BrokenPipe => None,
    }
}

const MAKE_BOARD: &str = "`callboard init` makes one; another one is named by --database-url or DATABASE_URL";

fn service(error: &Error) -> Option<String> {
    let hint = match error {
        Error::NotFound { entity, .. } => not_found(entity),
        Error::Transition { entity: "item", name, allowed, .. } => by_hand(name, allowed),
        Error::Transition { entity: "workflow run", name, allowed, .. } => workflow::run(name, allowed),
        Error::Transition { entity: "step", .. } => {
            "`callboard workflow show RUN` shows where each step stands".to_owned()
        }
        Error::Transition { entity: "decision", name, allowed, .. } => decision::by_hand(name, allowed),
        Error::Transition { entity: "sprint" | "prerequisite", .. } => return None,
        Error::Transition { entity: "session", name, .. } => session::moved(name),
        Error::Transition { .. } => "`callboard assignment history KEY` tells how it got there".to_owned(),
        Error::Conflict(conflict) => return conflicting(conflict),
        Error::LeaseLost { .. } => {
            "stop working on it, somebody else may hold it now; then `callboard claim` again".to_owned()
        }
        Error::NothingReady { .. } => {
            "`callboard ready` shows what any agent could take, `callboard item list --stuck` what waits in vain"
                .to_owned()
        }
        Error::NotAssignable { item, .. } => {
            format!("`callboard assignment explain {item}` names the agents that fit")
        }
        Error::GateNotMet { item, level, .. } if level == "workflow" => workflow::gate(item),
        Error::GateNotMet { item, .. } => gate::hint(item),
        Error::FilesUnseen { .. } => {
            "operations on its files are tracked all the time: give the command again".to_owned()
        }
        Error::File { problem, .. } => file::hint(problem),
        Error::Invalid { .. } => "`--help` of the command has examples".to_owned(),
        Error::Cycle { .. } => {
            "remove one of these edges first: `callboard prerequisite remove ITEM PREREQUISITE`".to_owned()
        }
        Error::SchemaTooOld { .. } => {
            "`callboard upgrade` brings the board up to date; --dry-run shows what it would do".to_owned()
        }
        Error::SchemaTooNew { .. } => "nothing was changed: install the newer version of Callboard".to_owned(),
        Error::Database(error) => return database(error),
        Error::Stored { .. } => "please report this, with the command that you gave".to_owned(),
        Error::BrokenFiles { .. } => "mend the files that are named, or move them out of the folder".to_owned(),
        other => return workflow::hint(other),
    };
    Some(hint)
}

/// The commands by which the possible events happen.
fn by_hand(key: &str, events: &[String]) -> String {
    let command = |event: &String| match event.as_str() {
        "ready" | "stop" => format!("item move {key} todo"),
        "defer" => format!("item move {key} backlog"),
        "finish" => format!("item move {key} done"),
        "accept" => format!("review accept {key}"),
        "reject" => format!("review reject {key} --reason TEXT"),
        verb => format!("item {verb} {key}"),
    };
    let commands: Vec<String> = events.iter().map(|event| format!("`callboard {}`", command(event))).collect();
    if commands.is_empty() {
        return format!("`callboard item history {key}` tells how it got there");
    }
    format!("possible now: {}", commands.join(", "))
}

/// The message names what is near already.
fn not_found(entity: &str) -> String {
    let list = match entity {
        "item" | "item or assignment" => "item list",
        "agent" => "agent list",
        "user" => "user list",
        "project" => "project list",
        "sprint" => "sprint list",
        "session" => "session list",
        "decision" => "decision list",
        "setting" => "setting list",
        "assignment" => "assignment list --mine",
        "checkpoint" => "checkpoint list ITEM",
        "message" => "message inbox --all --agent SLUG",
        "prerequisite" => "prerequisite list ITEM",
        "workflow run" => "workflow list",
        "workflow template" | "shipped template" => "workflow template list",
        "output" => "workflow outputs RUN",
        "context" => "workflow context list RUN",
        "failed step" => "workflow show RUN",
        "file operation" | "file operation on" => "file list",
        "artifact" => "artifact list ITEM",
        "item in this sprint" => "sprint show SPRINT",
        "stream" => "stream list",
        "item in this stream" => "stream show STREAM",
        "active session of" | "open session of" | "paused session of" => return session::none(),
        _ => return "check the name".to_owned(),
    };
    format!("`callboard {list}` shows what there is")
}

fn conflicting(conflict: &Conflict) -> Option<String> {
    let hint = match conflict {
        Conflict::Exists { entity: "key prefix", .. } => "give the project another one by --prefix".to_owned(),
        Conflict::Exists { entity: "evolution", .. } | Conflict::CameOf { .. } => return decision::conflict(conflict),
        Conflict::Inactive { entity: "decision", .. } => return decision::conflict(conflict),
        Conflict::Exists { entity, .. } => format!("choose another name, or change that {entity}"),
        Conflict::OwnReview { .. } => "`callboard review list` shows who may not; --as names another".to_owned(),
        Conflict::Revision { item, .. } => {
            format!("`callboard item show {item}`, then give the command again with the present revision")
        }
        Conflict::Held { item, .. } => {
            format!("`callboard assignment cancel {item} --reason TEXT` takes it away from its holder")
        }
        Conflict::Inactive { entity: "agent", name, status } if status == "archived" => {
            format!("`callboard agent restore {name}` brings it back")
        }
        Conflict::Inactive { entity: "agent", name, .. } => {
            format!("`callboard agent edit {name} --status active` lets it work again")
        }
        Conflict::Inactive { entity: "project" | "default project", name, status } if status == "archived" => {
            format!("`callboard project restore {name}` brings it back")
        }
        Conflict::Inactive { entity: "sprint", name, .. } => {
            format!("`callboard sprint edit {name} --status active` opens it again")
        }
        Conflict::Inactive { entity: "stream", name, .. } => format!("`callboard stream reopen {name}` opens it again"),
        Conflict::Inactive { entity: "session", .. } => session::over(),
        Conflict::SessionActive { session, .. } => session::active(session),
        Conflict::Inactive { .. } => "name one that is active".to_owned(),
        Conflict::Misfit { .. } => {
            "restore what it needs first, or give up the rows that do not fit by --leave-out".to_owned()
        }
        Conflict::InUse { what, .. } if what.starts_with("archiving ") => {
            "end that first, or cancel the item".to_owned()
        }
        Conflict::InUse { .. } => "archive it instead, which keeps its history".to_owned(),
        Conflict::Dependents { .. } => {
            "--waive-dependents lets them go on without it, --cancel-dependents cancels them too; --dry-run shows which"
                .to_owned()
        }
        Conflict::IdempotencyKey { .. } => "use a new key for a new request".to_owned(),
        other => return workflow::conflict(other),
    };
    Some(hint)
}

fn database(error: &DatabaseError) -> Option<String> {
    let hint = match error {
        DatabaseError::Busy(_) => "others are writing: give the command again",
        DatabaseError::ReadOnly(_) => "make the file and its folder writable, such as by chmod u+w",
        DatabaseError::Full(_) => "nothing was changed: free some space first",
        DatabaseError::Url(_) => "examples: sqlite://board.db, postgres://user@localhost/app",
        DatabaseError::Open { .. } => "check that it exists, that the server runs and that the URL is right",
        _ => return None,
    };
    Some(hint.to_owned())
}
