//! Which session is meant.

use callboard_service::Ref;

use crate::context::Context;

/// The session that is changed.
#[derive(Clone, Debug, clap::Args)]
pub struct Target {
    /// By key or id [default: --session, else the only fitting one of the one who acts]
    #[arg(value_name = "SESSION")]
    key: Option<Ref>,
}

impl Target {
    pub fn session(self, context: &Context) -> Option<Ref> {
        self.key.or_else(|| context.session())
    }
}
