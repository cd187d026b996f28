//! `callboard assignment` and its short forms.

use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::NewItem;
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
}
