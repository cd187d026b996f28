//! Tests of workflows: their machines, verbs and runners.

mod cancel;
mod check;
mod context;
mod delegated;
mod list;
mod logs;
mod machine;
mod outputs;
mod pause;
mod resume;
mod retry;
mod runner;
mod show;
mod start;
mod template;
mod timeout;
