//! Orders and the work that they mean: each function is one transaction.

use callboard_service::assignment::{Claim, Complete};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::workflow::StartRun;
use callboard_service::{Error, ErrorKind, Ref, id};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use crate::orders;
use crate::{Shop, Unit};

/// An order that an agent holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The app's row.
    pub order: orders::Model,
    /// The fence: delivering names it.
    pub assignment: Uuid,
}

impl Shop {
    /// Places an order: its row and its item, or neither.
    ///
    /// # Errors
    /// The database's, after the last try.
    pub async fn place(&self, what: &str) -> Result<orders::Model, Error> {
        self.in_one(|unit| Box::pin(place(unit, what.to_owned()))).await
    }

    /// Places a large order, and starts the workflow that fulfils it: both, or neither.
    ///
    /// # Errors
    /// The database's, after the last try.
    pub async fn place_large(&self, what: &str) -> Result<orders::Model, Error> {
        self.in_one(|unit| Box::pin(place_large(unit, what.to_owned()))).await
    }

    /// Claims the item of an order. Where the board refuses, the reason is written down with the order instead.
    ///
    /// # Errors
    /// `App` where there is no such order, `NotFound` for the agent; the database's, after the last try.
    pub async fn take(&self, agent: &str, order: Uuid) -> Result<Option<Taken>, Error> {
        self.in_one(|unit| Box::pin(take(unit, agent.to_owned(), order))).await
    }

    /// Delivers: closes the order and completes the assignment.
    ///
    /// # Errors
    /// `LeaseLost` where the agent took too long: the order stays as it is then.
    pub async fn deliver(&self, taken: &Taken) -> Result<orders::Model, Error> {
        self.in_one(|unit| Box::pin(deliver(unit, taken.clone()))).await
    }
}

/// As [`Shop::place`], in a transaction that is open already.
///
/// # Errors
/// The database's.
pub async fn place(unit: Unit<'_>, what: String) -> Result<orders::Model, Error> {
    let add = AddItems { project: Some(Ref::from("shop")), items: vec![NewItem::titled(format!("Pack: {what}"))] };
    let item = unit.run(&add).await?.remove(0);
    insert(unit, what, Some(item.key)).await
}

/// As [`Shop::place_large`], in a transaction that is open already.
///
/// # Errors
/// The database's.
pub async fn place_large(unit: Unit<'_>, what: String) -> Result<orders::Model, Error> {
    let inputs = [("what".to_owned(), json!(what))].into_iter().collect();
    let order = insert(unit, what, None).await?;
    // The id is an idempotency key: an order has one such run.
    let id = Some(format!("fulfil-{}", order.id));
    unit.run(&StartRun { id, project: Some(Ref::from("shop")), inputs, ..StartRun::of("fulfil") }).await?;
    Ok(order)
}

/// As [`Shop::take`], in a transaction that is open already.
///
/// # Errors
/// As [`Shop::take`].
pub async fn take(unit: Unit<'_>, agent: String, order: Uuid) -> Result<Option<Taken>, Error> {
    let found = orders::Entity::find_by_id(order).one(unit.conn).await?;
    let order = found.ok_or_else(|| Error::app(format!("there is no order {order}")))?;
    let item = order.item_key.clone().ok_or_else(|| Error::app("a large order is not taken as a whole"))?;
    let mut order = order.into_active_model();
    match unit.run(&Claim { item: Some(Ref::from(item)), ..Claim::one(agent) }).await {
        Ok(mut outcome) => {
            (order.status, order.note) = (Set("taken".to_owned()), Set(None));
            let order = order.update(unit.conn).await?;
            Ok(outcome.claimed.pop().map(|claimed| Taken { order, assignment: claimed.assignment }))
        }
        // The transaction is as it was before the claim, and goes on.
        Err(refused) if refused.kind() == ErrorKind::Conflict => {
            order.note = Set(Some(refused.to_string()));
            order.update(unit.conn).await?;
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// As [`Shop::deliver`], in a transaction that is open already.
///
/// # Errors
/// As [`Shop::deliver`].
pub async fn deliver(unit: Unit<'_>, taken: Taken) -> Result<orders::Model, Error> {
    let mut order = taken.order.into_active_model();
    order.status = Set("delivered".to_owned());
    let order = order.update(unit.conn).await?;
    // Refused where the lease was lost: the error rolls back what was written above.
    unit.run(&Complete { assignment: taken.assignment, ..Complete::default() }).await?;
    Ok(order)
}

async fn insert(unit: Unit<'_>, what: String, item_key: Option<String>) -> Result<orders::Model, Error> {
    let status = "new".to_owned();
    let order = orders::Model { id: id::new(), project_id: 1, what, status, item_key, note: None };
    orders::Entity::insert(order.clone().into_active_model()).exec_without_returning(unit.conn).await?;
    Ok(order)
}
