//! Tests of file operations: recording them, and comparing files with them.

mod effective;
mod judge;
mod list;
mod read;
mod root;
mod scan;
mod show;
mod track;
mod verify;

use std::path::{Path, PathBuf};

use callboard_service::entity::{
    FileOperationOperation as Kind, FileOperationVerificationStatus as Status, file_operations, file_verifications,
    work_items,
};
use callboard_service::file::{
    Done, NewOperation, Progress, Root, TrackFiles, TrackedFiles, Verification, VerifyFiles, observe,
};
use callboard_service::project::EditProject;
use callboard_service::{Change, Error, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::{Seed, TestDb};
use uuid::Uuid;

/// The SHA-256 of `abc`, from its standard.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A board whose project has a folder of its own.
struct Files {
    seed: Seed,
    folder: PathBuf,
    item: work_items::Model,
}

impl Files {
    async fn new(t: &TestDb) -> Self {
        let seed = t.seed().await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make the project's folder");
        let item = seed.item().await;
        let files = Self { seed, folder, item };
        files.set_root(&files.folder).await;
        files
    }

    async fn set_root(&self, folder: &Path) {
        let root_path = Change::Set(folder.to_str().expect("UTF-8").to_owned());
        self.seed.must(&EditProject { root_path, ..EditProject::new("demo") }).await;
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Writes a file, and the folders above it.
    fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("make the folders");
        std::fs::write(path, content).expect("write a file");
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).expect("remove a file");
    }

    fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).expect("rename a file");
    }

    fn root(&self) -> Root {
        Root::at(&self.folder).expect("open the root")
    }

    /// What an operation is, as the files are now.
    async fn observe(&self, kind: Kind, path: &str, to: Option<&str>) -> Result<NewOperation, Error> {
        let done = Done { operation: kind, path: Path::new(path), new_path: to.map(Path::new) };
        observe(&self.root(), &self.folder, done, &Progress::default()).await
    }

    /// Tracks an operation of this board's item.
    async fn track(&self, kind: Kind, path: &str, to: Option<&str>) -> file_operations::Model {
        self.track_for(&self.item, kind, path, to).await.operations.remove(0)
    }

    async fn track_for(&self, item: &work_items::Model, kind: Kind, path: &str, to: Option<&str>) -> TrackedFiles {
        let operation = self.observe(kind, path, to).await.unwrap_or_else(|error| panic!("{kind} {path}: {error}"));
        self.seed.must(&call(item.id, vec![operation])).await
    }

    /// Writes a file and tells the board.
    async fn create(&self, path: &str, content: &str) -> file_operations::Model {
        self.write(path, content);
        self.track(Kind::Create, path, None).await
    }

    async fn verify(&self) -> Verification {
        self.verify_of(Some(&self.item)).await
    }

    /// Verifies an item, or the whole project.
    async fn verify_of(&self, item: Option<&work_items::Model>) -> Verification {
        let scope = VerifyFiles { item: item.map(|item| Ref::Id(item.id)), project: None };
        let found = self.seed.board.verify_files(self.seed.me, &scope, &Progress::default()).await;
        found.unwrap_or_else(|error| panic!("cannot verify: {error}"))
    }

    /// Every operation, oldest first.
    async fn rows(&self) -> Vec<file_operations::Model> {
        let rows = file_operations::Entity::find().order_by_asc(file_operations::Column::Id);
        rows.all(&self.seed.raw).await.expect("read the operations")
    }

    async fn statuses(&self) -> Vec<Status> {
        self.rows().await.into_iter().map(|row| row.verification_status).collect()
    }

    /// Every verification, oldest first.
    async fn verifications(&self) -> Vec<file_verifications::Model> {
        let rows = file_verifications::Entity::find().order_by_asc(file_verifications::Column::Id);
        rows.all(&self.seed.raw).await.expect("read the verifications")
    }
}

fn call(item: Uuid, operations: Vec<NewOperation>) -> TrackFiles {
    TrackFiles { item: Some(Ref::Id(item)), operations, ..TrackFiles::default() }
}
