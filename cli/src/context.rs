//! Finds and opens the board, and who acts on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callboard_migration::backup::state_folder;
use callboard_migration::runner::{self, Event};
use callboard_migration::target::{self, Located, Source, Sources};
use callboard_service::setting::GetSetting;
use callboard_service::{Actor, Callboard, DatabaseError, DatabaseUrl, OpenOptions, Query, Ref, Verb, WriteLane};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::args::{DryRun, Global};
use crate::error::CliError;
use crate::output::Printer;

/// What a command runs with.
#[derive(Debug)]
pub struct Context {
    pub out: Printer,
    global: Global,
    committing: Committing,
}

impl Context {
    pub fn new(global: Global) -> Self {
        Self { out: Printer::new(&global), global, committing: Committing::default() }
    }

    /// Runs a change as the one who acts.
    ///
    /// # Errors
    /// No board, no actor, or what the verb refuses.
    pub async fn run<V>(&self, verb: &V) -> Result<V::Output, CliError>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned + 'static,
    {
        let board = self.board().await?;
        let actor = self.actor(&board).await?;
        self.run_as(&board, actor, verb).await
    }

    /// Runs a change as a given actor, once for the `--idempotency-key`, in the session that is named.
    ///
    /// # Errors
    /// A session that is over, or what the verb refuses.
    pub async fn run_as<V>(&self, board: &Callboard, actor: Actor, verb: &V) -> Result<V::Output, CliError>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned + 'static,
    {
        let board = self.in_session(board).await?;
        self.run_once(&board, actor, verb).await
    }

    /// Runs a change of a session: the one that is named is what is changed, and may be over.
    ///
    /// # Errors
    /// As [`Context::run`].
    pub async fn run_on_session<V>(&self, verb: &V) -> Result<V::Output, CliError>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned + 'static,
    {
        let board = self.board().await?;
        let actor = self.actor(&board).await?;
        self.run_once(&board, actor, verb).await
    }

    async fn run_once<V>(&self, board: &Callboard, actor: Actor, verb: &V) -> Result<V::Output, CliError>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned + 'static,
    {
        match &self.global.idempotency_key {
            Some(key) => Ok(board.run_once(actor, key, verb).await?),
            None => Ok(board.run(actor, verb).await?),
        }
    }

    /// Whether an `--idempotency-key` was given.
    pub fn is_keyed(&self) -> bool {
        self.global.idempotency_key.is_some()
    }

    /// The board in the session that is named, if one is.
    ///
    /// # Errors
    /// Not found; a session that is over.
    pub async fn in_session(&self, board: &Callboard) -> Result<Callboard, CliError> {
        match self.session() {
            Some(session) => Ok(board.in_session(&session).await?),
            None => Ok(board.clone()),
        }
    }

    /// As [`Context::run`], or with `--dry-run` in a transaction that is taken back.
    ///
    /// # Errors
    /// As [`Context::run`].
    pub async fn run_or_rehearse<V>(&self, verb: &V, dry_run: DryRun) -> Result<V::Output, CliError>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned + 'static,
    {
        if !dry_run.dry_run {
            return self.run(verb).await;
        }
        self.rehearse(verb).await
    }

    /// What a change would do, without doing it.
    ///
    /// # Errors
    /// As [`Context::run`].
    pub async fn rehearse<V: Verb>(&self, verb: &V) -> Result<V::Output, CliError> {
        let board = self.board().await?;
        let actor = self.actor(&board).await?;
        self.rehearse_as(&board, actor, verb).await
    }

    /// As [`Context::rehearse`], as a given actor.
    ///
    /// # Errors
    /// As [`Context::run_as`].
    pub async fn rehearse_as<V: Verb>(&self, board: &Callboard, actor: Actor, verb: &V) -> Result<V::Output, CliError> {
        let output = self.in_session(board).await?.rehearse(actor, verb).await?;
        self.out.rehearsed();
        Ok(output)
    }

    /// Asks the board.
    ///
    /// # Errors
    /// No board, or what the query refuses.
    pub async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output, CliError> {
        Ok(self.board_to_read::<Q>().await?.read(query).await?)
    }

    /// The board, opened for one question.
    ///
    /// # Errors
    /// As [`Context::board`].
    pub async fn board_to_read<Q: Query>(&self) -> Result<Callboard, CliError> {
        let located = self.locate()?;
        self.open_with(&located, Q::IS_SHORT).await
    }

    /// Where the board is, and how that is known. Warns of a password on the command line.
    ///
    /// # Errors
    /// A malformed URL, or two of them.
    pub fn locate(&self) -> Result<Located, CliError> {
        let folder = std::env::current_dir()?;
        let environment = std::env::var_os("DATABASE_URL");
        let located = target::locate(&Sources {
            flag: self.global.database_url.as_ref().map(|url| url.expose()),
            file: self.global.database_url_file.as_deref(),
            environment: environment.as_deref(),
            folder: &folder,
        })?;
        if let Some(warning) = &located.warning {
            self.out.warning(warning);
        }
        Ok(located)
    }

