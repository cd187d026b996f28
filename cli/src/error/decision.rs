//! The way out of the errors of decisions.

use callboard_service::Conflict;

/// The commands by which the possible events of a decision happen.
pub fn by_hand(key: &str, events: &[String]) -> String {
    let command = |event: &String| match event.as_str() {
        "accept" | "reject" => Some(format!("`callboard decision {event} {key}`")),
        "supersede" => Some(format!("`callboard decision evolve {key} superseded`")),
        "reverse" => Some(format!("`callboard decision evolve {key} reversed`")),
        _ => None,
    };
    let commands: Vec<String> = events.iter().filter_map(command).collect();
    if commands.is_empty() {
        return format!("`callboard decision show {key}` shows what came of it: let that one evolve");
    }
    format!("possible now: {}", commands.join(", "))
}

/// What to do about a conflict that only decisions have.
pub fn conflict(conflict: &Conflict) -> Option<String> {
    let hint = match conflict {
        Conflict::Inactive { name, status, .. } if status == "proposed" => {
            format!("`callboard decision accept {name}` first")
        }
        Conflict::Inactive { .. } => "name a decision that is in force".to_owned(),
        Conflict::CameOf { decision, .. } => format!("`callboard decision show {decision}` shows the whole chain"),
        Conflict::Exists { .. } => "`callboard decision show` shows the whole chain".to_owned(),
        _ => return None,
    };
    Some(hint)
}
