//! Takes back everything that ran out: what a claim does in small portions, done to the end.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reap::reap;
use crate::db::{Query, Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{project, workflow};

/// Expires due leases and releases due backoffs. Safe in several processes at once.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 1,000.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expire {
    /// Only items of this project, by slug or id.
    pub project: Option<Ref>,
    /// At most so many of each in one transaction: 1 to 1,000.
    pub limit: u32,
}

impl Default for Expire {
    fn default() -> Self {
        Self { project: None, limit: 200 }
    }
}

/// The keys of the items that were taken back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expired {
    /// Whose lease or acceptance ran out.
    pub expired: Vec<String>,
    /// Those of the expired ones that have no attempt left.
    pub dead: Vec<String>,
    /// Whose backoff is over: ready again.
    pub released: Vec<String>,
    /// Cancelled, because the step of a workflow that waited for them timed out.
    #[serde(default)]
    pub timed_out: Vec<String>,
}

impl Expire {
    async fn scope(&self, tx: &Tx) -> Result<Option<Uuid>> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be between 1 and 1000"));
        }
        match &self.project {
            Some(name) => Ok(Some(project::find(tx, name).await?.id)),
            None => Ok(None),
        }
    }
}

impl Verb for Expire {
    type Output = Expired;

    async fn apply(&self, tx: &Tx) -> Result<Expired> {
        let reaped = reap(tx, self.scope(tx).await?, self.limit).await?;
        let dead = reaped.expired.iter().filter(|(_, i)| i.dead_at.is_some()).map(|(_, i)| i.key.clone()).collect();
        Ok(Expired {
            expired: reaped.expired.into_iter().map(|(_, item)| item.key).collect(),
            dead,
            released: reaped.released.into_iter().map(|item| item.key).collect(),
            timed_out: reaped.timed_out,
        })
    }
}

/// What [`Expire`] would take back now; changes nothing.
///
/// # Errors
/// As [`Expire`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Due(pub Expire);

impl Query for Due {
    type Output = Expired;

    async fn fetch(&self, tx: &Tx) -> Result<Expired> {
        let project = self.0.scope(tx).await?;
        let values = || [tx.now.into(), project.into(), i64::from(self.0.limit).into()];
        let mut due = Expired::default();
        for row in tx.conn.query_all_raw(tx.dialect.statement(tx.dialect.list_due_leases(), values())).await? {
            let key: String = row.try_get("", "key")?;
            if row.try_get("", "spent")? {
                due.dead.push(key.clone());
            }
            due.expired.push(key);
        }
        for row in tx.conn.query_all_raw(tx.dialect.statement(tx.dialect.list_due_backoffs(), values())).await? {
            due.released.push(row.try_get("", "key")?);
        }
        due.timed_out = workflow::timed_out(tx, project, self.0.limit).await?;
        Ok(due)
    }
}
