//! An open board.

use callboard_entity::task_assignments;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::{self, DatabaseUrl, Db, InlineCounts, LaneCounts, OpenOptions, PlainClaims, Query, ReapClock, Tx};
use crate::error::{Error, Result};
use crate::gate::Looks;
use crate::id::Ref;

/// An open board: cheap to clone, safe to share between tasks.
#[derive(Clone, Debug)]
pub struct Callboard {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) reaper: ReapClock,
    pub(crate) plain: PlainClaims,
    pub(crate) session: Option<Uuid>,
    pub(crate) looks: Looks,
}

impl Callboard {
    /// Opens the board in the database at `url`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::SchemaTooOld`] or `SchemaTooNew`, naming both versions; `Unavailable` where the file or the
    /// server cannot be opened. The message never holds the password.
    pub async fn open(url: &DatabaseUrl, options: OpenOptions) -> Result<Self> {
        let db = db::connect(url, &options).await?;
        db::check_schema(&db).await?;
        let (reaper, plain, looks) = (ReapClock::default(), PlainClaims::default(), Looks::default());
        Ok(Self { db, clock: options.clock, reaper, plain, session: None, looks })
    }

    /// Closes the connections; open transactions of other clones are rolled back.
    ///
    /// # Errors
    /// The database's, where a connection could not be closed in order; it is gone all the same.
    pub async fn close(self) -> Result<()> {
        let lane = match &self.db.lane {
            Some(lane) => lane.close().await,
            None => Ok(()),
        };
        if let Some(inline) = &self.db.inline {
            inline.close();
        }
        if let Some(kept) = &self.db.kept {
            kept.close();
        }
        self.db.reader.close().await?;
        self.db.writer.close().await?;
        lane
    }

    /// What SQLite's write lane has done for this board; `None` where it has none.
    pub fn lane_counts(&self) -> Option<LaneCounts> {
        self.db.lane.as_ref().map(|lane| lane.counts())
    }

    /// What has become of short questions; `None` where none is answered on the thread that asks.
    pub fn inline_counts(&self) -> Option<InlineCounts> {
        self.db.inline.as_ref().map(|inline| inline.counts())
    }

    /// The time by this board's clock.
    pub fn now(&self) -> crate::clock::Timestamp {
        self.clock.now()
    }

    /// The same board in a work session: every ledger row that it writes names the session.
    ///
    /// The session is looked at here and at the beginning of each transaction, which is one statement more: once it is
    /// over, what is written through this board is refused as [`crate::Conflict::Inactive`].
    ///
    /// # Errors
    /// `NotFound`; [`crate::Conflict::Inactive`] for a session that is over.
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::Callboard;
    /// use callboard_service::assignment::Claim;
    /// use callboard_service::session::StartSession;
    ///
    /// # async fn example(board: Callboard) -> Result<(), callboard_service::Error> {
    /// let coder = board.actor("agent:coder").await?;
    /// let session = board.run(coder, &StartSession::default()).await?;
    /// let board = board.in_session(&session.id.into()).await?;
    /// board.run(coder, &Claim::one("coder")).await?; // the claim's ledger row names the session
    /// # Ok(()) }
    /// ```
    pub async fn in_session(&self, session: &Ref) -> Result<Self> {
        let found = self.read(&FindSession { session }).await?;
        Ok(Self { session: Some(found), ..self.clone() })
    }

    /// The holder of an assignment, as the one who acts.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn holder(&self, assignment: Uuid) -> Result<Actor> {
        self.read(&FindHolder { assignment }).await
    }

    /// Finds an actor by name: `agent:SLUG`, `user:NAME` or `system`.
    ///
    /// # Errors
    /// `Invalid` for another form, `NotFound` for a name that the board does not have.
    pub async fn actor(&self, text: &str) -> Result<Actor> {
        self.read(&FindActor { text: text.to_owned() }).await
    }
}

struct FindHolder {
    assignment: Uuid,
}

impl Query for FindHolder {
    type Output = Actor;

    async fn fetch(&self, tx: &Tx) -> Result<Actor> {
        let found = task_assignments::Entity::find_by_id(self.assignment).one(&tx.conn).await?;
        let found = found.ok_or_else(|| Error::not_found("assignment", self.assignment.to_string()))?;
        Ok(match (found.agent_id, found.user_id) {
            (Some(agent), _) => Actor::agent(agent),
            (None, Some(user)) => Actor::user(user),
            (None, None) => Actor::SYSTEM,
        })
    }
}

struct FindSession<'a> {
    session: &'a Ref,
}

impl Query for FindSession<'_> {
    type Output = Uuid;

    async fn fetch(&self, tx: &Tx) -> Result<Uuid> {
        let found = crate::session::find(tx, self.session).await?;
        crate::session::not_over(&found)?;
        Ok(found.id)
    }
}

struct FindActor {
    text: String,
}

impl Query for FindActor {
    type Output = Actor;

    async fn fetch(&self, tx: &Tx) -> Result<Actor> {
        match self.text.split_once(':') {
            Some(("agent", slug)) => Ok(Actor::agent(crate::agent::find(tx, &Ref::from(slug)).await?.id)),
            Some(("user", name)) => Ok(Actor::user(crate::user::find(tx, &Ref::from(name)).await?.id)),
            None if self.text == "system" => Ok(Actor::SYSTEM),
            _ => Err(Error::invalid("actor", &*self.text, "must be agent:SLUG, user:NAME or system")),
        }
    }
}
