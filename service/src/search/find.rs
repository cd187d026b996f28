//! Finds items, decisions and notes by their words.

use callboard_entity::{DecisionCategory, DecisionImpact, DecisionStatus, WorkItemStatus};
use callboard_search::EntityType;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::hits::{Hit, hit};
use super::rank::{RANKED_ALIKE, rank};
use super::term::{Term, terms};
use super::within::{HitStatus, Within};
use crate::db::dialect::Dialect;
use crate::db::dialect::search_query::Wanted;
use crate::db::{Alone, Query, Tx};
use crate::decision::fields;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::project;

/// The most hits of one page.
pub const MOST_HITS: u64 = 100;
/// The most different words of a question.
pub const MOST_WORDS: usize = 32;
/// The longest question, in bytes.
pub const MOST_BYTES: usize = 4096;

/// How many hits a page has where no limit is named.
const DEFAULT: u64 = 20;

/// Everything that has all of some words, the best first; one statement, and one for a project's name.
///
/// What is typed is words and nothing else: every sign but letters and digits separates them, case and accents do not
/// matter, and there are no operators. What is archived is found too. Both databases find the same; the first
/// [`super::RANKED_ALIKE`] of them are ranked by the same rule on both, and only these are where there are more.
///
/// # Errors
/// `Invalid` for a question without a letter or digit, above 4,096 bytes or 32 different words, for a limit outside 1 to
/// 100, for a path that leaves the project's root, and for filters that nothing can meet; `NotFound` for the project.
///
/// # Example
/// ```no_run
/// use callboard_service::search::{Search, Within};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let search = Search { within: vec![Within::Decisions], ..Search::new("one writer") };
/// for hit in board.read(&search).await?.hits {
///     println!("{}  {}", hit.key, hit.snippet);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// What is looked for; every hit has all of these words.
    pub words: String,
    /// The last word is the beginning of one.
    pub prefix: bool,
    /// Any of these; everywhere where the list is empty.
    pub within: Vec<Within>,
    /// In this project only, by slug or id.
    pub project: Option<Ref>,
    /// Decisions of any of these categories, and nothing else.
    pub categories: Vec<DecisionCategory>,
    /// Decisions of any of these impacts, and nothing else.
    pub impacts: Vec<DecisionImpact>,
    /// In any of these: items and decisions by their own status, what is noted by that of its item.
    pub statuses: Vec<HitStatus>,
    /// About this file, relative to the project's root: decisions that name it, items for which something was done to it,
    /// and the decisions and notes of such items.
    pub file: Option<String>,
    /// How many of the best are left out; `next` of the page before.
    pub offset: u64,
    /// 1 to [`MOST_HITS`]; 20 where none is named.
    pub limit: Option<u64>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The words that were looked for, as the index has them; a beginning ends with `*`.
    pub words: Vec<String>,
    /// At most as many as the limit, the best first.
    pub hits: Vec<Hit>,
    /// Given as `offset` for the next page; `None` where this page is the last.
    pub next: Option<u64>,
}

impl Search {
    /// A search for these words everywhere.
    pub fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }

    fn limit(&self) -> Result<u64> {
        let limit = self.limit.unwrap_or(DEFAULT);
        if (1..=MOST_HITS).contains(&limit) {
            return Ok(limit);
        }
        Err(Error::invalid("limit", limit.to_string(), format!("must be 1 to {MOST_HITS}")))
    }

    /// What can meet the filters, of what is asked for.
    fn kinds(&self, items: &[WorkItemStatus], decisions: &[DecisionStatus]) -> Result<Vec<EntityType>> {
        let only_decisions = !self.categories.is_empty() || !self.impacts.is_empty();
        let fits = |kind: EntityType| {
            let own = if kind == EntityType::Decision { !decisions.is_empty() } else { !items.is_empty() };
            (self.within.is_empty() || self.within.iter().any(|within| within.holds(kind)))
                && (self.statuses.is_empty() || own)
                && (!only_decisions || kind == EntityType::Decision)
        };
        let kinds: Vec<EntityType> = EntityType::ALL.into_iter().filter(|kind| fits(*kind)).collect();
        if !kinds.is_empty() {
            return Ok(kinds);
        }
        let within: Vec<&str> = self.within.iter().map(|within| within.as_str()).collect();
        let rule = "nothing there can meet the filters: only decisions have a category and an impact, and no status is \
                    one of items and of decisions";
        Err(Error::invalid("in", within.join(","), rule))
    }
}

impl Query for Search {
    type Output = Found;

    async fn fetch(&self, tx: &Tx) -> Result<Found> {
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        self.find(&tx.conn, tx.dialect, project).await
    }

    /// A project that is named has to be looked up first.
    async fn fetch_alone(&self, alone: Alone<'_>) -> Result<Option<Found>> {
        match self.project {
            Some(_) => Ok(None),
            None => {
                let _asking = alone.asking();
                self.find(alone.conn, alone.dialect, None).await.map(Some)
            }
        }
    }
}

impl Search {
    async fn find(&self, conn: &impl ConnectionTrait, dialect: Dialect, project: Option<Uuid>) -> Result<Found> {
        let limit = self.limit()?;
        let terms = terms(&self.words, self.prefix)?;
        let (mut items, mut decisions) = (Vec::new(), Vec::new());
        for status in &self.statuses {
            match status {
                HitStatus::Item(status) => items.push(*status),
                HitStatus::Decision(status) => decisions.push(*status),
            }
        }
        let kinds = self.kinds(&items, &decisions)?;
        let file = self.file.as_deref().map(|path| fields::path("file", path)).transpose()?;
        let wanted = Wanted {
            terms: &terms,
            kinds: &kinds,
            project,
            categories: &self.categories,
            impacts: &self.impacts,
            item_statuses: &items,
            decision_statuses: &decisions,
            file: file.as_deref(),
        };
        // The order of the first ones is known once all of them are.
        let from = if self.offset < RANKED_ALIKE { 0 } else { self.offset };
        let until = (self.offset.saturating_add(limit + 1)).max(RANKED_ALIKE);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let found = dialect.find_documents(conn, &wanted, number(until - from), number(from)).await?;
        let mut page = rank(found, from, &terms)?;
        page.drain(..usize::try_from(self.offset - from).unwrap_or(usize::MAX).min(page.len()));
        let shown = page.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = (page.len() > shown).then(|| self.offset.saturating_add(limit));
        page.truncate(shown);
        let ranks = self.offset.saturating_add(1)..;
        Ok(Found {
            words: terms.iter().map(Term::to_string).collect(),
            hits: page.into_iter().zip(ranks).map(|(ranked, rank)| hit(ranked, rank, &terms)).collect::<Result<_>>()?,
            next,
        })
    }
}
