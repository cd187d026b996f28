//! Which operation the state of a path is due to: a table of pairs, and all short histories against a forward reckoning.

use std::collections::{BTreeMap, BTreeSet};

use callboard_service::entity::{FileOperationOperation as Kind, FileOperationVerificationStatus};
use callboard_service::file::Content;
use callboard_service::file::effective::{Effect, Expected, Step, effective, superseded, touched};
use support::plain;
use uuid::Uuid;

plain! {
    /// Of two operations on one path, the first and then the second: whose effect is the path's?
    fn of_each_pair_the_later_counts_unless_it_only_read() {
        for (row, first) in Kind::ALL.iter().enumerate() {
            for (column, second) in Kind::ALL.iter().enumerate() {
                let steps = [on_a(1, *first), on_a(2, *second)];
                let effects = effective(&steps);
                let due = if LATER[row][column] == 'x' { 2 } else { 1 };
                assert_eq!(effects["a"].operation, id(due), "{first} then {second}");
                let expected = touched(&steps[due - 1]).into_iter().find(|(path, _)| *path == "a").map(|(_, e)| e);
                assert_eq!(Some(&effects["a"].expected), expected.as_ref(), "{first} then {second}");
            }
        }
    }

    fn each_operation_has_its_effects() {
        let of = |kind| touched(&on_a(1, kind)).into_iter().map(|(p, e)| (p.to_owned(), e)).collect::<Vec<_>>();
        let (a, b) = (|e: Expected| ("a".to_owned(), e), |e: Expected| ("b".to_owned(), e));
        let (written, read) = (Expected::Written { content: content(1) }, Expected::Read { content: content(1) });
        assert_eq!(of(Kind::Create), [a(written.clone())]);
        assert_eq!(of(Kind::Modify), [a(written.clone())]);
        assert_eq!(of(Kind::Delete), [a(Expected::Absent)]);
        assert_eq!(of(Kind::Read), [a(read.clone())]);
        assert_eq!(of(Kind::Move), [a(Expected::Absent), b(written.clone())]);
        assert_eq!(of(Kind::Copy), [a(read), b(written)]);
    }

    /// The promise that was never kept: create, modify and delete is verified by absence alone.
    fn create_modify_delete_leaves_absence() {
        let steps = [on_a(1, Kind::Create), on_a(2, Kind::Modify), on_a(3, Kind::Delete)];
        let effects = effective(&steps);
        assert_eq!(effects, BTreeMap::from([("a", Effect { operation: id(3), expected: Expected::Absent })]));
        let over: Vec<Uuid> = superseded(&steps, &effects).into_iter().map(|step| step.id).collect();
        assert_eq!(over, [id(1), id(2)]);
    }

    /// A move answers for one path after its other one was written again; a move back and forth answers for none.
    fn a_move_lasts_while_one_of_its_paths_does() {
        let there = on_a(1, Kind::Move);
        let again = on_a(2, Kind::Create);
        let steps = [there.clone(), again];
        let effects = effective(&steps);
        assert_eq!((effects["a"].operation, effects["b"].operation), (id(2), id(1)));
        assert!(superseded(&steps, &effects).is_empty());
        let back = step(2, Kind::Move, "b", Some("a"));
        let steps = [there, back];
        let effects = effective(&steps);
        assert_eq!((effects["a"].operation, effects["b"].operation), (id(2), id(2)));
        assert_eq!(superseded(&steps, &effects).len(), 1);
    }

    /// Every history of up to four operations on two paths, in whatever order it is read.
    fn all_short_histories_agree_with_a_forward_reckoning() {
        let mut histories = 0;
        for length in 0..=4_u32 {
            for number in 0..12_usize.pow(length) {
                let mut steps: Vec<Step> = (0..length).map(|place| variant(place, number / 12_usize.pow(place) % 12)).collect();
                let expected = forward(&steps);
                let order = number % steps.len().max(1);
                steps.rotate_left(order);
                if number % 2 == 1 {
                    steps.reverse();
                }
                let effects = effective(&steps);
                assert_eq!(effects.len(), expected.len());
                for (path, (operation, state)) in &expected {
                    let effect = &effects[path.as_str()];
                    assert_eq!((effect.operation, &effect.expected), (*operation, state), "{path} after {steps:?}");
                }
                let lasting: BTreeSet<Uuid> = expected.values().map(|(operation, _)| *operation).collect();
                let over: BTreeSet<Uuid> = superseded(&steps, &effects).into_iter().map(|step| step.id).collect();
                assert!(lasting.is_disjoint(&over) && lasting.len() + over.len() == steps.len());
                histories += 1;
            }
        }
        assert_eq!(histories, 1 + 12 + 144 + 1728 + 20_736);
    }

    fn operations_of_one_time_follow_each_other_by_id() {
        let (mut first, mut second) = (on_a(1, Kind::Create), on_a(2, Kind::Modify));
        second.occurred_at = first.occurred_at;
        assert_eq!(effective([&second, &first])["a"].operation, id(2));
        // A time that lies further back counts before the id.
        first.occurred_at += chrono::TimeDelta::seconds(1);
        assert_eq!(effective([&second, &first])["a"].operation, id(1));
    }
}

