//! A stretch of items, and asking the checks about it: each statement gives what is broken, and nothing else.

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::damage::Damage;
use super::{edges, items, replay};
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::Result;

/// The items of a project from one id to another, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub project: Uuid,
    pub first: Uuid,
    pub last: Uuid,
}

/// Something that is broken.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    pub damage: Damage,
    /// The item that it is about; none where it is about the project.
    pub item: Option<Uuid>,
    /// The item's key, or another name.
    pub subject: String,
    pub found: String,
    /// What it should be; of what can be mended, in the form in which it is stored.
    pub expected: String,
}

/// A check over items `w`, as parts of a statement.
pub(super) struct Check {
    pub damage: Damage,
    /// Texts.
    pub found: String,
    pub expected: String,
    /// What is joined to the item; may be empty.
    pub join: String,
    /// True of what is broken.
    pub broken: String,
}

impl Check {
    /// `$1` is the project, `$2` and `$3` are the window's ends.
    fn sql(&self) -> String {
        let Self { found, expected, join, broken, .. } = self;
        format!(
            "SELECT w.id AS item, w.\"key\" AS subject, {found} AS found, {expected} AS expected FROM work_items w {join} \
             WHERE w.project_id = $1 AND w.id >= $2 AND w.id <= $3 AND ({broken})"
        )
    }
}

/// The checks of a level over items.
fn checks(dialect: Dialect, level: Level) -> Vec<Check> {
    let all = items::checks(dialect).into_iter().chain(edges::checks());
    all.filter(|check| check.damage.is_looked_for(level)).collect()
}

/// What is broken of the items of a window, in the order of their ids.
pub(crate) async fn of_items(tx: &Tx, window: &Window, level: Level) -> Result<Vec<Broken>> {
    let mut found = Vec::new();
    for check in checks(tx.dialect, level) {
        found.extend(ask(tx, &check, window).await?);
    }
    if Damage::Ledger.is_looked_for(level) {
        let told = replay::compare(tx, window).await?;
        let own: Vec<Broken> = told.into_iter().filter(|broken| !is_told(broken, &found)).collect();
        found.extend(own);
    }
    found.sort_by_key(|broken| (broken.item, broken.damage));
    Ok(found)
}

/// The broken rows of one check.
pub(super) async fn ask(tx: &Tx, check: &Check, window: &Window) -> Result<Vec<Broken>> {
    let bound = [window.project.into(), window.first.into(), window.last.into()];
    let rows = tx.conn.query_all_raw(tx.dialect.statement(&check.sql(), bound)).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let text = |column: &str| row.try_get::<Option<String>>("", column).map(Option::unwrap_or_default);
        found.push(Broken {
            damage: check.damage,
            item: Some(row.try_get("", "item")?),
            subject: row.try_get("", "subject")?,
            found: text("found")?,
            expected: text("expected")?,
        });
    }
    Ok(found)
}

/// Whether a value that the ledger does not tell is broken by another check's word, which can say what it should be.
fn is_told(broken: &Broken, found: &[Broken]) -> bool {
    if broken.damage != Damage::Ledger {
        return false;
    }
    let by = |damage: Damage| found.iter().any(|other| other.item == broken.item && other.damage == damage);
    match broken.found.split(' ').next().unwrap_or_default() {
        "unmet_prerequisites" => by(Damage::UnmetPrerequisites),
        "assignee" => by(Damage::DanglingAssignee) || by(Damage::AssigneeAgainstHolder),
        "delegation_status" => by(Damage::DelegationStatus),
        "status" => by(Damage::InProgressWithoutAssignment),
        _ => false,
    }
}
