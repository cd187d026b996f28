//! Agents and projects that are archived while an agent claims.

use std::sync::Arc;

use callboard_service::agent::ArchiveAgent;
use callboard_service::archive::AddArchive;
use callboard_service::assignment::{Claim, ClaimOutcome};
use callboard_service::entity::{
    AgentProfileStatus, ProjectStatus, TaskAssignmentStatus, WorkItemArchiveReason as Reason, agent_profiles,
    board_projects, work_items,
};
use callboard_service::item::{AddItems, CancelItem, ItemRef, NewItem};
use callboard_service::project::ArchiveProject;
use callboard_service::{Actor, Callboard, Conflict, Error, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, open, race, timed, write_unguarded};

fn claim(agent: Uuid) -> Claim {
    Claim::one(Ref::Id(agent))
}

/// One side of a control: the product's own claim.
async fn claim_beside(board: &Callboard, agent: Uuid, barrier: Arc<Barrier>) -> ClaimOutcome {
    timed(board.clone(), Actor::agent(agent), claim(agent), barrier).await.0.expect("an answer")
}

/// A new project with one ready item.
async fn project(seed: &Seed, round: usize) -> (board_projects::Model, Uuid) {
    let project = seed.project(&format!("p{round}"), &format!("P{round}")).await;
    let item = seed.add_all_in(&project.slug, vec![NewItem::titled("x")]).await.remove(0);
    (project, item.id)
}

fn child_of(parent: Uuid) -> AddItems {
    let child = NewItem { parent: Some(ItemRef::Existing(Ref::Id(parent))), ..NewItem::titled("below") };
    AddItems { project: None, items: vec![child] }
}

async fn children(seed: &Seed, parent: Uuid) -> u64 {
    let below = work_items::Entity::find().filter(work_items::Column::ParentId.eq(parent));
    below.count(&seed.raw).await.expect("count the children")
}

async fn project_status(seed: &Seed, id: Uuid) -> ProjectStatus {
    let row = board_projects::Entity::find_by_id(id).one(&seed.raw).await;
    row.expect("read the project").expect("the project is there").status
}

async fn agent_status(seed: &Seed, id: Uuid) -> AgentProfileStatus {
    let row = agent_profiles::Entity::find_by_id(id).one(&seed.raw).await;
    row.expect("read the agent").expect("the agent is there").status
}

