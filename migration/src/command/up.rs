//! `migration up`.

use std::process::ExitCode;

use callboard_migration::runner::{rehearse_up, up};

use super::args::{Protection, Target};
use super::goal;
use super::run::{Point, block_on, interruptible, print_rehearsal, print_report};
use super::screen;

/// Apply the pending migrations: all of them or none
///
/// Makes the SQLite file, its .callboard folder or the PostgreSQL schema when they are missing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    protection: Protection,

    /// Do it to a copy that is then removed, and print the SQL, the time, and the rows of each table before and after
    ///
    /// PostgreSQL: in a scratch database on the same server, which takes the right CREATEDB.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    goal: goal::Up,
}

const EXAMPLES: &str = "\
Examples:
  migration up
  migration up --database-url sqlite://board.db --to 11
  migration up --steps 1 --json
  migration up --dry-run
  migration up --database-url-file /run/secrets/board --schema board --lock-timeout 5";

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let mut options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    args.protection.apply(&mut options);
    block_on(async {
        let point = Point::default();
        let mut see = |event: &_| point.see(event, json);
        if args.dry_run {
            return interruptible(rehearse_up(&options, args.goal.goal(), &mut see), &point, print_rehearsal, json)
                .await;
        }
        interruptible(up(&options, args.goal.goal(), &mut see), &point, print_report, json).await
    })
}
