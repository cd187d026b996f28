//! Every step up, down and up again gives the schema that it gave before.

use callboard_migration::runner::{DownGoal, Goal, HISTORY_TABLE};
use callboard_migration::{history, runner};
use support::{TestDb, both_empty};

use super::common::{describe, down, everything, number, options, up};

both_empty! {
    async fn each_step_alone(t: TestDb) {
        let mut stages = Vec::new();
        for step in history() {
            let report = up(&t, Goal::Steps(1)).await.expect("one step up");
            assert_eq!(report.to.as_deref(), Some(step.version()));
            assert_eq!(report.steps.len(), 1);
            stages.push(describe(&t).await);
        }
        for at in (0..stages.len()).rev() {
            assert_eq!(describe(&t).await, stages[at], "before down from step {}", at + 1);
            down(&t, DownGoal::Steps(1)).await.expect("one step down");
        }
        assert_eq!(describe(&t).await, "", "nothing stays when all are taken back");
        for stage in &stages {
            up(&t, Goal::Steps(1)).await.expect("one step up again");
            assert_eq!(&describe(&t).await, stage);
        }
    }

    async fn all_at_once(t: TestDb) {
        let report = up(&t, Goal::Latest).await.expect("up");
        assert_eq!((report.from, report.steps.len()), (None, history().len()));
        let first = describe(&t).await;
        let again = up(&t, Goal::Latest).await.expect("up again");
        assert!(again.steps.is_empty() && again.from == again.to, "{again:?}");
        assert_eq!(down(&t, DownGoal::All).await.expect("down").to, None);
        assert_eq!(describe(&t).await, "");
        let nothing = down(&t, DownGoal::Steps(1)).await.expect("down when nothing is applied");
        assert!(nothing.steps.is_empty());
        up(&t, Goal::Latest).await.expect("up after down");
        assert_eq!(describe(&t).await, first);
    }

    async fn to_a_version_by_name_prefix_or_number(t: TestDb) {
        let fourth = history()[3].version().to_owned();
        for name in [fourth.clone(), fourth[..16].to_owned(), "4".into(), "000004".into(), fourth[1..].to_owned()] {
            assert_eq!(up(&t, Goal::To(name.clone())).await.expect("up to it").to.as_deref(), Some(&*fourth), "{name}");
            down(&t, DownGoal::All).await.expect("down");
        }
        up(&t, Goal::Latest).await.expect("up");
        let report = down(&t, DownGoal::To("4".into())).await.expect("down to it");
        assert_eq!(report.to.as_deref(), Some(&*fourth));
        let report = up(&t, Goal::To("2".into())).await.expect("up to one below");
        assert!(report.steps.is_empty(), "up never takes anything back");
        assert_eq!(report.to.as_deref(), Some(&*fourth));
    }

    async fn the_history_says_what_was_run(t: TestDb) {
        let before = chrono::Utc::now();
        up(&t, Goal::Latest).await.expect("up");
        let status = runner::status(&options(&t)).await.expect("status");
        assert_eq!(status.applied.len(), history().len());
        for (row, step) in status.applied.iter().zip(history()) {
            assert_eq!(row.version, step.version());
            assert_eq!(row.checksum, step.checksum(super::common::kind(&t)));
            assert_eq!(row.product_version, env!("CARGO_PKG_VERSION"));
            let age = row.applied_at - before;
            assert!(age.num_seconds().abs() < 60 && row.duration_ms < 60_000, "{row:?}");
        }
        let count = format!("SELECT count(*) FROM {HISTORY_TABLE}");
        assert_eq!(number(&t.raw().await, &count).await, i64::try_from(history().len()).expect("a small number"));
    }

    async fn unknown_and_ambiguous_versions_are_named(t: TestDb) {
        up(&t, Goal::To("3".into())).await.expect("up");
        let before = everything(&t).await;
        let error = up(&t, Goal::To("sprint".into())).await.expect_err("not a version");
        assert_eq!(error.exit_code(), 13);
        assert!(error.hint().is_some_and(|h| h.contains("create_sprints")), "{error:?}");
        assert_eq!(up(&t, Goal::To("m2026".into())).await.expect_err("all fit").exit_code(), 2);
        assert_eq!(up(&t, Goal::To(String::new())).await.expect_err("empty").exit_code(), 13);
        assert_eq!(down(&t, DownGoal::To("7".into())).await.expect_err("not applied").exit_code(), 14);
        assert_eq!(everything(&t).await, before);
    }
}
