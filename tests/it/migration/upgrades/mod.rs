//! A database of every schema version, with at least 10,000 awkward rows, goes to the newest version and back.
//!
//! `support::fixture` makes it. Every row has to be there to the byte, at the newest version and after the way back,
//! but for what `declared.rs` says of a migration; and what it says is checked too.

mod declared;
mod fixtures;
mod rows;

use std::collections::BTreeMap;

use callboard_migration::runner::{Direction, DownGoal, Goal};
use callboard_migration::{history, runner};
use sea_orm::DatabaseConnection;
use support::fixture::{self, Plan, Schema};
use support::{Kind, TestDb, both_empty, expect_panic, plain};
use tokio::sync::OnceCell;

use super::common::{describe, down, number, options, sql, up};
use declared::{DERIVED, is_between};
use rows::{Rows, cells, dangling};

/// One test a version, so that they run beside each other.
macro_rules! versions {
    ($($name:ident $number:literal)*) => {
        both_empty! {$(
            async fn $name(t: TestDb) {
                there_and_back(&t, $number).await;
            }
        )*}

        const NUMBERS: &[u32] = &[$($number),*];
    };
}

versions! {
    from_01 1 from_02 2 from_03 3 from_04 4 from_05 5 from_06 6 from_07 7 from_08 8 from_09 9 from_10 10 from_11 11
    from_12 12 from_13 13 from_14 14 from_15 15 from_16 16 from_18 18 from_19 19 from_20 20 from_21 21 from_22 22
    from_23 23 from_24 24 from_25 25 from_26 26 from_27 27 from_28 28 from_29 29 from_30 30 from_31 31 from_32 32
    from_33 33 from_34 34 from_35 35 from_36 36 from_37 37 from_38 38 from_39 39 from_40 40 from_41 41 from_42 42
    from_43 43 from_44 44 from_45 45 from_46 46 from_47 47 from_48 48 from_49 49 from_50 50 from_51 51 from_52 52
    from_53 53
}

plain! {
    fn every_version_has_a_test() {
        let steps = history();
        let tested: Vec<&str> = NUMBERS.iter().map(|n| version(&steps, *n)).collect();
        let all: Vec<&str> = steps.iter().map(|s| s.version()).collect();
        assert_eq!(tested, all);
    }
}

fn version(steps: &[callboard_migration::Step], number: u32) -> &str {
    steps[runner::resolve(steps, &number.to_string()).expect("a version of that number")].version()
}

