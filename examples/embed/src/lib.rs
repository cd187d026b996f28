//! A shop with tables of its own, whose orders are work for agents: how an app uses a board inside its transactions.
//!
//! [`shop`] opens the board beside the app's tables, [`mod@unit`] is the transaction that both share, [`work`] places,
//! takes and delivers orders in it, and [`restock`] is a workflow.

pub mod orders;
pub mod restock;
pub mod shop;
pub mod unit;
pub mod work;

pub use shop::Shop;
pub use unit::Unit;
