//! `callboard checkpoint`, `recover`, `handover` and `message`, each command in a process of its own.

use callboard_service::entity::{TaskAssignmentStatus, board_messages as messages, checkpoints};
use sea_orm::EntityTrait;
use serde_json::Value;
use support::{TestDb, both};

use super::{data, json, refused, text};

both! {
    async fn what_one_process_writes_another_recovers(t: TestDb) {
        let seed = t.seed().await;
        let (one, _) = (seed.agent("one").await, seed.agent("two").await);
        let item = seed.item().await;
        let id = text(&t, ["claim", "--agent", "one"]).trim().to_owned();
        std::fs::write(t.dir().join("state.json"), r#"{"line": 7}"#).expect("write the data");
        let hold = |args: &[&str]| t.callboard(args).env("CALLBOARD_ASSIGNMENT", &id);
        let wrote = hold(&["checkpoint", &item.key, "--note", "lexer done", "--data", "state.json"]).run().ok();
        assert_eq!(wrote.stdout, format!("checkpoint 1 of {}\n", item.key));
        let rows = checkpoints::Entity::find().all(&seed.raw).await.expect("read");
        assert_eq!((rows[0].actor_id, rows[0].data.as_ref().map(|d| d["line"].clone())), (Some(one.id), Some(7.into())));
        let page = json(&t, ["checkpoint", "list", &item.key], "checkpoints");
        assert_eq!((&page["checkpoints"][0]["note"], &page["checkpoints"][0]["by"]), (&"lexer done".into(), &"agent:one".into()));
        // The environment names an assignment, which the subcommands do not mind.
        assert!(hold(&["checkpoint", "show", &item.key]).run().ok().stdout.contains("\"line\": 7"));
        assert!(hold(&["checkpoint", "list", &item.key]).run().ok().stdout.contains("lexer done"));

        seed.lapse(id.parse().expect("an id")).await;
        seed.expire().await;
        seed.end_backoffs().await;
        let next = t.callboard(["claim", "--agent", "two"]).run().ok();
        assert_eq!(next.stdout.lines().count(), 1, "stdout is the assignment's id alone: {next}");
        assert!(next.stderr.contains("go on from checkpoint 1") && next.stderr.contains("callboard recover CB-1"), "{next}");
        let held = next.stdout.trim();
        let recovered = data(t.callboard(["recover", "CB-1", "--json"]).env("CALLBOARD_ASSIGNMENT", held).run(), "recovery");
        assert_eq!(recovered["checkpoint"]["note"], "lexer done");
        assert_eq!(recovered["attempts"][1]["status"], "expired");
        let rules: Vec<&Value> = recovered["guidance"].as_array().expect("guidance").iter().map(|g| &g["rule"]).collect();
        assert!(rules.contains(&&"report".into()), "the holder is spoken to: {rules:?}");
        let markdown = text(&t, ["recover", "CB-1", "--markdown"]);
        assert!(markdown.starts_with("# CB-1: ") && markdown.contains("\n> lexer done\n"), "{markdown}");
        assert_eq!(text(&t, ["recover", "CB-1", "--markdown"]), markdown, "byte by byte");
        let shown = text(&t, ["recover", "CB-1", "--budget", "1500"]);
        assert!(shown.starts_with("CB-1: ") && shown.contains(" of 1500 tokens."), "{shown}");
    }

    async fn a_claim_brings_the_package_as_json(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        text(&t, ["fail", "--assignment", &held.assignment.to_string(), "--reason", "no"]);
        seed.end_backoffs().await;
        let claim = json(&t, ["claim", "--agent", "coder"], "claim");
        assert_eq!(claim["claimed"][0]["recovery"]["attempts"][1]["why"], "no");
    }

    async fn checkpoints_that_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let id = held.assignment.to_string();
        let key = held.item.key.as_str();
        refused(&t, ["checkpoint", key, "--assignment", &id], 2);
        refused(&t, ["checkpoint", "--note", "x"], 2);
        refused(&t, ["checkpoint", key, "--note", "-", "--data", "-", "--assignment", &id], 2);
        refused(&t, ["checkpoint", key, "--note", " ", "--assignment", &id], 18);
        refused(&t, ["checkpoint", key, "--note", "x", "--data", "no-such-file", "--assignment", &id], 13);
        std::fs::write(t.dir().join("broken"), "{").expect("write");
        refused(&t, ["checkpoint", key, "--note", "x", "--data", "broken", "--assignment", &id], 18);
        assert!(refused(&t, ["checkpoint", key, "--note", "x", "--as", "user:kim"], 18).contains("a checkpoint is the write of the one who holds"));
        assert!(refused(&t, ["checkpoint", "show", key], 13).contains("checkpoint list"));
        refused(&t, ["checkpoint", "list", key, "--limit", "0"], 18);
        seed.lapse(held.assignment).await;
        refused(&t, ["checkpoint", key, "--note", "x", "--assignment", &id], 15);
        assert!(checkpoints::Entity::find().all(&seed.raw).await.expect("read").is_empty());
        refused(&t, ["recover", "CB-99"], 13);
        refused(&t, ["recover", key, "--budget", "10"], 18);
        // Its error is JSON, as it was asked for.
        t.callboard(["recover", key, "--markdown", "--json"]).run().code(2);
    }

    async fn handing_over_and_reading_it(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        let (key, id) = (held.item.key.as_str(), held.assignment.to_string());
        let args = ["handover", key, "--to", "two", "--note", "all but the errors", "--assignment", &id];
        let dry = data(t.callboard(args).args(["--dry-run", "--json"]).run(), "handed_over");
        assert_eq!(dry["assignment"]["status"], "assigned");
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Started, "dry");
        let handed = json(&t, args, "handed_over");
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Cancelled);
        assert_eq!(seed.row(held.item.id).await.assignee_id, Some(two.id));
        let message = handed["message"].as_str().expect("an id").to_owned();
        let inbox = json(&t, ["message", "inbox", "--as", "agent:two"], "inbox");
        assert_eq!((&inbox["messages"][0]["id"], &inbox["unread"]), (&handed["message"], &1.into()));
        let shown = text(&t, ["message", "show", &message]);
        assert!(shown.contains("handover from agent:one") && shown.contains("agent:two (unread)"), "{shown}");
        refused(&t, ["message", "ack", &message, "--as", "agent:one"], 18);
        let acked = text(&t, ["message", "ack", &message, "--as", "agent:two"]);
        assert_eq!(acked, format!("{message} is acknowledged\n"));
        assert!(text(&t, ["message", "ack", &message, "--as", "agent:two"]).contains("is already acknowledged"));
        assert!(text(&t, ["message", "inbox", "--agent", "two"]).contains("0 unread, 0 not acknowledged"));
        refused(&t, ["handover", key, "--to", "two", "--note", "late", "--assignment", &id], 15);
        refused(&t, ["handover", key, "--note", "x", "--accept-within", "1h", "--as", "user:kim"], 2);
    }

    async fn sending_answering_and_reading(t: TestDb) {
        let seed = t.seed().await;
        let (_, two) = (seed.agent("one").await, seed.agent("two").await);
        let sent = json(&t, ["message", "send", "--to", "two", "ping", "--as", "agent:one"], "sent_message");
        let id = sent["id"].as_str().expect("an id").to_owned();
        let answer = t.callboard(["message", "send", "-", "--reply-to", &id, "--as", "agent:two"]).stdin("pong\n").run().ok();
        assert!(answer.stdout.contains("one"), "{answer}");
        let thread = json(&t, ["message", "show", &id], "message_thread");
        let texts: Vec<&Value> = thread["messages"].as_array().expect("messages").iter().map(|m| &m["text"]).collect();
        assert_eq!(texts, ["ping", "pong\n"]);
        let marked = json(&t, ["message", "read", &id, "--as", "agent:two"], "marked_messages");
        assert_eq!((&marked[0]["already"], marked[0]["acknowledged_at"].is_null()), (&false.into(), true));
        let rows = messages::Entity::find().all(&seed.raw).await.expect("read");
        assert!(rows.iter().any(|row| row.to_agent_id == Some(two.id) && row.read_at.is_some()));
        let all = text(&t, ["message", "inbox", "--agent", "two", "--all"]);
        assert!(all.contains("ping") && all.contains("read"), "{all}");
        let broadcast = json(&t, ["message", "send", "all", "--as", "user:kim"], "sent_message");
        assert_eq!(broadcast["to"], serde_json::json!(["one", "two"]));
        refused(&t, ["message", "inbox"], 2);
        refused(&t, ["message", "send", " ", "--to", "two", "--as", "user:kim"], 18);
        refused(&t, ["message", "show", "no-id"], 2);
    }
}
