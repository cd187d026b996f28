//! What a search costs beside the bare ranked query of the database.

use std::time::{Duration, Instant};

use callboard_service::item::{AddItems, NewItem};
use callboard_service::search::Search;
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::frame::Result;
use crate::frame::options::{Options, Output};
use crate::frame::place::{self as board, Kind, Place};
use crate::frame::report::{Figure, Goal, Section};
use crate::frame::stats::{Spread, median};

/// At most so many times the bare query.
const GOAL: f64 = 2.0;
/// Items of one transaction.
const ROWS: usize = 500;
/// So many hits are asked for, as the command does.
const HITS: usize = 20;

/// Times `search` against the bare ranked query on the same index, on both databases
///
/// Items with generated texts, whose words are as frequent as those of a language (Zipf), and their documents are written
/// first. Every question is one, two or three words of some document, and both are asked all of them in turn, each first
/// every other time. The bare query asks the index for the ids of the 20 best by the database's own rank. The goal is a
/// ratio of the medians over all questions of at most 2. Exit code 1 when it is missed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many items, each with a document
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    documents: usize,

    /// How many questions of each length
    #[arg(long, value_name = "N", default_value_t = 200)]
    questions: usize,

    #[command(flatten)]
    pub output: Output,
}

impl Args {
    /// As a part of all.
    pub fn of(options: &Options) -> Self {
        let documents = options.sizes.iter().copied().filter(|size| *size <= 100_000).max().unwrap_or(100_000);
        Self { documents, questions: 200, output: options.output.clone() }
    }
}

