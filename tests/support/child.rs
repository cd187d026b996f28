use std::env;
use std::process::ExitCode;

use crate::case::ChildBody;
use crate::harness::runtime;

/// Names the body that this process runs instead of the tests.
pub(crate) const VARIABLE: &str = "CALLBOARD_TEST_CHILD";

/// Runs a child's body if this process was started for one.
pub(crate) fn run_if_child() -> Option<ExitCode> {
    let path = env::var(VARIABLE).ok()?;
    let Some(child) = inventory::iter::<ChildBody>().find(|child| child.path == path) else {
        eprintln!("no child! body is called {path}");
        return Some(ExitCode::FAILURE);
    };
    // A panic ends this thread, which is the process, with exit code 101.
    runtime().block_on((child.body)(env::args().skip(1).collect()));
    crate::server::finish();
    crate::scratch::finish();
    Some(ExitCode::SUCCESS)
}
