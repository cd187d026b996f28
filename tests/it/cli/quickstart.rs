use support::{TestDb, both_empty};

use super::{data, json, refused, text};

both_empty! {
    /// Two processes work, one attempt fails, one worker is killed; what is told was read back, and the board goes on.
    async fn shows_the_main_job_and_leaves_a_usable_board(t: TestDb) {
        let output = t.callboard(["quickstart", "--json"]).env("USER", "ada").run();
        let told = data(output, "quickstart");
        let items = told["items"].as_array().expect("items");
        assert_eq!(items.len(), 12);
        let of = |status: &str| items.iter().filter(|i| i["item"]["status"] == status).count();
        // The epic, and two for the third agent.
        assert_eq!((of("done"), of("todo")), (9, 3), "{told}");
        let stories = told["stories"].as_array().expect("stories");
        let kinds: Vec<Vec<&str>> = stories
            .iter()
            .map(|s| s["events"].as_array().expect("events").iter().map(|e| e["kind"].as_str().expect("a kind")).collect())
            .collect();
        for ended in ["expired", "failed"] {
            let story = kinds.iter().find(|kinds| kinds.contains(&ended)).unwrap_or_else(|| panic!("{told}"));
            let tail = &story[story.iter().position(|kind| *kind == ended).expect("it is there")..];
            assert_eq!(tail, [ended, "released", "claimed", "completed"], "tried again, and done");
        }
        let retried = items.iter().filter(|i| i["item"]["attempt_count"] == 2).count();
        assert_eq!(retried, 2);

        // What was told is what the board says.
        let listed = json(&t, ["item", "list", "--limit", "100"], "items");
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(12), "{listed}");
        assert!(refused(&t, ["quickstart"], 14).contains("callboard board"));
        let next = told["ready_for_writer"][0].as_str().expect("something is left").to_owned();
        let claim = json(&t, ["claim", "--agent", "writer"], "claim");
        assert_eq!(claim["claimed"][0]["item"]["key"], next.as_str());
        assert!(text(&t, ["board"]).contains(&next));
    }
}
