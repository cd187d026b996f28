//! What is measured is kept, and not for ever.

use callboard_service::entity::project_health_metrics as rows;
use callboard_service::health::{METRICS, MeasureHealth};
use callboard_service::setting::SetSetting;
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::report;

async fn stored(seed: &Seed) -> Vec<rows::Model> {
    rows::Entity::find().all(&seed.raw).await.expect("read the measurements")
}

both! {
    async fn a_row_for_each_metric_with_what_was_told(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        assert!(report(&seed).await.metrics.iter().all(|metric| metric.recent.is_empty()));
        assert!(stored(&seed).await.is_empty(), "measuring keeps nothing");
        let kept = seed.board.record_health(&MeasureHealth::default()).await.expect("record");
        let rows = stored(&seed).await;
        assert_eq!(rows.len(), METRICS.len());
        for metric in &kept.metrics {
            let row = rows.iter().find(|row| row.metric_type == metric.name).unwrap_or_else(|| panic!("{}", metric.name));
            assert_eq!((row.value, row.threshold, row.is_passing), (metric.value, metric.threshold, metric.passing));
            assert_eq!((row.measured_at, row.project_id), (kept.at, seed.project.id));
            assert_eq!(row.details, Some(json!({ "of": metric.of })));
        }
    }

    async fn the_newest_twenty_come_back_oldest_first(t: TestDb) {
        let seed = t.seed().await;
        for n in 0..22 {
            seed.board.record_health(&MeasureHealth::default()).await.expect("record");
            let value = rows::ActiveModel { value: Set(f64::from(n)), ..Default::default() };
            let newest = stored(&seed).await.into_iter().filter(|row| row.metric_type == "overdue").max_by_key(|row| row.id);
            let id = newest.expect("a row").id;
            sea_orm::ActiveModelTrait::update(rows::ActiveModel { id: Set(id), ..value }, &seed.raw).await.expect("set");
        }
        let overdue = report(&seed).await.metrics.into_iter().find(|metric| metric.name == "overdue").expect("there");
        assert_eq!(overdue.recent, (2..22).map(f64::from).collect::<Vec<_>>());
    }

    async fn what_is_older_than_the_setting_is_removed(t: TestDb) {
        let seed = t.seed().await;
        let record = async || seed.board.record_health(&MeasureHealth::default()).await.expect("record");
        record().await;
        let aged = |days| rows::ActiveModel { measured_at: Set(seed.board.now() - TimeDelta::days(days)), ..Default::default() };
        rows::Entity::update_many().set(aged(89)).exec(&seed.raw).await.expect("age");
        record().await;
        let count = async || rows::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(count().await, 2 * METRICS.len() as u64, "90 days where nothing is set");
        let kept = |days| SetSetting {
            key: "retention_days".to_owned(),
            value: json!({ "health_metrics": days }),
            project: Some(callboard_service::Ref::from("demo")),
        };
        seed.must(&kept(60)).await;
        record().await;
        assert_eq!(count().await, 2 * METRICS.len() as u64, "the old ones are gone");
        let error = seed.must_refuse(&kept(0)).await;
        assert_eq!(error.kind(), callboard_service::ErrorKind::Invalid);
    }
}
