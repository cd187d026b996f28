//! Links a decision to what it evolved into.

use callboard_entity::{
    ActorType, DecisionEvolutionActorType, DecisionEvolutionKind, board_decisions as decisions,
    board_projects as projects, decision_evolutions as evolutions,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::add::{self, AddDecision};
use super::find::{find, key};
use super::named::NamedDecision;
use super::{chain, fields, state, write};
use crate::actor::Actor;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result, taken};
use crate::id::{self, Ref};
use crate::item;

/// Says what a decision evolved into. Superseding and reversing put it out of force; refining and clarifying do not.
///
/// Saying the same again changes nothing.
///
/// # Errors
/// `NotFound`; `Invalid` for itself, for a decision of another project and for an empty reason; `Transition` where its
/// status does not allow it; `Conflict::Inactive` for a new one that is not in force; `Conflict::CameOf` where that
/// would close a circle; `Conflict::Exists` where the two are linked in another way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvolveDecision {
    /// Where numbers are looked up; the default project where none is named.
    pub project: Option<Ref>,
    /// The decision that evolves, by number, key or id.
    pub original: Ref,
    /// In which way.
    pub kind: DecisionEvolutionKind,
    /// What it evolves into.
    pub into: EvolvesInto,
    /// Why; at most 1 MiB.
    pub reason: String,
}

/// What a decision evolves into.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvolvesInto {
    /// A decision of the same project that is there, by number, key or id.
    Existing(Ref),
    /// One that is captured in the same transaction; it goes to the project of the one that evolves.
    New(Box<AddDecision>),
}

/// A decision and what it evolved into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvolvedDecision {
    /// As it is now.
    pub original: NamedDecision,
    /// As it is now.
    pub new: NamedDecision,
    /// In which way the one came of the other.
    pub kind: DecisionEvolutionKind,
    /// It was linked so before; nothing was changed.
    pub already: bool,
}

impl Verb for EvolveDecision {
    type Output = EvolvedDecision;

    async fn apply(&self, tx: &Tx) -> Result<EvolvedDecision> {
        let reason = fields::needed("reason", &self.reason)?;
        let (project, original) = find(tx, self.project.as_ref(), &self.original).await?;
        // Two links at once could close a circle unseen.
        tx.dialect.lock_decisions(&tx.conn, project.id).await?;
        let (original, new) = self.pair(tx, &project, original).await?;
        let prefix = &*project.key_prefix;
        let answer = |original: decisions::Model, new: decisions::Model, already: bool| EvolvedDecision {
            original: NamedDecision::new(prefix, original),
            new: NamedDecision::new(prefix, new),
            kind: self.kind,
            already,
        };
        let named = |decision: &decisions::Model| key(prefix, decision.number);
        if let Some(there) = linked(tx, original.id, new.id).await? {
            if there.kind == self.kind {
                return Ok(answer(original, new, true));
            }
            let name = format!("{} {} by {}", named(&original), there.kind, named(&new));
            return Err(Conflict::Exists { entity: "evolution", name }.into());
        }
        if !state::may_follow(self.kind, new.status) {
            let status = new.status.as_str().to_owned();
            return Err(Conflict::Inactive { entity: "decision", name: named(&new), status }.into());
        }
        let event = state::event_of(self.kind);
        let after = write::after(prefix, &original, event)?;
        refuse_circle(tx, prefix, &original, &new).await?;
        insert(tx, &[link(tx, original.id, new.id, self.kind, reason)]).await?;
        let evolved = if after == original { original } else { write::update(tx, &original, after).await? };
        write::note(tx, &evolved, prefix, self.kind.as_str()).await?;
        Ok(answer(evolved, new, false))
    }
}

