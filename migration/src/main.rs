//! The `migration` binary: takes a database up and down, shows where it stands, and regenerates the entities.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main()
}
