use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};
use std::{env, thread};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::case::{Body, BodyFuture, Case, Content, OneDatabase};
use crate::database::{Kind, TestDb};
use crate::{board, child, index, scratch, server};

/// Runs the registered tests with libtest's arguments; the whole `main` of the test binary.
pub fn main() -> ExitCode {
    if let Some(exit) = child::run_if_child() {
        return exit;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or_else(at_once);
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !EXPECTED.get() {
            print(info);
        }
    }));
    let mut trials = trials();
    if !arguments.list {
        let seed = seed();
        eprintln!("tests in random order; to repeat it: CALLBOARD_TEST_SEED={seed}");
        fastrand::Rng::with_seed(seed).shuffle(&mut trials);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(count) = number("CALLBOARD_TEST_SLOWEST") {
        print_slowest(usize::try_from(count).unwrap_or(usize::MAX));
    }
    server::finish();
    scratch::finish();
    conclusion.exit_code()
}

/// Two tests for each processor, where nobody asks for another number: they wait a lot, for servers, locks and children.
fn at_once() -> Option<usize> {
    thread::available_parallelism().ok().map(|processors| processors.get() * 2)
}

/// How long each test took, its database made and dropped included.
static TOOK: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

fn print_slowest(count: usize) {
    let mut took = TOOK.lock().expect("lock the times").clone();
    took.sort_by(|a, b| b.cmp(a));
    for (time, name) in took.iter().take(count) {
        eprintln!("{:>8.2} s  {name}", time.as_secs_f64());
    }
}

thread_local! {
    /// Whether this thread is inside [`expect_panic`].
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what must panic, without printing the panic, and gives its message.
#[track_caller]
pub fn expect_panic<T>(body: impl FnOnce() -> T) -> String {
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    EXPECTED.set(false);
    match result {
        Ok(_) => panic!("it did not panic"),
        Err(panic) => message(panic),
    }
}

/// The names of all registered tests, sorted: `<area>::<file>::<function>`, with `[sqlite]` or `[postgres]` if any.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = inventory::iter::<Case>().flat_map(case_names).collect();
    names.sort();
    names
}

fn case_names(case: &Case) -> Vec<String> {
    match case.body {
        Body::Plain(_) => vec![case.path()],
        Body::Both(..) => Kind::ALL.iter().map(|kind| name_on(case, *kind)).collect(),
        Body::One(only, ..) => vec![name_on(case, only.kind)],
    }
}

fn name_on(case: &Case, kind: Kind) -> String {
    format!("{}[{}]", case.path(), kind.name())
}

/// The tests that run on one database only, sorted by name, each with the reason that it gives.
pub fn on_one_database() -> Vec<(String, OneDatabase)> {
    let cases = inventory::iter::<Case>();
    let mut found: Vec<_> = cases
        .filter_map(|case| match case.body {
            Body::One(only, ..) => Some((name_on(case, only.kind), only)),
            Body::Plain(_) | Body::Both(..) => None,
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

fn trials() -> Vec<Trial> {
    let mut cases: Vec<&Case> = inventory::iter::<Case>().collect();
    cases.sort_by_key(|case| case.path());
    let paths: BTreeSet<String> = cases.iter().map(|case| case.path()).collect();
    assert_eq!(paths.len(), cases.len(), "two tests have the same name");
    cases.into_iter().flat_map(case_trials).collect()
}

fn case_trials(case: &Case) -> Vec<Trial> {
    let on = |kind, content, body| trial(name_on(case, kind), move || on_database(kind, content, body));
    match case.body {
        Body::Plain(body) => vec![trial(case.path(), body)],
        Body::Both(content, body) => Kind::ALL.into_iter().map(|kind| on(kind, content, body)).collect(),
        Body::One(only, content, body) => vec![on(only.kind, content, body)],
    }
}

fn on_database(kind: Kind, content: Content, body: fn(TestDb) -> BodyFuture) {
    // Dropped in reverse: first the runtime with every task and pool of the test, then the database.
    let (t, _guard) = TestDb::create(kind, content).unwrap_or_else(|error| panic!("{error}"));
    runtime().block_on(async {
        body(t.clone()).await;
        if content == Content::Migrated {
            board::assert_ledger_replays(&t).await;
            index::assert_index_agrees(&t).await;
        }
    });
}

/// The runtime of one test body or child process.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("start a tokio runtime")
}

fn trial(name: String, body: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name.clone(), move || {
        let begun = Instant::now();
        let result = run(name.clone(), body);
        TOOK.lock().expect("lock the times").push((begun.elapsed(), name));
        result
    })
}

/// Runs a body on a thread with the test's name, so that a hang is a failure too; the thread is then left behind.
fn run(name: String, body: impl FnOnce() + Send + 'static) -> Result<(), Failed> {
    let limit = number("CALLBOARD_TEST_TIMEOUT").unwrap_or(300);
    let (sender, receiver) = mpsc::channel();
    let worker = move || {
        let _ = sender.send(catch_unwind(AssertUnwindSafe(body)).map_err(message));
    };
    thread::Builder::new().name(name).spawn(worker)?;
    match receiver.recv_timeout(Duration::from_secs(limit)) {
        Ok(result) => result.map_err(Failed::from),
        Err(_) => Err(Failed::from(format!("no end within {limit} s (CALLBOARD_TEST_TIMEOUT)"))),
    }
}

fn message(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().map_or("a panic without a text", |text| text).to_owned(),
    }
}

fn seed() -> u64 {
    number("CALLBOARD_TEST_SEED").unwrap_or_else(|| fastrand::u64(0..1_000_000))
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a whole number: {text}")))
}
