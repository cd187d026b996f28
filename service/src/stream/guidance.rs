//! What those who work on a stream are told, by its type; a stream may add lines of its own.

use callboard_entity::{WorkStreamType, work_streams};

use super::rules::own_guidance;
use crate::error::Result;

/// The guidance of a type. docs/automation/streams.md has it, too.
pub fn by_type(kind: WorkStreamType) -> &'static [&'static str] {
    match kind {
        WorkStreamType::Documentation => &[
            "Read what is there before you write: correct it rather than say it again elsewhere.",
            "Say what is true now; try every command and example before you write it down.",
            "Keep a text for one reader and one purpose, and link to the rest.",
            "Track the files that you change, and add longer results as artifacts of the type documentation.",
        ],
        WorkStreamType::Testing => &[
            "Begin with a test that fails for the reason that you expect.",
            "Name what a test shows; a test that cannot fail shows nothing.",
            "Report a defect as an item of its own, with the steps that show it, and go on.",
            "Add logs and results as artifacts of the type test, so that the next one need not run them again.",
        ],
        WorkStreamType::Implementation => &[
            "Read the item's acceptance criteria and the decisions in force before you change anything.",
            "Make small changes, each of which leaves the whole working.",
            "Track the files that you change and verify them before you complete.",
            "Capture a decision where others would have to guess why.",
        ],
        WorkStreamType::Research => &[
            "Write down the question first, and what would answer it.",
            "Keep the source of every fact with it; tell what you saw from what you conclude.",
            "Stop when the question is answered, and say what stays open.",
            "Add findings as artifacts of the type analysis, and capture what follows from them as a decision.",
        ],
        WorkStreamType::Custom => &[
            "Take the items in the stream's order, as they become ready.",
            "Write a checkpoint before you stop, so that another can go on.",
        ],
    }
}

/// That of the stream's type, then its own.
pub(super) fn of(stream: &work_streams::Model) -> Result<Vec<String>> {
    let mut lines: Vec<String> = by_type(stream.stream_type).iter().map(|line| (*line).to_owned()).collect();
    lines.extend(own_guidance(stream)?);
    Ok(lines)
}
