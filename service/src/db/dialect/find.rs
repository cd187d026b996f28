//! What every claim reads first: the agent, and how long a lease is.

use std::sync::LazyLock;

use callboard_entity::agent_profiles;

use super::Dialect;
use crate::db::listed::columns;

impl Dialect {
    /// An agent by its id (`$1`).
    pub fn agent_by_id(self) -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| agent("id"));
        &TEXT
    }

    /// An agent by its slug (`$1`).
    pub fn agent_by_slug(self) -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| agent("slug"));
        &TEXT
    }

    /// A setting's value for a project (`$2`, or NULL) and for the board (`$1` key): one row, with NULL where none is set.
    pub fn setting(self) -> &'static str {
        "SELECT (SELECT value FROM board_settings WHERE key = $1 AND project_id = $2), \
         (SELECT value FROM board_settings WHERE key = $1 AND project_id IS NULL)"
    }
}

fn agent(by: &str) -> String {
    format!("SELECT {} FROM agent_profiles a WHERE a.{by} = $1", columns::<agent_profiles::Model>("a"))
}
