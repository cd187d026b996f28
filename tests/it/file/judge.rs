//! What a look at a path says: every expectation against everything that can be found.

use callboard_service::entity::FileVerificationStatus::{self as Status, Failed, Partial, Verified};
use callboard_service::file::effective::Expected;
use callboard_service::file::judge::{Problem, both, judge, judge_original};
use callboard_service::file::{Content, FoundFile, Look};
use support::plain;

plain! {
    fn every_expectation_against_everything_that_can_be_found() {
        for (row, expected) in expectations().iter().enumerate() {
            for (column, look) in looks().iter().enumerate() {
                let found = judge("a/b", expected, look);
                let what = format!("{expected:?} and {look:?}");
                assert_eq!(found.status, STATUS[row][column], "{what}");
                assert_eq!(found.differences.len(), usize::from(found.status != Verified), "{what}");
                assert_eq!(found.file_exists, *look != Look::Absent, "{what}");
                assert!(found.differences.iter().all(|d| d.path == "a/b"), "{what}");
            }
        }
    }

    fn a_difference_has_what_was_expected_and_what_is_there() {
        let found = judge("a", &Expected::Written { content: Some(content('1', 3)) }, &file('2', 3));
        let difference = &found.differences[0];
        assert_eq!((found.content_matches, found.size_matches, found.is_regular_file), (Some(false), Some(true), Some(true)));
        assert_eq!((difference.problem, &difference.expected), (Problem::Content, &Some(content('1', 3))));
        assert_eq!(difference.found, Some(content('2', 3)));
        let found = judge("a", &Expected::Written { content: Some(content('1', 3)) }, &file('2', 4));
        assert_eq!(found.size_matches, Some(false));
        let found = judge("a", &Expected::Absent, &file('2', 4));
        assert_eq!((found.differences[0].problem, &found.differences[0].found), (Problem::StillThere, &Some(content('2', 4))));
        let why = "no right".to_owned();
        let found = judge("a", &Expected::Absent, &Look::Unreadable { why: why.clone() });
        assert_eq!((found.differences[0].problem, &found.differences[0].detail), (Problem::Unreadable, &Some(why)));
    }

    fn a_copy_s_original_is_told_and_never_counts() {
        let expected = Expected::Read { content: Some(content('1', 3)) };
        for look in looks() {
            let (plain, original) = (judge("a/b", &expected, &look), judge_original("a/b", &expected, &look));
            assert_eq!((original.status, &original.differences), (Verified, &plain.differences), "{look:?}");
        }
    }

    fn of_two_paths_the_worse_counts_and_both_are_told() {
        let good = judge("b", &Expected::Written { content: Some(content('1', 3)) }, &file('1', 3));
        let bad = judge("a", &Expected::Absent, &file('2', 4));
        let found = both(bad.clone(), good.clone());
        assert_eq!((found.status, found.content_matches, found.differences.len()), (Failed, Some(true), 1));
        let partial = judge("a", &Expected::Read { content: Some(content('1', 3)) }, &Look::Absent);
        assert_eq!(both(partial, good).status, Partial);
        let missing = judge("b", &Expected::Written { content: None }, &Look::Absent);
        assert_eq!(both(bad, missing).differences.len(), 2);
    }
}

/// Nothing; the file as expected; another one; a folder; a link; a named pipe; one that changes; one that is not given.
const STATUS: [[Status; 8]; 5] = [
    [Verified, Failed, Failed, Failed, Failed, Failed, Failed, Failed],
    [Failed, Verified, Partial, Failed, Failed, Failed, Failed, Failed],
    [Failed, Verified, Verified, Failed, Failed, Failed, Failed, Failed],
    [Partial, Verified, Partial, Partial, Partial, Partial, Partial, Partial],
    [Partial, Verified, Verified, Partial, Partial, Partial, Partial, Partial],
];

fn expectations() -> [Expected; 5] {
    let known = || Some(content('1', 3));
    [
        Expected::Absent,
        Expected::Written { content: known() },
        Expected::Written { content: None },
        Expected::Read { content: known() },
        Expected::Read { content: None },
    ]
}

fn looks() -> [Look; 8] {
    [
        Look::Absent,
        file('1', 3),
        file('2', 3),
        Look::Folder,
        Look::Link,
        Look::Special { kind: "named pipe" },
        Look::Changed,
        Look::Unreadable { why: "no right".to_owned() },
    ]
}

fn file(digit: char, size: i64) -> Look {
    Look::File(FoundFile { content: content(digit, size), mode: 0o644, modified_at: None })
}

fn content(digit: char, size: i64) -> Content {
    Content { content_hash: digit.to_string().repeat(64), size_bytes: size }
}