pub async fn run(args: &Args) -> Result<Section> {
    let place = Place::new()?;
    let mut figures = Vec::new();
    for kind in Kind::ALL {
        let url = place.migrated(kind).await?;
        let (seeded, me) = board::seeded(&url).await?;
        let mut words = Words::default();
        let texts = write(&seeded, me, args.documents, &mut words).await?;
        seeded.close().await?;
        let raw = board::connect(&url).await?;
        // PostgreSQL's index keeps new documents in a list of their own until then.
        let settle = if matches!(kind, Kind::Sqlite) { "ANALYZE" } else { "VACUUM ANALYZE" };
        raw.execute_unprepared(settle).await?;
        // One connection, as the bare query has.
        let options = OpenOptions { max_connections: 1, ..OpenOptions::default() };
        let board = Callboard::open(&DatabaseUrl::parse(&url)?, options).await?;
        let mut all = Times::default();
        for count in 1..=3 {
            let mut times = Times::default();
            for number in 0..args.questions.max(1) {
                let question = words.question(&texts, count);
                times.take(&board, &raw, kind, &question, number.is_multiple_of(2)).await?;
            }
            let hits = median(times.hits.clone());
            figures.push(times.figure(kind, args, &format!("search of {count} words, {hits} hits")));
            all.add(times);
        }
        figures.push(all.figure(kind, args, "all of them").goal(Goal::AtMost(GOAL)));
        board.close().await?;
    }
    Ok(Section {
        name: "search".to_owned(),
        title: "Search".to_owned(),
        about: vec![
            "Documents whose words are as frequent as those of a language (Zipf), and questions of one, two and three words \
             of some document, each asked of both: `Search`, with its snippets and what it reads of each hit, and the bare \
             query that asks the same index for the ids of the 20 best by the database's own rank. The spread is that of \
             the questions, and the ratio that of the medians."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// How long each question took, and how many documents have its words.
#[derive(Debug, Default)]
struct Times {
    search: Vec<Duration>,
    bare: Vec<Duration>,
    hits: Vec<i64>,
}

impl Times {
    async fn take(
        &mut self,
        board: &Callboard,
        raw: &DatabaseConnection,
        kind: Kind,
        words: &[String],
        search_first: bool,
    ) -> Result<()> {
        let search = Search::new(words.join(" "));
        let (bare, count) = (bare(kind, words), count(kind, words));
        let expected = raw.query_one_raw(count).await?.ok_or("no count")?.try_get::<i64>("", "found")?;
        for is_search in [search_first, !search_first] {
            let start = Instant::now();
            let found = if is_search {
                board.read(&search).await?.hits.len()
            } else {
                raw.query_all_raw(bare.clone()).await?.len()
            };
            if is_search { &mut self.search } else { &mut self.bare }.push(start.elapsed());
            if found != HITS.min(usize::try_from(expected)?) {
                return Err(format!("{words:?}: {found} of {expected} hits").into());
            }
        }
        self.hits.push(expected);
        Ok(())
    }

    fn figure(&self, kind: Kind, args: &Args, what: &str) -> Figure {
        let milliseconds = |times: &[Duration]| times.iter().map(|time| time.as_secs_f64() * 1e3).collect::<Vec<_>>();
        let (search, bare) = (milliseconds(&self.search), milliseconds(&self.bare));
        let group =
            format!("{}, {} documents, {} questions of each length", kind.name(), args.documents, args.questions);
        let figure = Figure::paired(&group, "ms", (what, &search), ("bare ranked query", &bare));
        let ratio = Spread { median: figure.ours.median / figure.base.median, ..figure.ratio };
        Figure { ratio, ..figure }
    }

    fn add(&mut self, other: Self) {
        self.search.extend(other.search);
        self.bare.extend(other.bare);
        self.hits.extend(other.hits);
    }
}

/// The least that a ranked search has to do.
fn bare(kind: Kind, words: &[String]) -> Statement {
    let sql = match kind {
        Kind::Sqlite => "SELECT entity_id FROM board_search WHERE board_search MATCH $1 ORDER BY rank LIMIT 20",
        Kind::Postgres => {
            "SELECT entity_id FROM board_search, to_tsquery('simple', $1) AS asked WHERE search_vector @@ asked \
             ORDER BY ts_rank(search_vector, asked) DESC LIMIT 20"
        }
    };
    asked(kind, sql, words)
}

fn count(kind: Kind, words: &[String]) -> Statement {
    let sql = match kind {
        Kind::Sqlite => "SELECT count(*) AS found FROM board_search WHERE board_search MATCH $1",
        Kind::Postgres => {
            "SELECT count(*) AS found FROM board_search, to_tsquery('simple', $1) AS asked WHERE search_vector @@ asked"
        }
    };
    asked(kind, sql, words)
}

fn asked(kind: Kind, sql: &str, words: &[String]) -> Statement {
    match kind {
        Kind::Sqlite => {
            let words = format!("search_text : ({})", words.join(" AND "));
            Statement::from_sql_and_values(DbBackend::Sqlite, sql, [words.into()])
        }
        Kind::Postgres => Statement::from_sql_and_values(DbBackend::Postgres, sql, [words.join(" & ").into()]),
    }
}

/// Words as frequent as those of a language: the n-th stands n times less often than the first.
#[derive(Debug)]
struct Words {
    random: fastrand::Rng,
    /// Up to each word, the sum of the frequencies.
    sums: Vec<f64>,
}

impl Default for Words {
    fn default() -> Self {
        let mut sum = 0.0;
        let sums = (1..=20_000).map(|n| {
            sum += 1.0 / f64::from(n);
            sum
        });
        Self { sums: sums.collect(), random: fastrand::Rng::with_seed(1) }
    }
}

impl Words {
    fn word(&mut self) -> String {
        let at = self.random.f64() * self.sums.last().copied().unwrap_or_default();
        format!("w{:x}", self.sums.partition_point(|sum| *sum < at))
    }

    /// 10 to 120 words.
    fn text(&mut self) -> String {
        let count = self.random.usize(10..=120);
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    /// Different words that some text has.
    fn question(&mut self, texts: &[String], count: usize) -> Vec<String> {
        let text = &texts[self.random.usize(..texts.len())];
        let mut words: Vec<&str> = text.split(' ').collect();
        self.random.shuffle(&mut words);
        let mut chosen: Vec<String> = Vec::new();
        for word in words {
            if chosen.len() < count && !chosen.iter().any(|other| other == word) {
                chosen.push(word.to_owned());
            }
        }
        chosen
    }
}

/// Writes the items, and with them their documents; gives some of the texts.
async fn write(board: &Callboard, me: Actor, count: usize, words: &mut Words) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut written = 0;
    while written < count {
        let items: Vec<NewItem> = (written..count.min(written + ROWS)).map(|_| item(words)).collect();
        written += items.len();
        texts.extend(items.iter().filter_map(|item| item.description.clone()).take(10));
        board.run(me, &AddItems { project: None, items }).await?;
    }
    Ok(texts)
}

fn item(words: &mut Words) -> NewItem {
    let text = words.text();
    let title: Vec<&str> = text.split(' ').take(8).collect();
    NewItem { description: Some(text.clone()), ..NewItem::titled(title.join(" ")) }
}
