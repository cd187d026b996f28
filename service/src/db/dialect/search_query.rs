//! What the full-text index is asked. What a user typed is bound, and only ever as words of letters and digits.

use callboard_entity::{DecisionCategory, DecisionImpact, DecisionStatus, WorkItemStatus};
use callboard_search::{EntityType, scope_of_project};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::Dialect;
use crate::clock::Timestamp;
use crate::search::Term;

/// Which documents are wanted.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// All of these words.
    pub terms: &'a [Term],
    /// Any of these types.
    pub kinds: &'a [EntityType],
    pub project: Option<Uuid>,
    /// Any of these, as with the next three; what an empty list is about does not matter.
    pub categories: &'a [DecisionCategory],
    pub impacts: &'a [DecisionImpact],
    pub item_statuses: &'a [WorkItemStatus],
    pub decision_statuses: &'a [DecisionStatus],
    /// A path in the stored form that the decision names, or at which something was done for the item.
    pub file: Option<&'a str>,
}

/// A document that has all the words, with what is shown of its row.
#[derive(Clone, Debug)]
pub(crate) struct FoundDocument {
    pub entity_type: String,
    pub entity_id: Uuid,
    /// The beginning of the row's own text, about as much as the index has of it.
    pub text: Option<String>,
    /// Slug and key prefix of the project; none of a note whose session belongs to no project.
    pub project: Option<String>,
    pub key_prefix: Option<String>,
    /// An item's or a session's key; a decision's number.
    pub key: String,
    /// Of an item or a decision its own, else that of the item that it is about.
    pub title: Option<String>,
    pub status: Option<String>,
    pub is_archived: bool,
    pub changed_at: Timestamp,
}

impl FoundDocument {
    /// By the places of the columns of [`Dialect::find_documents`]: looked up by name, they cost as much as the index.
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            entity_type: row.try_get_by_index(2)?,
            entity_id: row.try_get_by_index(3)?,
            text: row.try_get_by_index(4)?,
            project: row.try_get_by_index(5)?,
            key_prefix: row.try_get_by_index(6)?,
            key: row.try_get_by_index(7)?,
            title: row.try_get_by_index(8)?,
            status: row.try_get_by_index(9)?,
            is_archived: row.try_get_by_index(10)?,
            changed_at: row.try_get_by_index(11)?,
        })
    }
}

/// The rows of a table that name the item which they are about, with that item.
macro_rules! about {
    ($table:literal) => {
        concat!(
            $table,
            " AS e CROSS JOIN work_items AS i CROSS JOIN board_projects AS p \
             WHERE e.id = b.entity_id AND i.id = e.work_item_id AND p.id = i.project_id"
        )
    };
}

