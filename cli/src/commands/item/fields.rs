//! Fields of items as the command line gives them.

use callboard_service::entity::WorkItemQualityGateLevel;
use callboard_service::item::{Assignee, Requirement};
use callboard_service::{Error, rules};

use crate::context::Context;
use crate::values::GateWord;

/// Reads each `CAPABILITY[:LEVEL]`.
pub fn requirements(texts: &[String]) -> Result<Vec<Requirement>, Error> {
    texts.iter().map(|text| rules::capability(text).map(Requirement::from)).collect()
}

/// Reads `agent:SLUG` or `user:NAME`.
pub fn assignee(text: Option<&str>) -> Result<Option<Assignee>, Error> {
    text.map(str::parse).transpose()
}

/// The level that a word means; says so where it is a word of another system.
pub fn gate(context: &Context, word: Option<GateWord>) -> Option<WorkItemQualityGateLevel> {
    let word = word?;
    if let Some(legacy) = word.legacy {
        context.out.note(&legacy.to_string());
    }
    Some(word.level)
}
