//! Outputs of a run: what it leaves behind, by key.

use callboard_entity::{WorkflowOutputType as Type, workflow_outputs as outputs};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::driver::Driver;
use super::lease::fence;
use super::step::MAX_STEP_OUTPUT;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id;
use crate::rules;
use crate::workflow::journal::Journal;

/// The value of a run's output.
///
/// ```
/// use callboard_service::workflow::Output;
///
/// let text: Output = "The draft.".into();
/// let json: Output = serde_json::json!({ "found": 3 }).into();
/// let sources = Output::citations(["Doe 2024", "Roe 2025"]);
/// # let _ = (text, json, sources);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub(crate) value: String,
    pub(crate) kind: Type,
}

impl Output {
    /// A list of citations, each one line.
    pub fn citations<S: Into<String>>(citations: impl IntoIterator<Item = S>) -> Self {
        let list: Vec<Value> = citations.into_iter().map(|c| Value::String(c.into())).collect();
        Self { value: Value::Array(list).to_string(), kind: Type::CitationList }
    }
}

impl From<&str> for Output {
    fn from(text: &str) -> Self {
        Self { value: text.to_owned(), kind: Type::Text }
    }
}

impl From<String> for Output {
    fn from(value: String) -> Self {
        Self { value, kind: Type::Text }
    }
}

impl From<Value> for Output {
    fn from(value: Value) -> Self {
        Self { value: value.to_string(), kind: Type::Json }
    }
}

/// A key is one line of at most 200 characters.
pub(crate) fn check_key(key: &str) -> Result<()> {
    rules::line("output key", key)?;
    if key.chars().count() > 200 {
        return Err(Error::invalid("output key", key, "must have at most 200 characters"));
    }
    Ok(())
}

pub(super) fn twice(run: &str, key: &str) -> Error {
    Conflict::Exists { entity: "output", name: format!("{key} of {run}") }.into()
}

/// Stores an output in a run that the caller has locked.
///
/// # Errors
/// `Exists` where the run has one of that key; `Invalid` where it is larger than 8 MiB or holds U+0000.
pub(crate) async fn insert(journal: &mut Journal<'_>, step: Option<Uuid>, key: &str, output: &Output) -> Result<()> {
    check(key, output)?;
    let row = outputs::Model {
        id: id::new(),
        workflow_run_id: journal.run.id,
        step_id: step,
        output_key: key.to_owned(),
        output_value: output.value.clone(),
        output_type: output.kind,
        created_at: journal.tx.now,
    };
    let name = format!("{key} of {}", journal.run.workflow_id);
    let insert = outputs::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&journal.tx.conn).await.map_err(crate::error::taken("output", &name))?;
    journal.note("output", step, None, Some(serde_json::json!({ "key": key })));
    Ok(())
}

fn check(key: &str, output: &Output) -> Result<()> {
    let size = output.value.len();
    if size > MAX_STEP_OUTPUT {
        let rule = format!(
            "has {size} bytes, and at most {MAX_STEP_OUTPUT} are stored: write it to a file and store its path"
        );
        return Err(Error::invalid("output", key, rule));
    }
    if output.value.contains('\0') {
        return Err(Error::invalid("output", key, "must not hold the character U+0000"));
    }
    Ok(())
}

/// The stored output of that key.
pub(super) async fn stored(tx: &Tx, run: Uuid, key: &str) -> Result<Option<outputs::Model>> {
    let of = outputs::Entity::find()
        .filter(outputs::Column::WorkflowRunId.eq(run))
        .filter(outputs::Column::OutputKey.eq(key));
    Ok(of.one(&tx.conn).await?)
}

struct PutOutput<'a> {
    run: Uuid,
    epoch: i64,
    key: &'a str,
    output: &'a Output,
}

impl Verb for PutOutput<'_> {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, true)?;
        if let Some(old) = stored(tx, self.run, self.key).await? {
            // Stored by an earlier pass: the same again is a repeat.
            if old.output_value == self.output.value && old.output_type == self.output.kind {
                return Ok(());
            }
            return Err(Error::OutputDiverged { run: journal.run.workflow_id, key: self.key.to_owned() });
        }
        insert(&mut journal, None, self.key, self.output).await?;
        journal.close().await?;
        Ok(())
    }
}

impl Driver {
    pub(super) async fn output(&self, key: &str, output: &Output) -> Result<()> {
        self.board.run(self.actor, &PutOutput { run: self.run, epoch: self.epoch, key, output }).await
    }
}
