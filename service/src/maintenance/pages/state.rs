//! How a project stands: what is held, what needs somebody, and what was done last.

use std::fmt::Write;

use callboard_entity::{SprintStatus, WorkItemStatus, board_projects as projects, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::items::brief;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::health::{Limit, MeasureHealth};
use crate::id::Ref;
use crate::item::{Counts, ItemBrief, filter};
use crate::page::Page;
use crate::project::Board;
use crate::recovery::{line, time};
use crate::sprint::{ListSprints, ListedSprint};

/// The most rows of each list.
const MOST: u64 = 200;
/// How many of the items that were done last.
const DONE: u64 = 20;

/// The state of a project, in some thirty statements whatever there is.
pub(in crate::maintenance) async fn state(tx: &Tx, project: &projects::Model) -> Result<String> {
    let board = Board { project: Some(Ref::Id(project.id)), limit: Some(MOST) }.fetch(tx).await?;
    let mut out = format!("# State of {}: {}\n\n", project.slug, line(&project.name));
    let _ = writeln!(out, "{}. {} ready to be claimed.", counts(&board.items), board.ready);
    section(
        &mut out,
        "Held now",
        board.held.total,
        board.held.rows.iter().map(|held| {
            format!(
                "{}, {} by {}, attempt {}",
                brief(&held.item),
                held.assignment_status,
                line(&held.holder),
                held.attempt
            )
        }),
    );
    let (reviews, total) = of_status(tx, project.id, WorkItemStatus::Review).await?;
    section(&mut out, "Wait for a review", total, reviews.iter().map(brief));
    section(
        &mut out,
        "Dead letters",
        board.dead.total,
        board.dead.rows.iter().map(|dead| {
            format!("{}: {}", brief(&dead.item), line(dead.reason.as_deref().unwrap_or("no reason is known")))
        }),
    );
    section(
        &mut out,
        "Wait in vain",
        board.stuck.total,
        board.stuck.rows.iter().map(|stuck| format!("{}, for {}", brief(&stuck.item), stuck.waits_for.join(", "))),
    );
    let (blocked, total) = of_status(tx, project.id, WorkItemStatus::Blocked).await?;
    section(&mut out, "Blocked", total, blocked.iter().map(brief));
    let overdue = overdue(tx, project.id).await?;
    section(
        &mut out,
        "Overdue",
        overdue.len() as u64,
        overdue.iter().map(|(item, due)| format!("{}, due {}", brief(item), due.as_deref().unwrap_or("never"))),
    );
    let statuses = vec![SprintStatus::Active, SprintStatus::Planning];
    let sprints = ListSprints { project: Some(Ref::Id(project.id)), status: statuses, ..ListSprints::default() };
    let Page { rows, .. } = sprints.fetch(tx).await?;
    section(&mut out, "Sprints", rows.len() as u64, rows.iter().map(sprint));
    let done = done(tx, project.id).await?;
    section(
        &mut out,
        "Done last",
        done.len() as u64,
        done.iter().map(|(item, at)| format!("{}, {}", brief(item), at.as_deref().unwrap_or("at no known time"))),
    );
    Ok(out)
}

/// The health of a project: its metrics as they are now.
pub(in crate::maintenance) async fn health(tx: &Tx, project: &projects::Model) -> Result<String> {
    let report = MeasureHealth { project: Some(Ref::Id(project.id)) }.fetch(tx).await?;
    let mut out =
        format!("# Health of {}\n\n{} of {} metrics fail.\n\n", project.slug, report.failing, report.metrics.len());
    for metric in &report.metrics {
        let limit = if metric.limit == Limit::AtMost { "at most" } else { "at least" };
        let against = metric.threshold.map_or_else(|| "not judged".to_owned(), |than| format!("{limit} {than}"));
        let passes = if metric.passing { "passes" } else { "**fails**" };
        let _ = writeln!(out, "- {}: {} ({against}) {passes}: {}", metric.name, metric.value, metric.about);
    }
    Ok(out)
}

/// How many items there are in each status that has any.
pub(in crate::maintenance) fn counts(items: &Counts) -> String {
    let each = items.by_status.iter().filter(|(_, n)| **n > 0).map(|(status, n)| format!("{n} {status}"));
    let each: Vec<String> = each.collect();
    if each.is_empty() { "No items".to_owned() } else { format!("{} items: {}", items.total, each.join(", ")) }
}

fn section(out: &mut String, heading: &str, total: u64, rows: impl Iterator<Item = String>) {
    if total == 0 {
        return;
    }
    let _ = write!(out, "\n## {heading} ({total})\n\n");
    let mut told = 0;
    for row in rows {
        let _ = writeln!(out, "- {row}");
        told += 1;
    }
    if total > told {
        let _ = writeln!(out, "- and {} more", total - told);
    }
}

fn sprint(listed: &ListedSprint) -> String {
    let sprint = &listed.sprint;
    let ends = sprint.ends_on.map(|day| format!(", until {day}")).unwrap_or_default();
    format!("{}: {}, {}{ends}; {}", sprint.code, line(&sprint.title), sprint.status, counts(&listed.counts))
}

async fn of_status(tx: &Tx, project: Uuid, status: WorkItemStatus) -> Result<(Vec<ItemBrief>, u64)> {
    let items = open(project).filter(work_items::Column::Status.eq(status));
    let total = sea_orm::PaginatorTrait::count(items.clone(), &tx.conn).await?;
    let rows = items.order_by_asc(work_items::Column::Id).limit(MOST).into_partial_model::<ItemBrief>().all(&tx.conn);
    Ok((rows.await?, total))
}

fn open(project: Uuid) -> sea_orm::Select<work_items::Entity> {
    work_items::Entity::find()
        .filter(work_items::Column::ProjectId.eq(project))
        .filter(work_items::Column::ArchivedAt.is_null())
}

async fn overdue(tx: &Tx, project: Uuid) -> Result<Vec<(ItemBrief, Option<String>)>> {
    let rows = open(project)
        .filter(filter::unfinished())
        .filter(work_items::Column::DueAt.lt(tx.now))
        .order_by_asc(work_items::Column::DueAt)
        .order_by_asc(work_items::Column::Id)
        .limit(MOST);
    Ok(rows
        .all(&tx.conn)
        .await?
        .into_iter()
        .map(|item| (item.due_at.map(time), item))
        .map(|(at, i)| (i.into(), at))
        .collect())
}

async fn done(tx: &Tx, project: Uuid) -> Result<Vec<(ItemBrief, Option<String>)>> {
    let rows = open(project)
        .filter(work_items::Column::Status.eq(WorkItemStatus::Done))
        .order_by_desc(work_items::Column::CompletedAt)
        .order_by_desc(work_items::Column::Id)
        .limit(DONE);
    Ok(rows
        .all(&tx.conn)
        .await?
        .into_iter()
        .map(|item| (item.completed_at.map(time), item))
        .map(|(at, i)| (i.into(), at))
        .collect())
}
