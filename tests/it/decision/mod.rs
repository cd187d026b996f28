//! Decisions: what was decided, why, and what came of it.

mod accept;
mod add;
mod edit;
mod evolve;
mod export;
mod import;
mod import_links;
mod list;
mod machine;
mod reject;
mod show;

use callboard_service::Ref;
use callboard_service::decision::{AddDecision, EvolveDecision, EvolvesInto, NamedDecision};
use callboard_service::entity::{
    DecisionCategory, DecisionEvolutionKind, DecisionImpact, DecisionImplementationStatus, DecisionStatus,
    WorkSessionSource, WorkSessionStatus, WorkSessionType, board_decisions as decisions,
    decision_evolutions as evolutions, work_sessions,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryOrder};
use support::Seed;
use uuid::Uuid;

/// A decision of `demo` that says no more than it must.
pub fn decision(title: &str) -> AddDecision {
    let project = Some(Ref::from("demo"));
    AddDecision { project, ..AddDecision::new(title, format!("Do {title}."), "It is better so.") }
}

/// Captures it.
pub async fn add(seed: &Seed, title: &str) -> NamedDecision {
    seed.must(&decision(title)).await
}

pub fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A decision that says all that there is to say.
fn full(item: Uuid, agent: &str) -> AddDecision {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
    AddDecision {
        category: DecisionCategory::Security,
        impact: DecisionImpact::High,
        problem: Some("Keys lie\nin the open.".to_owned()),
        context: Some("Two hosts, `one` disk:\n\n```sh\n# no heading\n## none either\n```".to_owned()),
        implementation_approach: Some("First the one,\n\n1. then the other".to_owned()),
        alternatives: texts(&["A vault\n\n- costs\n  a lot", "Nothing"]),
        trade_offs: texts(&["slower"]),
        risks: texts(&["the key is lost", "# not a heading", "- not a list"]),
        mitigations: texts(&["two copies"]),
        success_criteria: texts(&["`grep` finds none"]),
        affected_files: texts(&["src/key.rs", "docs"]),
        affected_components: texts(&["key store", "Größe: \"x\""]),
        implementation_status: DecisionImplementationStatus::InProgress,
        outcome: Some("\\# half done".to_owned()),
        lessons: Some("## Ask first\n\\## and \"quote\" 'it'".to_owned()),
        review_at: Some(time("2027-01-02T03:04:05.678901Z")),
        item: Some(Ref::Id(item)),
        agent: Some(Ref::from(agent)),
        ..decision("Keep keys: \"apart\" [from] the rest")
    }
}

/// A session of `demo`.
pub async fn session(seed: &Seed, key: &str) -> work_sessions::Model {
    let now = seed.board.now();
    let row = work_sessions::Model {
        id: Uuid::now_v7(),
        key: key.to_owned(),
        project_id: Some(seed.project.id),
        agent_id: None,
        user_id: Some(seed.user.id),
        source: WorkSessionSource::Cli,
        session_type: WorkSessionType::Work,
        status: WorkSessionStatus::Active,
        active_work_item_id: None,
        started_at: now,
        resumed_at: Some(now),
        paused_at: None,
        ended_at: None,
        active_seconds: 0,
        summary: None,
        metadata: None,
        created_at: now,
        updated_at: now,
    };
    let insert = work_sessions::Entity::insert(row.clone().into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("add the session");
    row
}

pub async fn row(seed: &Seed, id: Uuid) -> decisions::Model {
    decisions::Entity::find_by_id(id).one(&seed.raw).await.expect("read the decision").expect("the decision is there")
}

/// All decisions, by number.
pub async fn rows(seed: &Seed) -> Vec<decisions::Model> {
    let all = decisions::Entity::find().order_by_asc(decisions::Column::Number).order_by_asc(decisions::Column::Id);
    all.all(&seed.raw).await.expect("read the decisions")
}

/// All links, the oldest first.
pub async fn links(seed: &Seed) -> Vec<evolutions::Model> {
    let all = evolutions::Entity::find().order_by_asc(evolutions::Column::Id);
    all.all(&seed.raw).await.expect("read the links")
}

/// That `original` evolved into `new`, which is there.
pub fn evolve(original: &NamedDecision, kind: DecisionEvolutionKind, new: &NamedDecision) -> EvolveDecision {
    EvolveDecision {
        project: None,
        original: Ref::from(original.key.as_str()),
        kind,
        into: EvolvesInto::Existing(Ref::from(new.key.as_str())),
        reason: format!("{} was not enough", original.decision.title),
    }
}

/// A decision in that status, by the verbs that lead there.
async fn in_status(seed: &Seed, title: &str, status: DecisionStatus) -> NamedDecision {
    use callboard_service::decision::RejectDecision;
    let proposed = AddDecision { status: DecisionStatus::Proposed, ..decision(title) };
    match status {
        DecisionStatus::Proposed => seed.must(&proposed).await,
        DecisionStatus::Accepted => add(seed, title).await,
        DecisionStatus::Rejected => {
            let found = seed.must(&proposed).await;
            let reject = RejectDecision { project: None, decision: Ref::Id(found.decision.id), reason: None };
            seed.must(&reject).await.decision
        }
        DecisionStatus::Superseded | DecisionStatus::Reversed => {
            let (old, new) = (add(seed, title).await, add(seed, "the newer one").await);
            let kind = match status {
                DecisionStatus::Superseded => DecisionEvolutionKind::Superseded,
                _ => DecisionEvolutionKind::Reversed,
            };
            seed.must(&evolve(&old, kind, &new)).await.original
        }
    }
}
