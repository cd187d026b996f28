//! What is found, and how it is shown.

use callboard_service::decision::AddDecision;
use callboard_service::entity::{DecisionStatus, WorkItemStatus};
use callboard_service::item::{ArchiveItem, NewItem};
use callboard_service::search::{Hit, HitKind, HitStatus, MOST_BYTES, Search, Within};
use callboard_service::{ErrorKind, Ref};
use support::{Seed, TestDb, both};

use super::{comment, found, item, keys, note};
use crate::session::start;

/// One hit of each kind for `needle`.
async fn one_of_each(seed: &Seed) {
    use callboard_service::checkpoint::AddCheckpoint;
    seed.add(item("Sew a button", "With a NEEDLE.")).await;
    let decision = AddDecision::new("Use thread", "Cotton.", "The needle's eye is small.");
    seed.must(&AddDecision { project: Some(Ref::from("demo")), ..decision }).await;
    seed.must(&comment("CB-1", "Which needle?")).await;
    seed.must(&start("day")).await;
    seed.must(&note("day", "lost the needle")).await;
    let add = AddCheckpoint::of(Ref::from("CB-1"), "found the needle again");
    seed.in_session("day").await.must(&add).await;
}

async fn refused(seed: &Seed, search: &Search) -> String {
    match seed.board.read(search).await {
        Err(error) if error.kind() == ErrorKind::Invalid => error.to_string(),
        other => panic!("{search:?}: {other:?}"),
    }
}

