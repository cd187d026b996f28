//! What people and agents look at while they work.

use callboard_service::agent::{AgentAssignments, AgentItems, ShowAgent};
use callboard_service::artifact::ListArtifacts;
use callboard_service::assignment::{Holder, ListAssignments};
use callboard_service::checkpoint::ListCheckpoints;
use callboard_service::decision::ListDecisions;
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::file::ListFiles;
use callboard_service::item::{Assignee, AssigneeFilter, ItemBlockers, ItemHistory, ListItems, Ready, ShowItem};
use callboard_service::message::{Inbox, ShowMessage};
use callboard_service::prerequisite::ListPrerequisites;
use callboard_service::recovery::Recover;
use callboard_service::search::{Search, Within};
use callboard_service::session::{ListSessions, SessionStatus, ShowSession};
use callboard_service::sprint::ShowSprint;
use callboard_service::stream::ShowStream;
use callboard_service::workflow::{ListRuns, RunLogs, ShowRun};
use callboard_service::{Actor, Ref};
use support::large::{HELD, HOLDER, Of, READY, TALKED_ABOUT, id};
use support::{TestDb, both_large};

use super::call::{Call, call};
use super::check::assert_bounded;
use super::hot::project;

fn r(of: Of, number: u64) -> Ref {
    Ref::Id(id(of, number))
}

fn queue() -> Vec<Call> {
    vec![
        call!("ready", |c| {
            assert_eq!(c.read(&Ready::default()).await.items.len(), 100);
        }),
        call!("ready in a project", |c| {
            assert_eq!(c.read(&Ready { project: project(), ..Ready::default() }).await.items.len(), 100);
        }),
        call!("ready for an agent", |c| {
            c.read(&Ready::of(r(Of::Agent, 1))).await;
        }),
        call!("ready in a stream", |c| {
            c.read(&Ready { stream: Some(r(Of::Stream, 1)), ..Ready::default() }).await;
        }),
        call!("ready in a sprint", |c| {
            c.read(&Ready { sprint: Some(r(Of::Sprint, 3)), ..Ready::default() }).await;
        }),
        call!("list", |c| {
            assert_eq!(c.read(&ListItems::default()).await.items.len(), 50);
        }),
        call!("list of a project", |c| {
            assert_eq!(c.read(&ListItems { project: project(), ..ListItems::default() }).await.items.len(), 50);
        }),
        call!("list of a project, far down", |c| {
            let cursor = Some(format!("p3.{}", id(Of::Item, 50_000).simple()));
            assert_eq!(c.read(&ListItems { project: project(), cursor, ..ListItems::default() }).await.items.len(), 50);
        }),
        call!("list, far down", |c| {
            let cursor = Some(format!("p3.{}", id(Of::Item, 50_000).simple()));
            assert_eq!(c.read(&ListItems { cursor, ..ListItems::default() }).await.items.len(), 50);
        }),
        call!("list by status", |c| {
            let statuses = vec![WorkItemStatus::Todo];
            assert_eq!(
                c.read(&ListItems { project: project(), statuses, ..ListItems::default() }).await.items.len(),
                50
            );
        }),
        call!("list by assignee", |c| {
            let assignee = Some(AssigneeFilter::Is(Assignee::Agent(r(Of::Agent, HOLDER))));
            c.read(&ListItems { assignee, ..ListItems::default() }).await;
        }),
        call!("list of a sprint", |c| {
            c.read(&ListItems { sprint: Some(r(Of::Sprint, 3)), ..ListItems::default() }).await;
        }),
        call!("list of what is below", |c| {
            c.read(&ListItems { parent: Some(r(Of::Item, 50_200)), ..ListItems::default() }).await;
        }),
    ]
}

