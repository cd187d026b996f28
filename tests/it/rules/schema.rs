//! What every table of the live schema has, and what none may have, on both databases.
//!
//! Each test breaks its rule on the live schema afterwards, and must then find exactly that.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use support::{Kind, TestDb, both};

use super::catalog::{Catalog, Leading};

/// Tables whose rows need no time of their own, each with the reason.
const WITHOUT_CREATED_AT: &[(&str, &str)] = &[];

both! {
    async fn every_foreign_key_leads_an_index(t: TestDb) {
        let db = t.raw().await;
        let catalog = Catalog::read(&db).await;
        assert!(catalog.foreign_keys.len() >= 10, "{:?}", catalog.foreign_keys);
        assert_eq!(unindexed(&catalog), Vec::<String>::new());

        execute(&db, "CREATE TABLE bad (id bigint PRIMARY KEY, a bigint REFERENCES bad (id), b bigint REFERENCES bad (id), \
                      c bigint REFERENCES bad (id), d bigint REFERENCES bad (id))").await;
        execute(&db, "CREATE INDEX ix_bad_second ON bad (id, a)").await;
        execute(&db, "CREATE INDEX ix_bad_partial ON bad (b) WHERE a > 1").await;
        execute(&db, "CREATE INDEX ix_bad_present ON bad (c) WHERE c IS NOT NULL").await;
        execute(&db, "CREATE INDEX ix_bad_first ON bad (d, a)").await;
        assert_eq!(unindexed(&Catalog::read(&db).await), ["bad.a", "bad.b"]);
    }

    async fn every_table_has_created_at(t: TestDb) {
        let db = t.raw().await;
        let catalog = Catalog::read(&db).await;
        for (table, reason) in WITHOUT_CREATED_AT {
            assert!(!reason.is_empty() && tables(&catalog).contains(*table), "{table} is no exception");
        }
        assert_eq!(without_created_at(&catalog), Vec::<String>::new());

        execute(&db, "CREATE TABLE bad (id bigint PRIMARY KEY)").await;
        assert_eq!(without_created_at(&Catalog::read(&db).await), ["bad"]);
    }

    async fn no_time_has_a_default(t: TestDb) {
        let db = t.raw().await;
        let catalog = Catalog::read(&db).await;
        assert!(catalog.columns.iter().filter(|column| is_time(&column.kind)).count() >= 30);
        assert_eq!(timed_by_the_database(&catalog), Vec::<String>::new());

        let kind = if t.kind() == Kind::Sqlite { "timestamp_with_timezone_text" } else { "timestamptz" };
        execute(&db, &format!("CREATE TABLE bad (a {kind} DEFAULT CURRENT_TIMESTAMP, b {kind}, c text DEFAULT 'x')")).await;
        assert_eq!(timed_by_the_database(&Catalog::read(&db).await), ["bad.a"]);
    }

    /// Each of these means something else on the other database, or cannot be read by the same Rust type.
    async fn no_column_has_a_type_that_the_databases_take_differently(t: TestDb) {
        let db = t.raw().await;
        assert_eq!(differing(t.kind(), &Catalog::read(&db).await), Vec::<String>::new());

        let expected: &[&str] = if t.kind() == Kind::Sqlite {
            execute(&db, "CREATE TABLE bad (a timestamp_text, b datetime_text, c enum_text, d bigint, e timestamp_with_timezone_text, f float, g double)")
                .await;
            &["bad.a: timestamp_text", "bad.b: datetime_text", "bad.c: enum_text", "bad.f: float"]
        } else {
            execute(&db, "CREATE TYPE mood AS ENUM ('good')").await;
            execute(&db, "CREATE TABLE bad (a timestamp, b int, c mood, d bigint, e timestamptz, f smallint, g json, h real, i double precision)").await;
            &[
                "bad.a: timestamp without time zone",
                "bad.b: integer",
                "bad.c: user-defined",
                "bad.f: smallint",
                "bad.g: json",
                "bad.h: real",
                "enumeration mood",
            ]
        };
        assert_eq!(differing(t.kind(), &Catalog::read(&db).await), expected);
    }
}

async fn execute(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn tables(catalog: &Catalog) -> BTreeSet<&str> {
    catalog.columns.iter().map(|column| column.table.as_str()).collect()
}

/// Foreign keys whose first column is not the first of any whole index: deleting their target would read the table.
fn unindexed(catalog: &Catalog) -> Vec<String> {
    let keys = catalog.foreign_keys.iter().filter(|key| !catalog.indexes.contains(key));
    let names: BTreeSet<String> = keys.map(|Leading { table, column }| format!("{table}.{column}")).collect();
    names.into_iter().collect()
}

fn without_created_at(catalog: &Catalog) -> Vec<String> {
    let with = |table: &str| catalog.columns.iter().any(|c| c.table == table && c.name == "created_at");
    let excepted = |table: &str| WITHOUT_CREATED_AT.iter().any(|(name, _)| *name == table);
    tables(catalog).into_iter().filter(|table| !with(table) && !excepted(table)).map(str::to_owned).collect()
}

fn is_time(kind: &str) -> bool {
    kind.contains("timestamp") || kind.contains("datetime")
}

fn timed_by_the_database(catalog: &Catalog) -> Vec<String> {
    let columns = catalog.columns.iter().filter(|column| is_time(&column.kind) && column.default.is_some());
    columns.map(|column| format!("{}.{}", column.table, column.name)).collect()
}

fn differing(kind: Kind, catalog: &Catalog) -> Vec<String> {
    let kinds: &[&str] = match kind {
        // As SeaORM's SQL builder names them.
        Kind::Sqlite => &["timestamp_text", "datetime_text", "enum_text", "json_text", "float"],
        Kind::Postgres => &["timestamp without time zone", "integer", "smallint", "real", "json", "user-defined"],
    };
    let columns = catalog.columns.iter().filter(|column| kinds.contains(&column.kind.as_str()));
    let mut found: Vec<String> = columns.map(|c| format!("{}.{}: {}", c.table, c.name, c.kind)).collect();
    found.sort();
    found.extend(catalog.enums.iter().map(|name| format!("enumeration {name}")));
    found
}
