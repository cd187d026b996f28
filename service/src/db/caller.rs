//! What a transaction knows beside its connection.

use uuid::Uuid;

use super::dialect::Dialect;
use super::plain::PlainClaims;
use super::reap_clock::ReapClock;
use crate::actor::Actor;
use crate::clock::Clock;
use crate::gate::Looks;

/// Who runs a verb, and on which board.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub dialect: Dialect,
    pub clock: Clock,
    pub reaper: ReapClock,
    pub plain: PlainClaims,
    pub looks: Looks,
    pub session: Option<Uuid>,
    pub actor: Actor,
}
