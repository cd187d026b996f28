//! Builds the recovery package of an item.

use callboard_entity::work_items;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::fit::{self, fit};
use super::gather::{Gathered, gather};
use super::package::RecoveryPackage;
use super::rules::{self, GUIDANCE, RECOMMENDATIONS, Situation};
use crate::assignment::Claimed;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item;

/// The budget of a package that comes with a claim, in tokens.
const CLAIM_BUDGET: u64 = 4000;
/// How many packages come with one claim of many items.
const CLAIM_PACKAGES: usize = 10;
/// Where an item's delegation context says that it was handed over.
pub(super) const HANDOVER: &str = "handover";

/// All that the next worker on an item needs, from the database alone; at most twenty statements, whatever there is.
///
/// It changes nothing, and the same rows give the same package. It fits into its budget: less important entries are left
/// out and long texts shortened, and both are counted. How tokens are counted stands in docs/continuity.md.
///
/// # Errors
/// `NotFound` with near keys; `Invalid` for a budget outside 1,500 to 1,000,000 tokens.
///
/// # Example
/// ```no_run
/// use callboard_service::recovery::{Recover, markdown};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let package = board.read(&Recover::of("CB-7")).await?;
/// println!("{}", markdown(&package));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recover {
    /// By key or id.
    pub item: Ref,
    /// The most tokens that it may take; 8,000 where none is named.
    pub budget: Option<u64>,
    /// The reader's own open assignment of the item: then the package speaks to its holder.
    pub assignment: Option<Uuid>,
}

impl Recover {
    /// The package of an item, for whoever asks.
    pub fn of(item: impl Into<Ref>) -> Self {
        Self { item: item.into(), budget: None, assignment: None }
    }
}

impl Query for Recover {
    type Output = RecoveryPackage;

    async fn fetch(&self, tx: &Tx) -> Result<RecoveryPackage> {
        let budget = fit::budget(self.budget)?;
        let item = item::find(tx, &self.item).await?;
        build(tx, &item, budget, self.assignment).await
    }
}

/// The package of a row that was just read or written.
pub(super) async fn build(
    tx: &Tx,
    item: &work_items::Model,
    budget: u64,
    reader: Option<Uuid>,
) -> Result<RecoveryPackage> {
    let Gathered { mut package, unread } = gather(tx, item).await?;
    let for_holder = reader.is_some() && reader == package.item.open.as_ref().map(|open| open.id);
    let situation = Situation { package: &package, for_holder };
    let guidance = rules::apply(GUIDANCE, &situation);
    let recommendations = rules::apply(RECOMMENDATIONS, &situation);
    package.guidance = guidance;
    package.recommendations = recommendations;
    Ok(fit(package, budget, unread))
}

/// Gives the packages to what was claimed after somebody else had it: the first ten of them.
pub(crate) async fn for_claims(tx: &Tx, claimed: &mut [Claimed]) -> Result<()> {
    // Collected: a closure over borrowed rows would make the future less general than a verb's.
    let had_before =
        |claimed: &&mut Claimed| claimed.attempt > 1 || has_endings(&claimed.item) || is_handed_over(&claimed.item);
    let begun: Vec<&mut Claimed> = claimed.iter_mut().filter(had_before).take(CLAIM_PACKAGES).collect();
    for claimed in begun {
        let package = build(tx, &claimed.item, CLAIM_BUDGET, Some(claimed.assignment)).await?;
        claimed.recovery = Some(Box::new(package));
    }
    Ok(())
}

/// Whether anybody's hold on the item ended: by its digest, for a retry counts the attempts anew.
fn has_endings(item: &work_items::Model) -> bool {
    item.delegation_history.as_ref().and_then(Value::as_array).is_some_and(|endings| !endings.is_empty())
}

fn is_handed_over(item: &work_items::Model) -> bool {
    item.delegation_context.as_ref().is_some_and(|context| context.get(HANDOVER).is_some())
}
