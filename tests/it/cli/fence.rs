//! What an agent writes from the command line after it lost its lease is refused.

use support::cli::{Program, run_all};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::json;
use crate::assignment::fence::{ROUNDS, claim_all, held};

const VERBS: [&[&str]; 3] = [&["complete"], &["fail", "--reason", "late"], &["assignment", "heartbeat"]];

both! {
    async fn after_expiry_stale_writes_are_refused(t: TestDb) {
        let (seed, _, held) = held(&t).await;
        seed.lapse_all().await;
        assert_eq!(seed.expire().await.expired.len(), ROUNDS);
        all_refused(&t, &seed, &held).await;
    }

    async fn after_reclaim_stale_writes_are_refused_and_the_new_holder_is_undisturbed(t: TestDb) {
        let (seed, _, held) = held(&t).await;
        seed.lapse_all().await;
        assert_eq!(seed.expire().await.expired.len(), ROUNDS);
        seed.end_backoffs().await;
        assert_eq!(seed.expire().await.released.len(), ROUNDS);
        let quick = seed.agent("quick").await;
        let taken = claim_all(&seed, &quick).await;
        all_refused(&t, &seed, &held).await;
        let first = taken[0].to_string();
        assert_eq!(json(&t, ["complete", "--assignment", &first], "completed")["item"]["status"], "done");
    }

    /// Before anybody has noticed that the lease ran out; and the control: while it runs, all three are taken.
    async fn a_lease_that_ran_out_is_refused_and_one_that_runs_is_not(t: TestDb) {
        let seed = t.seed().await;
        let slow = seed.agent("slow").await;
        for verb in VERBS {
            let id = seed.work(&slow).await.assignment;
            write(&t, verb, id).run().ok();
            let id = seed.work(&slow).await.assignment;
            seed.lapse(id).await;
            let before = seed.snapshot().await;
            let refused = write(&t, verb, id).run().code(15);
            assert!(refused.stdout.is_empty() && refused.stderr.contains("ran out"), "{refused}");
            seed.assert_unchanged(&before, "a stale write").await;
        }
    }
}

fn write(t: &TestDb, verb: &[&str], assignment: Uuid) -> Program {
    t.callboard(verb).args(["--assignment", &assignment.to_string()])
}

/// Tries each of the three with each assignment, every one in a process of its own.
async fn all_refused(t: &TestDb, seed: &Seed, held: &[Uuid]) {
    let before = seed.snapshot().await;
    let tries: Vec<(usize, Uuid)> = held.iter().flat_map(|id| (0..VERBS.len()).map(|verb| (verb, *id))).collect();
    let mut refused = [0; 3];
    run_all(tries.iter().map(|(verb, id)| write(t, VERBS[*verb], *id)), |index, output| {
        let output = output.code(15);
        let (verb, id) = tries[index];
        let told = output.stderr.contains(&id.to_string()) && output.stderr.contains("is expired");
        assert!(output.stdout.is_empty() && told, "{output}");
        refused[verb] += 1;
    });
    assert_eq!(refused, [ROUNDS; 3]);
    seed.assert_unchanged(&before, "a stale write").await;
}
