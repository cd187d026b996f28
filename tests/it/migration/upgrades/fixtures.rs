//! The fixtures: the same on every run and on both databases, with all that is awkward, and no rule too many.

use std::collections::BTreeSet;

use callboard_migration::runner::{self, DownGoal, Goal, OnLoss, Options};
use callboard_migration::{history, target};
use sea_orm::{ConnectionTrait, Statement};
use support::fixture::{self, HINTS, Hint, Plan, Refused, Schema, Table, Type, Value, statements};
use support::{Kind, TestDb, both_empty, expect_panic, plain};

use super::super::common::{describe, number};

plain! {
    fn the_rows_are_the_same_on_every_run() {
        for version in ["4", "43"] {
            let schema = schema(version);
            let digest = |plan: &Plan| fixture::digest(&plan.rows(&schema));
            let first = digest(&Plan::default());
            assert_eq!(digest(&Plan::default()), first, "{version}");
            assert_ne!(digest(&Plan { seed: 5, ..Plan::default() }), first, "{version}");
        }
    }

    fn every_version_is_full_of_every_kind_of_value() {
        for step in history() {
            let schema = schema(step.version());
            let rows = Plan::default().rows(&schema);
            assert!(rows.values().map(Vec::len).sum::<usize>() >= 10_000, "{}", step.version());
            for table in &schema.tables {
                let missing = missing(table, &rows[&table.name]);
                assert_eq!(missing, Vec::<String>::new(), "{}: {}", step.version(), table.name);
            }
            let untried = |table: &Table, rows: &[Vec<Value>]| !missing(table, rows).is_empty();
            assert!(schema.tables.iter().any(|table| untried(table, &rows[&table.name][..20])), "20 rows are no test");
        }
    }

    /// Every rule that the fixtures can keep without a hint, in a table that they have never seen.
    fn a_table_of_a_later_migration_is_filled() {
        let sql = [
            "CREATE TABLE whole (code text NOT NULL PRIMARY KEY)",
            "CREATE TABLE part (id uuid_text NOT NULL PRIMARY KEY, \
             whole text NOT NULL REFERENCES whole (code), above uuid_text NULL REFERENCES part (id), \
             least integer NOT NULL CHECK (least >= 1), more integer NOT NULL CHECK (more > 1), \
             most integer NOT NULL CHECK (most <= 1), less integer NULL CHECK (less < 1), \
             share integer NOT NULL CHECK (share BETWEEN -3 AND 3), \
             word text NULL CONSTRAINT ck_word CHECK (word IN ('a', 'b')), amount real(6, 3) NOT NULL, \
             day date_text NOT NULL, yes boolean NOT NULL DEFAULT TRUE, one text NOT NULL UNIQUE)",
            "CREATE UNIQUE INDEX ux_a ON part (whole, share) WHERE word = 'a' AND above IS NOT NULL",
            "CREATE UNIQUE INDEX ux_b ON part (whole, share) WHERE word IN ('b') AND above IS NULL",
            "CREATE VIRTUAL TABLE found USING fts5(words)",
        ];
        run(async {
            let schema = Schema::of(&sql).await.expect("read it");
            assert_eq!(schema.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["whole", "part"]);
            let rows = Plan { rows: 2_000, ..Plan::default() }.rows(&schema);
            let part = schema.table("part").expect("the table");
            assert_eq!(missing(part, &rows["part"]), Vec::<String>::new());
            let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
            options.max_connections(1).sqlx_logging(false);
            let db = sea_orm::Database::connect(options).await.expect("open a database");
            for statement in sql.iter().map(|sql| (*sql).to_owned()).chain(statements(Kind::Sqlite, &schema, &rows)) {
                db.execute_unprepared(&statement).await.unwrap_or_else(|e| panic!("{e}"));
            }
            assert_eq!(number(&db, "SELECT count(*) FROM part").await, 1_000);
        });
    }

    fn what_no_rule_says_is_named() {
        let refused = |sql: &'static str| {
            expect_panic(|| {
                run(async { Plan::default().rows(&Schema::of(&["CREATE TABLE t (id text PRIMARY KEY)", sql]).await.expect("SQL")) })
            })
        };
        let check = "CREATE TABLE u (id text PRIMARY KEY, a text, b text CONSTRAINT ck_u_ab CHECK (a < b))";
        let message = refused(check);
        assert!(message.contains("ck_u_ab") && message.contains("hints.rs"), "{message}");
        let message = refused("CREATE TABLE u (id text PRIMARY KEY, place point)");
        assert!(message.contains("u.place") && message.contains("value.rs"), "{message}");
        let message = refused("CREATE UNIQUE INDEX ux_t ON t (id) WHERE length(id) > 3");
        assert!(message.contains("ux_t") && message.contains("rule.rs"), "{message}");
    }

    fn neither_hierarchies_nor_edges_make_a_cycle() {
        let schema = schema("35");
        let rows = Plan::default().rows(&schema);
        for (table, from, to) in [
            ("work_items", "id", "parent_id"),
            ("task_prerequisites", "work_item_id", "prerequisite_id"),
            ("workflow_step_dependencies", "step_id", "depends_on_id"),
        ] {
            let found = schema.table(table).expect("the table");
            let [from, to] = [from, to].map(|name| found.column(name).expect("the column"));
            // Ids rise, so whoever refers to a lower one only can't come back to itself.
            let id = |row: &[Value], at: usize| if let Value::Uuid(id) = row[at] { Some(id) } else { None };
            let edges: Vec<_> = rows[table].iter().filter_map(|row| Some((id(row, from)?, id(row, to)?))).collect();
            assert!(edges.len() > 200 && edges.iter().all(|(from, to)| from > to), "{table}");
        }
    }
}