both! {
    /// Whoever wins, an archived agent holds nothing afterwards.
    async fn an_archived_agent_holds_nothing(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        // What is claimed is given back, so that one item is always ready.
        let item = seed.item().await.id;
        let (mut overlaps, mut claim_first) = (0, 0);
        for round in 0..ROUNDS {
            let agent = seed.agent(&format!("a{round}")).await.id;
            let archive = ArchiveAgent { agent: Ref::Id(agent), reason: None };
            let (archived, claimed, overlap) = race(&boards, [seed.me, Actor::agent(agent)], archive, claim(agent)).await;
            let (archived, claimed) = (archived.expect("archive"), claimed.expect("an answer").claimed);
            overlaps += usize::from(overlap);
            claim_first += claimed.len();
            let given_back: Vec<_> = archived.released.iter().map(|r| r.assignment).collect();
            assert_eq!(given_back, claimed.iter().map(|c| Some(c.assignment)).collect::<Vec<_>>(), "round {round}");
            for claimed in &claimed {
                let status = seed.assignment(claimed.assignment).await.status;
                assert_eq!(status, TaskAssignmentStatus::Cancelled, "round {round}");
            }
            let after = (agent_status(&seed, agent).await, open(&seed, item).await);
            assert_eq!(after, (AgentProfileStatus::Archived, 0), "round {round}");
        }
        assert_raced(overlaps, claim_first);
    }

    /// The control: what the agent holds is asked first, and it is archived then, without the lock on its profile.
    async fn without_the_lock_an_archived_agent_holds_an_item(t: TestDb) {
        let seed = t.seed().await;
        let board = boards(&t).await[0].clone();
        let mut lost = 0;
        for round in 0..CONTROL_ROUNDS {
            let agent = seed.agent(&format!("a{round}")).await.id;
            let item = seed.item().await.id;
            let barrier = Arc::new(Barrier::new(2));
            let archiving = tokio::spawn(unlocked_agent(seed.clone(), agent, item, Arc::clone(&barrier)));
            let claimed = claim_beside(&board, agent, barrier).await.claimed;
            archiving.await.expect("the call ends");
            let archived = agent_status(&seed, agent).await == AgentProfileStatus::Archived;
            lost += usize::from(archived && !claimed.is_empty() && open(&seed, claimed[0].item.id).await > 0);
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }

    /// Either the claim is seen, and archiving refused, or the claim gets nothing.
    async fn an_archived_project_has_no_held_item(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let agent = seed.agent("coder").await.id;
        let (mut overlaps, mut claim_first) = (0, 0);
        for round in 0..ROUNDS {
            let (project, item) = project(&seed, round).await;
            let archive = ArchiveProject { project: Ref::Id(project.id), reason: None };
            let (archived, claimed, overlap) = race(&boards, [seed.me, Actor::agent(agent)], archive, claim(agent)).await;
            let claimed = claimed.expect("an answer").claimed;
            overlaps += usize::from(overlap);
            claim_first += claimed.len();
            let after = (project_status(&seed, project.id).await, open(&seed, item).await);
            match (archived, claimed.first()) {
                (Ok(_), None) => assert_eq!(after, (ProjectStatus::Archived, 0), "round {round}"),
                (Err(Error::Conflict(Conflict::InUse { .. })), Some(claimed)) => {
                    assert_eq!((claimed.item.id, after), (item, (ProjectStatus::Active, 1)), "round {round}");
                    seed.must(&CancelItem::new(item)).await;
                }
                both => panic!("round {round}: {both:?}"),
            }
        }
        assert_raced(overlaps, claim_first);
    }

    /// A child that comes while its parent is taken off the board is refused, or its ledger tells that it lost it.
    async fn a_child_that_comes_meanwhile_tells_that_it_lost_its_parent(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut child_first) = (0, 0);
        for round in 0..ROUNDS {
            let parent = seed.item().await;
            let archive = AddArchive { item: Ref::Id(parent.id), reason: Some(Reason::Stale) };
            let (archived, added, overlap) = race(&boards, [seed.me; 2], archive, child_of(parent.id)).await;
            archived.unwrap_or_else(|error| panic!("round {round}: {error}"));
            overlaps += usize::from(overlap);
            match added {
                Ok(added) => {
                    child_first += 1;
                    assert_eq!(seed.row(added[0].id).await.parent_id, None, "round {round}");
                    assert_eq!(seed.kinds(added[0].id).await, ["created", "parent_archived"], "round {round}");
                }
                Err(Error::NotFound { .. }) => {}
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert_raced(overlaps, child_first);
    }

    /// The control: the children are asked for, and the parent is locked then: some come between.
    async fn a_look_before_the_lock_misses_a_child(t: TestDb) {
        let seed = t.seed().await;
        let board = boards(&t).await[0].clone();
        let mut missed = 0;
        for _ in 0..CONTROL_ROUNDS {
            let parent = seed.item().await.id;
            let barrier = Arc::new(Barrier::new(2));
            let adding = tokio::spawn(timed(board.clone(), seed.me, child_of(parent), Arc::clone(&barrier)));
            let before = children(&seed, parent).await;
            meet(&barrier).await;
            adding.await.expect("the call ends").0.expect("add");
            missed += usize::from(children(&seed, parent).await > before);
        }
        assert!(missed > 0, "the race was never hit: the test above would prove nothing");
    }

    /// The control: whether an item is held is asked first, and all are archived then, without the locks on the items.
    async fn without_the_lock_an_archived_project_has_a_held_item(t: TestDb) {
        let seed = t.seed().await;
        let board = boards(&t).await[0].clone();
        let agent = seed.agent("coder").await.id;
        let mut lost = 0;
        for round in 0..CONTROL_ROUNDS {
            let (project, item) = project(&seed, round).await;
            let barrier = Arc::new(Barrier::new(2));
            let archiving = tokio::spawn(unlocked_project(seed.clone(), project.id, item, Arc::clone(&barrier)));
            claim_beside(&board, agent, barrier).await;
            archiving.await.expect("the call ends");
            let archived = project_status(&seed, project.id).await == ProjectStatus::Archived;
            lost += usize::from(archived && open(&seed, item).await > 0);
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What archiving an agent would be without its lock: a look, a decision, the write.
async fn unlocked_agent(seed: Seed, agent: Uuid, item: Uuid, barrier: Arc<Barrier>) {
    let held = open(&seed, item).await > 0;
    meet(&barrier).await;
    if held {
        return;
    }
    let archived =
        agent_profiles::ActiveModel { id: Set(agent), status: Set(AgentProfileStatus::Archived), ..Default::default() };
    archived.update(&seed.raw).await.expect("archive the agent");
}

/// What archiving a project would be without its locks.
async fn unlocked_project(seed: Seed, project: Uuid, item: Uuid, barrier: Arc<Barrier>) {
    let held = open(&seed, item).await > 0;
    meet(&barrier).await;
    if held {
        return;
    }
    let now = seed.board.now();
    let change = work_items::ActiveModel { archived_at: Set(Some(now)), ..Default::default() };
    write_unguarded(&seed, item, change, json!({ "archived_at": now })).await;
    let archived =
        board_projects::ActiveModel { id: Set(project), status: Set(ProjectStatus::Archived), ..Default::default() };
    archived.update(&seed.raw).await.expect("archive the project");
}
