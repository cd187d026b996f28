use sea_orm::ConnectionTrait;
use support::{TestDb, both};
use unicode_width::UnicodeWidthStr;

use super::{claim, details, hand_in, start, with_two};
use crate::cli::{refused, text};

/// The line of a step in the timeline.
#[track_caller]
fn line(shown: &str, step: &str) -> String {
    let found = shown.lines().find(|line| line.starts_with(&format!("{step} ")));
    found.unwrap_or_else(|| panic!("no line of {step}: {shown}")).to_owned()
}

/// Where the bar of a step begins and ends, in cells.
#[track_caller]
fn bar(shown: &str, step: &str) -> Option<(usize, usize)> {
    let line = line(shown, step);
    let cells: Vec<char> = line.chars().filter(|c| matches!(c, '█' | '·')).collect();
    let first = cells.iter().position(|c| *c == '█')?;
    Some((first, cells.iter().rposition(|c| *c == '█')? + 1))
}

both! {
    async fn a_timeline_places_each_step_in_time(t: TestDb) {
        with_two(&t);
        start(&t);
        let shown = text(&t, ["workflow", "show", "r1"]);
        for expected in ["r1  running", "two version 1", "0 of 2 steps", "topic", "shoes"] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        let first = line(&shown, "first");
        assert!(first.contains("waiting") && first.contains("1/1") && first.contains("counter") && first.contains("CB-1"), "{shown}");
        assert!(line(&shown, "second").contains("pending") && bar(&shown, "second").is_none(), "{shown}");
        hand_in(&t, r#"{"n": 2}"#);
        hand_in(&t, r#""it is done""#);
        // The first took one minute of four, the second the last two.
        let raw = t.raw().await;
        for (step, begin, end) in [("first", 0, 60), ("second", 120, 240)] {
            let at = |seconds: i32| match t.kind() {
                support::Kind::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', '2026-01-01', '+{seconds} seconds')"),
                support::Kind::Postgres => format!("timestamptz '2026-01-01Z' + interval '{seconds} seconds'"),
            };
            let sql = format!(
                "UPDATE workflow_steps SET started_at = {}, completed_at = {}, execution_time_seconds = {} WHERE name = '{step}'",
                at(begin), at(end), end - begin
            );
            raw.execute_unprepared(&sql).await.expect("place the step");
            let run = format!("UPDATE workflow_runs SET started_at = {}, completed_at = {}", at(0), at(240));
            raw.execute_unprepared(&run).await.expect("place the run");
        }
        // Off a terminal the bars have 40 cells.
        let shown = t.callboard(["workflow", "show", "r1"]).env_remove("COLUMNS").run().ok().stdout;
        assert_eq!((bar(&shown, "first"), bar(&shown, "second")), (Some((0, 10)), Some((20, 40))), "{shown}");
        assert!(line(&shown, "first").contains("60 s") && line(&shown, "second").contains("2 min"), "{shown}");
        // Who did it says more than the label of the template.
        assert!(line(&shown, "first").contains("coder") && !shown.contains("counter"), "{shown}");
        for expected in ["r1  completed", "2 of 2 steps", "Took:           4 min", "n, report"] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        // The steps took three minutes then, one after the other; a minute passed between them.
        text(&t, ["workflow", "start", "two", "--id", "r2", "--input", "topic=x"]);
        let second = text(&t, ["workflow", "show", "r2"]);
        assert!(second.contains("0 of 2 steps, about 3 min left"), "{second}");
        let found = details(&t);
        assert_eq!((&found["steps"][0]["agent"], &found["steps"][0]["item"]), (&"coder".into(), &"CB-1".into()));
        assert_eq!((&found["steps"][1]["after"][0], &found["progress"]["completed"]), (&"first".into(), &2.into()));
    }

    async fn it_fits_the_terminal_and_has_no_colour_off_it(t: TestDb) {
        with_two(&t);
        start(&t);
        let raw = t.raw().await;
        let long = "a-step-with-a-name-as-long-as-names-can-be-so-that-it-is-folded-x";
        let rename = format!("UPDATE workflow_steps SET name = '{long}' WHERE name = 'second'");
        raw.execute_unprepared(&rename).await.expect("rename the step");
        let reason = "漢字 and a rather long reason why it failed, which is folded word by word";
        text(&t, ["item", "cancel", "CB-1", "--reason", reason]);
        for width in [40, 60, 80, 100, 200] {
            let shown = t.callboard(["workflow", "show", "r1"]).env("COLUMNS", width.to_string()).run().ok().stdout;
            assert!(shown.contains('█') && !shown.contains('\u{1b}'), "{shown}");
            let steps = shown.split_once("\nSteps\n").expect("the steps").1;
            assert!(steps.lines().all(|line| line.width() <= width), "{width}\n{shown}");
        }
        assert!(t.callboard(["workflow", "show", "r1", "--color", "always"]).run().ok().stdout.contains('\u{1b}'));
    }

    async fn a_failure_is_told_with_its_reason(t: TestDb) {
        with_two(&t);
        start(&t);
        text(&t, ["item", "cancel", "CB-1", "--reason", "no shoes"]);
        let shown = t.callboard(["workflow", "show", "r1"]).run().ok();
        assert!(shown.stdout.contains("r1  failed") && shown.stdout.contains("CB-1 was cancelled: no shoes"), "{shown}");
        assert!(shown.stderr.contains("`callboard workflow retry r1`"), "{shown}");
        assert!(refused(&t, ["workflow", "show", "r2"], 13).contains("`callboard workflow list`"));
        let said = refused(&t, ["workflow", "show", "run1"], 13);
        assert!(said.contains("there is no workflow run 'run1'"), "{said}");
    }

    async fn what_happened_is_told_in_order_and_in_pages(t: TestDb) {
        with_two(&t);
        start(&t);
        let (_, assignment) = claim(&t);
        text(&t, ["complete", "--assignment", &assignment, "--result", r#"{"n": 3}"#]);
        let page = crate::cli::json(&t, ["workflow", "logs", "r1"], "run_events");
        let events = page["events"].as_array().expect("events");
        let kinds: Vec<(&str, Option<&str>)> = events.iter().map(|e| (e["kind"].as_str().expect("a kind"), e["step"].as_str())).collect();
        assert_eq!(kinds[..3], [("created", None), ("step_added", Some("first")), ("step_added", Some("second"))]);
        assert!(kinds.contains(&("step_complete", Some("first"))) && kinds.contains(&("step_wait", Some("second"))), "{kinds:?}");
        let said = t.callboard(["workflow", "logs", "r1"]).env_remove("COLUMNS").run().ok().stdout;
        assert!(said.contains("user:ada") && said.contains("agent:coder") && said.contains("waiting -> completed"), "{said}");
        let part = t.callboard(["workflow", "logs", "r1", "--after", "2", "--limit", "1"]).run().ok();
        assert!(part.stdout.contains("second") && part.stdout.lines().count() == 2 && part.stderr.contains("--after 3"), "{part}");
        refused(&t, ["workflow", "logs", "r1", "--limit", "0"], 18);
        refused(&t, ["workflow", "logs", "r1", "--after", "x"], 2);
        refused(&t, ["workflow", "logs", "r2"], 13);
    }
}
