//! What the agents of the story do: steps of one or more verbs, each step one write.

use std::path::{Path, PathBuf};

use callboard_service::assignment::{Claim, Claimed, Complete};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::AddDecision;
use callboard_service::entity::{DecisionImpact, FileOperationOperation as Kind};
use callboard_service::file::{Done, Progress, Root, TrackFiles, observe};
use callboard_service::item::CommentOnItem;
use callboard_service::message::SendMessage;
use callboard_service::session::{EndSession, NoteInSession, StartSession};
use callboard_service::{Actor, Callboard, Ref, Result, Tx, Verb};
use serde_json::json;
use uuid::Uuid;

/// How many steps the story has: a claim, a session, the lexer, a decision, the parser, a comment, a message, the errors,
/// and the end.
pub const STEPS: usize = 9;
pub const CLAIM: usize = 0;
pub const SESSION: usize = 1;

/// What a step does to files, each with the content that it leaves.
pub fn files(step: usize) -> &'static [(Kind, &'static str, &'static str)] {
    match step {
        2 => &[(Kind::Create, "src/lexer.rs", "fn lex() {}")],
        4 => {
            &[(Kind::Modify, "src/lexer.rs", "fn lex() -> Tokens {}"), (Kind::Create, "src/parser.rs", "fn parse() {}")]
        }
        7 => &[(Kind::Create, "src/error.rs", "enum Error {}")],
        _ => &[],
    }
}

/// Whether a step has several verbs, which only their transaction holds together.
pub fn is_compound(step: usize) -> bool {
    [2, 4, 7, 8].contains(&step)
}

/// Where the story plays: an item of a project whose files lie in a folder of their own.
#[derive(Clone, Debug)]
pub struct Place {
    pub project: Uuid,
    pub item: Uuid,
    pub key: String,
    pub folder: PathBuf,
}

/// An agent in the story.
#[derive(Debug)]
pub struct Player {
    board: Callboard,
    slug: String,
    actor: Actor,
    item: Uuid,
    folder: PathBuf,
    /// The fence of the item, after the claim.
    assignment: Option<Uuid>,
    session: Option<Ref>,
    /// The control: a step's verbs are not in one transaction.
    is_loose: bool,
}

impl Player {
    pub async fn new(board: Callboard, slug: &str, item: Uuid, folder: &Path, is_loose: bool) -> Self {
        let actor = board.actor(&format!("agent:{slug}")).await.expect("the agent");
        let (slug, folder) = (slug.to_owned(), folder.to_owned());
        Self { board, slug, actor, item, folder, assignment: None, session: None, is_loose }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    pub async fn claim(&mut self) -> Claimed {
        let claim = Claim { item: Some(Ref::Id(self.item)), ..Claim::one(self.slug.as_str()) };
        let claimed = self.board.run(self.actor, &claim).await.expect("claim").claimed.remove(0);
        self.assignment = Some(claimed.assignment);
        claimed
    }

    /// One step; its files are written before the board is told, as every tool does.
    pub async fn play(&mut self, step: usize) {
        match step {
            CLAIM => _ = self.claim().await,
            SESSION => self.start().await,
            _ => {
                for (_, path, content) in files(step) {
                    let path = self.folder.join(path);
                    std::fs::create_dir_all(path.parent().expect("a folder")).expect("make the folder");
                    std::fs::write(path, content).expect("write a file");
                }
                let writes = self.writes(step).await;
                assert_eq!(writes.len() > 1, is_compound(step));
                if self.is_loose {
                    for write in writes {
                        self.board.run(self.actor, &write).await.expect("write");
                    }
                } else {
                    self.board.run(self.actor, &Together(writes)).await.expect("write");
                }
            }
        }
    }

    async fn start(&mut self) {
        let key = session_key(&self.slug, self.item);
        let item = Some(Ref::Id(self.item));
        let start = StartSession { key: Some(key), item, ..StartSession::default() };
        let session = Ref::Id(self.board.run(self.actor, &start).await.expect("start").id);
        self.board = self.board.in_session(&session).await.expect("the session");
        self.session = Some(session);
    }

    async fn writes(&self, step: usize) -> Vec<Write> {
        let (item, session) = (Ref::Id(self.item), self.session.clone());
        let assignment = self.assignment.expect("it is claimed");
        let note = |text: &str| {
            Write::Note(NoteInSession { session: session.clone(), text: text.to_owned(), item: Some(item.clone()) })
        };
        let checkpoint = |text: &str, data| {
            let add = AddCheckpoint::of(item.clone(), text);
            Write::Checkpoint(AddCheckpoint { assignment: Some(assignment), data, ..add })
        };
        match step {
            2 => vec![self.track(step).await, note("the grammar has no comments")],
            3 => {
                let new = AddDecision::new("Write the parser by hand", "No generator.", "Its errors are better.");
                let (impact, item) = (DecisionImpact::High, Some(item.clone()));
                vec![Write::Decide(Box::new(AddDecision { impact, item, ..new }))]
            }
            4 => vec![self.track(step).await, checkpoint("lexer and parser done", Some(json!({ "line": 7 })))],
            5 => vec![Write::Comment(CommentOnItem { item, text: "the old parser is in attic".to_owned() })],
            6 => vec![Write::Send(SendMessage {
                to: Some(Ref::from("lead")),
                item: Some(item),
                text: "the grammar has changed".to_owned(),
                ..SendMessage::default()
            })],
            7 => vec![self.track(step).await, checkpoint("errors done", None), note("ready for review")],
            _ => vec![
                Write::Complete(Complete { assignment, notes: Some("it parses".to_owned()), ..Complete::default() }),
                Write::End(EndSession { session: session.clone(), summary: Some("the parser".to_owned()) }),
            ],
        }
    }

    async fn track(&self, step: usize) -> Write {
        let root = Root::at(&self.folder).expect("the root");
        let mut operations = Vec::new();
        for (operation, path, _) in files(step) {
            let done = Done { operation: *operation, path: Path::new(path), new_path: None };
            operations.push(observe(&root, &self.folder, done, &Progress::default()).await.expect("observe"));
        }
        Write::Track(TrackFiles { assignment: self.assignment, operations, ..TrackFiles::default() })
    }
}

/// The key of an agent's session on an item.
pub fn session_key(slug: &str, item: Uuid) -> String {
    format!("{slug}-{item}")
}

/// A verb of a step.
#[derive(Clone, Debug)]
enum Write {
    Track(TrackFiles),
    Note(NoteInSession),
    Decide(Box<AddDecision>),
    Checkpoint(AddCheckpoint),
    Comment(CommentOnItem),
    Send(SendMessage),
    Complete(Complete),
    End(EndSession),
}

impl Verb for Write {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        match self {
            Self::Track(verb) => verb.apply(tx).await.map(drop),
            Self::Note(verb) => verb.apply(tx).await.map(drop),
            Self::Decide(verb) => verb.apply(tx).await.map(drop),
            Self::Checkpoint(verb) => verb.apply(tx).await.map(drop),
            Self::Comment(verb) => verb.apply(tx).await.map(drop),
            Self::Send(verb) => verb.apply(tx).await.map(drop),
            Self::Complete(verb) => verb.apply(tx).await.map(drop),
            Self::End(verb) => verb.apply(tx).await.map(drop),
        }
    }
}

/// The verbs of a step in one transaction.
struct Together(Vec<Write>);

impl Verb for Together {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        for write in &self.0 {
            tx.run(write).await?;
        }
        Ok(())
    }
}
