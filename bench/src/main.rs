//! Callboard's benchmarks: each gives ratios of paired runs, since times alone say more about the machine.

mod board;
mod import;
mod raw;
mod sample;

use std::error::Error;

use clap::Parser;

/// Callboard's benchmarks
#[derive(Debug, Parser)]
enum Command {
    Import(import::Args),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match Command::parse() {
        Command::Import(args) => import::run(args).await,
    }
}
