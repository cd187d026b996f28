//! Decisions that are captured, linked and imported at once.

use std::sync::Arc;
use std::time::Instant;

use callboard_service::decision::{AddDecision, AdrFile, EvolveDecision, EvolvesInto, ImportDecisions};
use callboard_service::entity::{
    DecisionEvolutionActorType, DecisionEvolutionKind, DecisionStatus, board_decisions as decisions, board_projects,
    decision_evolutions as evolutions,
};
use callboard_service::{Callboard, Conflict, Error, Ref, Verb};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    TransactionTrait,
};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, Timed, assert_raced_in, boards, meet, race};
use crate::decision::{decision, row};

const TASKS: usize = 8;
const ROUNDS: usize = 25;
/// An import is many statements, and so is a chain: fewer rounds suffice.
const FEW: usize = 60;

async fn numbers(seed: &Seed) -> Vec<i64> {
    let rows = decisions::Entity::find().order_by_asc(decisions::Column::Number).all(&seed.raw).await;
    rows.expect("read the decisions").into_iter().map(|row| row.number).collect()
}

async fn next_number(seed: &Seed) -> i64 {
    let project = board_projects::Entity::find_by_id(seed.project.id).one(&seed.raw).await;
    project.expect("read the project").expect("the project is there").next_decision_number
}

/// One of the two calls of a task: a capture, or one that is refused after it was given its number.
#[derive(Clone, Debug)]
enum Call {
    Add(Box<AddDecision>),
    Refused(EvolveDecision),
}

impl Verb for Call {
    type Output = i64;

    async fn apply(&self, tx: &callboard_service::Tx) -> callboard_service::Result<i64> {
        match self {
            Self::Add(add) => Ok(tx.run(&**add).await?.decision.number),
            Self::Refused(evolve) => Ok(tx.run(evolve).await?.new.decision.number),
        }
    }
}

/// Runs the verbs from tasks that begin together.
async fn at_once<V: Verb + Send + 'static>(boards: &[Callboard], seed: &Seed, verbs: Vec<V>) -> Vec<Timed<V::Output>> {
    let start = Arc::new(Barrier::new(verbs.len()));
    let tasks: Vec<_> = verbs
        .into_iter()
        .enumerate()
        .map(|(n, verb)| {
            let (board, start, me) = (boards[n % boards.len()].clone(), Arc::clone(&start), seed.me);
            tokio::spawn(async move {
                start.wait().await;
                let begun = Instant::now();
                (board.run(me, &verb).await, begun, Instant::now())
            })
        })
        .collect();
    let mut calls = Vec::new();
    for task in tasks {
        calls.push(task.await.expect("the call ends"));
    }
    calls
}

