//! Looks at files for gates, made while no transaction is open.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_entity::work_items;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::file::{Seen, VerificationPlan, plan_of, written};
use crate::id::Ref;
use crate::item;

/// What was seen for the gates of a call, and what is still to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    seen: HashMap<Uuid, Arc<Seen>>,
    /// With their keys.
    wanted: BTreeMap<Uuid, String>,
    /// How often each item was looked at for this call.
    times: HashMap<Uuid, u32>,
}

/// How often an item is looked at for one call: its operations may change between a look and the decision.
const MOST_LOOKS: u32 = 5;

impl Looks {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is done under the lock that could panic half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same looks for another call, which may ask for more.
    pub fn for_call(&self) -> Self {
        Self(Arc::new(Mutex::new(State { seen: self.state().seen.clone(), ..State::default() })))
    }

    /// Whether a gate asked for a look.
    pub fn is_wanted(&self) -> bool {
        !self.state().wanted.is_empty()
    }

    /// The items to look at.
    ///
    /// # Errors
    /// `FilesUnseen` for one that was looked at too often.
    pub fn take_wanted(&self) -> Result<Vec<Uuid>> {
        let mut state = self.state();
        let wanted = std::mem::take(&mut state.wanted);
        for (item, key) in &wanted {
            let times = state.times.entry(*item).or_default();
            *times += 1;
            if *times > MOST_LOOKS {
                return Err(Error::FilesUnseen { item: key.clone() });
            }
        }
        Ok(wanted.into_keys().collect())
    }

    pub fn put(&self, item: Uuid, seen: Seen) {
        self.state().seen.insert(item, Arc::new(seen));
    }
}

/// The look at an item's files, and which operations the last verification found failed; none where there are no files.
///
/// # Errors
/// `FilesUnseen` where there is no look yet, or it was for other operations.
pub(super) async fn seen(tx: &Tx, item: &work_items::Model) -> Result<Option<(Arc<Seen>, BTreeSet<Uuid>)>> {
    let plan = written(plan_of(tx, item).await?);
    if plan.effects.is_empty() {
        return Ok(None);
    }
    let known = tx.looks.state().seen.get(&item.id).filter(|seen| seen.is_of(&plan)).cloned();
    match known {
        Some(seen) => Ok(Some((seen, plan.failed))),
        None => {
            tx.looks.state().wanted.insert(item.id, item.key.clone());
            Err(Error::FilesUnseen { item: item.key.clone() })
        }
    }
}

/// What the gate of an item has to look at.
pub(crate) struct GatePlan(pub Uuid);

impl Query for GatePlan {
    /// None where the item is gone.
    type Output = Option<VerificationPlan>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        match work_items::Entity::find_by_id(self.0).one(&tx.conn).await? {
            Some(item) => Ok(Some(written(plan_of(tx, &item).await?))),
            None => Ok(None),
        }
    }
}

struct FindAll<'a>(&'a [Ref]);

impl Query for FindAll<'_> {
    type Output = Vec<Uuid>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<Uuid>> {
        Ok(item::find_all(tx, self.0.iter()).await?.into_values().map(|item| item.id).collect())
    }
}

impl Callboard {
    /// The same board, which has looked at the tracked files of these items: completing them by [`Callboard::run_in`] does
    /// not read files while the app's transaction is open. [`Callboard::run`] does so by itself.
    ///
    /// A look is used only while the operations on the files are the same; use the board soon, files may change.
    ///
    /// # Errors
    /// `NotFound`; the database's errors. What is wrong with the files is for the gate to say.
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::assignment::Complete;
    /// use callboard_service::{Actor, Callboard, Error};
    /// use sea_orm::{DatabaseConnection, TransactionTrait};
    ///
    /// # async fn example(board: Callboard, db: DatabaseConnection, held: Complete, me: Actor) -> Result<(), Error> {
    /// let board = board.having_looked(&["CB-7".into()]).await?;
    /// let tx = db.begin().await?;
    /// board.run_in(&tx, me, &held).await?; // decides by what was seen
    /// tx.commit().await?;
    /// # Ok(()) }
    /// ```
    pub async fn having_looked(&self, items: &[Ref]) -> Result<Self> {
        let looks = self.looks.for_call();
        for id in self.read(&FindAll(items)).await? {
            self.look_at(id, &looks).await?;
        }
        Ok(Self { looks, ..self.clone() })
    }

    /// Looks at what the gates of a call asked for.
    pub(crate) async fn look_at_wanted(&self, looks: &Looks) -> Result<()> {
        for item in looks.take_wanted()? {
            self.look_at(item, looks).await?;
        }
        Ok(())
    }

    async fn look_at(&self, item: Uuid, looks: &Looks) -> Result<()> {
        if let Some(plan) = self.read(&GatePlan(item)).await? {
            looks.put(item, Seen::look(plan).await?);
        }
        Ok(())
    }
}
