//! The board's path of a file that is named from a folder of this machine.

use std::path::Path;

use callboard_entity::board_projects as projects;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::Root;
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::{item, project};

/// Of which projects a file may be that somebody names; [`Callboard::locate_file`] asks this.
///
/// # Errors
/// `NotFound`; of [`FilesOf::Project`] also what a project that is not named is refused with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FilesOf {
    /// Of the project of this item, by key or id.
    Item(Ref),
    /// Of this project, by slug or id; of the board's default one where none is named.
    Project(Option<Ref>),
    /// Of any project.
    Board,
}

impl Query for FilesOf {
    type Output = Vec<projects::Model>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<projects::Model>> {
        Ok(match self {
            Self::Item(name) => {
                let project = item::find(tx, name).await?.project_id;
                vec![project::find(tx, &Ref::Id(project)).await?]
            }
            Self::Project(name) => vec![project::resolve(tx, name.as_ref()).await?],
            Self::Board => {
                let rooted = projects::Entity::find().filter(projects::Column::RootPath.is_not_null());
                rooted.all(&tx.conn).await?
            }
        })
    }
}

impl Callboard {
    /// The path by which the board keeps a file or folder that is named as seen from `base`, an absolute folder of this
    /// machine: relative to the root of the project in which `base` lies, the innermost where roots lie in each other, and
    /// empty for the root itself. The file need not be there.
    ///
    /// Where `base` lies in no root, because the projects have none or lie elsewhere, the path is taken to be relative to
    /// the root already, and comes back as it is given.
    ///
    /// # Errors
    /// As [`FilesOf`] and [`Root::locate_any`].
    pub async fn locate_file(&self, of: &FilesOf, base: &Path, given: &str) -> Result<String> {
        let projects = self.read(of).await?;
        let roots = projects.iter().filter_map(|project| Root::open(project).ok());
        let path = Path::new(given);
        // A full path says by itself where it lies.
        let here = roots
            .filter(|root| if path.is_absolute() { root.locate_any(base, path).is_ok() } else { root.holds(base) });
        match here.max_by_key(|root| root.path().as_os_str().len()) {
            Some(root) => root.locate_any(base, path),
            None => Ok(given.to_owned()),
        }
    }
}
