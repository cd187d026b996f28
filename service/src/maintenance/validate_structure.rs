//! Finds rows that do not agree with each other, and mends what can be derived from the others.

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::report::Finding;
use super::request::{Request, Scope, Within};
use super::run::{Batch, Maintained, Maintenance, Portion, Run, Watch};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::prerequisite::edge;
use crate::structure::{self, Broken, Mended, Window};
use callboard_entity::work_items;

/// Items that are looked at in one portion; where something is mended, ten for each that may be mended.
const WINDOW: u64 = 5000;
/// Items of one portion where each is named by itself.
const NAMED: u64 = 50;
/// How many items are mended in one transaction where nothing else is asked.
const MENDED: u64 = 50;
/// The most of them.
const MOST_MENDED: u64 = 100;

/// Looks for all of [`structure::Damage`] that its level has, and mends what can be derived where the request says so.
///
/// A window of items at a time, each in a transaction of its own; at most 50 items are mended in one. Each mended item
/// has a ledger row of the kind `repaired`; what is mended of a project stands in the run's results alone. Items whose
/// automatic maintenance is switched off are reported, and left. Where one cannot be mended the others are.
///
/// # Errors
/// `NotFound`; `Invalid` for a batch outside 1 to 100, or a request that does not fit; the database's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ValidateStructure {
    /// What is looked at, how closely, and whether it is mended (`resolve`).
    pub request: Request,
    /// The most items that are mended in one transaction: 1 to 100, 50 where none is named.
    pub batch: Option<u64>,
}

impl Maintenance for ValidateStructure {
    async fn carry_out(&self, board: &Callboard, actor: Actor, watch: Watch<'_>) -> Result<Maintained> {
        let most = self.batch.unwrap_or(MENDED);
        if !(1..=MOST_MENDED).contains(&most) {
            return Err(Error::invalid("batch", most.to_string(), format!("must be 1 to {MOST_MENDED}")));
        }
        if self.request.scope == Scope::Board {
            return Err(Error::invalid("scope", "board", "must be a project, a session or an item"));
        }
        let run = Run::begin(board, actor, &self.request).await?;
        let validation = Validation {
            within: run.within().clone(),
            is_project: self.request.scope == Scope::FullProject,
            level: self.request.level,
            mends: self.request.resolve,
            most,
        };
        run.complete(&validation, watch).await
    }
}

struct Validation {
    within: Within,
    is_project: bool,
    level: Level,
    mends: bool,
    most: u64,
}

/// Where a run is: each stage is done before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Project,
    Items,
    Cycles,
    Artifacts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    stage: Stage,
    after: Option<Uuid>,
}

impl Cursor {
    fn at(stage: Stage, after: Option<Uuid>) -> Option<Value> {
        Some(json!(Self { stage, after }))
    }
}

impl Batch for Validation {
    async fn portion(&self, tx: &Tx, cursor: Option<&Value>) -> Result<Portion> {
        let Cursor { stage, after } = match cursor {
            None => Cursor { stage: Stage::Project, after: None },
            Some(stored) => serde_json::from_value(stored.clone()).map_err(|error| Error::Stored {
                what: "cursor of a maintenance operation".to_owned(),
                why: error.to_string(),
            })?,
        };
        match stage {
            Stage::Project => self.project(tx).await,
            Stage::Items => self.items(tx, after).await,
            Stage::Cycles => self.cycles(tx).await,
            Stage::Artifacts => self.artifacts(tx, after).await,
        }
    }
}

impl Validation {
    async fn project(&self, tx: &Tx) -> Result<Portion> {
        let mut findings = Vec::new();
        if let Some(project) = self.within.project.as_ref().filter(|_| self.is_project) {
            for broken in structure::of_project(tx, project.id, self.level).await? {
                let found = finding(&broken);
                let told = match broken.damage.repair() {
                    Some(repair) if self.mends => match structure::mend_project(tx, project.id, broken.damage).await {
                        Ok(Some(_)) => found.changed(repair),
                        Ok(None) => found.missed("somebody was faster"),
                        Err(error) if error.is_retryable() => return Err(error),
                        Err(error) => found.missed(&error.to_string()),
                    },
                    Some(_) => found.kept(LEFT),
                    None => found,
                };
                findings.push(told);
            }
        }
        Ok(Portion { findings, counts: Vec::new(), next: Cursor::at(Stage::Items, None) })
    }

