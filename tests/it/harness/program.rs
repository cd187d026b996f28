//! Programs run with an environment of their own and are told apart by how they end.

use std::time::{Duration, Instant};

use support::{child, cli, expect_panic, plain, scratch_dir};

child! {
    /// Prints its arguments, its environment and its directory, reads stdin, and ends with the wanted code.
    async fn mirror(args: Vec<String>) {
        let env: Vec<String> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
        let dir = std::env::current_dir().expect("a working directory");
        let stdin = std::io::read_to_string(std::io::stdin()).expect("read stdin");
        println!("{}", serde_json::json!({ "args": args, "env": env, "dir": dir, "stdin": stdin }));
        eprintln!("to stderr");
        std::process::exit(args.first().map_or(0, |code| code.parse().expect("an exit code")));
    }

    async fn sleeper(_args: Vec<String>) {
        println!("asleep");
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
}

plain! {
    fn sees_only_the_environment_it_was_given() {
        let dir = scratch_dir();
        let output = mirror(dir.path()).args(["0", "x y"]).env("ADDED", "1").stdin("in").run().ok();
        let seen = output.json();
        let path = dir.path().to_str().expect("a UTF-8 path");
        assert_eq!(seen["args"], serde_json::json!(["0", "x y"]));
        assert_eq!(seen["dir"], path);
        assert_eq!(seen["stdin"], "in");
        assert_eq!(output.stderr, "to stderr\n");
        let names = seen["env"].as_array().expect("a list").iter().map(|v| v.as_str().expect("a text"));
        let mut names: Vec<&str> = names.map(|pair| pair.split_once('=').expect("a pair").0).collect();
        names.sort_unstable();
        assert_eq!(names, ["ADDED", "CALLBOARD_TEST_CHILD", "COLUMNS", "HOME", "PATH", "TERM", "TZ"]);
    }

    fn its_exit_code_is_checked() {
        let dir = scratch_dir();
        let output = mirror(dir.path()).arg("14").run().code(14);
        let message = expect_panic(|| output.ok());
        assert!(message.contains("expected exit code 0") && message.contains("to stderr"), "{message}");
    }

    fn one_that_does_not_end_is_a_failure() {
        let dir = scratch_dir();
        let begun = Instant::now();
        let program = sleeper(dir.path()).limit(Duration::from_millis(300));
        let message = expect_panic(|| program.run());
        assert!(message.contains("no end within 300ms") && message.contains("asleep"), "{message}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    fn a_killed_one_has_a_signal_and_no_exit_code() {
        let dir = scratch_dir();
        let mut sleeper = sleeper(dir.path()).spawn();
        sleeper.wait_for("asleep");
        assert!(sleeper.is_running());
        let output = sleeper.kill();
        assert_eq!((output.exit, output.signal), (None, Some(9)));
    }

    fn both_binaries_are_found_and_up_to_date() {
        let dir = scratch_dir();
        cli::callboard(dir.path()).arg("--help").run().ok();
        cli::migration(dir.path()).arg("--help").run().ok();
    }
}
