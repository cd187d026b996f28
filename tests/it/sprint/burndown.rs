//! A sprint's burn-down.

use callboard_service::assignment::{Claim, Complete};
use callboard_service::entity::{WorkItemStatus, sprint_items, work_item_events, work_items};
use callboard_service::item::{NewItem, ReopenItem};
use callboard_service::sprint::{BurnDown, EditSprint};
use callboard_service::{Change, Error, Ref};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::prelude::Decimal;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{plan, sprint};

fn burndown() -> BurnDown {
    BurnDown { project: None, sprint: Ref::from("1") }
}

/// Noon, so many days ago.
fn ago(seed: &Seed, days: i64) -> DateTime<Utc> {
    let noon = seed.board.now().date_naive().and_hms_opt(12, 0, 0).expect("noon").and_utc();
    noon - TimeDelta::days(days)
}

/// As if it had been planned then.
async fn planned_at(seed: &Seed, item: Uuid, at: DateTime<Utc>) {
    let update = sprint_items::Entity::update_many()
        .col_expr(sprint_items::Column::CreatedAt, Expr::value(at))
        .filter(sprint_items::Column::WorkItemId.eq(item));
    assert_eq!(update.exec(&seed.raw).await.expect("move the time").rows_affected, 1);
}

/// As if the newest change of the item had happened then.
async fn happened_at(seed: &Seed, item: Uuid, at: DateTime<Utc>) {
    let last = seed.events(item).await.pop().expect("a ledger row");
    let update = work_item_events::Entity::update_many()
        .col_expr(work_item_events::Column::CreatedAt, Expr::value(at))
        .filter(work_item_events::Column::Id.eq(last.id));
    assert_eq!(update.exec(&seed.raw).await.expect("move the time").rows_affected, 1);
    if seed.row(item).await.completed_at.is_some() {
        let update = work_items::Entity::update_many()
            .col_expr(work_items::Column::CompletedAt, Expr::value(at))
            .filter(work_items::Column::Id.eq(item));
        update.exec(&seed.raw).await.expect("move the time");
    }
}

async fn complete(seed: &Seed, item: Uuid) {
    let agent = seed.agent(&format!("a{}", item.simple())).await;
    let claim = Claim { item: Some(Ref::Id(item)), ..Claim::one(Ref::Id(agent.id)) };
    let claimed = seed.board.run(seed.me, &claim).await.expect("claim").into_claimed().expect("claimed").remove(0);
    let complete = Complete { assignment: claimed.assignment, ..Default::default() };
    seed.board.run(seed.me, &complete).await.expect("complete");
}

async fn dates(seed: &Seed, starts_on: NaiveDate, ends_on: Option<NaiveDate>) {
    let ends_on = ends_on.map_or(Change::Clear, Change::Set);
    let edit = EditSprint { starts_on: Change::Set(starts_on), ends_on, ..EditSprint::new("1") };
    seed.board.run(seed.me, &edit).await.expect("set the dates");
}

both! {
    /// `a` is done on the second day, `b` done and reopened, `c` comes on the third day, `d` is done before the sprint.
    async fn each_day_says_what_was_left_at_its_end(t: TestDb) {
        let seed = t.seed().await;
        let new = |hours: i64| NewItem { estimated_hours: Some(Decimal::from(hours)), ..NewItem::titled("x") };
        let items = seed.add_all(vec![new(1), new(2), new(4), new(8)]).await;
        let [a, b, c, d] = [0, 1, 2, 3].map(|n: usize| items[n].id);
        sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-1", "CB-2", "CB-3", "CB-4"])).await.expect("plan");
        for (item, days) in [(a, 9), (b, 9), (c, 2), (d, 9)] {
            planned_at(&seed, item, ago(&seed, days)).await;
        }
        complete(&seed, a).await;
        happened_at(&seed, a, ago(&seed, 3)).await;
        complete(&seed, b).await;
        happened_at(&seed, b, ago(&seed, 3)).await;
        let reopen = ReopenItem { item: Ref::Id(b), reason: Some("not yet".to_owned()) };
        seed.board.run(seed.me, &reopen).await.expect("reopen");
        happened_at(&seed, b, ago(&seed, 1)).await;
        complete(&seed, d).await;
        // As an import leaves it: done long ago, told today.
        let update = work_items::Entity::update_many()
            .col_expr(work_items::Column::CompletedAt, Expr::value(ago(&seed, 30)))
            .filter(work_items::Column::Id.eq(d));
        update.exec(&seed.raw).await.expect("move the time");
        for item in [a, d] {
            assert_eq!(seed.row(item).await.status, WorkItemStatus::Done);
        }

        let day = |days: i64| ago(&seed, days).date_naive();
        dates(&seed, day(4), Some(day(-3))).await;
        let found = seed.board.read(&burndown()).await.expect("burn down");
        let days: Vec<_> =
            found.days.iter().map(|d| (d.date, d.scope, d.remaining, d.remaining_hours)).collect();
        let expected = [
            (day(4), 3, 2, Decimal::from(3)),
            (day(3), 3, 0, Decimal::from(0)),
            (day(2), 4, 1, Decimal::from(4)),
            (day(1), 4, 2, Decimal::from(6)),
            (day(0), 4, 2, Decimal::from(6)),
        ];
        assert_eq!(days, expected);
    }

    async fn it_ends_with_the_sprint_and_begins_with_it(t: TestDb) {
        let seed = t.seed().await;
        sprint(&seed, "1").await;
        let today = seed.board.now().date_naive();
        let day = |days: i64| today - TimeDelta::days(days);
        for (start, end, expected) in [
            (day(9), Some(day(7)), vec![day(9), day(8), day(7)]),
            (day(1), None, vec![day(1), today]),
            (day(-1), Some(day(-2)), Vec::new()),
        ] {
            dates(&seed, start, end).await;
            let found = seed.board.read(&burndown()).await.expect("burn down");
            assert_eq!(found.days.iter().map(|d| d.date).collect::<Vec<_>>(), expected);
        }
        dates(&seed, day(5000), None).await;
        assert_eq!(seed.board.read(&burndown()).await.expect("burn down").days.len(), 366);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        sprint(&seed, "1").await;
        super::load::plan_all(&seed, 1).await;
        let today = seed.board.now().date_naive();
        dates(&seed, today, None).await;
        let one = t.statements(&seed.board, &burndown()).await;
        seed.add_all((0..199).map(|_| NewItem::titled("x")).collect()).await;
        super::load::plan_all(&seed, 200).await;
        dates(&seed, today - TimeDelta::days(300), None).await;
        assert_eq!(t.statements(&seed.board, &burndown()).await, one);
        let days = seed.board.read(&burndown()).await.expect("burn down").days;
        let last = days.last().expect("today");
        assert_eq!((days.len(), last.scope, last.remaining), (301, 200, 200));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&burndown()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "sprint", .. })), "{error:?}");
        sprint(&seed, "1").await;
        let error = seed.board.read(&burndown()).await;
        assert!(matches!(error, Err(Error::Invalid { field: "starts_on", .. })), "{error:?}");
    }
}
