//! Which artifact a command is about.

use callboard_service::Ref;
use callboard_service::artifact::ArtifactName;

/// An artifact by its item and name, or by its id.
#[derive(Clone, Debug, clap::Args)]
pub struct TargetArgs {
    /// The item's key or id; or the artifact's id alone
    #[arg(value_name = "ITEM")]
    item: Ref,

    /// Its name in the item
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// This version [default: the newest]
    #[arg(long, value_name = "N", requires = "name")]
    version: Option<i64>,
}

impl TargetArgs {
    pub fn named(self) -> ArtifactName {
        ArtifactName { item: self.item, name: self.name, version: self.version }
    }
}