impl EvolveDecision {
    /// Both decisions, locked; the new one is captured where it is not there yet.
    async fn pair(
        &self,
        tx: &Tx,
        project: &projects::Model,
        original: decisions::Model,
    ) -> Result<(decisions::Model, decisions::Model)> {
        let gone = || Error::not_found("decision", self.original.to_string());
        match &self.into {
            EvolvesInto::New(new) => {
                let new = AddDecision { project: Some(Ref::Id(project.id)), ..(**new).clone() };
                let links = new.links(tx).await?;
                // Both items in the order of their ids, before either decision.
                let items = links.item.as_ref().map(|item| item.id).into_iter().chain(original.work_item_id);
                item::lock_all(tx, items).await?;
                let original = write::lock(tx, &[&original]).await?.remove(&original.id).ok_or_else(gone)?;
                let new = add::create(tx, &new, &links).await?;
                Ok((original, new))
            }
            EvolvesInto::Existing(name) => {
                let (other, new) = find(tx, Some(&Ref::Id(project.id)), name).await?;
                let named = key(&other.key_prefix, new.number);
                if new.id == original.id {
                    return Err(Error::invalid("decision", named, "a decision cannot evolve into itself"));
                }
                if other.id != project.id {
                    let rule = format!("must be of the same project, {}", project.slug);
                    return Err(Error::invalid("decision", named, rule));
                }
                let mut locked = write::lock(tx, &[&original, &new]).await?;
                let original = locked.remove(&original.id).ok_or_else(gone)?;
                let new = locked.remove(&new.id).ok_or_else(|| Error::not_found("decision", named))?;
                Ok((original, new))
            }
        }
    }
}

async fn linked(tx: &Tx, original: Uuid, new: Uuid) -> Result<Option<evolutions::Model>> {
    let query = evolutions::Entity::find()
        .filter(evolutions::Column::OriginalId.eq(original))
        .filter(evolutions::Column::NewId.eq(new));
    Ok(query.one(&tx.conn).await?)
}

/// Refuses what would make a decision come of itself. The caller has locked the project's decisions.
async fn refuse_circle(tx: &Tx, prefix: &str, original: &decisions::Model, new: &decisions::Model) -> Result<()> {
    let links = chain::of_project(tx, original.project_id).await?;
    let Some(path) = chain::path(&links, new.id, original.id) else { return Ok(()) };
    let rows = decisions::Entity::find().filter(decisions::Column::Id.is_in(path.iter().copied()));
    let rows = rows.all(&tx.conn).await?;
    let number = |id: &Uuid| rows.iter().find(|row| row.id == *id).map(|row| key(prefix, row.number));
    let path = path.iter().filter_map(number).collect();
    let (decision, original) = (key(prefix, new.number), key(prefix, original.number));
    Err(Conflict::CameOf { decision, original, path }.into())
}

/// The row of a link that is made now.
pub(super) fn link(
    tx: &Tx,
    original: Uuid,
    new: Uuid,
    kind: DecisionEvolutionKind,
    reason: String,
) -> evolutions::Model {
    let (actor_type, actor_id) = who(tx.actor);
    evolutions::Model {
        id: id::new(),
        original_id: original,
        new_id: new,
        kind,
        reason,
        actor_type,
        actor_id,
        created_at: tx.now,
    }
}

pub(super) async fn insert(tx: &Tx, rows: &[evolutions::Model]) -> Result<()> {
    for chunk in rows.chunks(2000) {
        let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        let inserted = evolutions::Entity::insert_many(models).exec_without_returning(&tx.conn).await;
        inserted.map_err(taken("evolution", "of the two decisions"))?;
    }
    Ok(())
}

/// The acting one, in the words of the table.
pub(super) fn who(actor: Actor) -> (DecisionEvolutionActorType, Option<Uuid>) {
    let kind = match actor.kind {
        ActorType::Agent => DecisionEvolutionActorType::Agent,
        ActorType::User => DecisionEvolutionActorType::User,
        ActorType::System => DecisionEvolutionActorType::System,
    };
    (kind, actor.id)
}
