//! A migration is one change in one transaction, and says what its way down loses.

use super::source::{Source, sources};
use support::plain;

plain! {
    fn every_migration_runs_in_a_transaction() {
        let migrations = callboard_migration::migrations();
        assert!(migrations.len() >= 16);
        // None means "not on SQLite", and there a failed migration would leave half of it behind.
        let without = migrations.iter().filter(|migration| migration.use_transaction() != Some(true));
        assert_eq!(without.map(|migration| migration.name().to_owned()).collect::<Vec<_>>(), Vec::<String>::new());
    }

    fn the_list_is_that_of_the_files_in_order() {
        let listed: Vec<String> = callboard_migration::migrations().iter().map(|m| m.name().to_owned()).collect();
        assert_eq!(listed, files().iter().map(|file| name(file).to_owned()).collect::<Vec<_>>());
    }

    fn every_migration_says_what_down_loses() {
        assert_eq!(silent(&files()), Vec::<String>::new());
    }

    fn a_migration_that_does_not_say_what_down_loses_is_found() {
        let files = [
            Source::new("m1.rs", "//! Users.\n//!\n//! `down` loses every user.\nuse x;"),
            Source::new("m2.rs", "//! Users.\nuse x;"),
            Source::new("m3.rs", "//! Users. `down` drops the table.\n"),
            Source::new("m4.rs", "//! Users.\nuse x;\n// `down` loses every user."),
            Source::new("m5.rs", "//! Users. `down` rounds; it\n//! loses the rest.\nuse x;"),
        ];
        assert_eq!(silent(&files), ["m2.rs", "m3.rs", "m4.rs"]);
    }
}

fn files() -> Vec<Source> {
    let mut files = sources(&["migration/src"]);
    files.retain(|file| name(file).starts_with("m20") && file.path.matches('/').count() == 2);
    files
}

fn name(file: &Source) -> &str {
    file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The files whose module comment does not say `down` and, after it, what is lost (or that it is nothing).
fn silent(files: &[Source]) -> Vec<String> {
    let says = |file: &Source| {
        let comment: Vec<&str> = file.text.lines().map_while(|line| line.strip_prefix("//!")).collect();
        let comment = comment.join(" ");
        comment.split_once("`down`").is_some_and(|(_, rest)| ["loses", "loss", "lost"].iter().any(|w| rest.contains(w)))
    };
    files.iter().filter(|file| !says(file)).map(|file| file.path.clone()).collect()
}