/// The first operation by row, the second by column, in the order of the vocabulary: create, modify, delete, read, move,
/// copy. `x`: path `a` is due to the second.
const LATER: [[char; 6]; 6] = [
    ['x', 'x', 'x', '.', 'x', '.'],
    ['x', 'x', 'x', '.', 'x', '.'],
    ['x', 'x', 'x', '.', 'x', '.'],
    ['x', 'x', 'x', 'x', 'x', 'x'],
    ['x', 'x', 'x', '.', 'x', '.'],
    ['x', 'x', 'x', 'x', 'x', 'x'],
];

/// What each path's state is due to, told from the oldest operation to the newest.
fn forward(steps: &[Step]) -> BTreeMap<String, (Uuid, Expected)> {
    let (mut written, mut read) = (BTreeMap::new(), BTreeMap::new());
    for step in steps {
        let path = step.path.clone();
        let content = Some(Content {
            content_hash: step.content_hash.clone().expect("a hash"),
            size_bytes: step.size_bytes.expect("a size"),
        });
        let write = (step.id, Expected::Written { content: content.clone() });
        match step.operation {
            Kind::Create | Kind::Modify => _ = written.insert(path, write),
            Kind::Delete => _ = written.insert(path, (step.id, Expected::Absent)),
            Kind::Read => _ = read.insert(path, (step.id, Expected::Read { content })),
            Kind::Move => {
                written.insert(path, (step.id, Expected::Absent));
                written.insert(step.new_path.clone().expect("a new path"), write);
            }
            Kind::Copy => {
                read.insert(path, (step.id, Expected::Read { content }));
                written.insert(step.new_path.clone().expect("a new path"), write);
            }
        }
    }
    read.extend(written);
    read
}

/// One of the twelve operations on the paths `a` and `b`.
fn variant(place: u32, number: usize) -> Step {
    let kind = Kind::ALL[number % 6];
    let (path, other) = if number < 6 { ("a", "b") } else { ("b", "a") };
    step(place as usize + 1, kind, path, matches!(kind, Kind::Move | Kind::Copy).then_some(other))
}

fn on_a(number: usize, kind: Kind) -> Step {
    step(number, kind, "a", matches!(kind, Kind::Move | Kind::Copy).then_some("b"))
}

fn step(number: usize, operation: Kind, path: &str, new_path: Option<&str>) -> Step {
    Step {
        id: id(number),
        work_item_id: Uuid::nil(),
        operation,
        path: path.to_owned(),
        new_path: new_path.map(str::to_owned),
        content_hash: content(number).map(|content| content.content_hash),
        size_bytes: content(number).map(|content| content.size_bytes),
        occurred_at: chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(number as i64),
        verification_status: FileOperationVerificationStatus::Pending,
    }
}

fn content(number: usize) -> Option<Content> {
    Some(Content { content_hash: format!("{number:064x}"), size_bytes: number as i64 })
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128)
}
