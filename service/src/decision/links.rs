//! What the files of an import name: each other, decisions that were imported before, items, sessions and people.

use std::collections::{BTreeSet, HashMap, HashSet};

use callboard_entity::{
    ActorType, DecisionStatus, agent_profiles as agents, board_decisions as decisions, board_projects as projects,
    board_users as users, decision_evolutions as evolutions, external_refs as refs, work_items,
    work_sessions as sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::adr::{OwnLink, Record, Relation, Side, Target, of_file};
use super::report::{DecisionsImport, FileNote};
use super::show::IMPORTED;
use super::{add, chain, evolve, fields, state, write};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::item;

/// What was imported before of the files, and of those that they name.
pub(super) struct Known {
    prefix: String,
    refs: HashMap<String, refs::Model>,
    rows: HashMap<Uuid, decisions::Model>,
    /// References to decisions that are gone, as they are after the tables of decisions went down and up again.
    dangling: Vec<Uuid>,
}

impl Known {
    pub async fn read(tx: &Tx, source: &str, project: &projects::Model, records: &[Record]) -> Result<Self> {
        let prefix = &*project.key_prefix;
        let files = records.iter().flat_map(|record| &record.relations).filter_map(|relation| match &relation.target {
            Target::File(name) => Some(of_file(prefix, name)),
            Target::Number(_) => None,
        });
        let named: BTreeSet<String> = records.iter().map(|record| record.source_id(prefix)).chain(files).collect();
        let named: Vec<String> = named.into_iter().collect();
        let mut known = HashMap::new();
        for chunk in named.chunks(10_000) {
            let found = refs::Entity::find()
                .filter(refs::Column::Source.eq(source))
                .filter(refs::Column::EntityType.eq(IMPORTED))
                .filter(refs::Column::SourceId.is_in(chunk.iter().map(String::as_str)));
            known.extend(found.all(&tx.conn).await?.into_iter().map(|row| (row.source_id.clone(), row)));
        }
        let own = records.iter().filter_map(|record| record.own.as_ref());
        let own = own.flat_map(|own| own.links.iter().map(|link| link.into).chain([own.id]));
        let ids: BTreeSet<Uuid> = known.values().map(|row| row.entity_id).chain(own).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut rows = HashMap::new();
        for chunk in ids.chunks(10_000) {
            let found = decisions::Entity::find().filter(decisions::Column::Id.is_in(chunk.iter().copied()));
            rows.extend(found.all(&tx.conn).await?.into_iter().map(|row| (row.id, row)));
        }
        let (refs, dangling): (HashMap<_, _>, HashMap<_, _>) =
            known.into_iter().partition(|(_, row)| rows.contains_key(&row.entity_id));
        let dangling = dangling.into_values().map(|row| row.id).collect();
        Ok(Self { prefix: prefix.to_owned(), refs, rows, dangling })
    }

    /// Takes away what would be in the way of the new references.
    pub async fn forget_dangling(&self, tx: &Tx) -> Result<()> {
        for chunk in self.dangling.chunks(10_000) {
            let gone = refs::Entity::delete_many().filter(refs::Column::Id.is_in(chunk.iter().copied()));
            gone.exec(&tx.conn).await?;
        }
        Ok(())
    }

    /// The row of that id, of any project.
    pub fn row(&self, id: Uuid) -> Option<&decisions::Model> {
        self.rows.get(&id)
    }

    /// What is kept of the file since it was imported.
    pub fn reference(&self, record: &Record) -> Option<&refs::Model> {
        self.refs.get(&record.source_id(&self.prefix))
    }

    /// The decision that a file is already.
    pub fn decision(&self, record: &Record) -> Option<&decisions::Model> {
        let imported = self.reference(record).and_then(|row| self.row(row.entity_id));
        imported.or_else(|| self.row(record.own.as_ref()?.id))
    }
}

/// The items, sessions and people whom files of ours name, as far as the board has them.
pub(super) struct Board {
    items: HashSet<Uuid>,
    sessions: HashSet<Uuid>,
    /// By `agent:SLUG` or `user:NAME`.
    people: HashMap<String, Uuid>,
}

impl Board {
    pub async fn read(tx: &Tx, project: &projects::Model, new: &[Record]) -> Result<Self> {
        let own = || new.iter().filter_map(|record| record.own.as_ref());
        let mut board = Self { items: HashSet::new(), sessions: HashSet::new(), people: HashMap::new() };
        let items: Vec<Uuid> = own().filter_map(|own| own.item.as_ref()).map(|item| item.id).collect();
        for chunk in items.chunks(10_000) {
            let found = work_items::Entity::find()
                .filter(work_items::Column::Id.is_in(chunk.iter().copied()))
                .filter(work_items::Column::ProjectId.eq(project.id));
            board.items.extend(found.all(&tx.conn).await?.into_iter().map(|row| row.id));
        }
        let sessions: Vec<Uuid> = own().filter_map(|own| own.session.as_ref()).map(|session| session.id).collect();
        for chunk in sessions.chunks(10_000) {
            let found = sessions::Entity::find().filter(sessions::Column::Id.is_in(chunk.iter().copied()));
            board.sessions.extend(found.all(&tx.conn).await?.into_iter().map(|row| row.id));
        }
        let names = own().flat_map(|own| own.links.iter().map(|link| &*link.by).chain([&*own.by]));
        let names: BTreeSet<&str> = names.collect();
        let slugs = own().filter_map(|own| own.agent.as_deref());
        let slugs: BTreeSet<&str> = slugs.chain(names.iter().filter_map(|name| name.strip_prefix("agent:"))).collect();
        let found = agents::Entity::find().filter(agents::Column::Slug.is_in(slugs)).all(&tx.conn).await?;
        board.people.extend(found.into_iter().map(|row| (format!("agent:{}", row.slug), row.id)));
        let people = names.iter().filter_map(|name| name.strip_prefix("user:"));
        let found = users::Entity::find().filter(users::Column::Name.is_in(people)).all(&tx.conn).await?;
        board.people.extend(found.into_iter().map(|row| (format!("user:{}", row.name), row.id)));
        Ok(board)
    }

    /// Links the row of a file of ours to what its file names.
    pub fn settle(&self, tx: &Tx, record: &Record, row: &mut decisions::Model, report: &mut DecisionsImport) {
        let Some(own) = &record.own else { return };
        let mut missing = |what: &str, name: &str| {
            report.notes.push(FileNote::new(&record.file, format!("{what} {name} is not on the board: not linked")));
        };
        if let Some(item) = &own.item {
            row.work_item_id = Some(item.id).filter(|id| self.items.contains(id));
            if row.work_item_id.is_none() {
                missing("item", &item.key);
            }
        }
        if let Some(session) = &own.session {
            row.session_id = Some(session.id).filter(|id| self.sessions.contains(id));
            if row.session_id.is_none() {
                missing("session", &session.key);
            }
        }
        if let Some(slug) = &own.agent {
            row.agent_id = self.people.get(&format!("agent:{slug}")).copied();
            if row.agent_id.is_none() {
                missing("agent", slug);
            }
        }
        let actor = self.actor(&own.by);
        if actor.is_none() {
            missing("who captured it,", &own.by);
        }
        (row.actor_type, row.actor_id) = add::who(actor.unwrap_or(tx.actor));
    }

    /// The actor of that name; none where the board does not have it.
    fn actor(&self, name: &str) -> Option<Actor> {
        if name == ActorType::System.as_str() {
            return Some(Actor::SYSTEM);
        }
        let id = *self.people.get(name)?;
        Some(if name.starts_with("agent:") { Actor::agent(id) } else { Actor::user(id) })
    }
}

/// The links that an import makes.
pub(super) struct Evolutions {
    known: Known,
    /// By the names of the files that were read: their rows on the board where they have any.
    files: HashMap<String, Option<Uuid>>,
    /// The files by their numbers; none where two have the same one.
    numbers: HashMap<i64, Option<String>>,
    /// All links of the project, and those that are added.
    all: Vec<evolutions::Model>,
    /// Decisions on the board that others of the import put out of force: as they were, and as they are to be.
    locked: HashMap<Uuid, (decisions::Model, decisions::Model)>,
}

impl Evolutions {
    pub async fn read(tx: &Tx, project: &projects::Model, known: Known, records: &[Record]) -> Result<Self> {
        let files = records.iter().map(|record| (record.file.clone(), known.decision(record).map(|row| row.id)));
        let mut files: HashMap<String, Option<Uuid>> = files.collect();
        // Those that are named, and not in the folder any more.
        for (source_id, row) in &known.refs {
            if let Some((_, name)) = source_id.split_once('/') {
                files.entry(name.to_owned()).or_insert(Some(row.entity_id));
            }
        }
        let mut numbers = HashMap::new();
        for (number, record) in records.iter().filter_map(|record| Some((record.number?, record))) {
            let only = |file: &mut Option<String>| *file = None;
            numbers.entry(number).and_modify(only).or_insert_with(|| Some(record.file.clone()));
        }
        let all = chain::of_project(tx, project.id).await?;
        Ok(Self { known, files, numbers, all, locked: HashMap::new() })
    }

    /// Locks the items of new rows, and the decisions on the board that new files may put out of force.
    pub async fn lock(&mut self, tx: &Tx, new: &[Record], rows: &[decisions::Model]) -> Result<()> {
        let targets = new.iter().flat_map(|record| &record.relations).filter(|relation| relation.side == Side::New);
        let ids: BTreeSet<Uuid> = targets.filter_map(|relation| self.on_board(&relation.target)).collect();
        let found: Vec<&decisions::Model> = ids.iter().filter_map(|id| self.known.row(*id)).collect();
        let items = rows.iter().chain(found.iter().copied()).filter_map(|row| row.work_item_id);
        item::lock_all(tx, items).await?;
        let locked = write::lock(tx, &found).await?;
        self.locked = locked.into_iter().map(|(id, row)| (id, (row.clone(), row))).collect();
        Ok(())
    }

    fn on_board(&self, target: &Target) -> Option<Uuid> {
        let file = match target {
            Target::File(name) => name,
            Target::Number(number) => self.numbers.get(number)?.as_ref()?,
        };
        self.files.get(file).copied().flatten()
    }

    /// The links of the new files; sets the status of what they put out of force.
    pub fn between(
        &mut self,
        tx: &Tx,
        new: &[Record],
        rows: &mut [decisions::Model],
        board: &Board,
        report: &mut DecisionsImport,
    ) -> Vec<evolutions::Model> {
        let before = self.all.len();
        let places: HashMap<String, usize> =
            new.iter().enumerate().map(|(place, record)| (record.file.clone(), place)).collect();
        for (place, record) in new.iter().enumerate() {
            let mut told = Vec::new();
            for link in record.own.iter().flat_map(|own| &own.links) {
                told.extend(self.own(tx, rows, place, link, board));
            }
            for relation in &record.relations {
                told.extend(self.foreign(tx, rows, place, relation, &places));
            }
            report.notes.extend(told.into_iter().map(|note| FileNote::new(&record.file, note)));
        }
        self.all[before..].to_vec()
    }

    /// A link as an export wrote it; gives a note where it cannot be made.
    fn own(
        &mut self,
        tx: &Tx,
        rows: &[decisions::Model],
        place: usize,
        link: &OwnLink,
        board: &Board,
    ) -> Option<String> {
        let original = &rows[place];
        let on_board = self.known.row(link.into).filter(|row| row.project_id == original.project_id);
        if on_board.is_none() && !rows.iter().any(|row| row.id == link.into) {
            return Some(format!("decision {}, into which it evolved, is not here: not linked", link.number));
        }
        let actor = board.actor(&link.by);
        let (actor_type, actor_id) = evolve::who(actor.unwrap_or(tx.actor));
        let row = evolutions::Model {
            id: link.id,
            original_id: original.id,
            new_id: link.into,
            kind: link.kind,
            reason: fields::canonical(&link.reason),
            actor_type,
            actor_id,
            created_at: crate::clock::micros(link.at),
        };
        self.add(row).err()
    }

    /// A link as another tool wrote it; gives a note where it cannot be made.
    fn foreign(
        &mut self,
        tx: &Tx,
        rows: &mut [decisions::Model],
        place: usize,
        relation: &Relation,
        places: &HashMap<String, usize>,
    ) -> Option<String> {
        let file = match &relation.target {
            Target::File(name) => Some(name.clone()),
            Target::Number(number) => match self.numbers.get(number) {
                Some(None) => {
                    let told = &relation.text;
                    return Some(format!("'{told}' names the number {number}, which two files have: not linked"));
                }
                file => file.cloned().flatten(),
            },
        };
        let other_place = file.as_ref().and_then(|file| places.get(file)).copied();
        let other = other_place.map(|place| rows[place].id).or_else(|| self.on_board(&relation.target));
        let Some(other) = other else {
            return Some(format!("'{}' names no file of the folder: not linked", relation.text));
        };
        let (original, new) = match relation.side {
            Side::Original => (rows[place].id, other),
            Side::New => (other, rows[place].id),
        };
        let reason = fields::canonical(&relation.text);
        if let Err(note) = self.add(evolve::link(tx, original, new, relation.kind, reason)) {
            return Some(note);
        }
        // The file of the one that is replaced says so itself, or the newer one's does.
        if relation.side == Side::New && state::may_follow(relation.kind, rows[place].status) {
            let status = |row: &decisions::Model| {
                let next = state::next(row.status, state::event_of(relation.kind));
                next.filter(|next| *next != DecisionStatus::Proposed).unwrap_or(row.status)
            };
            match other_place {
                Some(place) => rows[place].status = status(&rows[place]),
                None => {
                    if let Some((_, after)) = self.locked.get_mut(&other) {
                        after.status = status(after);
                    }
                }
            }
        }
        None
    }

    /// Adds a link, unless it is there, would link a decision to itself, or close a circle.
    fn add(&mut self, link: evolutions::Model) -> Result<(), String> {
        if self.all.iter().any(|there| there.original_id == link.original_id && there.new_id == link.new_id) {
            // Both files say so.
            return Ok(());
        }
        if chain::path(&self.all, link.new_id, link.original_id).is_some() {
            return Err(format!("'{}' would close a circle: not linked", link.reason));
        }
        self.all.push(link);
        Ok(())
    }

    /// The decisions on the board that are out of force now.
    pub fn replaced(&self) -> Vec<(decisions::Model, decisions::Model)> {
        let mut changed: Vec<_> = self.locked.values().filter(|(before, after)| before != after).cloned().collect();
        changed.sort_by_key(|(before, _)| before.id);
        changed
    }
}
