//! How hot statements are found by indexes: at 100,000 items, by EXPLAIN and by counting the work.
//!
//! Each call runs once through the board, which tells its statements, and once in a transaction of the test, which sees
//! their values too. The statements are then run again one by one: each is explained, and its work is counted. No time is
//! measured anywhere.

mod call;
mod catalogue;
mod check;
mod done;
mod explain;
mod hot;
mod hot_updates;
mod indexes;
mod lists;
mod reading;
mod report;
mod served;
mod swept;
mod work;
