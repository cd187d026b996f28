//! What to do where a quality gate is not met.

/// What to say of a refusal; what is missing stands below it, one by one.
pub fn message(item: &str, level: &str) -> String {
    format!("{item} does not meet its {level} gate:")
}

/// What to do next.
pub fn hint(item: &str) -> String {
    format!(
        "mend the files, or track what is right by `callboard file scan {item} --track`; `callboard item edit {item} --check N` \
         marks a criterion; `callboard prerequisite check {item}` looks what is met\n\
         --force --reason TEXT completes it all the same, which is recorded"
    )
}
