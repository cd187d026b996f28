//! Both databases give the same answer to many questions.

use std::collections::BTreeSet;

use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::AddDecision;
use callboard_service::item::AddItems;
use callboard_service::project::AddProject;
use callboard_service::search::{Hit, RANKED_ALIKE, Search};
use callboard_service::session::StartSession;
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard, DatabaseUrl, Error, OpenOptions, Ref, Verb};
use support::{TestDb, both};

use super::{comment, item, note};

/// Frequent ones first: words, and what could be taken for something else than words.
const VOCABULARY: [&str; 48] = [
    "the",
    "parser",
    "a",
    "of",
    "index",
    "fails",
    "Größe",
    "lock",
    "and",
    "AND",
    "backup",
    "naïve",
    "C++",
    "CB-1",
    "50%",
    "user's",
    "\"quoted phrase\"",
    "日本語",
    "หน้า",
    "हिन्दी",
    "NEAR(lock, 2)",
    "search_text : x",
    "snake_case",
    "v1.2.3",
    "1e5",
    "it;--",
    "' OR 1=1",
    "NOT",
    "*",
    "lock*",
    "^the",
    "scope",
    "item",
    "p00000000",
    "{a b}",
    "foo:bar",
    "a&b|!c",
    "<->",
    "Ⅷ",
    "ﬁnal",
    "ΟΔΟΣ",
    "שָׁלוֹם",
    "\u{1f600}",
    "résumé",
    "parsers",
    "parsing",
    "indexes",
    "zebra",
];
const BETWEEN: [&str; 8] = [" ", " ", " ", " AND ", "\n", " % ", ", ", " \"*\" "];
const QUESTIONS: usize = 500;

struct Texts(fastrand::Rng);

impl Texts {
    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        // The smaller of two makes the first ones frequent.
        from[self.0.usize(..from.len()).min(self.0.usize(..from.len()))]
    }

    fn text(&mut self, words: std::ops::Range<usize>) -> String {
        let mut text = "so".to_owned();
        for _ in 0..self.0.usize(words) {
            text.push_str(self.pick(&BETWEEN));
            text.push_str(self.pick(&VOCABULARY));
        }
        text
    }

    /// On one line.
    fn line(&mut self) -> String {
        self.text(1..6).replace('\n', " ")
    }

    fn question(&mut self) -> Search {
        let mut words = self.pick(&VOCABULARY).to_owned();
        for _ in 0..self.0.usize(..3) {
            words.push_str(self.pick(&BETWEEN));
            words.push_str(self.pick(&VOCABULARY));
        }
        let prefix = self.0.u8(..4) == 0;
        if prefix {
            let some = self.0.usize(1..4);
            let cut = words.chars().count().saturating_sub(some).max(1);
            words = words.chars().take(cut).collect();
        }
        let project = (self.0.u8(..4) == 0).then(|| Ref::from(["demo", "other"][self.0.usize(..2)]));
        Search { prefix, project, limit: Some(37), ..Search::new(words) }
    }
}

