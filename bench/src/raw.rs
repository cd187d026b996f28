//! The least that any import has to do: the same rows by multi-row inserts in one transaction.

use callboard_service::entity as e;
use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, IntoActiveModel,
    Iterable, ModelTrait, Statement, TransactionTrait, Value,
};

use crate::frame::Failure;

/// Rows in one statement; SQLite takes at most 32,766 values.
const ROWS: usize = 500;

/// The statements that write every row of a board again, parents before their children, and the number of rows.
pub async fn statements(board: &DatabaseConnection) -> Result<(Vec<Statement>, usize), Failure> {
    let mut statements = Vec::new();
    let mut items = e::work_items::Entity::find().all(board).await?;
    items.sort_by_key(|item| item.id);
    let mut ordered = Vec::with_capacity(items.len());
    let mut placed = std::collections::HashSet::new();
    while !items.is_empty() {
        let (ready, waiting): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.parent_id.is_none_or(|parent| placed.contains(&parent)));
        placed.extend(ready.iter().map(|item| item.id));
        ordered.extend(ready);
        items = waiting;
    }
    let mut rows = insert::<e::board_users::Entity>(board, &mut statements, None).await?;
    rows += insert::<e::board_projects::Entity>(board, &mut statements, None).await?;
    rows += insert::<e::work_items::Entity>(board, &mut statements, Some(ordered)).await?;
    rows += insert::<e::work_item_events::Entity>(board, &mut statements, None).await?;
    rows += insert::<e::task_prerequisites::Entity>(board, &mut statements, None).await?;
    rows += insert::<e::external_refs::Entity>(board, &mut statements, None).await?;
    rows += documents(board, &mut statements).await?;
    Ok((statements, rows))
}

/// The documents of the search, which are of no entity.
async fn documents(board: &DatabaseConnection, statements: &mut Vec<Statement>) -> Result<usize, Failure> {
    let backend = board.get_database_backend();
    let (own, read, place) = match backend {
        DbBackend::Sqlite => ("scope", "scope", "(?, ?, ?, ?, ?)"),
        _ => ("search_vector", "search_vector::text AS search_vector", ""),
    };
    let sql = format!("SELECT entity_type, entity_id, project_id, search_text, {read} FROM board_search");
    let rows = board.query_all_raw(Statement::from_string(backend, sql)).await?;
    for chunk in rows.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 5);
        let mut tuples = Vec::with_capacity(chunk.len());
        for row in chunk {
            let n = values.len();
            values.push(row.try_get::<String>("", "entity_type")?.into());
            values.push(row.try_get::<Uuid>("", "entity_id")?.into());
            values.push(row.try_get::<Option<Uuid>>("", "project_id")?.into());
            values.push(row.try_get::<String>("", "search_text")?.into());
            values.push(row.try_get::<String>("", own)?.into());
            let numbered = || format!("(${}, ${}, ${}, ${}, ${}::tsvector)", n + 1, n + 2, n + 3, n + 4, n + 5);
            tuples.push(if place.is_empty() { numbered() } else { place.to_owned() });
        }
        let columns = format!("entity_type, entity_id, project_id, search_text, {own}");
        let sql = format!("INSERT INTO board_search ({columns}) VALUES {}", tuples.join(", "));
        statements.push(Statement::from_sql_and_values(backend, sql, values));
    }
    Ok(rows.len())
}

/// Runs them in one transaction.
pub async fn run(board: &DatabaseConnection, statements: Vec<Statement>) -> Result<(), Failure> {
    let transaction = board.begin().await?;
    for statement in statements {
        transaction.execute_raw(statement).await?;
    }
    Ok(transaction.commit().await?)
}

async fn insert<E>(
    board: &DatabaseConnection,
    statements: &mut Vec<Statement>,
    rows: Option<Vec<E::Model>>,
) -> Result<usize, Failure>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E>,
{
    let rows = match rows {
        Some(rows) => rows,
        None => E::find().all(board).await?,
    };
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let count = rows.len();
    let backend = board.get_database_backend();
    for chunk in rows.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * columns.len());
        let mut tuples = Vec::with_capacity(chunk.len());
        for row in chunk {
            let first = values.len() + 1;
            values.extend(columns.iter().map(|column| row.get(*column)));
            // SQLite looks up numbered and named places one by one among all others.
            let place = |n: usize| if backend == DbBackend::Sqlite { "?".to_owned() } else { format!("${n}") };
            let places: Vec<String> = (first..=values.len()).map(place).collect();
            tuples.push(format!("({})", places.join(", ")));
        }
        let table = E::default().table_name().to_owned();
        let sql = format!("INSERT INTO \"{table}\" ({}) VALUES {}", names.join(", "), tuples.join(", "));
        statements.push(Statement::from_sql_and_values(backend, sql, values));
    }
    Ok(count)
}