async fn there_and_back(t: &TestDb, from: u32) {
    let steps = history();
    let from = version(&steps, from);
    let fresh = fresh(t).await;
    let (schema, _) = fixture::make(&options(t), from, &Plan::default()).await.expect("make the fixture");
    let (db, kind) = (t.raw().await, t.kind());
    let old = describe(t).await;
    let exempt = |way| declared::exempt(from, way);
    let before = Rows::of(&db, kind, &schema, exempt(Direction::Up)).await;
    let before_down = before.with(&db, kind, &schema, exempt(Direction::Down)).await;
    assert!(before.count() >= 10_000, "{}", before.count());
    assert_eq!(before.empty_tables(), Vec::<&str>::new());
    let state = State::of(&db, kind, &schema, from).await;

    up(t, Goal::Latest).await.unwrap_or_else(|e| panic!("up from {from}: {e}"));
    assert_eq!(&describe(t).await, &fresh.0, "as a fresh install");
    let newest = &fresh.1;
    assert_eq!(dangling(&db, newest).await, Vec::<String>::new());
    if from < "m20261121_000035" {
        let report = callboard_migration::verify::verify(&options(t), &mut |_| {}).await.expect("verify");
        let search = report.checks.iter().find(|c| c.check == callboard_migration::verify::Check::Search);
        assert_eq!(search.map(|c| (c.found, c.not_run)), Some((0, 0)), "{:#?}", report.findings);
    }
    let after = Rows::of(&db, kind, &schema, exempt(Direction::Up)).await;
    assert_eq!(before.differences(&after), Vec::<String>::new());
    let at_newest = State::of(&db, kind, newest, from).await;
    let renamed = declared::names(&state.users, &at_newest.users);
    assert_eq!(renamed > 0, from < "m20261121_000025", "{renamed}");
    let derived = derived(&state, &at_newest);

    // What it would lose is what the way up has made of the old rows, and not one row more.
    let report = down(t, DownGoal::To(from.to_owned())).await.unwrap_or_else(|e| panic!("down to {from}: {e}"));
    assert_eq!(report.losses.iter().map(|l| (l.table.as_str(), l.rows)).collect::<BTreeMap<_, _>>(), derived);
    assert_eq!(describe(t).await, old);
    let after = Rows::of(&db, kind, &schema, exempt(Direction::Down)).await;
    assert_eq!(before_down.differences(&after), Vec::<String>::new());
    let back = State::of(&db, kind, &schema, from).await;
    assert_eq!(back.users, at_newest.users, "names stay as they are on the way down");
    let cleared = declared::counters(&state.items, &back.items, &back.cleared);
    assert_eq!(cleared > 0, is_between(from, "m20261121_000011", "m20261121_000014"), "{cleared}");

    // The steps below are the same from every version.
    if steps.last().is_some_and(|last| last.version() == from) {
        down(t, DownGoal::All).await.unwrap_or_else(|e| panic!("down from {from} to nothing: {e}"));
        assert_eq!(describe(t).await, "");
    }
}

/// The schema of a fresh install, as text and as tables.
async fn fresh(t: &TestDb) -> &'static (String, Schema) {
    static FRESH: [OnceCell<(String, Schema)>; 2] = [OnceCell::const_new(), OnceCell::const_new()];
    let make = async || {
        let to = up(t, Goal::Latest).await.expect("up").to.expect("a version");
        let fresh = describe(t).await;
        down(t, DownGoal::All).await.expect("down");
        (fresh, Schema::at(&to).await.expect("the newest schema"))
    };
    FRESH[usize::from(t.kind() == Kind::Postgres)].get_or_init(make).await
}

/// The tables that the way up has filled from old rows, with the number of their rows, once those are checked.
fn derived(before: &State, after: &State) -> BTreeMap<&'static str, u64> {
    let mut out = BTreeMap::new();
    for (derived, (from, found)) in DERIVED.iter().zip(before.sources.iter().zip(&after.derived)) {
        let Some(from) = from else { continue };
        assert_eq!(found.as_ref(), Some(&(derived.expected)(from)), "{}", derived.table);
        out.insert(derived.table, found.as_ref().map_or(0, Vec::len) as u64);
    }
    assert!(out.values().all(|rows| *rows > 500), "{out:?}");
    out
}

/// What the declared changes are about, where the way up or down makes them: empty otherwise.
#[derive(Debug)]
struct State {
    users: Vec<Vec<String>>,
    items: Vec<Vec<String>>,
    cleared: Vec<Vec<String>>,
    /// What each derived table is made of, and what it holds.
    sources: Vec<Option<Vec<Vec<String>>>>,
    derived: Vec<Option<Vec<Vec<String>>>>,
}

impl State {
    async fn of(db: &DatabaseConnection, kind: Kind, schema: &Schema, from: &str) -> Self {
        let some = async |table: &str, columns: &[&str]| Some(cells(db, kind, schema.table(table)?, columns).await);
        let [mut users, mut items, mut cleared] = [const { Vec::new() }; 3];
        if from < "m20261121_000025" {
            users = some("board_users", &["id", "name"]).await.unwrap_or_default();
        }
        if is_between(from, "m20261121_000011", "m20261121_000014") {
            items = some("work_items", &["id", "revision", "unmet_prerequisites"]).await.unwrap_or_default();
            let events = some("work_item_events", &["work_item_id", "revision", "kind"]).await.unwrap_or_default();
            cleared =
                events.into_iter().filter(|event| event[2] == "migrated").map(|event| event[..2].to_vec()).collect();
        }
        let (mut sources, mut derived) = (Vec::new(), Vec::new());
        for made in DERIVED.iter() {
            let applies = is_between(from, made.since, made.version);
            sources.push(if applies { some(made.from.0, made.from.1).await } else { None });
            derived.push(if applies { some(made.table, made.columns).await } else { None });
        }
        Self { users, items, cleared, sources, derived }
    }
}

