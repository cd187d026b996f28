//! `callboard review`.

use support::{TestDb, both};

use super::{init, json, refused, text};

/// An item in review that agent:coder completed.
fn submitted(t: &TestDb) {
    init(t);
    text(t, ["agent", "register", "coder"]);
    text(t, ["agent", "register", "lead"]);
    text(t, ["item", "add", "Sign the release", "--gate", "strict"]);
    hand_in(t);
}

fn hand_in(t: &TestDb) {
    let assignment = text(t, ["claim", "--agent", "coder"]);
    let said = text(t, ["complete", "--assignment", assignment.trim()]);
    assert_eq!(said, "CB-1 is in review: somebody else accepts it\n");
}

both! {
    async fn is_listed_accepted_and_shown(t: TestDb) {
        submitted(&t);
        let listed = text(&t, ["review", "list"]);
        assert!(listed.contains("CB-1") && listed.contains("agent:coder") && listed.contains("Sign the release"), "{listed}");
        let said = refused(&t, ["review", "accept", "CB-1", "--as", "agent:coder"], 14);
        assert!(said.contains("agent:coder completed CB-1: another must review it") && said.contains("--as"), "{said}");
        t.callboard(["review", "accept", "CB-1", "--as", "system"]).run().code(18);
        let accepted = text(&t, ["review", "accept", "CB-1", "--as", "agent:lead", "--reason", "read and tried"]);
        assert!(accepted.starts_with("CB-1  done"), "{accepted}");
        let again = json(&t, ["review", "accept", "CB-1", "--as", "agent:lead"], "review");
        assert_eq!((&again["already"], &again["review"]["verdict"]), (&true.into(), &"accepted".into()));
        let of = text(&t, ["review", "list", "CB-1"]);
        assert!(of.contains("accepted") && of.contains("agent:lead") && of.contains("read and tried"), "{of}");
        assert!(text(&t, ["item", "show", "CB-1"]).contains("Reviews"));
        assert_eq!(text(&t, ["review", "list"]), "Nothing waits for a review.\n");
        let listed = json(&t, ["review", "list", "CB-1"], "reviews");
        assert_eq!((listed["rows"].as_array().map(Vec::len), &listed["reviews"][0]["reviewer"]), (Some(0), &"agent:lead".into()));
        refused(&t, ["review", "accept", "CB-9"], 13);
    }

    /// The next one to claim it reads why, without asking.
    async fn a_rejection_is_told_to_the_next_claim(t: TestDb) {
        submitted(&t);
        assert!(refused(&t, ["review", "reject", "CB-1"], 2).contains("--reason"));
        refused(&t, ["review", "reject", "CB-1", "--reason", " "], 18);
        let rejected = text(&t, ["review", "reject", "CB-1", "--reason", "the errors have no test"]);
        assert!(rejected.starts_with("CB-1  todo"), "{rejected}");
        let said = refused(&t, ["review", "reject", "CB-1", "--reason", "again"], 14);
        assert!(said.contains("item CB-1 is todo: reject is not possible"), "{said}");
        let output = t.callboard(["claim", "--agent", "coder"]).run().ok();
        assert!(output.stderr.contains("user:ada rejected the last result: the errors have no test"), "{output}");
        let package = text(&t, ["recover", "CB-1"]);
        assert!(package.contains("\nRejected\n") && package.contains("> the errors have no test"), "{package}");
    }

    async fn what_is_possible_names_the_commands(t: TestDb) {
        submitted(&t);
        let said = refused(&t, ["item", "block", "CB-1", "--reason", "x"], 14);
        assert!(said.contains("callboard review accept CB-1") && said.contains("callboard review reject CB-1"), "{said}");
    }
}
