//! How verbs are run: in transactions of their own, in an app's, once for a key, and when nobody waits any more.

mod dropped;
mod embedded;
mod growth;
mod idempotency;
mod inline;
mod kept;
mod refused;
mod stable_plans;
mod statement;
mod transaction;
