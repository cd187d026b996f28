//! Ways out where work sessions stand in the way.

/// A session that does not stand where the command needs it.
pub fn moved(key: &str) -> String {
    format!("`callboard session show {key}` tells how it got there")
}

/// A change names a session that is completed or abandoned.
pub fn over() -> String {
    "unset CALLBOARD_SESSION, or begin another one: `callboard session start`".to_owned()
}

/// A second start in one project.
pub fn active(key: &str) -> String {
    format!("go on in it by --session {key}, end it by `callboard session end {key}`, or ask for one more by --beside")
}

/// Nobody's session was named, and the one who acts has none that fits.
pub fn none() -> String {
    "name one by --session KEY or CALLBOARD_SESSION, or who acts by --as; `callboard session list` shows them"
        .to_owned()
}