async fn must<V: Verb>(board: &Callboard, actor: Actor, verb: &V) -> V::Output {
    board.run(actor, verb).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The same board each time, but for ids and times.
async fn corpus(board: &Callboard) {
    let mut texts = Texts(fastrand::Rng::with_seed(5));
    let me = must(board, Actor::SYSTEM, &AddUser { name: "kim".to_owned(), ..AddUser::default() }).await;
    let me = Actor::user(me.id);
    for (slug, key_prefix, count) in [("demo", "CB", 150), ("other", "OT", 60)] {
        let (slug, key_prefix) = (slug.to_owned(), key_prefix.to_owned());
        let project = Some(Ref::from(slug.as_str()));
        must(board, me, &AddProject { name: slug.clone(), slug: slug.clone(), key_prefix, ..AddProject::default() })
            .await;
        let items = (0..count).map(|_| item(&texts.line(), &texts.text(0..40))).collect();
        let items = must(board, me, &AddItems { project: project.clone(), items }).await;
        let start = StartSession { key: Some(slug.clone()), project: project.clone(), ..StartSession::default() };
        let session = must(board, me, &start).await.id;
        let inside = board.in_session(&Ref::Id(session)).await.expect("the session");
        for item in items.iter().step_by(6) {
            let new = AddDecision::new(texts.line(), texts.text(1..20), texts.text(1..20));
            must(board, me, &AddDecision { project: project.clone(), item: Some(Ref::Id(item.id)), ..new }).await;
            must(board, me, &comment(&item.key, &texts.text(1..20))).await;
            must(board, me, &note(&slug, &texts.text(1..20))).await;
            must(&inside, me, &AddCheckpoint::of(item.id, texts.text(1..20))).await;
        }
    }
}

/// Every hit of a search, page by page; an error for a question without words.
async fn all(board: &Callboard, search: &Search) -> Result<Vec<Hit>, Error> {
    let (mut hits, mut search) = (Vec::new(), search.clone());
    loop {
        let page = board.read(&search).await?;
        hits.extend(page.hits);
        match page.next {
            Some(next) => search.offset = next,
            None => return Ok(hits),
        }
    }
}

/// A hit without what differs between two boards.
fn shape(hit: &Hit) -> String {
    let Hit { rank: _, kind, id: _, key, title, snippet, project, status, archived, changed_at: _ } = hit;
    format!("{kind} {key} {title:?} {snippet:?} {project:?} {status:?} {archived}")
}

both! {
    /// What is found is what a plain look at the words of every text finds; the other board is in a file of SQLite.
    async fn five_hundred_questions_have_one_answer(t: TestDb) {
        let own = t.board().await;
        let url = format!("sqlite://{}", t.dir().join("other.db").display());
        t.migration(["up", "--database-url", &url]).run().ok();
        let other = Callboard::open(&DatabaseUrl::parse(&url).expect("a URL"), OpenOptions::default()).await.expect("open");
        corpus(&own).await;
        corpus(&other).await;
        let documents = support::documents(&t.raw().await).await;
        assert!(documents.len() > 300, "{}", documents.len());
        let mut texts = Texts(fastrand::Rng::with_seed(7));
        let (mut empty, mut many, mut refused, mut hits) = (0, 0, 0, 0);
        for _ in 0..QUESTIONS {
            let question = texts.question();
            let words = callboard_search::words(&question.words);
            let (Ok(here), Ok(there)) = (all(&own, &question).await, all(&other, &question).await) else {
                assert!(words.is_empty(), "{question:?} was refused");
                refused += 1;
                continue;
            };
            let (last, others) = words.split_last().expect("a question without words must be refused");
            let fits = |text: &str| {
                let own: Vec<&str> = text.split(' ').collect();
                let has_last = own.iter().any(|word| if question.prefix { word.starts_with(last) } else { word == last });
                has_last && others.iter().all(|word| own.contains(&word.as_str()))
            };
            let slug = question.project.as_ref().map(ToString::to_string);
            let expected: BTreeSet<String> = documents.iter().filter(|document| fits(&document.search_text)).map(|document| document.entity_id.clone()).collect();
            let of_project: BTreeSet<String> = here.iter().map(|hit| hit.id.simple().to_string()).collect();
            assert_eq!(of_project.len(), here.len(), "{question:?} found something twice");
            assert!(here.iter().all(|hit| slug.is_none() || hit.project == slug), "{question:?}");
            match slug {
                None => assert_eq!(of_project, expected, "{question:?}"),
                Some(_) => {
                    let everywhere = all(&own, &Search { project: None, ..question.clone() }).await.expect("search");
                    let kept = everywhere.iter().filter(|hit| hit.project == slug).map(|hit| hit.id.simple().to_string());
                    assert_eq!(of_project, kept.collect(), "{question:?}");
                }
            }
            let (mut here, mut there): (Vec<_>, Vec<_>) = (here.iter().map(shape).collect(), there.iter().map(shape).collect());
            if here.len() as u64 > RANKED_ALIKE {
                here.sort();
                there.sort();
                many += 1;
            }
            assert_eq!(here, there, "{question:?}");
            empty += usize::from(here.is_empty());
            hits += here.len();
        }
        let asked = QUESTIONS - refused;
        assert!(empty < asked * 3 / 4 && many > 10 && refused > 0 && hits > asked * 5, "{empty} {many} {refused} {hits}");
    }
}
