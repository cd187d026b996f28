//! Whether a claim is worth trying by the text for plain ones, and by which.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::id::Ref;

/// How many claims go the other way after one that was not plain: where something asks for a capability, most are not.
const AFTER_A_MISS: u32 = 64;

/// So many agents are known; above that, all are forgotten.
const AGENTS: usize = 256;

/// What became of the last plain claims of a board's, shared by all of its clones. Only the cost depends on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainClaims(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    left: AtomicU32,
    agents: Mutex<HashMap<Ref, Known>>,
}

/// What is known of an agent.
#[derive(Clone, Debug)]
enum Known {
    Lacks(Arc<Lacks>),
    /// It is looked at again after so many claims.
    Other(u32),
}

/// What an agent had, and which of the requirement keys of what was ready it lacked by that: all of them.
#[derive(Clone, Debug)]
pub(crate) struct Lacks {
    /// As an array, with the empty key.
    pub keys: Value,
    pub capabilities: Option<Value>,
    pub tools: Option<Value>,
}

impl PlainClaims {
    pub(crate) fn is_worth_it(&self) -> bool {
        self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }

    pub(crate) fn missed(&self) {
        self.0.left.store(AFTER_A_MISS, Ordering::Relaxed);
    }

    /// What the agent lacks, where that is known.
    pub(crate) fn lacks(&self, agent: &Ref) -> Option<Arc<Lacks>> {
        match self.agents().get(agent) {
            Some(Known::Lacks(lacks)) => Some(Arc::clone(lacks)),
            _ => None,
        }
    }

    /// Whether it is time to look at what the agent lacks.
    pub(crate) fn look_is_due(&self, agent: &Ref) -> bool {
        match self.agents().get_mut(agent) {
            Some(Known::Other(left)) => {
                *left = left.saturating_sub(1);
                *left == 0
            }
            Some(Known::Lacks(_)) => false,
            None => true,
        }
    }

    /// Keeps what the agent lacks; `None` where it lacks only some, or it is not so any more.
    pub(crate) fn learn(&self, agent: &Ref, lacks: Option<Lacks>) {
        let known = lacks.map_or(Known::Other(AFTER_A_MISS), |lacks| Known::Lacks(Arc::new(lacks)));
        let mut agents = self.agents();
        if agents.len() >= AGENTS && !agents.contains_key(agent) {
            agents.clear();
        }
        agents.insert(agent.clone(), known);
    }

    /// Nothing panics while it is held.
    fn agents(&self) -> MutexGuard<'_, HashMap<Ref, Known>> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