both! {
    async fn each_kind_says_what_it_is(t: TestDb) {
        let seed = t.seed().await;
        one_of_each(&seed).await;
        let answer = found(&seed, &Search::new("Needle")).await;
        assert_eq!((answer.words, answer.next), (vec!["needle".to_owned()], None));
        let told = |kind: HitKind| {
            let hit = answer.hits.iter().find(|hit| hit.kind == kind).expect("a hit of each kind");
            assert_eq!((hit.project.as_deref(), hit.archived), (Some("demo"), false));
            assert!(hit.changed_at <= seed.board.now());
            let Hit { key, title, snippet, status, .. } = hit;
            (key.as_str(), title.as_deref(), snippet.as_str(), *status)
        };
        let todo = Some(HitStatus::Item(WorkItemStatus::Todo));
        let accepted = Some(HitStatus::Decision(DecisionStatus::Accepted));
        assert_eq!(told(HitKind::Item), ("CB-1", Some("Sew a button"), "With a NEEDLE.", todo));
        assert_eq!(told(HitKind::Decision), ("CB-D1", Some("Use thread"), "Cotton. The needle's eye is small.", accepted));
        assert_eq!(told(HitKind::Comment), ("CB-1", Some("Sew a button"), "Which needle?", todo));
        assert_eq!(told(HitKind::Note), ("day", None, "lost the needle", None));
        assert_eq!(told(HitKind::Checkpoint), ("CB-1", Some("Sew a button"), "found the needle again", todo));
        assert_eq!(answer.hits.len(), HitKind::ALL.len());
    }

    async fn signs_are_plain_text(t: TestDb) {
        let seed = t.seed().await;
        for title in ["50% off", "say \"NEAR\" it", "a OR b", "snake_case", "it's 'quoted'", "C:\\path\\*", "fifty percent off"] {
            seed.add(NewItem::titled(title)).await;
        }
        for (words, expected) in [
            ("50%", &["item CB-1"][..]),
            ("%50", &["item CB-1"]),
            ("5% off", &[]),
            ("near(it)", &["item CB-2"]),
            ("\"it say\"", &["item CB-2"]),
            ("a OR x", &[]),
            ("a OR b", &["item CB-3"]),
            ("NOT a", &[]),
            ("snake case", &["item CB-4"]),
            ("'quoted", &["item CB-5"]),
            ("';--quoted", &["item CB-5"]),
            ("c:pat*", &[]),
            ("c:path*", &["item CB-6"]),
            ("search_text : path", &[]),
            ("scope : item", &[]),
            ("off", &["item CB-1", "item CB-7"]),
        ] {
            let mut keys = keys(&seed, &Search::new(words)).await;
            keys.sort();
            assert_eq!(keys, expected, "{words}");
        }
        for nothing in ["", "%", "\"\"", "* ' -- ( ) : ^ {", "\u{301}"] {
            assert!(refused(&seed, &Search::new(nothing)).await.contains("must hold a letter or a digit"), "{nothing}");
        }
    }

    async fn case_accents_and_forms_do_not_matter(t: TestDb) {
        let seed = t.seed().await;
        for title in ["Crème brûlée", "ΟΔΟΣ", "ﬁnal ①", "漢字かな交じり文", "हिन्दी", "Straße"] {
            seed.add(NewItem::titled(title)).await;
        }
        for (words, prefix, expected) in [
            ("CREME BRULEE", false, &["item CB-1"][..]),
            ("cre\u{300}me", false, &["item CB-1"]),
            ("οδός", false, &["item CB-2"]),
            ("FINAL 1", false, &["item CB-3"]),
            ("漢字", false, &[]),
            ("漢字", true, &["item CB-4"]),
            ("हिन्दी", false, &["item CB-5"]),
            ("हिन", true, &["item CB-5"]),
            ("strasse", false, &[]),
            ("STRASSE", true, &[]),
            ("straß", true, &["item CB-6"]),
        ] {
            assert_eq!(keys(&seed, &Search { prefix, ..Search::new(words) }).await, expected, "{words}");
        }
    }

    async fn a_beginning_is_only_that_of_the_last_word(t: TestDb) {
        let seed = t.seed().await;
        for title in ["the parser", "the parsing of it", "then parse", "par"] {
            seed.add(NewItem::titled(title)).await;
        }
        let ask = |words: &str, prefix| Search { prefix, ..Search::new(words) };
        assert_eq!(keys(&seed, &ask("the pars", true)).await, ["item CB-1", "item CB-2"]);
        assert_eq!(keys(&seed, &ask("pars the", true)).await, [""; 0]);
        assert_eq!(keys(&seed, &ask("the pars", false)).await, [""; 0]);
        let answer = found(&seed, &ask("Par PAR", true)).await;
        assert_eq!((answer.words.join(" "), answer.hits.len()), ("par par*".to_owned(), 1));
    }

    async fn the_best_come_first(t: TestDb) {
        let seed = t.seed().await;
        let filler = "and a lot more that is about something else ".repeat(30);
        let texts = [
            ("Something", format!("once a lexer, {filler}")),
            ("Something", "once a lexer".to_owned()),
            ("Something", "a lexer for the lexer of lexers".to_owned()),
            ("The lexer", "of it".to_owned()),
            ("Something", "once a lexer".to_owned()),
        ];
        seed.add_all(texts.map(|(title, text)| item(title, &text)).into()).await;
        // Title, often, the newer of equals, the older, long.
        let expected = ["item CB-4", "item CB-3", "item CB-5", "item CB-2", "item CB-1"];
        assert_eq!(keys(&seed, &Search::new("lexer")).await, expected);
        let snippets: Vec<String> = found(&seed, &Search::new("lexer else")).await.hits.into_iter().map(|hit| hit.snippet).collect();
        assert_eq!(snippets.len(), 1);
        assert!(snippets[0].starts_with("once a lexer, and") && snippets[0].ends_with(" …"), "{snippets:?}");
    }

    async fn pages_leave_nothing_out(t: TestDb) {
        let seed = t.seed().await;
        let items = (0..130).map(|n| item(&format!("needle {n}"), &"needle ".repeat(n % 7))).collect();
        seed.add_all(items).await;
        let mut seen = Vec::new();
        let mut ask = Search { limit: Some(40), ..Search::new("needle") };
        loop {
            let page = found(&seed, &ask).await;
            assert!(page.hits.len() == 40 || page.next.is_none());
            assert!((ask.offset + 1..).zip(&page.hits).all(|(rank, hit)| hit.rank == rank));
            seen.extend(page.hits.iter().map(|hit| hit.key.clone()));
            // The same page again.
            assert_eq!(found(&seed, &ask).await, page);
            match page.next {
                Some(next) => ask.offset = next,
                None => break,
            }
        }
        assert_eq!(seen.len(), 130);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 130);
        // The end is the end, wherever it is asked for.
        for offset in [130, 1_000_000, u64::MAX] {
            let page = found(&seed, &Search { offset, ..ask.clone() }).await;
            assert_eq!((page.hits.len(), page.next), (0, None), "{offset}");
        }
        let exact = Search { offset: 90, ..ask.clone() };
        assert_eq!((found(&seed, &exact).await.hits.len(), found(&seed, &exact).await.next), (40, None));
    }

    async fn projects_are_kept_apart(t: TestDb) {
        let seed = t.seed().await;
        one_of_each(&seed).await;
        seed.must(&crate::project::project("other", "OT")).await;
        seed.add_all_in("other", vec![NewItem::titled("needle")]).await;
        seed.must(&comment("OT-1", "no needle")).await;
        let ask = |project: &str| Search { project: Some(Ref::from(project)), ..Search::new("needle") };
        assert_eq!(keys(&seed, &ask("other")).await, ["item OT-1", "comment OT-1"]);
        assert_eq!(keys(&seed, &ask("demo")).await.len(), 5);
        assert_eq!(keys(&seed, &Search::new("needle")).await.len(), 7);
        let error = seed.board.read(&ask("nowhere")).await.expect_err("there is none");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn what_is_archived_is_found_too(t: TestDb) {
        let seed = t.seed().await;
        one_of_each(&seed).await;
        seed.must(&ArchiveItem { item: Ref::from("CB-1"), reason: None }).await;
        let answer = found(&seed, &Search::new("needle")).await;
        let archived: Vec<HitKind> = answer.hits.iter().filter(|hit| hit.archived).map(|hit| hit.kind).collect();
        assert_eq!((answer.hits.len(), archived.len()), (5, 3), "{archived:?}");
    }

    async fn a_long_answer_takes_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        one_of_each(&seed).await;
        let ask = Search { limit: Some(100), ..Search::new("needle") };
        let few = t.statements(&seed.board, &ask).await;
        let items = (0..60).map(|n| item("needle", &n.to_string())).collect();
        for item in seed.add_all(items).await {
            seed.must(&comment(&item.key, "needle")).await;
        }
        assert_eq!(found(&seed, &ask).await.hits.len(), 100);
        // Only the newest are on the page, of two kinds.
        assert_eq!((few, t.statements(&seed.board, &ask).await), (1, 1));
        let within = Search { project: Some(Ref::from("demo")), ..ask };
        assert_eq!(t.statements(&seed.board, &within).await, 2);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let ask = || Search::new("x");
        for limit in [0, 101] {
            assert!(refused(&seed, &Search { limit: Some(limit), ..ask() }).await.contains("must be 1 to 100"));
        }
        let many: String = (0..33).map(|n| format!("{n} ")).collect();
        assert!(refused(&seed, &Search::new(many)).await.contains("at most 32 different words"));
        assert!(refused(&seed, &Search::new("a ".repeat(MOST_BYTES))).await.contains("at most 4096 bytes"));
        assert!(refused(&seed, &Search { file: Some("../x".to_owned()), ..ask() }).await.contains("stay inside"));
        let high = vec![callboard_service::entity::DecisionImpact::High];
        let todo = vec![HitStatus::Item(WorkItemStatus::Todo)];
        for search in [
            Search { within: vec![Within::Items, Within::Notes], impacts: high.clone(), ..ask() },
            Search { within: vec![Within::Decisions], statuses: todo.clone(), ..ask() },
            Search { impacts: high, statuses: todo, ..ask() },
        ] {
            assert!(refused(&seed, &search).await.contains("nothing there can meet the filters"), "{search:?}");
        }
    }
}
