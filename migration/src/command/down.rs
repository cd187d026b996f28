//! `migration down`.

use std::process::ExitCode;

use callboard_migration::runner::{down, rehearse_down};

use super::args::{Protection, Target};
use super::goal;
use super::run::{Point, block_on, interruptible, print_rehearsal, print_report};
use super::screen;

/// Take migrations back, newest first: all of them or none
///
/// Refused when rows would be lost, naming the tables and how many rows each, unless --yes-lose-data is given.
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
    goal: goal::Down,
}

const EXAMPLES: &str = "\
Examples:
  migration down                                   take the newest one back
  migration down --to 10 --database-url sqlite://board.db
  migration down --to 10 --dry-run                 what it would lose
  migration down --all --yes-lose-data";

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
            return interruptible(rehearse_down(&options, args.goal.goal(), &mut see), &point, print_rehearsal, json)
                .await;
        }
        interruptible(down(&options, args.goal.goal(), args.goal.on_loss(), &mut see), &point, print_report, json).await
    })
}
