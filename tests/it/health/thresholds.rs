//! The thresholds that are set: the project's, else the board's, else the metric's own.

use callboard_service::health::{Limit, METRICS};
use callboard_service::setting::SetSetting;
use callboard_service::{ErrorKind, Ref};
use serde_json::{Value, json};
use support::{Seed, TestDb, both, plain};

use super::metric;

async fn set(seed: &Seed, value: Value, project: Option<&str>) {
    let set = SetSetting { key: "health_thresholds".to_owned(), value, project: project.map(Ref::from) };
    seed.must(&set).await;
}

both! {
    async fn every_metric_can_fail(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        // What nothing reaches: each metric is at 0 here, and judged since somebody set its threshold.
        let at_least = METRICS.iter().filter(|metric| metric.limit == Limit::AtLeast).map(|m| (m.name.to_owned(), json!(1)));
        set(&seed, Value::Object(at_least.collect()), None).await;
        for metric in super::report(&seed).await.metrics {
            assert_eq!(metric.passing, metric.limit == Limit::AtMost, "{}", metric.name);
        }
        assert_eq!(super::report(&seed).await.failing, 2);
    }

    async fn the_project_s_come_before_the_board_s_metric_by_metric(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        seed.sql("UPDATE work_items SET due_at = created_at").await;
        let overdue = async || {
            let metric = metric(&seed, "overdue").await;
            (metric.threshold, metric.passing)
        };
        assert_eq!(overdue().await, (Some(0.0), false));
        set(&seed, json!({"overdue": 1, "dead_letters": 7}), None).await;
        assert_eq!(overdue().await, (Some(1.0), true));
        set(&seed, json!({"overdue": 0.5}), Some("demo")).await;
        assert_eq!(overdue().await, (Some(0.5), false));
        assert_eq!(metric(&seed, "dead_letters").await.threshold, Some(7.0), "the board's, where the project's says nothing");
        set(&seed, json!({"overdue": null}), Some("demo")).await;
        assert_eq!(overdue().await, (None, true), "it is only looked at");
        assert!(!metric(&seed, "overdue").await.judged);
    }

    async fn wrong_ones_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let refused = async |value: Value| {
            let set = SetSetting { key: "health_thresholds".to_owned(), value, project: None };
            seed.must_refuse(&set).await
        };
        for wrong in [json!(3), json!([]), json!({"overdue": "1"}), json!({"overdue": -1}), json!({"blocked_ratio": 1.5})] {
            assert_eq!(refused(wrong.clone()).await.kind(), ErrorKind::Invalid, "{wrong}");
        }
        let error = refused(json!({"overdu": 1})).await;
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("overdue"), "{error}");
    }
}

plain! {
    fn the_threshold_itself_passes() {
        assert!(Limit::AtMost.passes(3.0, 3.0) && !Limit::AtMost.passes(3.1, 3.0));
        assert!(Limit::AtLeast.passes(3.0, 3.0) && !Limit::AtLeast.passes(2.9, 3.0));
    }
}
