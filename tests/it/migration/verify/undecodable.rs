//! SQLite takes any bytes and any time as text, PostgreSQL takes times without an end: what can't be decoded is named, and
//! stops nothing else.

use callboard_migration::verify::{Check, Finding};
use support::{Kind, TestDb, both, on_sqlite};

use super::super::common::sql;
use super::damage::board;
use super::{assert_clean, look};

on_sqlite! {
    /// The row's name is in the finding of another rule, as far as it can be read.
    why: "PostgreSQL takes no text that is not UTF-8";
    async fn a_name_with_a_flipped_bit(t: TestDb) {
        let seed = board(&t).await;
        seed.sql("UPDATE work_items SET \"key\" = CAST(x'43422dff' AS text), revision = revision + 1 WHERE \"key\" = 'CB-2'")
            .await;
        let report = look(&t).await;
        let of = |check| report.findings.iter().find(move |f: &&Finding| f.check == check).expect("a finding");
        assert_eq!(of(Check::Integrity).part, "column key");
        for finding in [of(Check::Integrity), of(Check::Counters)] {
            assert!(finding.row.as_ref().is_some_and(|row| row.starts_with("CB-\u{fffd} (")), "{finding}");
        }
        assert_eq!(report.total(), 2, "{:#?}", report.findings);
        seed.sql("UPDATE work_items SET \"key\" = 'CB-2', revision = revision - 1 WHERE CAST(\"key\" AS blob) = x'43422dff'")
            .await;
        assert_clean(&look(&t).await, "mended");
    }
}

both! {
    /// A history that can't be decoded is a finding of the history, and the other checks run.
    async fn the_history(t: TestDb) {
        let seed = board(&t).await;
        let (key, cases) = match t.kind() {
            Kind::Sqlite => ("rowid", vec![
                ("checksum", "CAST(x'ff' AS text)", 11),
                ("applied_at", "'2026-13-45T99:99:99+00:00'", 4),
                ("applied_at", "'yesterday'", 11),
                ("duration_ms", "'long'", 11),
                ("version", "CAST(x'ff' AS text)", 11),
            ]),
            // Its columns are typed, and its times know no end.
            Kind::Postgres => ("version", vec![
                ("applied_at", "'infinity'", 11),
                ("applied_at", "'-infinity'", 11),
                ("applied_at", "'290000-01-01 00:00:00+00'", 11),
            ]),
        };
        let version = "version LIKE '%create_sprints'";
        for (column, value, exit) in cases {
            sql(&seed.raw, &format!("CREATE TABLE kept AS SELECT {key} AS r, * FROM callboard_migrations")).await;
            sql(&seed.raw, &format!("UPDATE callboard_migrations SET {column} = {value} WHERE {version}")).await;
            let report = look(&t).await;
            let found = report.findings.iter().find(|f| f.check == Check::History).unwrap_or_else(|| panic!("{report:#?}"));
            assert_eq!((found.table.as_str(), found.part.as_str()), ("callboard_migrations", format!("column {column}").as_str()));
            assert_eq!((report.exit_code(), report.checks.len()), (exit, Check::ALL.len()), "{value}: {:#?}", report.findings);
            t.migration(["verify"]).run().code(i32::from(exit));
            let status = t.migration(["status"]).run();
            assert!(matches!(status.exit, Some(1 | 11)) && status.stderr.contains("reading the history"), "{status}");
            let back = format!("UPDATE callboard_migrations SET {column} = (SELECT {column} FROM kept WHERE r = callboard_migrations.{key})");
            sql(&seed.raw, &back).await;
            sql(&seed.raw, "DROP TABLE kept").await;
            assert_clean(&look(&t).await, column);
        }
    }
}
