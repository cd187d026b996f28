//! The `callboard` binary: parse, run one verb, print what it gave.

mod args;
mod commands;
mod context;
mod error;
mod interrupt;
mod output;
mod trace;
mod values;
mod watch;

use std::process::ExitCode;

use args::Cli;
use context::Context;

// One thread is enough: a command runs one verb, and SQLite has threads of its own.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli { global, command } = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return error::usage(&error),
    };
    trace::start(global.verbose);
    let context = Context::new(global);
    // Boxed: the future of all verbs together is too large for a small main stack.
    let done = interrupt::guard(&context, Box::pin(commands::run(command, &context))).await;
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error::report(&error, &context),
    }
}
