//! What the files of other tools say of each other.

use callboard_service::Ref;
use callboard_service::decision::{AdrFile, ShowDecision};
use callboard_service::entity::{DecisionEvolutionKind as Kind, DecisionStatus as Status};
use support::{Seed, TestDb, both};

use super::import::{file, import};
use super::{links, rows};

/// A decision of that number, whose status has these lines.
fn adr(number: usize, status: &str) -> AdrFile {
    file(
        &format!("{number:04}-x.md"),
        &format!("# {number}. X\n\n## Status\n\n{status}\n\n## Decision\n\nDo {number}.\n"),
    )
}

/// The links by the numbers of their decisions.
async fn told(seed: &Seed) -> Vec<(i64, Kind, i64)> {
    let all = rows(seed).await;
    let number = |id| all.iter().find(|row| row.id == id).map_or(0, |row| row.number);
    let mut told: Vec<_> =
        links(seed).await.iter().map(|l| (number(l.original_id), l.kind, number(l.new_id))).collect();
    told.sort();
    told
}

async fn statuses(seed: &Seed) -> Vec<Status> {
    rows(seed).await.into_iter().map(|row| row.status).collect()
}

both! {
    async fn they_become_links_once_though_both_files_say_so(t: TestDb) {
        let seed = t.seed().await;
        let files = [
            adr(1, "Superceded by [2. X](0002-x.md)"),
            adr(2, "Accepted\n\nSupercedes [1. X](0001-x.md)\n\nAmended by [3. X](./0003-x.md#status)"),
            adr(3, "accepted, clarifies ADR-2, amends [2](0002-x.md)"),
            adr(4, "Rejected"),
        ];
        let done = import(&seed, &files).await;
        assert_eq!((done.files.created, done.links), (4, 2), "{done:?}");
        assert_eq!(told(&seed).await, [(1, Kind::Superseded, 2), (2, Kind::Refined, 3)]);
        assert_eq!(statuses(&seed).await, [Status::Superseded, Status::Accepted, Status::Accepted, Status::Rejected]);
        assert_eq!(links(&seed).await[0].reason, "Superceded by [2. X](0002-x.md)");
        let shown = seed.board.read(&ShowDecision { project: None, decision: Ref::from("3") }).await.expect("show");
        assert_eq!(shown.chain.decisions.len(), 3);
        assert_eq!(shown.external_refs[0].source_id, "CB/0003-x.md");
    }

    async fn the_newer_file_alone_puts_the_older_out_of_force(t: TestDb) {
        let seed = t.seed().await;
        let files = [adr(1, "Accepted"), adr(2, "Accepted"), adr(3, "Proposed")];
        import(&seed, &files).await;
        // In the folder that was imported before, and within one import.
        let more = [
            adr(4, "Accepted. Supersedes [1](0001-x.md), reverts 5"),
            adr(5, "Accepted"),
            adr(6, "Proposed, supersedes [2](0002-x.md)"),
        ];
        let all: Vec<AdrFile> = files.iter().chain(&more).cloned().collect();
        let done = import(&seed, &all).await;
        assert_eq!((done.files.created, done.links, done.files.already_there), (3, 3, 3), "{done:?}");
        assert_eq!(told(&seed).await, [(1, Kind::Superseded, 4), (2, Kind::Superseded, 6), (5, Kind::Reversed, 4)]);
        // What is only proposed replaces nothing yet.
        let expected = [Status::Superseded, Status::Accepted, Status::Proposed, Status::Accepted, Status::Reversed, Status::Proposed];
        assert_eq!(statuses(&seed).await, expected);
        let before = crate::import::rows(&seed.raw).await;
        assert_eq!(import(&seed, &all).await.links, 0);
        assert!(crate::import::rows(&seed.raw).await == before);
    }

    /// A number that two files have names neither of them.
    async fn a_number_that_two_files_have_is_told(t: TestDb) {
        let seed = t.seed().await;
        let twin = |name: &str| AdrFile { name: name.to_owned(), ..adr(3, "Accepted") };
        let files = [twin("0003-a.md"), twin("0003-b.md"), adr(4, "Accepted\n\nSupersedes 3"), adr(5, "Superseded by ADR-4")];
        let done = import(&seed, &files).await;
        assert_eq!((done.files.created, done.links), (4, 1), "{done:?}");
        let notes: Vec<_> = done.notes.iter().map(|note| (note.file.as_str(), note.note.as_str())).collect();
        assert_eq!(notes, [("0004-x.md", "'Supersedes 3' names the number 3, which two files have: not linked")]);
        assert_eq!(statuses(&seed).await, [Status::Accepted, Status::Accepted, Status::Accepted, Status::Superseded]);
    }

    async fn a_number_in_prose_puts_nothing_out_of_force(t: TestDb) {
        let seed = t.seed().await;
        let prose = "This replaces 1 server, and reverts 2.";
        let told = format!("# 3. X\n\n{prose}\n\n## Status\n\nAccepted\n\n## Decision\n\nx\n\n## More Information\n\nSupersedes 1\n");
        let done = import(&seed, &[adr(1, "Accepted"), adr(2, "Accepted"), file("0003-x.md", &told)]).await;
        assert_eq!((done.files.created, done.links), (3, 0), "{done:?}");
        assert_eq!(statuses(&seed).await, [Status::Accepted; 3]);
        let context = rows(&seed).await[2].context.clone().expect("a context");
        assert_eq!(context, format!("{prose}\n\nMore Information: Supersedes 1"));
    }

    async fn what_leads_nowhere_or_around_is_told(t: TestDb) {
        let seed = t.seed().await;
        let files = [
            adr(1, "Superseded by [9](0009-gone.md)"),
            adr(2, "Accepted\n\nAmended by [3](0003-x.md)"),
            adr(3, "Accepted\n\nAmended by [4](0004-x.md)"),
            adr(4, "Accepted\n\nAmended by [2](0002-x.md), amends [4](0004-x.md)"),
        ];
        let done = import(&seed, &files).await;
        assert_eq!(told(&seed).await, [(2, Kind::Refined, 3), (3, Kind::Refined, 4)]);
        let notes: Vec<_> = done.notes.iter().map(|note| (note.file.as_str(), note.note.as_str())).collect();
        assert_eq!(notes.len(), 3, "{notes:?}");
        let around = "would close a circle: not linked";
        assert!(notes.contains(&("0001-x.md", "'Superseded by [9](0009-gone.md)' names no file of the folder: not linked")), "{notes:?}");
        assert_eq!(notes.iter().filter(|(file, note)| *file == "0004-x.md" && note.ends_with(around)).count(), 2, "{notes:?}");
        assert_eq!(statuses(&seed).await[0], Status::Superseded);
    }
}
