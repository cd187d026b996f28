//! The options that all of the commands take which compare boards of several sizes and mixes.

use std::path::PathBuf;

use super::place::Kind;
use super::{Result, process};

/// What is measured, and how often
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// How many items the boards have
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = size, default_value = "1k,100k,1m")]
    pub sizes: Vec<usize>,

    /// How many items of a hundred wait for a prerequisite
    #[arg(long, value_name = "PERCENT,..", value_delimiter = ',', default_value = "0,30")]
    pub blocked: Vec<u8>,

    /// How many of a hundred need a capability that no agent has
    #[arg(long, value_name = "PERCENT,..", value_delimiter = ',', default_value = "0,30")]
    pub unqualified: Vec<u8>,

    /// How many of a hundred wait out a pause after a failure
    #[arg(long, value_name = "PERCENT,..", value_delimiter = ',', default_value = "0,30")]
    pub backoff: Vec<u8>,

    /// How many tasks call at once
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,4,16")]
    pub workers: Vec<usize>,

    /// Only one of the databases
    #[arg(long, value_enum, value_name = "NAME")]
    pub database: Option<Kind>,

    /// How often each pair is run; the median of the ratios counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub rounds: usize,

    /// How many claims and completions a run makes
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = size)]
    pub cycles: usize,

    /// Where boards are kept that were filled once
    #[arg(long, value_name = "DIR", default_value_os_t = cache())]
    pub cache: PathBuf,

    /// The program that `cli` and `memory` start, such as the one of `cargo build --profile dist`, which is what users are
    /// given [default: that of this build]
    #[arg(long, value_name = "FILE")]
    pub callboard: Option<PathBuf>,

    #[command(flatten)]
    pub output: Output,
}

/// Where it lies, and how it is told: of every command
#[derive(Clone, Debug, clap::Args)]
pub struct Output {
    /// One JSON document instead of tables
    #[arg(long)]
    pub json: bool,

    /// Write docs/performance.md anew, with what was measured now and what is there of other commands
    #[arg(long)]
    pub write: bool,

    /// Goals count as met that are missed by this factor: for machines that do other things as well
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub lenient: f64,

    /// Where the files lie that are synced: a real disk
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub disk: PathBuf,
}

impl Options {
    pub fn kinds(&self) -> Vec<Kind> {
        self.database.map_or_else(|| Kind::ALL.to_vec(), |kind| vec![kind])
    }

    /// The program whose starts and memory are measured.
    pub fn callboard(&self) -> Result<PathBuf> {
        match &self.callboard {
            Some(file) if file.is_file() => Ok(file.canonicalize()?),
            Some(file) => Err(format!("{} is not there: cargo build --profile dist", file.display()).into()),
            None => process::beside("callboard"),
        }
    }

    pub fn rounds(&self) -> usize {
        self.rounds.max(1)
    }
}

fn cache() -> PathBuf {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).unwrap_or_else(std::env::temp_dir);
    base.join("callboard-bench")
}

/// `1k` is a thousand, `1m` a million.
fn size(text: &str) -> std::result::Result<usize, String> {
    let digits = text.trim_end_matches(['k', 'm']);
    let factor = match &text[digits.len()..] {
        "" => 1,
        "k" => 1000,
        "m" => 1_000_000,
        other => return Err(format!("'{other}' is neither k nor m")),
    };
    digits.parse::<usize>().map(|number| number * factor).map_err(|error| error.to_string())
}

/// The same the other way.
pub fn short(number: usize) -> String {
    match number {
        n if n >= 1_000_000 && n % 1_000_000 == 0 => format!("{}m", n / 1_000_000),
        n if n >= 1000 && n % 1000 == 0 => format!("{}k", n / 1000),
        n => n.to_string(),
    }
}