both! {
    async fn many_captures_at_once_are_numbered_without_gaps_and_repeats(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        // It evolves into nothing that is only proposed.
        let first = seed.must(&decision("first")).await;
        let refused = EvolveDecision {
            project: None,
            original: Ref::Id(first.decision.id),
            kind: DecisionEvolutionKind::Superseded,
            into: EvolvesInto::New(Box::new(AddDecision { status: DecisionStatus::Proposed, ..decision("never") })),
            reason: "it is refused".to_owned(),
        };
        let (mut overlaps, mut given) = (0, vec![1]);
        for round in 0..ROUNDS {
            let call = |n: usize| match n % 4 {
                3 => Call::Refused(refused.clone()),
                _ => Call::Add(Box::new(decision(&format!("{round} {n}")))),
            };
            let calls = at_once(&boards, &seed, (0..TASKS).map(call).collect()).await;
            let during = |a: &Timed<i64>, b: &Timed<i64>| a.1 < b.2 && b.1 < a.2;
            overlaps += usize::from((1..TASKS).any(|n| calls[..n].iter().any(|earlier| during(earlier, &calls[n]))));
            for (n, (result, ..)) in calls.into_iter().enumerate() {
                match result {
                    Ok(number) => given.push(number),
                    Err(Error::Conflict(Conflict::Inactive { entity: "decision", .. })) if n % 4 == 3 => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
        let count = 1 + ROUNDS * TASKS * 3 / 4;
        let expected: Vec<i64> = (1..=i64::try_from(count).expect("a number")).collect();
        given.sort_unstable();
        assert_eq!(numbers(&seed).await, expected);
        assert_eq!((given, next_number(&seed).await), (expected, i64::try_from(count).expect("a number") + 1));
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// The control: the number is read, and taken in a later statement that does not ask whether it still is the next.
    async fn without_the_lock_of_the_project_a_number_is_given_twice(t: TestDb) {
        let seed = t.seed().await;
        seed.sql("DROP INDEX ux_board_decisions_project_id_number").await;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| tokio::spawn(unlocked_number(seed.clone(), Arc::clone(&barrier))));
            for call in calls {
                call.await.expect("the call ends");
            }
        }
        let mut all = numbers(&seed).await;
        assert_eq!(all.len(), 2 * CONTROL_ROUNDS);
        all.dedup();
        assert!(all.len() < 2 * CONTROL_ROUNDS, "no number was given twice: the test above would prove nothing");
        seed.reindex().await;
    }

    /// The other control: a number that is taken in a transaction of its own is lost with a capture that is refused.
    async fn a_number_taken_apart_leaves_a_gap(t: TestDb) {
        let seed = t.seed().await;
        for refused in [false, true, false] {
            let number = take(&seed).await;
            if !refused {
                insert(&seed, number).await;
            }
        }
        assert_eq!(numbers(&seed).await, [1, 3]);
        seed.reindex().await;
    }

    /// Two links, neither of which closes a circle alone, over decisions of which the two have none in common.
    async fn two_links_at_once_close_no_circle(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut first) = (0, 0);
        for _ in 0..FEW {
            let [a, b, c, d] = square(&seed).await;
            let (one, two, overlap) = race(&boards, [seed.me; 2], refine(a, b), refine(c, d)).await;
            overlaps += usize::from(overlap);
            first += usize::from(one.is_ok());
            let refused = match (one, two) {
                (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
                other => panic!("one of the two is refused: {other:?}"),
            };
            assert!(matches!(refused, Error::Conflict(Conflict::CameOf { .. })), "{refused:?}");
            assert_eq!(links_among(&seed, &[a, b, c, d]).await, 3);
        }
        assert_raced_in(FEW, overlaps, first);
    }

    /// The control: whether there is a way round is asked first, and the link is written then, without the lock.
    async fn without_the_lock_of_the_decisions_a_circle_is_closed(t: TestDb) {
        let seed = t.seed().await;
        let mut circles = 0;
        for _ in 0..CONTROL_ROUNDS {
            let [a, b, c, d] = square(&seed).await;
            let barrier = Arc::new(Barrier::new(2));
            let calls = [(a, b), (c, d)]
                .map(|(from, to)| tokio::spawn(unlocked_link(seed.clone(), from, to, Arc::clone(&barrier))));
            for call in calls {
                call.await.expect("the call ends");
            }
            circles += usize::from(links_among(&seed, &[a, b, c, d]).await == 4);
        }
        assert!(circles > 0, "the race was never hit: the test above would prove nothing");
    }

    async fn two_imports_of_a_folder_at_once_import_it_once(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..FEW {
            let file = |n: usize| AdrFile {
                name: format!("r{round}-{n}.md"),
                content: format!("# {round} {n}\n\n## Status\n\nAccepted\n\n## Decision\n\nx\n"),
            };
            let import = || ImportDecisions::new((0..3).map(file).collect());
            let (one, two, overlap) = race(&boards, [seed.me; 2], import(), import()).await;
            overlaps += usize::from(overlap);
            let (one, two) = (one.expect("import").files, two.expect("import").files);
            first += usize::from(one.created > 0);
            assert_eq!((one.created + two.created, one.already_there + two.already_there), (3, 3), "round {round}");
        }
        let expected: Vec<i64> = (1..=i64::try_from(3 * FEW).expect("a number")).collect();
        assert_eq!(numbers(&seed).await, expected);
        assert_raced_in(FEW, overlaps, first);
    }
}

/// Four decisions, of which the third came of the second, and the first of the fourth.
async fn square(seed: &Seed) -> [Uuid; 4] {
    let mut all = [Uuid::nil(); 4];
    for (n, id) in all.iter_mut().enumerate() {
        *id = seed.must(&decision(&n.to_string())).await.decision.id;
    }
    let [a, b, c, d] = all;
    seed.must(&refine(b, c)).await;
    seed.must(&refine(d, a)).await;
    all
}

fn refine(original: Uuid, new: Uuid) -> EvolveDecision {
    EvolveDecision {
        project: None,
        original: Ref::Id(original),
        kind: DecisionEvolutionKind::Refined,
        into: EvolvesInto::Existing(Ref::Id(new)),
        reason: "more is known".to_owned(),
    }
}

async fn links_among(seed: &Seed, ids: &[Uuid]) -> u64 {
    let links = evolutions::Entity::find().filter(evolutions::Column::OriginalId.is_in(ids.iter().copied()));
    links.count(&seed.raw).await.expect("count the links")
}

/// What giving a number would be without the lock of its project: a look, the writes.
async fn unlocked_number(seed: Seed, barrier: Arc<Barrier>) {
    let number = next_number(&seed).await;
    meet(&barrier).await;
    insert(&seed, number).await;
    let tx = seed.raw.begin().await.expect("begin");
    let next = board_projects::Column::NextDecisionNumber;
    let set = board_projects::Entity::update_many().col_expr(next, Expr::value(number + 1));
    set.exec(&tx).await.expect("write the next number");
    tx.commit().await.expect("commit");
}

/// Takes a number in a transaction of its own.
async fn take(seed: &Seed) -> i64 {
    let next = board_projects::Column::NextDecisionNumber;
    let tx = seed.raw.begin().await.expect("begin");
    let taken = board_projects::Entity::update_many().col_expr(next, Expr::col(next).add(1));
    let taken = taken.exec_with_returning(&tx).await.expect("take a number");
    tx.commit().await.expect("commit");
    taken[0].next_decision_number - 1
}

/// A row like those of captures.
async fn insert(seed: &Seed, number: i64) {
    let taken = seed.board.rehearse(seed.me, &decision("a row to copy")).await.expect("rehearse").decision;
    let row = decisions::Model { id: Uuid::now_v7(), number, ..taken };
    let tx = seed.raw.begin().await.expect("begin");
    let insert = decisions::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&tx).await.expect("add the decision");
    tx.commit().await.expect("commit");
}

/// What linking would be without the lock of the project's decisions: a look, a decision, the write.
async fn unlocked_link(seed: Seed, original: Uuid, new: Uuid, barrier: Arc<Barrier>) {
    let all = evolutions::Entity::find().all(&seed.raw).await.expect("read the links");
    let mut at = vec![new];
    let mut seen = Vec::new();
    while let Some(id) = at.pop() {
        seen.push(id);
        at.extend(all.iter().filter(|link| link.original_id == id).map(|link| link.new_id));
    }
    meet(&barrier).await;
    if seen.contains(&original) {
        return;
    }
    assert_eq!(row(&seed, original).await.status, DecisionStatus::Accepted);
    let link = evolutions::Model {
        id: Uuid::now_v7(),
        original_id: original,
        new_id: new,
        kind: DecisionEvolutionKind::Refined,
        reason: "unlocked".to_owned(),
        actor_type: DecisionEvolutionActorType::System,
        actor_id: None,
        created_at: seed.board.now(),
    };
    let tx = seed.raw.begin().await.expect("begin");
    let insert = evolutions::Entity::insert(link.into_active_model().reset_all());
    insert.exec_without_returning(&tx).await.expect("add the link");
    tx.commit().await.expect("commit");
}
