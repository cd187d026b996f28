//! Tests of artifacts: taking contents in, versions, and the store.

mod add;
mod collect;
mod get;
mod killed;
mod list;
mod memory;
mod paths;
mod show;
mod verify;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use callboard_service::artifact::{
    AddArtifact, AddedArtifact, ArtifactOf, ArtifactVerification, KeptContent, Source, VerifyArtifacts,
};
use callboard_service::entity::{ArtifactType, board_artifacts, work_items};
use callboard_service::file::Progress;
use callboard_service::project::EditProject;
use callboard_service::{Callboard, Change, Error, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::{Seed, TestDb};
use uuid::Uuid;

/// A board whose project has a folder of its own, with one item.
pub struct Store {
    pub seed: Seed,
    pub folder: PathBuf,
    pub item: work_items::Model,
}

impl Store {
    pub async fn new(t: &TestDb) -> Self {
        let seed = t.seed().await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make the project's folder");
        set_root(&seed, "demo", &folder).await;
        let item = seed.item().await;
        Self { seed, folder, item }
    }

    /// Adds an artifact of the type general to the item.
    pub async fn add(&self, name: &str, content: &[u8]) -> AddedArtifact {
        self.try_add(name, content).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub async fn try_add(&self, name: &str, content: &[u8]) -> Result<AddedArtifact, Error> {
        let kept = keep(&self.seed.board, self.item.id, name, content).await?;
        self.seed.board.run(self.seed.me, &verb(self.item.id, name, &kept)).await
    }

    pub async fn verify(&self) -> ArtifactVerification {
        let all = VerifyArtifacts { item: None, project: Some(Ref::from("demo")) };
        let found = self.seed.board.verify_artifacts(&all, &Progress::default()).await;
        found.unwrap_or_else(|error| panic!("cannot verify: {error}"))
    }

    /// Every row, in the order of their ids.
    pub async fn rows(&self) -> Vec<board_artifacts::Model> {
        let rows = board_artifacts::Entity::find().order_by_asc(board_artifacts::Column::Id);
        rows.all(&self.seed.raw).await.expect("read the artifacts")
    }

    pub fn artifacts(&self) -> PathBuf {
        self.folder.join(".callboard/artifacts")
    }

    /// Where a content lies.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.artifacts().join(&hash[..2]).join(hash)
    }

    /// Makes a content as old as that.
    pub fn age(&self, path: &Path, seconds: u64) {
        let file = std::fs::File::options().write(true).open(path).expect("open the content");
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).expect("make it older");
    }
}

/// Names the folder in which a project's files lie.
pub async fn set_root(seed: &Seed, project: &str, folder: &Path) {
    let root_path = Change::Set(folder.to_str().expect("UTF-8").to_owned());
    seed.must(&EditProject { root_path, ..EditProject::new(project) }).await;
}

pub async fn keep(board: &Callboard, item: Uuid, name: &str, content: &[u8]) -> Result<KeptContent, Error> {
    let of = ArtifactOf { item: Some(Ref::Id(item)), assignment: None };
    board.keep_artifact(&of, name, source(content)).await
}

pub fn source(content: &[u8]) -> Source {
    Source { name: "a test".to_owned(), content: Box::new(Cursor::new(content.to_vec())) }
}

pub fn verb(item: Uuid, name: &str, kept: &KeptContent) -> AddArtifact {
    AddArtifact {
        item: Some(Ref::Id(item)),
        assignment: None,
        name: name.to_owned(),
        artifact_type: ArtifactType::General,
        content: kept.content.clone(),
        mime_type: kept.mime_type.clone(),
    }
}

/// Bytes that are no text, another sequence for each seed.
pub fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(size).collect();
    if let Some(first) = bytes.first_mut() {
        *first = 0;
    }
    bytes
}
