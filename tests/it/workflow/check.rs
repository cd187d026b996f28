//! The check that what is recorded of runs agrees with itself, which runs after every test.

use callboard_service::workflow::CheckRuns;
use serde_json::json;
use support::flow::delegated;
use support::{Seed, TestDb, both};

/// What is found now, as `run field: row / found`.
async fn found(seed: &Seed) -> Vec<String> {
    let found = seed.board.read(&CheckRuns).await.expect("check");
    found.into_iter().map(|m| format!("{} {}: {} / {}", m.run, m.field, m.row, m.found)).collect()
}

both! {
    async fn every_planted_mismatch_is_named(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let gated = "name: second\nsteps:\n  - name: c\n    delegate: {}\n    output: { key: c, field: n }\n  - name: d\n    delegate: {}\n    after: [c]\n";
        let first = seed.flow(&delegated("first", &[("a", &[]), ("b", &["a"])])).await;
        let second = seed.flow(gated).await;
        seed.play(&agent, first.id, "a", json!(1)).await;
        seed.play(&agent, second.id, "c", json!({ "n": 1 })).await;
        assert_eq!(found(&seed).await, Vec::<String>::new());

        assert_eq!(t.callboard(["workflow", "check"]).run().ok().stdout, "Every run agrees with its steps, outputs and log.\n");

        // Each plant is taken back, so that the one found is the one planted.
        let (a, c) = (seed.step(first.id, "a").await, seed.step(second.id, "c").await);
        let plant = async |sql: &str, expected: &[&str], back: &str| {
            seed.sql(sql).await;
            assert_eq!(found(&seed).await, expected, "{sql}");
            seed.sql(back).await;
            assert_eq!(found(&seed).await, Vec::<String>::new(), "{back}");
        };
        seed.sql("UPDATE workflow_runs SET steps_completed = 7 WHERE workflow_id = 'first'").await;
        let output = t.callboard(["workflow", "check", "--json"]).run().code(11);
        let rows = output.json()["data"].as_array().expect("a list").len();
        assert!(rows == 1 && output.stderr.contains("verify_failed"), "{output}");
        assert!(t.callboard(["workflow", "check"]).run().code(11).stdout.contains("steps_completed"));
        seed.sql("UPDATE workflow_runs SET steps_completed = 1 WHERE workflow_id = 'first'").await;
        let of = |id: &str| format!("WHERE workflow_id = '{id}'");
        plant(
            &format!("UPDATE workflow_runs SET steps_completed = 2 {}", of("first")),
            &["first steps_completed: 2 / 1"],
            &format!("UPDATE workflow_runs SET steps_completed = 1 {}", of("first")),
        ).await;
        plant(
            &format!("UPDATE workflow_runs SET revision = revision + 1 {}", of("first")),
            &["first revision: 10 / \"1..9\""],
            &format!("UPDATE workflow_runs SET revision = revision - 1 {}", of("first")),
        ).await;
        plant(
            "UPDATE workflow_events SET revision = 100 WHERE kind = 'output'",
            &["second revision: 10 / \"1..7, 9..10, 100..100\""],
            "UPDATE workflow_events SET revision = 8 WHERE revision = 100",
        ).await;
        plant(
            &format!("UPDATE workflow_runs SET status = 'paused' {}", of("second")),
            &["second status: \"paused\" / \"running\""],
            &format!("UPDATE workflow_runs SET status = 'running' {}", of("second")),
        ).await;
        plant(
            "UPDATE workflow_steps SET status = 'failed' WHERE name = 'd'",
            &["second status of step d: \"failed\" / \"waiting\""],
            "UPDATE workflow_steps SET status = 'waiting' WHERE name = 'd'",
        ).await;
        plant(
            "UPDATE workflow_outputs SET step_id = (SELECT id FROM workflow_steps WHERE name = 'a')",
            &[&format!("second step of output c: \"{}\" / null", a.id)],
            "UPDATE workflow_outputs SET step_id = (SELECT id FROM workflow_steps WHERE name = 'c')",
        ).await;
        plant(
            "UPDATE workflow_step_dependencies SET depends_on_id = (SELECT id FROM workflow_steps WHERE name = 'c') \
             WHERE step_id = (SELECT id FROM workflow_steps WHERE name = 'b')",
            &[&format!("first dependency of step b: \"{}\" / null", c.id)],
            "UPDATE workflow_step_dependencies SET depends_on_id = (SELECT id FROM workflow_steps WHERE name = 'a') \
             WHERE step_id = (SELECT id FROM workflow_steps WHERE name = 'b')",
        ).await;
    }

    /// Six statements for up to a hundred runs: the pages of runs, and what belongs to them.
    async fn statements_do_not_grow_with_the_rows(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("one", &[("a", &[])])).await;
        let few = t.statements(&seed.board, &CheckRuns).await;
        let steps: Vec<String> = (0..30).map(|n| format!("s{n}")).collect();
        let steps: Vec<(&str, &[&str])> = steps.iter().map(|name| (name.as_str(), &[] as &[&str])).collect();
        for name in ["two", "three", "four"] {
            seed.flow(&delegated(name, &steps)).await;
        }
        assert_eq!((few, t.statements(&seed.board, &CheckRuns).await), (6, 6));
    }
}
