//! The full-text index held against the rows, and written anew where a test wrote rows without a verb.

use std::collections::HashMap;

use callboard_search::{Document, EntityType, vector};
use callboard_service::entity::{
    board_decisions as decisions, checkpoints, session_events, work_item_events as events, work_items,
    work_sessions as sessions,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::board::Seed;
use crate::database::{Kind, TestDb};

impl Seed {
    /// Writes the full-text index anew, for a test that wrote rows itself.
    pub async fn reindex(&self) {
        reindex(&self.raw).await;
    }
}

impl TestDb {
    /// As [`Seed::reindex`].
    pub async fn reindex(&self) {
        reindex(&self.raw().await).await;
    }
}

/// What the rows say that can be found, in no order.
pub async fn documents(raw: &DatabaseConnection) -> Vec<Document> {
    expected(raw).await.into_values().collect()
}

/// Fails when the index does not hold exactly the words of the rows.
pub(crate) async fn assert_index_agrees(t: &TestDb) {
    let raw = t.raw().await;
    let (found, expected) = (found(&raw).await, expected(&raw).await);
    let name = |(kind, id): &(EntityType, String)| format!("{} {id}", kind.as_str());
    let missing: Vec<String> = expected.keys().filter(|key| !found.contains_key(*key)).map(name).collect();
    assert!(missing.is_empty(), "the search finds no {}", missing.join(", "));
    let left: Vec<String> = found.keys().filter(|key| !expected.contains_key(*key)).map(name).collect();
    assert!(left.is_empty(), "the search finds what is gone: {}", left.join(", "));
    for (key, document) in &expected {
        let found = &found[key];
        assert!(found == document, "the index has\n  {found:?}\nand not\n  {document:?}");
    }
}

type Documents = HashMap<(EntityType, String), Document>;

fn insert(into: &mut Documents, kind: EntityType, id: Uuid, project: Option<Uuid>, texts: &[Option<&str>]) {
    let hex = |id: Uuid| id.simple().to_string();
    let document = Document::new(kind, hex(id), project.map(hex), texts.iter().copied());
    into.insert((kind, hex(id)), document);
}

/// What the rows say.
async fn expected(raw: &DatabaseConnection) -> Documents {
    let mut all = Documents::new();
    let mut projects = HashMap::new();
    for row in work_items::Entity::find().all(raw).await.expect("read the items") {
        projects.insert(row.id, row.project_id);
        let texts = [Some(&*row.key), Some(&*row.title), row.description.as_deref()];
        insert(&mut all, EntityType::Item, row.id, Some(row.project_id), &texts);
    }
    for row in decisions::Entity::find().all(raw).await.expect("read the decisions") {
        let texts = [
            Some(&*row.title),
            row.problem.as_deref(),
            row.context.as_deref(),
            Some(&*row.decision),
            Some(&*row.rationale),
            row.implementation_approach.as_deref(),
            row.outcome.as_deref(),
            row.lessons.as_deref(),
        ];
        insert(&mut all, EntityType::Decision, row.id, Some(row.project_id), &texts);
    }
    let comments = events::Entity::find().filter(events::Column::Kind.eq("comment"));
    for row in comments.all(raw).await.expect("read the comments") {
        let project = Some(projects[&row.work_item_id]);
        insert(&mut all, EntityType::Comment, row.id, project, &[row.reason.as_deref()]);
    }
    for row in checkpoints::Entity::find().all(raw).await.expect("read the checkpoints") {
        let project = Some(projects[&row.work_item_id]);
        insert(&mut all, EntityType::Checkpoint, row.id, project, &[Some(&row.note)]);
    }
    let of: Vec<(Uuid, Option<Uuid>)> = sessions::Entity::find()
        .select_only()
        .columns([sessions::Column::Id, sessions::Column::ProjectId])
        .into_tuple()
        .all(raw)
        .await
        .expect("read the sessions");
    let of: HashMap<Uuid, Option<Uuid>> = of.into_iter().collect();
    let notes = session_events::Entity::find().filter(session_events::Column::Kind.eq("note"));
    for row in notes.all(raw).await.expect("read the notes") {
        let text = row.data.as_ref().and_then(|data| data["text"].as_str());
        insert(&mut all, EntityType::Note, row.id, of[&row.session_id], &[text]);
    }
    all
}

/// What the index says.
async fn found(raw: &DatabaseConnection) -> Documents {
    let mut select = Query::select();
    select.columns(["entity_type", "entity_id", "project_id", "search_text"]).from("board_search");
    let mut all = Documents::new();
    for row in raw.query_all(&select).await.expect("read the index") {
        let word: String = row.try_get("", "entity_type").expect("a type");
        let kind = EntityType::ALL.into_iter().find(|kind| kind.as_str() == word).expect("a known type");
        let id: Uuid = row.try_get("", "entity_id").expect("an id");
        let project: Option<Uuid> = row.try_get("", "project_id").expect("a project or none");
        let search_text: String = row.try_get("", "search_text").expect("a text");
        let hex = |id: Uuid| id.simple().to_string();
        let document = Document { entity_type: kind, entity_id: hex(id), project_id: project.map(hex), search_text };
        assert!(all.insert((kind, hex(id)), document).is_none(), "two documents of {word} {id}");
    }
    all
}

async fn reindex(raw: &DatabaseConnection) {
    let documents = expected(raw).await;
    raw.execute_unprepared("DELETE FROM board_search").await.expect("empty the index");
    let kind = match raw.get_database_backend() {
        sea_orm::DbBackend::Sqlite => Kind::Sqlite,
        _ => Kind::Postgres,
    };
    let own = if kind == Kind::Sqlite { "scope" } else { "search_vector" };
    for document in documents.into_values() {
        let id = |hex: &str| Uuid::try_parse(hex).expect("an id");
        let last = match kind {
            Kind::Sqlite => Expr::val(document.scope()),
            Kind::Postgres => Expr::val(vector(&document.search_text)).cast_as("tsvector"),
        };
        let mut insert = Query::insert();
        insert.into_table("board_search").columns(["entity_type", "entity_id", "project_id", "search_text", own]);
        insert.values_panic([
            document.entity_type.as_str().into(),
            id(&document.entity_id).into(),
            document.project_id.as_deref().map(id).into(),
            document.search_text.as_str().into(),
            last,
        ]);
        raw.execute(&insert).await.expect("write the index");
    }
}
