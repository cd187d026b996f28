//! What the commands of agents show alike.

use callboard_service::entity::{AgentProfileStatus, agent_capabilities};
use callboard_service::{Error, rules};

use crate::output::Style;

/// `rust:expert, sql:basic`, with a mark at what was verified.
pub fn capabilities(granted: &[agent_capabilities::Model]) -> String {
    let one = |c: &agent_capabilities::Model| {
        let verified = if c.verified_at.is_some() { " (verified)" } else { "" };
        format!("{}:{}{verified}", c.capability, c.level)
    };
    granted.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub fn style(status: AgentProfileStatus) -> Style {
    match status {
        AgentProfileStatus::Active => Style::Good,
        AgentProfileStatus::Inactive => Style::Warning,
        AgentProfileStatus::Archived => Style::Faint,
    }
}

/// Reads each `CAPABILITY[:LEVEL]`.
pub fn grants(texts: &[String]) -> Result<Vec<(String, callboard_service::entity::CapabilityLevel)>, Error> {
    texts.iter().map(|text| rules::capability(text)).collect()
}
