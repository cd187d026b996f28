//! `callboard assignment` and its short forms.

use std::time::Duration;

use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::NewItem;
use support::cli::Background;
use support::{TestDb, both};

use super::{data, json, refused, text};

both! {
    async fn claim_prints_the_assignment_and_nothing_else(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let item = seed.item().await;
        let output = t.callboard(["claim", "--agent", "coder"]).run().ok();
        let id: uuid::Uuid = output.stdout.trim_end().parse().expect("an id and a line end");
        assert!(output.stderr.contains(&item.key) && output.stderr.contains("attempt 1"), "{output}");
        assert_eq!(seed.assignment(id).await.status, TaskAssignmentStatus::Started);
        assert!(refused(&t, ["claim", "--agent", "coder"], 16).contains("nothing is ready for agent 'coder'"));
        assert!(refused(&t, ["claim", "--agent", "codr"], 13).contains("near to it: coder"));
        assert!(refused(&t, ["claim"], 2).contains("--agent SLUG"));
        refused(&t, ["claim", "--agent", "coder", "--lease", "0"], 18);
        refused(&t, ["claim", "--agent", "coder", "--lease", "365d"], 18);
    }

    async fn an_agent_works_through_an_item(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let claim = data(t.callboard(["claim", "--agent", "coder", "--lease", "1h", "--json"]).run(), "claim");
        let id = claim["claimed"][0]["assignment"].as_str().expect("an id").to_owned();
        assert_eq!(claim["claimed"][0]["item"]["key"], item.key.as_str());
        let hold = |args: &[&str]| t.callboard(args).env("CALLBOARD_ASSIGNMENT", &id);
        assert!(hold(&["assignment", "heartbeat", "--lease", "2h"]).run().ok().stdout.starts_with("held until"));
        assert!(hold(&["assignment", "pause", "--reason", "lunch"]).run().ok().stdout.contains("paused"));
        hold(&["complete"]).run().code(14);
        hold(&["assignment", "resume"]).run().ok();
        assert!(hold(&["assignment", "resume"]).run().ok().stdout.contains("is already started"));
        let done = data(hold(&["complete", "--note", "done", "--hours", "1.255", "--json"]).run(), "completed");
        assert_eq!((&done["item"]["status"], &done["already"]), (&"done".into(), &false.into()));
        assert!(hold(&["done"]).run().ok().stdout.contains("is already done"));
        let events = seed.events(item.id).await;
        assert!(events[1..].iter().all(|e| e.actor_id == Some(agent.id)), "the holder writes where nobody is named");
        assert_eq!(seed.row(item.id).await.actual_hours.map(|h| h.to_string()).as_deref(), Some("1.26"));
        let history = text(&t, ["assignment", "history", &item.key]);
        assert!(["claimed", "paused", "resumed", "completed"].iter().all(|kind| history.contains(kind)), "{history}");
    }

    async fn failing_explaining_and_expiring(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.add(NewItem { max_attempts: 1, ..NewItem::titled("hard") }).await;
        let id = text(&t, ["claim", "--agent", "coder"]);
        refused(&t, ["fail", "--assignment", id.trim(), "--reason", " "], 18);
        let failed = json(&t, ["fail", "--assignment", id.trim(), "--reason", "no way"], "assignment");
        assert_eq!(failed["item"]["blocked_reason"], "failed: no way");
        let explained = text(&t, ["assignment", "explain", &item.key, "--agent", "coder"]);
        assert!(explained.contains("the item is blocked, not todo"), "{explained}");

        let other = seed.item().await;
        let claimed = seed.claim(&agent).await;
        assert_eq!(claimed.item.id, other.id);
        seed.lapse(claimed.assignment).await;
        let due = json(&t, ["assignment", "expire", "--due", "--dry-run"], "expired");
        assert_eq!(seed.assignment(claimed.assignment).await.status, TaskAssignmentStatus::Started, "dry");
        let real = json(&t, ["assignment", "expire", "--due", "--as", "user:kim"], "expired");
        assert_eq!((&due, real["expired"][0].as_str()), (&real, Some(other.key.as_str())));
        refused(&t, ["assignment", "expire"], 2);
    }

    async fn people_and_pushes(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let (mine, pushed) = (seed.item().await, seed.item().await);
        let kim = ["--as", "user:kim"];
        let done = t.callboard(["done", &mine.key, "--note", "easy"]).args(kim).run().ok();
        assert!(done.stdout.contains("is done"), "{done}");
        assert_eq!(seed.row(mine.id).await.status, WorkItemStatus::Done);

        let assigned = t.callboard(["assignment", "assign", &pushed.key, "--agent", "coder"]).args(kim).run().ok();
        let id = assigned.stdout.lines().next().expect("the id").to_owned();
        t.callboard(["done", &pushed.key]).args(kim).run().code(14);
        text(&t, ["assignment", "start", "--assignment", &id]);
        let mine = t.callboard(["assignment", "list", "--mine", "--as", "agent:coder", "--json"]).run();
        assert_eq!(data(mine, "assignments")["assignments"][0]["item"], pushed.key.as_str());
        let args = ["assignment", "reassign", &pushed.key, "--user", "kim", "--reason", "mine"];
        t.callboard(args).args(kim).run().ok();
        assert_eq!(refused(&t, ["complete", "--assignment", &id], 15).matches("is no longer yours").count(), 1);
        let open = t.callboard(["assignment", "list", "--open"]).run().ok().stdout;
        assert!(open.contains("user:kim") && !open.contains("agent:coder"), "{open}");
        let new = open.lines().nth(1).and_then(|l| l.split_whitespace().last()).expect("an id").to_owned();
        t.callboard(["assignment", "cancel", &new, "--reason", "later"]).args(kim).run().ok();
        assert!(text(&t, ["assignment", "list", "--open"]).contains("No assignments."));
        let both = ["complete", &pushed.key, "--assignment", &id];
        refused(&t, both, 2);
    }

    async fn a_named_item_is_claimed_where_the_project_says(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let item = seed.item().await;
        text(&t, ["project", "add", "other", "--prefix", "OT", "--as", "user:kim"]);
        let claim = |flag, value| ["claim", "--agent", "coder", "--item", &*item.key, flag, value];
        for (flag, value) in [("--sprint", "1"), ("--type", "task"), ("--tag", "ui"), ("--count", "2")] {
            assert!(refused(&t, claim(flag, value), 2).contains(flag), "{flag}");
        }
        let error = refused(&t, claim("--project", "other"), 14);
        assert!(error.contains(&format!("{} cannot be assigned to 'coder': the item is not in the project 'other'", item.key)), "{error}");
        assert_eq!(seed.row(item.id).await, item);
        text(&t, claim("--project", "demo"));
        assert_eq!(seed.row(item.id).await.status, WorkItemStatus::InProgress);
    }

    async fn complete_and_claim_in_one(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let (first, second) = (seed.item().await, seed.item().await);
        let id = text(&t, ["claim", "--agent", "coder"]);
        let args = ["assignment", "complete-and-claim", "--agent", "coder", "--assignment"];
        let next = t.callboard(args).arg(id.trim()).run().ok();
        assert!(next.stderr.contains(&format!("{} is done", first.key)), "{next}");
        let last = t.callboard(args).arg(next.stdout.trim()).run().ok();
        assert_eq!(last.stdout, "", "nothing is left");
        assert_eq!(seed.row(second.id).await.status, WorkItemStatus::Done);
    }

    async fn many_are_completed_with_an_answer_each(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let waits = seed.item().await;
        let items = seed.add_all((0..3).map(|n| NewItem { priority: 0, ..NewItem::titled(format!("n{n}")) }).collect()).await;
        text(&t, ["prerequisite", "add", &waits.key, &items[0].key, "--as", "user:kim"]);
        let ids = text(&t, ["claim", "--agent", "coder", "--count", "3", "--quiet"]);
        let held: Vec<&str> = ids.lines().collect();
        let many = ["assignment", "complete-many"];
        let done = t.callboard(many).args(["-", "--note", "by hand", "--hours", "0.5"]).stdin(&*ids).run().ok();
        for part in [&*items[0].key, "done", "SET FREE", "3 completed, 0 already, 0 refused"] {
            assert!(done.stdout.contains(part), "{part:?} is missing in\n{done}");
        }
        let row = seed.row(items[1].id).await;
        assert_eq!((row.status, row.actual_hours), (WorkItemStatus::Done, Some("0.50".parse().expect("a number"))));
        let last = seed.events(row.id).await.pop().expect("a ledger row");
        assert_eq!((last.actor_id, last.reason.as_deref()), (Some(agent.id), Some("by hand")), "the holder writes");

        let own = seed.claim(&agent).await;
        assert_eq!(own.item.id, waits.id);
        let line = serde_json::json!({"assignment": own.assignment, "result": {"n": 1}, "notes": "own"});
        let lines = format!("{line}\n\n{{\"assignment\": \"{}\"}}\n", uuid::Uuid::nil());
        let some = t.callboard(many).args(["--jsonl", "-", "--json"]).stdin(lines).run().code(12);
        let some_data = some.json()["data"].take();
        assert_eq!((&some_data["completed"], &some_data["refused"]), (&1.into(), &1.into()));
        assert_eq!(some_data["answers"][1]["refused"]["kind"], "not_found");
        assert!(some.stderr.contains("\"partial\"") && some.stderr.contains("1 of 2 were refused"), "{some}");
        assert_eq!(seed.assignment(own.assignment).await.context.expect("a context")["result"]["n"], 1);
        let again = json(&t, ["assignment", "complete-many", held[0], held[1]], "completed_many");
        assert_eq!(again["already"], 2);
        refused(&t, ["assignment", "complete-many"], 2);
        refused(&t, ["assignment", "complete-many", "CB-1"], 2);
        refused(&t, ["assignment", "complete-many", held[0], "--jsonl", "x"], 2);
        t.callboard(many).arg("-").stdin("").run().code(18);
    }

    async fn a_claim_waits_for_what_another_terminal_adds(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let mut waiting = t.callboard(["claim", "--agent", "coder", "--wait"]).spawn();
        waiting.wait_for("nothing is ready yet: waiting");
        assert!(waiting.is_running());
        text(&t, ["item", "add", "late", "--as", "user:kim"]);
        let output = waiting.wait(Duration::from_secs(60)).ok();
        let id: uuid::Uuid = output.stdout.trim_end().parse().expect("an id and a line end");
        assert_eq!(seed.assignment(id).await.status, TaskAssignmentStatus::Started);

        for interrupt in [Background::interrupt, Background::terminate] {
            let mut waiting = t.callboard(["claim", "--agent", "coder", "--wait"]).spawn();
            waiting.wait_for("waiting");
            interrupt(&waiting);
            waiting.wait(Duration::from_secs(20)).code(130);
        }
        let over = t.callboard(["claim", "--agent", "coder", "--wait", "--timeout", "1s"]).run().code(16);
        assert!(over.stdout.is_empty() && over.stderr.contains("nothing is ready for agent 'coder'"), "{over}");
        let claim = |more: &[&str], exit| t.callboard(["claim", "--agent", "coder"]).args(more).run().code(exit);
        claim(&["--timeout", "1s"], 2);
        claim(&["--wait", "--timeout", "0"], 2);
        claim(&["--wait", "--item", "CB-1"], 2);
        claim(&["--wait", "--idempotency-key", "k"], 2);
    }
}
