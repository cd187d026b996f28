//! How far a run goes, as `up` and `down` take it for one database and for many.

use callboard_migration::runner::{DownGoal, Goal, OnLoss};

#[derive(Debug, clap::Args)]
pub struct Up {
    /// Up to this one, which is applied too: in full, by a unique prefix, or by its number
    #[arg(long, value_name = "VERSION", conflicts_with = "steps")]
    to: Option<String>,

    /// At most so many
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
}

impl Up {
    pub fn goal(&self) -> Goal {
        match (&self.to, self.steps) {
            (Some(version), _) => Goal::To(version.clone()),
            (None, Some(n)) => Goal::Steps(n),
            (None, None) => Goal::Latest,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct Down {
    /// So many
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with_all = ["to", "all"])]
    steps: usize,

    /// Down to this one, which stays applied: in full, by a unique prefix, or by its number
    #[arg(long, value_name = "VERSION", conflicts_with = "all")]
    to: Option<String>,

    /// All of them: nothing of Callboard stays in the database
    #[arg(long)]
    all: bool,

    /// Go on when rows are lost
    #[arg(long)]
    yes_lose_data: bool,
}

impl Down {
    pub fn goal(&self) -> DownGoal {
        match &self.to {
            Some(version) => DownGoal::To(version.clone()),
            None if self.all => DownGoal::All,
            None => DownGoal::Steps(self.steps),
        }
    }

    pub fn on_loss(&self) -> OnLoss {
        if self.yes_lose_data { OnLoss::Accept } else { OnLoss::Refuse }
    }
}