    async fn items(&self, tx: &Tx, after: Option<Uuid>) -> Result<Portion> {
        let ids = self.page(tx, after).await?;
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
            return Ok(Portion { next: Cursor::at(Stage::Cycles, None), ..Portion::default() });
        };
        let mut broken = Vec::new();
        if self.is_project {
            let window = Window { project: first.1, first: first.0, last: last.0 };
            broken = structure::of_items(tx, &window, self.level).await?;
        } else {
            for (id, project) in &ids {
                let window = Window { project: *project, first: *id, last: *id };
                broken.extend(structure::of_items(tx, &window, self.level).await?);
            }
        }
        let (findings, end) = if self.mends {
            self.mend(tx, broken, &ids).await?
        } else {
            (broken.iter().map(|broken| left(finding(broken), broken)).collect(), last.0)
        };
        let looked_at = ids.iter().filter(|(id, _)| *id <= end).count();
        let counts = vec![("items", i64::try_from(looked_at).unwrap_or(i64::MAX))];
        Ok(Portion { findings, counts, next: Cursor::at(Stage::Items, Some(end)) })
    }

    /// The next items in the order of their ids, each with its project.
    async fn page(&self, tx: &Tx, after: Option<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
        let mut query = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::ProjectId])
            .filter(self.within.items());
        if let Some(after) = after {
            query = query.filter(work_items::Column::Id.gt(after));
        }
        let most = match (self.is_project, self.mends) {
            (true, true) => self.most * 10,
            (true, false) => WINDOW,
            (false, _) => NAMED,
        };
        Ok(query.order_by_asc(work_items::Column::Id).limit(most).into_tuple().all(&tx.conn).await?)
    }

    /// Mends the first of the broken items, as many as a portion may; gives what became of all that was found until
    /// there, and where that is.
    async fn mend(&self, tx: &Tx, broken: Vec<Broken>, ids: &[(Uuid, Uuid)]) -> Result<(Vec<Finding>, Uuid)> {
        let projects: BTreeMap<Uuid, Uuid> = ids.iter().copied().collect();
        let mendable = broken.iter().filter(|broken| broken.damage.repair().is_some());
        let all: BTreeSet<Uuid> = mendable.filter_map(|broken| broken.item).collect();
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let end = match all.iter().nth(most) {
            // Up to the one before the first that is not mended in this portion.
            Some(next) => all.range(..*next).next_back().copied(),
            None => projects.keys().next_back().copied(),
        };
        let end = end.unwrap_or_default();
        let locked: BTreeSet<Uuid> = all.range(..=end).filter_map(|id| projects.get(id)).copied().collect();
        for project in locked {
            edge::lock_project(tx, project).await?;
        }
        let mut became: BTreeMap<Uuid, Result<Mended, String>> = BTreeMap::new();
        for id in all.range(..=end) {
            let Some(project) = projects.get(id) else { continue };
            let mended = match structure::mend_item(tx, *project, *id, self.level).await {
                Ok(mended) => Ok(mended),
                Err(error) if error.is_retryable() => return Err(error),
                Err(error) => Err(error.to_string()),
            };
            became.insert(*id, mended);
        }
        let told = broken.iter().filter(|broken| broken.item.is_none_or(|item| item <= end)).map(|broken| {
            let found = finding(broken);
            let (Some(repair), Some(mended)) = (broken.damage.repair(), broken.item.and_then(|item| became.get(&item)))
            else {
                return found;
            };
            match mended {
                Ok(Mended::SwitchedOff) => found.kept("its automatic maintenance is switched off"),
                Ok(Mended::But(left)) if left.contains(&broken.damage) => {
                    found.kept("no other row tells what it should be")
                }
                Ok(Mended::But(_)) => found.changed(repair),
                Err(why) => found.missed(why),
            }
        });
        Ok((told.collect(), end))
    }

    async fn cycles(&self, tx: &Tx) -> Result<Portion> {
        let mut findings = Vec::new();
        if let Some(project) = &self.within.project {
            for (broken, items) in structure::cycles(tx, project.id, self.level).await? {
                if self.is_project || self.holds(tx, items).await? {
                    findings.push(finding(&broken));
                }
            }
        }
        let next = match self.level {
            Level::Basic => None,
            Level::Comprehensive | Level::FullAudit => Cursor::at(Stage::Artifacts, None),
        };
        Ok(Portion { findings, counts: Vec::new(), next })
    }

    /// Whether one of these items is looked at.
    async fn holds(&self, tx: &Tx, items: Vec<Uuid>) -> Result<bool> {
        for some in items.chunks(10_000) {
            let found = work_items::Entity::find()
                .select_only()
                .column(work_items::Column::Id)
                .filter(self.within.items())
                .filter(work_items::Column::Id.is_in(some.iter().copied()))
                .limit(1)
                .into_tuple::<Uuid>()
                .one(&tx.conn)
                .await?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn artifacts(&self, tx: &Tx, after: Option<Uuid>) -> Result<Portion> {
        let Some(project) = &self.within.project else { return Ok(Portion::default()) };
        let within = (!self.is_project).then(|| self.within.items());
        let (broken, next) = structure::artifacts(tx, project, within, after).await?;
        let next = next.and_then(|after| Cursor::at(Stage::Artifacts, Some(after)));
        Ok(Portion { findings: broken.iter().map(finding).collect(), counts: Vec::new(), next })
    }
}

const LEFT: &str = "--fix mends it";

/// What is only reported, with the way out where there is one.
fn left(found: Finding, broken: &Broken) -> Finding {
    if broken.damage.repair().is_some() { found.kept(LEFT) } else { found }
}

fn finding(broken: &Broken) -> Finding {
    let Broken { damage, subject, found, expected, .. } = broken;
    Finding::reported(damage.as_str(), subject, damage.severity(), format!("is {found}; should be {expected}"))
}
