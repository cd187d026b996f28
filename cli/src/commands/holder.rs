//! The one to whom work is given: `--agent SLUG` or `--user NAME`.

use callboard_service::Ref;
use callboard_service::assignment::Holder;

/// An agent or a person.
#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
pub struct HolderArgs {
    /// An agent, by slug
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// A person, by name
    #[arg(long, value_name = "NAME")]
    user: Option<Ref>,
}

impl HolderArgs {
    pub fn holder(self) -> Option<Holder> {
        self.agent.map(Holder::Agent).or(self.user.map(Holder::User))
    }
}

/// As [`HolderArgs`], one of them is needed.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct NeededHolder {
    /// An agent, by slug
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// A person, by name
    #[arg(long, value_name = "NAME")]
    user: Option<Ref>,
}

impl NeededHolder {
    /// The one that was named; clap has seen to it that there is one.
    pub fn holder(self) -> Holder {
        let user = || Holder::User(self.user.unwrap_or_else(|| Ref::from("")));
        self.agent.map_or_else(user, Holder::Agent)
    }
}