fn details() -> Vec<Call> {
    vec![
        call!("item show", |c| {
            c.read(&ShowItem { item: r(Of::Item, HELD) }).await;
        }),
        call!("item show, with a long history", |c| {
            c.read(&ShowItem { item: r(Of::Item, TALKED_ABOUT) }).await;
        }),
        call!("item history", |c| {
            let item = r(Of::Item, TALKED_ABOUT);
            let page = c.read(&ItemHistory { item, comments: false, before: None, limit: 50 }).await;
            assert_eq!(page.events.len(), 50);
        }),
        call!("item history, far down", |c| {
            let item = r(Of::Item, TALKED_ABOUT);
            let page = c.read(&ItemHistory { item, comments: false, before: Some(1000), limit: 50 }).await;
            assert_eq!(page.events.len(), 50);
        }),
        call!("item blockers", |c| {
            c.read(&ItemBlockers { item: r(Of::Item, READY) }).await;
        }),
        call!("prerequisite list", |c| {
            c.read(&ListPrerequisites { item: r(Of::Item, READY) }).await;
        }),
        call!("assignment list", |c| {
            assert_eq!(c.read(&ListAssignments::default()).await.assignments.len(), 50);
        }),
        call!("assignment list --open", |c| {
            assert_eq!(
                c.read(&ListAssignments { open: true, ..ListAssignments::default() }).await.assignments.len(),
                50
            );
        }),
        call!("assignment list of an agent", |c| {
            let holder = Some(Holder::Agent(r(Of::Agent, HOLDER)));
            c.read(&ListAssignments { holder, ..ListAssignments::default() }).await;
        }),
        call!("assignment list --status failed", |c| {
            let statuses = vec![TaskAssignmentStatus::Failed];
            c.read(&ListAssignments { statuses, ..ListAssignments::default() }).await;
        }),
        call!("agent show", |c| {
            c.read(&ShowAgent { agent: r(Of::Agent, HOLDER) }).await;
        }),
        call!("agent items", |c| {
            c.read(&AgentItems { agent: r(Of::Agent, HOLDER), after: None, limit: None }).await;
        }),
        call!("agent assignments", |c| {
            let agent = r(Of::Agent, HOLDER);
            c.read(&AgentAssignments { agent, open_only: true, after: None, limit: None }).await;
        }),
        call!("sprint show", |c| {
            c.read(&ShowSprint { project: None, sprint: r(Of::Sprint, 3) }).await;
        }),
        call!("stream show", |c| {
            c.read(&ShowStream { project: None, stream: r(Of::Stream, 1) }).await;
        }),
    ]
}

fn memory() -> Vec<Call> {
    vec![
        call!("inbox", |c| {
            c.read(&Inbox { agent: r(Of::Agent, 3), project: None, all: false, after: None, limit: None }).await;
        }),
        call!("inbox --all", |c| {
            c.read(&Inbox { agent: r(Of::Agent, 3), project: None, all: true, after: None, limit: None }).await;
        }),
        call!("message show", |c| {
            c.read(&ShowMessage { message: id(Of::Message, 20) }).await;
        }),
        call!("session status", |c| {
            let actor = Actor::agent(id(Of::Agent, 101));
            c.read(&SessionStatus { actor, session: None, project: None }).await;
        }),
        call!("session show", |c| {
            c.read(&ShowSession { session: r(Of::Session, 100), before: None, limit: 50 }).await;
        }),
        call!("session list", |c| {
            c.read(&ListSessions { project: project(), ..ListSessions::default() }).await;
        }),
        call!("checkpoint list", |c| {
            c.read(&ListCheckpoints { item: r(Of::Item, TALKED_ABOUT), before: None, limit: 50 }).await;
        }),
        call!("file list of an item", |c| {
            c.read(&ListFiles { item: Some(r(Of::Item, 100)), ..ListFiles::default() }).await;
        }),
        call!("decision list", |c| {
            c.read(&ListDecisions { project: project(), ..ListDecisions::default() }).await;
        }),
        call!("recover", |c| {
            c.read(&Recover { item: r(Of::Item, HELD), budget: None, assignment: None }).await;
        }),
        call!("artifact list", |c| {
            c.read(&ListArtifacts { item: Some(r(Of::Item, 100)), ..ListArtifacts::default() }).await;
        }),
        call!("workflow list", |c| {
            c.read(&ListRuns { project: project(), ..ListRuns::default() }).await;
        }),
        call!("workflow list --interrupted", |c| {
            c.read(&ListRuns { interrupted: true, ..ListRuns::default() }).await;
        }),
        call!("workflow show", |c| {
            c.read(&ShowRun { run: r(Of::Run, 100) }).await;
        }),
        call!("workflow logs", |c| {
            c.read(&RunLogs { run: r(Of::Run, 100), after: None, limit: 50 }).await;
        }),
    ]
}

fn searches() -> Vec<Call> {
    vec![
        call!("search", |c| {
            assert_eq!(c.read(&Search::new("word123")).await.hits.len(), 20);
        }),
        call!("search in a project", |c| {
            assert!(!c.read(&Search { project: project(), ..Search::new("word123") }).await.hits.is_empty());
        }),
        call!("search in decisions", |c| {
            let search = Search { within: vec![Within::Decisions], ..Search::new("decision 123") };
            assert_eq!(c.read(&search).await.hits.len(), 1);
        }),
        call!("search about a file", |c| {
            let search = Search { file: Some("src/file7.rs".to_owned()), ..Search::new("word123") };
            c.read(&search).await;
        }),
    ]
}

both_large! {
    async fn queues_and_lists_are_read_in_the_order_of_an_index(t: TestDb) {
        assert_bounded(&t, &queue()).await;
    }

    async fn details_are_found_by_what_they_belong_to(t: TestDb) {
        assert_bounded(&t, &details()).await;
    }

    async fn what_is_remembered_is_found_by_what_it_is_about(t: TestDb) {
        assert_bounded(&t, &memory()).await;
    }

    async fn searches_read_what_they_find(t: TestDb) {
        assert_bounded(&t, &searches()).await;
    }
}
