//! Sprints and their ordered items.

mod add;
mod add_items;
mod burndown;
mod edit;
mod list;
mod load;
mod move_item;
mod remove_items;
mod show;
mod state;

use callboard_service::Ref;
use callboard_service::entity::{sprint_items, sprints};
use callboard_service::sprint::{AddSprint, AddSprintItems};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::Seed;

/// A sprint of `demo` without dates.
pub async fn sprint(seed: &Seed, code: &str) -> sprints::Model {
    let project = Some(Ref::from("demo"));
    let add = AddSprint { project, code: code.to_owned(), title: format!("Sprint {code}"), ..AddSprint::default() };
    seed.board.run(seed.me, &add).await.expect("add the sprint")
}

/// Plans items into `SPRINT-1`, at the end.
pub fn plan(keys: &[&str]) -> AddSprintItems {
    AddSprintItems {
        project: None,
        sprint: Ref::from("1"),
        items: keys.iter().map(|key| Ref::from(*key)).collect(),
        position: None,
    }
}

/// The stored order of a sprint: position and key.
async fn order(seed: &Seed, sprint: &sprints::Model) -> Vec<(i64, String)> {
    let query = sprint_items::Entity::find().filter(sprint_items::Column::SprintId.eq(sprint.id));
    let rows = query.order_by_asc(sprint_items::Column::Position).all(&seed.raw).await.expect("read the order");
    let mut order = Vec::new();
    for row in rows {
        order.push((row.position, seed.row(row.work_item_id).await.key));
    }
    order
}

/// The order in which keys are expected: from 1, without gaps.
fn dense(keys: &[&str]) -> Vec<(i64, String)> {
    (1..).zip(keys).map(|(position, key)| (position, (*key).to_owned())).collect()
}
