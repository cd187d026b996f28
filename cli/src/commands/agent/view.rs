//! What the commands of agents show alike.

use callboard_service::agent::{AssignmentOfAgent, ItemOfAgent};
use callboard_service::assignment::state::OPEN;
use callboard_service::entity::{AgentProfileStatus, agent_capabilities};
use callboard_service::{Error, rules};

use crate::output::{Cell, Style, Table, words};

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

/// The assignments of an agent.
pub fn assignments(rows: &[AssignmentOfAgent]) -> Table {
    let mut table = Table::new(["KEY", "ASSIGNMENT", "STATUS", "UNTIL", "TITLE"]);
    for row in rows {
        let assignment = &row.assignment;
        let until = assignment.lease_expires_at.filter(|_| OPEN.contains(&assignment.status));
        table.row([
            Cell::new(&row.item.key),
            Cell::new(assignment.id),
            Cell::styled(words::assignment_style(assignment.status), assignment.status),
            Cell::optional(until.map(words::time)),
            Cell::new(&row.item.title),
        ]);
    }
    table
}

/// The items that an agent ever had.
pub fn items(rows: &[ItemOfAgent]) -> Table {
    let mut table = Table::new(["KEY", "LAST", "TIMES", "WHEN", "TITLE"]);
    for row in rows {
        table.row([
            Cell::new(&row.item.key),
            Cell::styled(words::assignment_style(row.last_status), row.last_status),
            Cell::new(row.assignments),
            Cell::new(words::time(row.last_assigned_at)),
            Cell::new(&row.item.title),
        ]);
    }
    table
}