both_empty! {
    /// So both databases hold the same.
    async fn what_is_read_back_is_what_was_made(t: TestDb) {
        let (schema, rows) = fixture::make(&super::options(&t), "43", &Plan::default()).await.expect("make it");
        let db = t.raw().await;
        for table in &schema.tables {
            let mut found = read(&db, t.kind(), table).await;
            let mut expected: Vec<&Vec<Value>> = rows[&table.name].iter().collect();
            let key = |row: &[Value]| table.key().iter().map(|at| row[*at].sql(t.kind())).collect::<Vec<_>>();
            expected.sort_by_cached_key(|row| key(row));
            assert_eq!(found.len(), expected.len(), "{}", table.name);
            found.sort_by_cached_key(|row| key(row));
            for (found, expected) in found.iter().zip(expected) {
                let wrong = found.iter().zip(expected).find(|(found, expected)| !found.same(expected));
                assert!(wrong.is_none(), "{}: {wrong:?}", table.name);
            }
        }
    }

    async fn every_hint_is_needed(t: TestDb) {
        for (number, hint) in HINTS.iter().enumerate() {
            // Only some of many rows are refused on the way down.
            let rows = if hint.refused == Refused::Down { 20_000 } else { 3_000 };
            let hints = HINTS.iter().filter(|h| !std::ptr::eq(*h, hint)).collect();
            let plan = Plan { rows, hints, ..Plan::default() };
            let options = options(&t, &format!("hint_{number}"));
            let refused = refused(&options, hint, &plan).await;
            assert_eq!(refused.map(|(at, _)| at), Some(hint.refused), "{} {:?}", hint.table, hint.columns);
        }
        // With all of them nothing is refused: that is what every test of an upgrade shows.
    }

    async fn one_can_be_made_by_hand(t: TestDb) {
        let output = t.fixture(["--version", "99"]).run().code(1);
        assert!(output.stderr.contains("99") && output.stdout.is_empty(), "{output}");
        let before = describe(&t).await;
        assert_eq!(before, "");
        let output = t.fixture(["--version", "12", "--rows", "2000"]).run().ok();
        let rows: usize = output.stdout.lines().map(|l| l.split_whitespace().next().expect("a number")).map(|n| n.parse::<usize>().expect("a number")).sum();
        assert!(rows >= 2_000 && output.stdout.contains(" work_items\n"), "{output}");
        let status = runner::status(&super::options(&t)).await.expect("status");
        assert_eq!(status.current(), Some("m20261121_000012_create_ready_queue"));
        let output = t.fixture(["--version", "12"]).run().code(1);
        assert!(output.stderr.contains("holds a board already"), "{output}");
    }
}

