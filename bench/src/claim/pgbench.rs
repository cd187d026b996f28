//! The lean statements by pgbench, in which no client of a language has a part.

use std::fs;
use std::process::Command;

use super::lean_postgres::{CLAIM, COMPLETE};
use super::run::Outcome;
use crate::frame::Result;
use crate::frame::process::{self, Cpus};
use crate::seed::{Board, agent};

/// Every client takes its part of the cycles: `warm_up` first, uncounted.
pub fn run(place: &std::path::Path, board: &Board, workers: usize, cycles: usize, warm_up: usize) -> Result<Outcome> {
    let script = place.join("claim.pgbench");
    fs::write(&script, text())?;
    let start = |transactions: usize| -> Result<String> {
        let mut command = Command::new("pgbench");
        command.args(["--no-vacuum", "--protocol", "prepared"]).arg("--file").arg(&script);
        command.args(["--client", &workers.to_string(), "--jobs", &workers.min(2).to_string()]);
        command.args(["--transactions", &transactions.to_string(), &board.url]);
        process::output(command, Cpus::All)
    };
    if warm_up > 0 {
        start(warm_up)?;
    }
    let said = start(cycles / workers)?;
    let value = |name: &str| -> Result<f64> {
        let line =
            said.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no '{name}'\n{said}"))?;
        Ok(line.trim().split(' ').next().unwrap_or_default().parse()?)
    };
    let (rate, done) = (value("tps = ")?, cycles / workers * workers);
    Ok(Outcome { cycles: done, seconds: done as f64 / rate, claim: 0.0 })
}

/// The texts with pgbench's variables in place of their parameters; ids come from the server.
fn text() -> String {
    let prefix = agent(0);
    let prefix = &prefix[..24];
    let agent = format!("('{prefix}' || lpad(to_hex(:client_id + 1), 12, '0'))::uuid");
    let claim = CLAIM.replace("$1::uuid", &agent).replace("$2::uuid", ":assignment::uuid");
    let claim = claim.replace("$3::uuid", "gen_random_uuid()").replace("$4::timestamptz", "now()");
    let complete = COMPLETE.replace("$1::uuid", ":assignment::uuid").replace("$2::timestamptz", "now()");
    let complete = complete.replace("$3::uuid", "gen_random_uuid()").replace("$4::uuid", &agent);
    // A new id must be the same in both of the rows that name it.
    let claim = claim.replace(":assignment::uuid", "own.new");
    let claim = claim.replacen("WITH picked", "WITH own AS MATERIALIZED (SELECT gen_random_uuid() AS new), picked", 1);
    let claim = claim
        .replace("FROM item i", "FROM item i, own")
        .replace("AS assignment FROM item", "AS assignment FROM item, own");
    format!("{claim} \\gset\n{complete} \\gset done_\n")
}
