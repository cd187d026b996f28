//! Callboard's benchmarks: each gives ratios of paired runs, since times alone say more about the machine.

mod bulk;
mod check;
mod claim;
mod cli;
mod fleet;
mod frame;
mod import;
mod list;
mod migrate;
mod peers;
mod raw;
mod sample;
mod scan;
mod search;
mod seed;
mod structure;
mod verify;
mod wait;
mod workflow;

use std::process::ExitCode;

use clap::Parser;

use frame::Result;
use frame::options::{Options, Output};
use frame::page;
use frame::place::Place;
use frame::report::Section;

/// Callboard's benchmarks
#[derive(Debug, Parser)]
enum Command {
    /// Claim and complete against the same writes by raw drivers, by size and by mix of the board
    Claim(Options),
    /// Claim and complete against other queues: graphile_worker, apalis, underway
    Peers(Options),
    /// Durable steps of a workflow, against the statements that they need
    Workflow(Options),
    /// Workers that wait for work: what they cost, and how soon they have it
    Wait(Options),
    /// Pages far into a list, and the counts of a large board
    List(Options),
    /// Many items with prerequisites at once, against a raw insert of the same rows
    Bulk(Options),
    /// A large board from an old schema to the newest, against copying its file
    Migrate(Options),
    /// A backup of a large board, against copying its file
    Backup(Options),
    /// The command line from a cold start, and its size
    Cli(Options),
    /// The memory of the commands on a large board
    Memory(Options),
    /// All of these, one after the other
    All(Options),
    Import(import::Args),
    Fleet(fleet::Args),
    Scan(scan::Args),
    Search(search::Args),
    Structure(structure::Args),
    Verify(verify::Args),
    #[command(hide = true)]
    Worker(claim::worker::Args),
    #[command(hide = true)]
    Waiter(wait::Args),
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    match Command::parse() {
        Command::Claim(options) => finish(vec![claim::measure(&options).await?], &options.output).await,
        Command::Peers(options) => finish(vec![peers::run(&options).await?], &options.output).await,
        Command::Workflow(options) => finish(vec![workflow::run(&options).await?], &options.output).await,
        Command::Wait(options) => finish(vec![wait::measure(&options).await?], &options.output).await,
        Command::List(options) => finish(vec![list::run(&options).await?], &options.output).await,
        Command::Bulk(options) => finish(vec![bulk::run(&options).await?], &options.output).await,
        Command::Migrate(options) => finish(vec![migrate::migrate(&options).await?], &options.output).await,
        Command::Backup(options) => finish(vec![migrate::backup(&options).await?], &options.output).await,
        Command::Cli(options) => finish(vec![cli::cold(&options).await?], &options.output).await,
        Command::Memory(options) => finish(vec![cli::memory(&options).await?], &options.output).await,
        Command::All(options) => finish(all(&options).await?, &options.output).await,
        Command::Import(args) => finish(vec![import::run(&args).await?], &args.output).await,
        Command::Fleet(args) => finish(vec![fleet::run(&args).await?], &args.output).await,
        Command::Scan(args) => scan::run(args).await,
        Command::Search(args) => finish(vec![search::run(&args).await?], &args.output).await,
        Command::Structure(args) => structure::run(args).await,
        Command::Verify(args) => finish(vec![verify::run(&args).await?], &args.output).await,
        Command::Worker(args) => claim::worker::run(args).await.map(|()| ExitCode::SUCCESS),
        Command::Waiter(args) => wait::waiter(args).await.map(|()| ExitCode::SUCCESS),
    }
}

async fn all(options: &Options) -> Result<Vec<Section>> {
    Ok(vec![
        claim::measure(options).await?,
        peers::run(options).await?,
        workflow::run(options).await?,
        wait::measure(options).await?,
        list::run(options).await?,
        search::run(&search::Args::of(options)).await?,
        bulk::run(options).await?,
        import::run(&import::Args::of(options)).await?,
        migrate::migrate(options).await?,
        migrate::backup(options).await?,
        fleet::run(&fleet::Args::of(options)).await?,
        verify::run(&verify::Args::of(options)).await?,
        cli::cold(options).await?,
        cli::memory(options).await?,
    ])
}

/// Prints what was measured, keeps it for the page, and says by the exit code whether all goals are met.
async fn finish(mut sections: Vec<Section>, output: &Output) -> Result<ExitCode> {
    let machine = Place::new()?.machine(&output.disk).await?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for section in &mut sections {
        section.machine = machine.clone();
        section.at = callboard_service::Clock::system().now().format("%Y-%m-%d %H:%M UTC").to_string();
        section.command = format!("cargo run --release -p callboard-bench -- {}", arguments.join(" "));
    }
    if output.json {
        println!("{}", serde_json::to_string_pretty(&sections)?);
    } else {
        sections.iter().for_each(Section::print);
    }
    if output.write {
        page::write(&sections)?;
    }
    let met = sections.iter().all(|section| section.is_met(output.lenient));
    Ok(ExitCode::from(u8::from(!met)))
}