both_empty! {
    /// The control: a row that is changed, lost or added behind the runner's back is found, at the newest version and
    /// after the way back.
    async fn what_someone_else_does_in_between_is_noticed(t: TestDb) {
        let from = version(&history(), 12).to_owned();
        let (schema, _) = fixture::make(&options(&t), &from, &Plan::default()).await.expect("make the fixture");
        let db = t.raw().await;
        let rows = |way| Rows::of(&db, t.kind(), &schema, declared::exempt(&from, way));
        let [before_up, before_down] = [rows(Direction::Up).await, rows(Direction::Down).await];
        up(&t, Goal::Latest).await.expect("up");
        let one = |table: &str| format!("(SELECT max(CAST(id AS text)) FROM {table})");
        let mut found = 0;
        for (change, table) in [
            (format!("UPDATE work_items SET title = title || '.' WHERE CAST(id AS text) = {}", one("work_items")), "work_items: changed "),
            (format!("DELETE FROM external_refs WHERE CAST(id AS text) = {}", one("external_refs")), "external_refs: lost "),
            ("INSERT INTO idempotency_keys SELECT actor, verb, 'added', request_sha256, result, expires_at, created_at FROM idempotency_keys LIMIT 1".to_owned(), "idempotency_keys: added "),
        ] {
            sql(&db, &change).await;
            found += 1;
            let differences = before_up.differences(&rows(Direction::Up).await);
            assert_eq!(differences.len(), found, "{differences:?}");
            assert!(differences.iter().any(|d| d.starts_with(table)), "{differences:?}");
        }
        down(&t, DownGoal::To(from.clone())).await.expect("down");
        assert_eq!(before_down.differences(&rows(Direction::Down).await).len(), found);
        assert_eq!(number(&db, "SELECT count(*) FROM work_items WHERE title LIKE '%.'").await, 1);
    }
}

plain! {
    /// The controls of the declared changes.
    fn a_change_that_is_not_as_declared_is_noticed() {
        let rows = |rows: &[&[&str]]| -> Vec<Vec<String>> {
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
        };
        let before = rows(&[&["1", "a"], &["2", "a"], &["3", "b"]]);
        assert_eq!(declared::names(&before, &rows(&[&["1", "a"], &["2", "a (2)"], &["3", "b"]])), 1);
        for wrong in [["a", "a", "b"], ["a (2)", "a", "b"], ["a", "a (1)", "b"], ["a", "c (2)", "b"], ["a", "a (2)", "c"]] {
            let [a, b, c] = wrong;
            expect_panic(|| declared::names(&before, &rows(&[&["1", a], &["2", b], &["3", c]])));
        }
        let before = rows(&[&["1", "5", "0"], &["2", "7", "3"]]);
        let event = rows(&[&["2", "8"]]);
        assert_eq!(declared::counters(&before, &rows(&[&["1", "5", "0"], &["2", "8", "0"]]), &event), 1);
        for (wrong, events) in [(["5", "7", "0"], &event), (["6", "8", "0"], &event), (["5", "8", "3"], &event), (["5", "8", "0"], &rows(&[]))] {
            let [a, b, unmet] = wrong;
            expect_panic(|| declared::counters(&before, &rows(&[&["1", a, "0"], &["2", b, unmet]]), events));
        }
    }
}
