//! m..25: whoever shares a name gets a suffix, but for the oldest; `down` drops the index alone, and the suffixes stay.

use support::Kind;

use super::value::{NOW, ODD, V, insert, long, row};
use super::{Check, Dump};

pub(super) const CHECK: Check = Check {
    version: "m20261121_000025_unique_user_names",
    rows,
    up: |kind, before, after| {
        let expected = renamed(kind, before.clone());
        assert_eq!(after, &expected);
        assert_ne!(before, &expected, "nothing clashed");
    },
    down: |_, full, down| assert_eq!(down, full),
    again: |_, full, again| assert_eq!(again, full),
};

/// The names that users share before there is an index, with the one that each has after it; the oldest come first.
fn names() -> Vec<(u32, String, String)> {
    let (x, cut) = ("🦀".repeat(500), "🦀".repeat(496));
    let same = |id, name: &str| (id, name.to_owned(), name.to_owned());
    let other = |id, name: &str, then: &str| (id, name.to_owned(), then.to_owned());
    vec![
        // The oldest `plain` is that of m..01; one of the suffixes has an owner before.
        other(11, "plain", "plain (3)"),
        other(12, "plain", "plain (4)"),
        same(13, "plain (2)"),
        other(14, "plain (2)", "plain (2) (2)"),
        // Letter by letter: neither case, nor accents, nor spaces are the same.
        same(15, "Plain"),
        same(16, "plain "),
        same(17, "\u{e9}"),
        same(18, "e\u{301}"),
        other(19, "", " (2)"),
        other(20, ODD, &format!("{ODD} (2)")),
        // As long as a name may be, and far longer: cut, so that the suffix has room.
        same(21, &x),
        other(22, &x, &format!("{cut} (3)")),
        same(23, &format!("{cut} (2)")),
        other(24, &long(), &format!("{} (2)", "é".repeat(496))),
        other(25, "plain", "plain (5)"),
    ]
}

/// They are still there after `down`, and so may be put in twice.
fn rows(kind: Kind) -> Vec<String> {
    let users = users(kind, vec![(31, "PLAIN".to_owned()), (32, "plain (6)".to_owned())]);
    users.into_iter().map(|insert| format!("{insert} ON CONFLICT (id) DO NOTHING")).collect()
}

/// The rows of m..01 that clash.
pub(super) fn clashing(kind: Kind) -> Vec<String> {
    users(kind, names().into_iter().map(|(id, before, _)| (id, before)).collect())
}

fn users(kind: Kind, names: Vec<(u32, String)>) -> Vec<String> {
    let rows = names.into_iter().map(|(id, name)| row![V::Id(id), name, V::Null, NOW, NOW]).collect();
    insert(kind, "board_users", "id, name, email, created_at, updated_at", rows)
}

/// The same rows with the names that `up` gives; each of those that clash has to be there.
pub(super) fn renamed(kind: Kind, dump: Dump) -> Dump {
    let given = names().into_iter().filter(|(_, before, after)| before != after);
    given.fold(dump, |dump, (id, before, after)| {
        dump.with_text(kind, "board_users", &V::Id(id), "name", [&before, &after])
    })
}
