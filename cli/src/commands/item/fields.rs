//! Fields of items as the command line gives them.

use callboard_service::item::{Assignee, Requirement};
use callboard_service::{Error, rules};

/// Reads each `CAPABILITY[:LEVEL]`.
pub fn requirements(texts: &[String]) -> Result<Vec<Requirement>, Error> {
    texts.iter().map(|text| rules::capability(text).map(Requirement::from)).collect()
}

/// Reads `agent:SLUG` or `user:NAME`.
pub fn assignee(text: Option<&str>) -> Result<Option<Assignee>, Error> {
    text.map(str::parse).transpose()
}
