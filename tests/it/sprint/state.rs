//! Every pair of a sprint's states, through the verb.

use callboard_service::Error;
use callboard_service::entity::{SprintStatus as Status, sprints};
use callboard_service::sprint::{EditSprint, state};
use sea_orm::EntityTrait;
use support::{TestDb, both, plain};

/// The states on the way from planning to each state.
fn way(to: Status) -> &'static [Status] {
    match to {
        Status::Planning => &[],
        Status::Active => &[Status::Active],
        Status::Completed => &[Status::Active, Status::Completed],
        Status::OnHold => &[Status::OnHold],
    }
}

plain! {
    fn a_completed_sprint_is_only_reopened_to_active() {
        assert_eq!(state::following(Status::Completed), [Status::Active]);
        assert!(!state::following(Status::Planning).contains(&Status::Completed));
        assert!(Status::ALL.iter().all(|status| !state::following(*status).contains(status)));
    }
}

both! {
    async fn every_pair_is_as_the_table_says(t: TestDb) {
        let seed = t.seed().await;
        let pairs = Status::ALL.iter().flat_map(|from| Status::ALL.iter().map(|to| (*from, *to)));
        for (number, (from, to)) in pairs.enumerate() {
            let sprint = super::sprint(&seed, &number.to_string()).await;
            let go = |status| EditSprint { status: Some(status), ..EditSprint::new(sprint.id) };
            for step in way(from) {
                seed.board.run(seed.me, &go(*step)).await.expect("on the way");
            }
            let result = seed.board.run(seed.me, &go(to)).await;
            let row = sprints::Entity::find_by_id(sprint.id).one(&seed.raw).await.expect("read").expect("a row");
            if from == to || state::following(from).contains(&to) {
                assert_eq!(result.expect("possible").status, to);
                assert_eq!(row.status, to);
                continue;
            }
            assert_eq!(row.status, from);
            match result.expect_err("not possible") {
                Error::Transition { entity: "sprint", name, from: was, event, allowed } => {
                    assert_eq!((name, was.as_str(), event.as_str()), (sprint.code, from.as_str(), to.as_str()));
                    let expected: Vec<&str> = state::following(from).iter().map(|status| status.as_str()).collect();
                    assert_eq!(allowed, expected);
                }
                error => panic!("{error:?}"),
            }
        }
    }
}
