//! What a run would do, read without its lock: for those who decide about many databases before the first is changed.

use std::time::Instant;

use sea_orm::ConnectionTrait;

use super::clash::refuse_clash;
use super::plan::{self, Order};
use super::session::Place;
use super::{Loss, OnLoss, Options, history, loss, status};
use crate::error::Error;
use crate::step::Step;

/// A run that could begin now.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// The newest applied version; none on a database without a history.
    pub from: Option<String>,
    /// The newest one after the run.
    pub to: Option<String>,
    /// In the order in which they would run.
    pub versions: Vec<String>,
    /// The rows that would be lost on the way down, as the caller accepts.
    pub losses: Vec<Loss>,
}

/// Reads and refuses as a run does before its backup; writes nothing, and holds no lock when it returns.
///
/// # Errors
/// Those with which the run would refuse: a history that does not fit, a clash of names, rows that would be lost.
pub(crate) async fn foresee(steps: &[Step], options: &Options, order: &Order) -> Result<Foreseen, Error> {
    let since = Instant::now();
    look(steps, options, order).await.map_err(|e| e.finished(&options.url, since))
}

async fn look(steps: &[Step], options: &Options, order: &Order) -> Result<Foreseen, Error> {
    let place = Place::new(options.url.kind(), options.schema.as_deref())?;
    let (db, _) = status::open(options).await?;
    let Some(db) = db else {
        let chosen = plan::choose(steps, 0, order)?;
        return Ok(foreseen(steps, 0, &chosen, order, Vec::new()));
    };
    let seen = async {
        let applied = history::read(&db, &place).await?;
        plan::check(steps, &applied, place.kind)?;
        let chosen = plan::choose(steps, applied.len(), order)?;
        let losses = refuse(&db, &place, steps, applied.len(), &chosen, order).await?;
        Ok(foreseen(steps, applied.len(), &chosen, order, losses))
    };
    let seen = seen.await;
    // Only reads were done on it.
    let _ = db.close().await;
    seen
}

/// Refuses a clash of names on the way up, and on the way down a loss that the caller does not accept; else the rows that
/// the chosen steps would lose. The history was checked: the first `applied` steps are applied.
pub(super) async fn refuse(
    db: &impl ConnectionTrait,
    place: &Place,
    steps: &[Step],
    applied: usize,
    chosen: &[&Step],
    order: &Order,
) -> Result<Vec<Loss>, Error> {
    match order {
        Order::Up(_) => refuse_clash(db, place, steps, applied, chosen).await.map(|()| Vec::new()),
        Order::Down(_, on_loss) => {
            let losses = loss::count(db, place, chosen).await?;
            if *on_loss == OnLoss::Refuse && !losses.is_empty() {
                return Err(Error::WouldLoseData { losses });
            }
            Ok(losses)
        }
    }
}

/// The history was checked: the first `applied` steps are applied.
fn foreseen(steps: &[Step], applied: usize, chosen: &[&Step], order: &Order, losses: Vec<Loss>) -> Foreseen {
    let newest = |n: usize| n.checked_sub(1).and_then(|at| steps.get(at)).map(|s| s.version().to_owned());
    let after = match order {
        Order::Up(_) => applied + chosen.len(),
        Order::Down(..) => applied.saturating_sub(chosen.len()),
    };
    let versions = chosen.iter().map(|s| s.version().to_owned()).collect();
    Foreseen { from: newest(applied), to: newest(after), versions, losses }
}