impl Dialect {
    /// The documents that the database ranks from `offset` on, the best first. Equal ranks are in a fixed order.
    ///
    /// The index finds and ranks; what is not in it is read of at most `limit` documents, unless there are filters. A
    /// document without its row is left out: `verify` names it.
    pub async fn find_documents(
        self,
        conn: &impl ConnectionTrait,
        wanted: &Wanted<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<FoundDocument>, DbErr> {
        let mut bound = Bound::default();
        let words = bound.value(self.expression(wanted));
        let filters = self.filters(wanted, &mut bound);
        let (limit, offset) = (bound.value(limit), bound.value(offset));
        let best = match self {
            // Only rowid and rank are sorted.
            Self::Sqlite => format!(
                "best AS MATERIALIZED (SELECT at.score, at.place, d.entity_type, d.entity_id FROM \
                 (SELECT bm25(board_search, 0, 0, 0, 0, 1) AS score, rowid AS place FROM board_search \
                 WHERE board_search MATCH {words}{filters} ORDER BY score, place LIMIT {limit} OFFSET {offset}) AS at \
                 CROSS JOIN board_search AS d ON d.rowid = at.place)"
            ),
            // A query that is cast where it is used would be read again for every row.
            Self::Postgres => format!(
                "asked AS MATERIALIZED (SELECT {words}::tsquery AS words), best AS MATERIALIZED \
                 (SELECT - ts_rank(search_vector, asked.words, 1) AS score, entity_id AS place, entity_type, entity_id \
                 FROM asked JOIN board_search ON search_vector @@ asked.words{filters} \
                 ORDER BY score, place LIMIT {limit} OFFSET {offset})"
            ),
        };
        let rows: Vec<String> = wanted.kinds.iter().map(|kind| row_of(*kind)).collect();
        let sql = format!("WITH {best} {} ORDER BY 1, 2", rows.join(" UNION ALL "));
        conn.query_all_raw(self.statement(&sql, bound.0)).await?.iter().map(FoundDocument::read).collect()
    }

    /// The words as the index is asked for them, on SQLite with the types and the project.
    fn expression(self, wanted: &Wanted<'_>) -> String {
        let words = wanted.terms.iter().map(|Term { word, is_prefix }| match (self, *is_prefix) {
            (Self::Sqlite, false) => format!("\"{word}\""),
            (Self::Sqlite, true) => format!("\"{word}\" *"),
            (Self::Postgres, false) => format!("'{word}'"),
            (Self::Postgres, true) => format!("'{word}':*"),
        });
        let words: Vec<String> = words.collect();
        if self == Self::Postgres {
            return words.join(" & ");
        }
        let mut all = format!("search_text : ({})", words.join(" AND "));
        if let Some(project) = wanted.project {
            let word = scope_of_project(&project.simple().to_string());
            all.push_str(&format!(" AND scope : \"{word}\""));
        }
        if wanted.kinds.len() < EntityType::ALL.len() {
            let kinds: Vec<String> = wanted.kinds.iter().map(|kind| format!("\"{}\"", kind.as_str())).collect();
            all.push_str(&format!(" AND scope : ({})", kinds.join(" OR ")));
        }
        all
    }

    /// What the index does not say, as further conditions.
    fn filters(self, wanted: &Wanted<'_>, bound: &mut Bound) -> String {
        let mut all = String::new();
        if self == Self::Postgres {
            if let Some(project) = wanted.project {
                all.push_str(&format!(" AND board_search.project_id = {}", bound.value(project)));
            }
            if wanted.kinds.len() < EntityType::ALL.len() {
                let kinds = bound.list(wanted.kinds.iter().map(|kind| kind.as_str()));
                all.push_str(&format!(" AND board_search.entity_type IN ({kinds})"));
            }
        }
        if !wanted.has_filters() {
            return all;
        }
        let file = wanted.file.map(|path| bound.value(path));
        let of_item = item_filters(wanted, file.as_deref(), bound);
        let any = wanted.kinds.iter().map(|kind| {
            let rows = match kind {
                EntityType::Item => format!("work_items i WHERE i.id = board_search.entity_id{of_item}"),
                EntityType::Decision => self.decision_filters(wanted, file.as_deref(), bound),
                EntityType::Comment => noted("work_item_events", &of_item),
                EntityType::Note => noted("session_events", &of_item),
                EntityType::Checkpoint => noted("checkpoints", &of_item),
            };
            format!("(board_search.entity_type = '{}' AND EXISTS (SELECT 1 FROM {rows}))", kind.as_str())
        });
        let any: Vec<String> = any.collect();
        all.push_str(&format!(" AND ({})", any.join(" OR ")));
        all
    }

    fn decision_filters(self, wanted: &Wanted<'_>, file: Option<&str>, bound: &mut Bound) -> String {
        let mut all = "board_decisions WHERE board_decisions.id = board_search.entity_id".to_owned();
        let mut any_of = |column: &str, words: Vec<&'static str>| {
            if !words.is_empty() {
                all.push_str(&format!(" AND board_decisions.{column} IN ({})", bound.list(words)));
            }
        };
        any_of("category", wanted.categories.iter().map(|word| word.as_str()).collect());
        any_of("impact", wanted.impacts.iter().map(|word| word.as_str()).collect());
        any_of("status", wanted.decision_statuses.iter().map(|word| word.as_str()).collect());
        if let Some(path) = file {
            let named = match self {
                Self::Sqlite => format!(
                    "EXISTS (SELECT 1 FROM json_each(coalesce(board_decisions.affected_files, '[]')) t \
                     WHERE t.value = {path})"
                ),
                Self::Postgres => format!("board_decisions.affected_files @> jsonb_build_array({path}::text)"),
            };
            let done = done_to(path, "board_decisions.work_item_id");
            all.push_str(&format!(" AND ({named} OR {done})"));
        }
        all
    }
}

