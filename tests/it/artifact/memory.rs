//! A content of any size takes the same memory.

use std::io::Read;
use std::time::Duration;

use callboard_service::artifact::{AddArtifact, ArtifactName, ArtifactOf, GetArtifact, Source, VerifyArtifacts};
use callboard_service::entity::ArtifactType;
use callboard_service::file::Progress;
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Ref};
use support::cli::Program;
use support::{TestDb, both, child};

use super::Store;

/// Of the content, in bytes: 256 MiB.
const SIZE: u64 = 256 << 20;
/// How much more memory adding, verifying and getting it may take, in KiB: an eighth of it.
const MOST_KIB: u64 = 32 << 10;
const MOST_TIME: Duration = Duration::from_secs(120);

/// Zeros without end.
struct Zeros;

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(0);
        Ok(buffer.len())
    }
}

child! {
    /// Adds a large content, verifies it and reads it back. Arguments: URL, the item's id. Prints the growth of the peak.
    async fn worker(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let actor = board.actor("user:kim").await.expect("the user");
        let item = Some(Ref::from(args[1].as_str()));
        let before = peak();
        let of = ArtifactOf { item: item.clone(), assignment: None };
        let source = Source { name: "zeros".to_owned(), content: Box::new(Zeros.take(SIZE)) };
        let kept = board.keep_artifact(&of, "large", source).await.expect("keep");
        let add = AddArtifact {
            item: item.clone(),
            assignment: None,
            name: "large".to_owned(),
            artifact_type: ArtifactType::General,
            content: kept.content.clone(),
            mime_type: kept.mime_type.clone(),
        };
        board.run(actor, &add).await.expect("add");
        let verify = VerifyArtifacts { item: item.clone(), project: None };
        let found = board.verify_artifacts(&verify, &Progress::default()).await.expect("verify");
        assert_eq!((found.verified, found.bytes), (1, SIZE));
        let get = GetArtifact { artifact: ArtifactName::of(args[1].as_str(), "large") };
        let mut content = board.read(&get).await.expect("find it").open().expect("open it");
        let (mut buffer, mut size) = (vec![0; 256 * 1024], 0);
        loop {
            match content.next(&mut buffer).expect("read") {
                0 => break,
                read => size += read as u64,
            }
        }
        assert_eq!(size, SIZE);
        println!("{}", peak() - before);
    }

    /// The control: the same content, read whole.
    async fn whole(_args: Vec<String>) {
        let before = peak();
        let mut content = Vec::new();
        Zeros.take(SIZE).read_to_end(&mut content).expect("read");
        assert_eq!(content.len() as u64, SIZE);
        println!("{}", peak() - before);
    }
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("read the status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

async fn growth(program: Program) -> u64 {
    let output = tokio::task::spawn_blocking(move || program.spawn().wait(MOST_TIME)).await.expect("the child ends");
    output.ok().stdout.trim().parse().expect("a number")
}

both! {
    async fn a_large_content_takes_little_memory(t: TestDb) {
        let store = Store::new(&t).await;
        let item = store.item.id.to_string();
        let grown = growth(worker(t.dir()).args([t.url().to_owned(), item])).await;
        assert!(grown <= MOST_KIB, "{grown} KiB for a content of {} KiB", SIZE >> 10);
        let control = growth(whole(t.dir())).await;
        assert!(control > 4 * MOST_KIB, "the measure sees nothing: {control} KiB");
        // The folder is left to the scratch directory; what is in it is large.
        std::fs::remove_dir_all(store.artifacts()).expect("remove the store");
    }
}