    /// The runner's options for a board.
    pub fn runner_options(&self, located: &Located) -> runner::Options {
        let mut options = runner::Options::new(located.url.clone());
        options.schema.clone_from(&self.global.schema);
        if located.url.sqlite_path().is_none() {
            options.backups.folder = state_folder(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"));
        }
        options
    }

    /// Opens the board.
    ///
    /// # Errors
    /// [`CliError::NoBoard`] where there is none; a schema that is older or newer than this build; what else keeps the
    /// database from being opened.
    pub async fn board(&self) -> Result<Callboard, CliError> {
        let located = self.locate()?;
        self.open(&located).await
    }

    /// Opens the board at a place that is already known.
    ///
    /// # Errors
    /// As [`Context::board`].
    pub async fn open(&self, located: &Located) -> Result<Callboard, CliError> {
        self.open_with(located, false).await
    }

    /// `inline_reads` for a short question only: what else a command does would open the file once more, and read its schema.
    async fn open_with(&self, located: &Located, inline_reads: bool) -> Result<Callboard, CliError> {
        if located.source == Source::Default {
            return Err(CliError::NoBoard { target: None });
        }
        // A command needs one connection at a time.
        let (schema, lane) = (self.global.schema.clone(), WriteLane::off());
        let options = OpenOptions { schema, lane, inline_reads, max_connections: 1, ..OpenOptions::default() };
        match Callboard::open(&service_url(located)?, options).await {
            Ok(board) => Ok(board),
            Err(callboard_service::Error::SchemaTooOld { found: None, .. }) => {
                Err(CliError::NoBoard { target: Some(located.url.to_string()) })
            }
            Err(error @ callboard_service::Error::Database(_)) => Err(self.explain(located, error).await),
            Err(error) => Err(error.into()),
        }
    }

    /// The runner tells apart why a database can't be opened: its word is better than the driver's.
    async fn explain(&self, located: &Located, error: callboard_service::Error) -> CliError {
        match runner::status(&self.runner_options(located)).await {
            Err(cause) => cause.into(),
            Ok(status) if !status.exists => CliError::NoBoard { target: Some(located.url.to_string()) },
            Ok(_) => error.into(),
        }
    }

    /// Who acts: `--as`, CALLBOARD_ACTOR, else the setting default_actor.
    ///
    /// # Errors
    /// [`CliError::NoActor`]; not found.
    pub async fn actor(&self, board: &Callboard) -> Result<Actor, CliError> {
        match self.explicit_actor(board).await? {
            Some(actor) => Ok(actor),
            None => self.default_actor(board).await,
        }
    }

    /// Who acts where the command line or the environment says so.
    pub async fn explicit_actor(&self, board: &Callboard) -> Result<Option<Actor>, CliError> {
        match self.global.actor.as_deref().filter(|actor| !actor.is_empty()) {
            Some(text) => Ok(Some(board.actor(text).await?)),
            None => Ok(None),
        }
    }

    async fn default_actor(&self, board: &Callboard) -> Result<Actor, CliError> {
        let setting = board.read(&GetSetting { key: "default_actor".to_owned(), project: None }).await?;
        match setting.value.as_ref().and_then(|value| value.as_str()) {
            Some(name) => Ok(board.actor(name).await?),
            None => Err(CliError::NoActor),
        }
    }

    /// The project that was named.
    pub fn project(&self) -> Option<Ref> {
        self.global.project.clone()
    }

    /// The work session that was named: --session, else CALLBOARD_SESSION; an empty one is none.
    pub fn session(&self) -> Option<Ref> {
        self.global.session.clone().filter(|session| !session.to_string().is_empty())
    }

    /// Told by the runner when it begins to commit, or to put a backup back: from then on Ctrl-C waits.
    pub fn committing(&self) -> Committing {
        self.committing.clone()
    }

    pub fn is_committing(&self) -> bool {
        self.committing.0.load(Ordering::SeqCst)
    }
}

/// Whether a migration is being committed.
#[derive(Clone, Debug, Default)]
pub struct Committing(Arc<AtomicBool>);

impl Committing {
    /// From now on the command ends by itself when a signal comes.
    pub fn hold(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn see(&self, event: &Event) {
        match event {
            Event::Committing | Event::Undoing { .. } | Event::Restoring { .. } => self.0.store(true, Ordering::SeqCst),
            Event::Committed => self.0.store(false, Ordering::SeqCst),
            _ => {}
        }
    }
}

/// The same address for the service.
fn service_url(located: &Located) -> Result<DatabaseUrl, DatabaseError> {
    match located.url.sqlite_path() {
        Some(path) => Ok(DatabaseUrl::sqlite(path)),
        None => DatabaseUrl::parse(&located.url.expose_secret()),
    }
}
