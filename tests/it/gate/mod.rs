//! Tests of quality gates: what completion asks for, in every way in which something is completed.

mod enhanced;
mod force;
mod forms;
mod look;
mod standard;
mod strict;

use std::path::{Path, PathBuf};

use callboard_service::assignment::{Claim, Claimed, Complete, Completed};
use callboard_service::entity::{
    FileOperationOperation as Kind, WorkItemQualityGateLevel as Level, agent_profiles, file_operations,
    file_verifications, work_items,
};
use callboard_service::file::{Done, Progress, Root, TrackFiles, VerifyFiles, observe};
use callboard_service::item::{Criterion, NewItem};
use callboard_service::project::EditProject;
use callboard_service::{Change, Error, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::{Seed, TestDb};
use uuid::Uuid;

/// A board whose project has a folder of its own, and an agent that works on it.
pub struct Gated {
    pub seed: Seed,
    pub folder: PathBuf,
    pub agent: agent_profiles::Model,
}

impl Gated {
    pub async fn new(t: &TestDb) -> Self {
        let seed = t.seed().await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make the project's folder");
        let agent = seed.agent("coder").await;
        let gated = Self { seed, folder, agent };
        gated.set_root(&gated.folder).await;
        gated
    }

    pub async fn set_root(&self, folder: &Path) {
        let root_path = Change::Set(folder.to_str().expect("UTF-8").to_owned());
        self.seed.must(&EditProject { root_path, ..EditProject::new("demo") }).await;
    }

    /// A new item with a gate, claimed by the agent.
    pub async fn work(&self, level: Level) -> Claimed {
        self.work_on(NewItem { quality_gate_level: level, ..NewItem::titled("gated") }).await
    }

    pub async fn work_on(&self, item: NewItem) -> Claimed {
        let item = self.seed.add(item).await;
        self.claim(item.id).await
    }

    pub async fn claim(&self, item: Uuid) -> Claimed {
        let claim = Claim { item: Some(Ref::Id(item)), ..Claim::one(Ref::Id(self.agent.id)) };
        self.seed.by(&self.agent, &claim).await.expect("claim").claimed.remove(0)
    }

    pub fn write(&self, path: &str, content: &str) {
        std::fs::write(self.folder.join(path), content).expect("write a file");
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.join(path)).expect("remove a file");
    }

    /// Tells the board what was done to a file, as it is now.
    pub async fn track(&self, item: Uuid, operation: Kind, path: &str) {
        let root = Root::at(&self.folder).expect("open the root");
        let done = Done { operation, path: Path::new(path), new_path: None };
        let operation = observe(&root, &self.folder, done, &Progress::default()).await.expect("observe");
        let track = TrackFiles { item: Some(Ref::Id(item)), operations: vec![operation], ..TrackFiles::default() };
        self.seed.must(&track).await;
    }

    /// Writes a file and tells the board.
    pub async fn create(&self, item: Uuid, path: &str, content: &str) {
        self.write(path, content);
        self.track(item, Kind::Create, path).await;
    }

    pub async fn verify(&self, item: Uuid) {
        let scope = VerifyFiles { item: Some(Ref::Id(item)), project: None };
        self.seed.board.verify_files(self.seed.me, &scope, &Progress::default()).await.expect("verify");
    }

    pub async fn complete(&self, held: &Claimed) -> Result<Completed, Error> {
        self.seed.by(&self.agent, &complete(held.assignment)).await
    }

    /// A completion that must be refused by its gate, and change nothing: what is missing.
    pub async fn missing(&self, held: &Claimed) -> Vec<String> {
        let before = self.seed.snapshot().await;
        let error = self.complete(held).await.expect_err("the gate is not met");
        self.seed.assert_unchanged(&before, "a refused completion").await;
        let Error::GateNotMet { item, missing, .. } = error else { panic!("{error}") };
        assert_eq!(item, held.item.key);
        missing
    }

    pub async fn operations(&self) -> Vec<file_operations::Model> {
        let rows = file_operations::Entity::find().order_by_asc(file_operations::Column::Id);
        rows.all(&self.seed.raw).await.expect("read the operations")
    }

    pub async fn verifications(&self) -> Vec<file_verifications::Model> {
        let rows = file_verifications::Entity::find().order_by_asc(file_verifications::Column::Id);
        rows.all(&self.seed.raw).await.expect("read the verifications")
    }

    /// What the newest ledger row of an item tells of its gate.
    pub async fn told(&self, item: Uuid) -> serde_json::Value {
        let last = self.seed.events(item).await.pop().expect("a ledger row");
        last.data.and_then(|data| data.get("gate").cloned()).unwrap_or_default()
    }

    pub async fn row(&self, item: Uuid) -> work_items::Model {
        self.seed.row(item).await
    }
}

pub fn complete(assignment: Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}

fn criterion(text: &str, done: bool) -> Criterion {
    Criterion { text: text.to_owned(), done }
}
