//! Callboard's benchmarks: each gives ratios of paired runs, since times alone say more about the machine.

mod board;
mod fleet;
mod import;
mod raw;
mod sample;
mod scan;
mod search;
mod structure;
mod verify;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

/// Callboard's benchmarks
#[derive(Debug, Parser)]
enum Command {
    Import(import::Args),
    Fleet(fleet::Args),
    Scan(scan::Args),
    Search(search::Args),
    Structure(structure::Args),
    Verify(verify::Args),
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    match Command::parse() {
        Command::Import(args) => import::run(args).await.map(|()| ExitCode::SUCCESS),
        Command::Fleet(args) => fleet::run(args).await,
        Command::Scan(args) => scan::run(args).await,
        Command::Search(args) => search::run(args).await,
        Command::Structure(args) => structure::run(args).await,
        Command::Verify(args) => verify::run(args).await,
    }
}