/// The rows of one type behind the documents in `best`. CROSS JOIN makes SQLite begin with these few. A text is cut only
/// where it is long: counting the characters of each costs as much as reading it.
fn row_of(kind: EntityType) -> String {
    let word = kind.as_str();
    let (text, shown, at, from) = match kind {
        EntityType::Item => (
            "i.description",
            OF_ITEM,
            "i.updated_at",
            "work_items AS i CROSS JOIN board_projects AS p WHERE i.id = b.entity_id AND p.id = i.project_id",
        ),
        EntityType::Decision => (
            "coalesce(e.problem, '') || ' ' || coalesce(e.context, '') || ' ' || e.decision || ' ' || e.rationale || ' ' || \
             coalesce(e.implementation_approach, '') || ' ' || coalesce(e.outcome, '') || ' ' || coalesce(e.lessons, '')",
            "CAST(e.number AS text), e.title, e.status, FALSE",
            "e.updated_at",
            "board_decisions AS e CROSS JOIN board_projects AS p WHERE e.id = b.entity_id AND p.id = e.project_id",
        ),
        EntityType::Comment => ("e.reason", OF_ITEM, "e.created_at", about!("work_item_events")),
        EntityType::Checkpoint => ("e.note", OF_ITEM, "e.created_at", about!("checkpoints")),
        EntityType::Note => (
            "e.data ->> 'text'",
            "s.key, i.title, i.status, i.archived_at IS NOT NULL",
            "e.created_at",
            "session_events AS e CROSS JOIN work_sessions AS s LEFT JOIN board_projects AS p ON p.id = s.project_id \
             LEFT JOIN work_items AS i ON i.id = e.work_item_id WHERE e.id = b.entity_id AND s.id = e.session_id",
        ),
    };
    format!(
        "SELECT b.score, b.place, b.entity_type, b.entity_id, \
         CASE WHEN octet_length({text}) > 65536 THEN substr({text}, 1, 65536) ELSE {text} END, \
         p.slug, p.key_prefix, {shown}, {at} FROM best AS b CROSS JOIN {from} AND b.entity_type = '{word}'"
    )
}

/// Key, title, status and archiving of an item, or of the one that a row is about.
const OF_ITEM: &str = "i.key, i.title, i.status, i.archived_at IS NOT NULL";

impl Wanted<'_> {
    fn has_filters(&self) -> bool {
        let Self { categories, impacts, item_statuses, decision_statuses, file, .. } = self;
        !categories.is_empty()
            || !impacts.is_empty()
            || !item_statuses.is_empty()
            || !decision_statuses.is_empty()
            || file.is_some()
    }
}

/// The conditions on an item, `i`.
fn item_filters(wanted: &Wanted<'_>, file: Option<&str>, bound: &mut Bound) -> String {
    let mut all = String::new();
    if !wanted.item_statuses.is_empty() {
        let statuses = bound.list(wanted.item_statuses.iter().map(|status| status.as_str()));
        all.push_str(&format!(" AND i.status IN ({statuses})"));
    }
    if let Some(path) = file {
        all.push_str(&format!(" AND {}", done_to(path, "i.id")));
    }
    all
}

/// That something was done to a file for an item.
fn done_to(path: &str, item: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM file_operations f WHERE f.work_item_id = {item} \
         AND (f.path = {path} OR f.new_path = {path}))"
    )
}

/// A row of a table that names the item which it is about.
fn noted(table: &str, of_item: &str) -> String {
    format!("{table} e JOIN work_items i ON i.id = e.work_item_id WHERE e.id = board_search.entity_id{of_item}")
}

/// The values of a statement, each with its place.
#[derive(Debug, Default)]
struct Bound(Vec<Value>);

impl Bound {
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    fn list(&mut self, words: impl IntoIterator<Item = &'static str>) -> String {
        words.into_iter().map(|word| self.value(word)).collect::<Vec<_>>().join(", ")
    }
}
