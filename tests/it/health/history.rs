//! How a metric moved, a page at a time.

use callboard_service::ErrorKind;
use callboard_service::health::{HealthHistory, MeasureHealth};
use support::{TestDb, both};

fn of(metric: &str) -> HealthHistory {
    HealthHistory { metric: metric.to_owned(), ..HealthHistory::default() }
}

both! {
    async fn the_newest_come_first_in_pages(t: TestDb) {
        let seed = t.seed().await;
        assert!(seed.board.read(&of("overdue")).await.expect("read").measures.is_empty());
        let item = seed.item().await;
        let mut at = Vec::new();
        for _ in 0..3 {
            at.push(seed.board.record_health(&MeasureHealth::default()).await.expect("record").at);
        }
        seed.sql("UPDATE work_items SET due_at = created_at").await;
        at.push(seed.board.record_health(&MeasureHealth::default()).await.expect("record").at);
        at.reverse();
        let page = seed.board.read(&HealthHistory { limit: Some(3), ..of("overdue") }).await.expect("read");
        assert_eq!((page.project.as_str(), page.metric.as_str()), ("demo", "overdue"));
        let told: Vec<_> = page.measures.iter().map(|measure| (measure.at, measure.value, measure.passing)).collect();
        assert_eq!(told, [(at[0], 1.0, false), (at[1], 0.0, true), (at[2], 0.0, true)]);
        assert_eq!(page.measures[0].threshold, Some(0.0));
        let rest = HealthHistory { after: page.next, limit: Some(3), ..of("overdue") };
        let rest = seed.board.read(&rest).await.expect("read");
        assert_eq!((rest.measures.len(), rest.measures[0].at, rest.next), (1, at[3], None));
        assert_eq!(item.key, "CB-1");
    }

    async fn what_is_no_metric_is_refused_with_the_near_one(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&of("cycle_time")).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("cycle_time_p50"), "{error}");
        let error = seed.board.read(&HealthHistory { limit: Some(0), ..of("overdue") }).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
}