/// A place of its own in the database of a test: a file beside it, or a schema.
fn options(t: &TestDb, name: &str) -> Options {
    match t.kind() {
        Kind::Sqlite => Options::new(target::DatabaseUrl::sqlite(t.dir().join(format!("{name}.db")))),
        Kind::Postgres => Options { schema: Some(name.to_owned()), ..super::options(t) },
    }
}

/// Where it is refused, and why.
async fn refused(options: &Options, hint: &Hint, plan: &Plan) -> Option<(Refused, String)> {
    if let Err(error) = fixture::make(options, &hint.since.to_string(), plan).await {
        return Some((Refused::Rows, error));
    }
    if let Err(error) = runner::up(options, Goal::Latest, &mut |_| {}).await {
        return Some((Refused::Up, error.to_string()));
    }
    let down = runner::down(options, DownGoal::All, OnLoss::Accept, &mut |_| {}).await;
    down.err().map(|error| (Refused::Down, error.to_string()))
}

fn schema(version: &str) -> Schema {
    run(Schema::at(version)).expect("a version")
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// What no row has: a word of a vocabulary, a null, a value, and what is awkward of the type.
fn missing(table: &Table, rows: &[Vec<Value>]) -> Vec<String> {
    let mut out = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let mut miss = |what: &str, fits: &dyn Fn(&Value) -> bool| {
            if !rows.iter().any(|row| fits(&row[at])) {
                out.push(format!("{}: {what}", column.name));
            }
        };
        miss("a value", &|value| !value.is_null());
        if column.nullable {
            miss("null", &Value::is_null);
        }
        for word in column.words().unwrap_or_default() {
            miss(word, &|value| matches!(value, Value::Text(text) if **text == **word));
        }
        let is_hinted = HINTS.iter().any(|h| h.table == table.name && h.columns == [column.name.as_str()]);
        let is_reference = table.references.iter().any(|r| r.column == at);
        if !column.is_free() || is_hinted || is_reference {
            continue;
        }
        match column.r#type {
            Type::Text => {
                for text in [
                    "",
                    "same name",
                    "SAME NAME",
                    "it's",
                    "%",
                    "back\\slash\\",
                    "line\nbreak",
                    "\ttab\t",
                    "漢字かな交じり文",
                ] {
                    miss(text, &|value| matches!(value, Value::Text(found) if **found == *text));
                }
                miss("64 KiB", &|value| matches!(value, Value::Text(text) if text.len() == 64 * 1024));
            }
            Type::Json => {
                for json in fixture::JSON {
                    miss(json, &|value| matches!(value, Value::Json(found) if **found == **json));
                }
            }
            Type::Int => {
                for n in [i64::MIN, 0, i64::MAX] {
                    // A ledger is never ahead of its item.
                    let n = if table.name == "work_item_events" && column.name == "revision" { i64::MIN } else { n };
                    miss(&n.to_string(), &|value| matches!(value, Value::Int(found) if *found == n));
                }
            }
            Type::Time => {
                miss("before 1970", &|value| matches!(value, Value::Time(at) if at.timestamp() < 0));
                miss("the last year", &|value| matches!(value, Value::Time(at) if at.timestamp() > 253_000_000_000));
            }
            Type::Decimal { digits, scale } => {
                let most = rust_decimal::Decimal::new(10_i64.pow(digits) - 1, scale);
                miss("the limit", &|value| matches!(value, Value::Decimal(n) if *n == most));
            }
            Type::Bool | Type::Double | Type::Uuid | Type::Date => {
                let values: BTreeSet<String> = rows.iter().map(|row| row[at].sql(Kind::Sqlite)).collect();
                let [least, all] = [2, values.len()];
                miss("another value", &|_| all >= least);
            }
        }
    }
    out
}

async fn read(db: &sea_orm::DatabaseConnection, kind: Kind, table: &Table) -> Vec<Vec<Value>> {
    let columns: Vec<String> = table.columns.iter().map(|c| c.r#type.shown(kind, &format!("\"{}\"", c.name))).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), &sql)).await.expect("read the rows");
    let cell = |row: &sea_orm::QueryResult, at: usize| {
        let text: Option<String> = row.try_get_by_index(at).expect("a text");
        table.columns[at].r#type.parse(text.as_deref()).unwrap_or_else(|e| panic!("{}: {e}", table.name))
    };
    rows.iter().map(|row| (0..columns.len()).map(|at| cell(row, at)).collect()).collect()
}
