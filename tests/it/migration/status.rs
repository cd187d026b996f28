//! `status` reads only, and says where a database stands.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_migration::{history, runner};
use support::{TestDb, both_empty};

use super::common::{describe, kind, number, options, sql, up};

both_empty! {
    async fn of_an_empty_database(t: TestDb) {
        let status = runner::status(&options(&t)).await.expect("status");
        assert_eq!((status.applied.len(), status.pending.len()), (0, history().len()));
        let output = t.migration(["status", "--check"]).run().code(3);
        assert!(output.stdout.contains(&format!("0 applied, {} pending", history().len())), "{output}");
        assert_eq!(describe(&t).await, "", "no table was made");
    }

    async fn of_a_database_half_way(t: TestDb) {
        up(&t, runner::Goal::To("5".into())).await.expect("up");
        let output = t.migration(["status", "--json", "--check"]).run().code(3);
        let json = output.json();
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["kind"], "status");
        assert_eq!(json["current"], history()[4].version());
        assert_eq!(json["pending"].as_array().map(Vec::len), Some(history().len() - 5));
        assert_eq!(json["applied"][4]["checksum"], history()[4].checksum(super::common::kind(&t)));
    }
}

both_empty! {
    /// A description is made several times for each step: were it asked for table by table, a network would be felt.
    async fn a_schema_is_described_in_a_few_statements(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let mut db = t.raw().await;
        db.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let text = runner::describe(&db, kind(&t), None).await.expect("describe the schema");
        assert!(text.lines().filter(|line| line.starts_with("table ")).count() > 30, "{text}");
        assert!((1..=8).contains(&sent.load(Ordering::Relaxed)), "{sent:?} statements");
    }

    async fn of_the_newest_schema(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        let output = t.migration(["status", "--check"]).run().ok();
        assert!(output.stdout.contains(&format!("{} applied, 0 pending", history().len())), "{output}");
    }

    /// What a database holds can't steer the terminal.
    async fn control_characters_are_shown(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        let evil = "m2099_\u{1b}[31m\u{202e}evil";
        let insert = format!("INSERT INTO {} VALUES ('{evil}', '2099-12-31T00:00:00+00:00', 1, '\u{7}', 'x')", runner::HISTORY_TABLE);
        let db = t.raw().await;
        sql(&db, &insert).await;
        let rows = i64::try_from(history().len() + 1).expect("few");
        assert_eq!(number(&db, &format!("SELECT count(*) FROM {}", runner::HISTORY_TABLE)).await, rows);
        for args in [["status"], ["up"]] {
            let output = t.migration(args).run();
            let all = format!("{}{}", output.stdout, output.stderr);
            assert!(all.contains("m2099_\\u{1b}[31m\\u{202e}evil"), "{output}");
            assert!(!all.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{output}");
        }
    }
}
