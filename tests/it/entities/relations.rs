//! The generated relations find the right rows, on both databases.

use callboard_entity::*;
use sea_orm::prelude::{DateTimeUtc, Uuid};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityLoaderTrait, EntityTrait, IntoActiveModel, JoinType,
    ModelTrait, QueryOrder, QuerySelect, RelationTrait, TransactionTrait,
};
use support::{TestDb, both, workflow_rows};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A transaction with rows that no verb made; dropped, it rolls back.
async fn seeded(t: &TestDb) -> DatabaseTransaction {
    let db = t.raw().await.begin().await.expect("begin");
    seed(&db).await;
    db
}

/// Two projects, a sprint of two items, a child and a prerequisite, and one assignment by a user to an agent.
async fn seed(db: &DatabaseTransaction) {
    let at = DateTimeUtc::from_timestamp_micros(1_795_230_000_000_000).expect("a time");
    let sql = match db.get_database_backend() {
        sea_orm::DbBackend::Sqlite => |n: u128| format!("x'{n:032x}'"),
        _ => |n: u128| format!("'{}'", id(n)),
    };
    let time = at.to_rfc3339();
    let item = |n: u128, parent: String| {
        format!(
            "INSERT INTO work_items (id, project_id, parent_id, key, type, title, status, priority, revision, created_at, \
             updated_at) VALUES ({}, {}, {parent}, 'CB-{n}', 'task', 't', 'todo', 2, 0, '{time}', '{time}')",
            sql(n),
            sql(20)
        )
    };
    let project = |n: u128| {
        format!(
            "INSERT INTO board_projects VALUES ({}, 'p{n}', 'p', 'P{n}', 1, 1, NULL, 'active', NULL, '{time}', '{time}')",
            sql(n)
        )
    };
    for statement in [
        project(20),
        project(21),
        item(40, "NULL".to_owned()),
        item(41, sql(40)),
        item(42, "NULL".to_owned()),
        format!(
            "INSERT INTO sprints VALUES ({}, {}, 'SPRINT-1', 's', NULL, 'active', NULL, NULL, NULL, '{time}', '{time}')",
            sql(30),
            sql(20)
        ),
        format!("INSERT INTO sprint_items VALUES ({}, {}, 2, '{time}')", sql(30), sql(41)),
        format!("INSERT INTO sprint_items VALUES ({}, {}, 1, '{time}')", sql(30), sql(42)),
        format!("INSERT INTO board_users VALUES ({}, 'Ada', NULL, '{time}', '{time}')", sql(10)),
    ] {
        super::change::run(db, &statement).await;
    }
    let agent = agent_profiles::Model {
        id: id(50),
        name: "a".to_owned(),
        slug: "a".to_owned(),
        r#type: "tester".to_owned(),
        mode: AgentProfileMode::Analysis,
        description: None,
        capabilities: None,
        constraints: None,
        tools: None,
        metadata: None,
        status: AgentProfileStatus::Active,
        max_open_assignments: None,
        created_at: at,
        updated_at: at,
    };
    agent.into_active_model().reset_all().insert(db).await.expect("an agent");
    let assignment = task_assignments::Model {
        id: id(60),
        work_item_id: id(41),
        agent_id: Some(id(50)),
        user_id: None,
        assigned_by: Some(id(10)),
        assigned_by_agent_id: None,
        assigned_at: at,
        started_at: None,
        completed_at: None,
        status: TaskAssignmentStatus::Assigned,
        attempt: 0,
        lease_expires_at: None,
        heartbeat_at: None,
        notes: None,
        context: None,
        created_at: at,
        updated_at: at,
    };
    assignment.into_active_model().reset_all().insert(db).await.expect("an assignment");
}

async fn item(db: &DatabaseTransaction, n: u128) -> work_items::Model {
    work_items::Entity::find_by_id(id(n)).one(db).await.expect("read").expect("the item")
}

both! {
    async fn from_a_row_to_its_whole_and_back(t: TestDb) {
        let db = seeded(&t).await;
        let sprint = sprints::Entity::find().one(&db).await.expect("read").expect("the sprint");
        let project = sprint.find_related(board_projects::Entity).one(&db).await.expect("read").expect("its project");
        assert_eq!(project.id, id(20));
        assert_eq!(project.find_related(sprints::Entity).all(&db).await.expect("read"), [sprint]);
    }

    async fn through_a_junction_both_ways(t: TestDb) {
        let db = seeded(&t).await;
        let sprint = sprints::Entity::find().one(&db).await.expect("read").expect("the sprint");
        let items = sprint.find_related(work_items::Entity).order_by_asc(sprint_items::Column::Position).all(&db).await;
        let items: Vec<Uuid> = items.expect("read").iter().map(|i| i.id).collect();
        assert_eq!(items, [id(42), id(41)]);
        let sprints = item(&db, 41).await.find_related(sprints::Entity).all(&db).await.expect("read");
        assert_eq!(sprints, [sprint]);
        let none = item(&db, 40).await.find_related(sprints::Entity).all(&db).await.expect("read");
        assert!(none.is_empty(), "{none:?}");
    }

    async fn within_one_table(t: TestDb) {
        let db = seeded(&t).await;
        let loaded = work_items::Entity::load()
            .filter_by_id(id(41))
            .with(work_items::Relation::Parent)
            .one(&db)
            .await
            .expect("load")
            .expect("the child");
        assert_eq!(loaded.parent.as_ref().expect("a parent").id, id(40));
        let children = work_items::Entity::load().filter_by_id(id(40)).with(work_items::Relation::WorkItemsByParent);
        let loaded = children.one(&db).await.expect("load").expect("the parent");
        assert_eq!(loaded.work_items_by_parent.iter().map(|item| item.id).collect::<Vec<_>>(), [id(41)]);
    }

    async fn two_foreign_keys_to_one_table_stay_apart(t: TestDb) {
        let db = seeded(&t).await;
        let loaded = task_assignments::Entity::load()
            .filter_by_id(id(60))
            .with(task_assignments::Relation::Agent)
            .with(task_assignments::Relation::AssignedByUser)
            .one(&db)
            .await
            .expect("load")
            .expect("the assignment");
        assert_eq!(loaded.agent.as_ref().expect("an agent").id, id(50));
        assert_eq!(loaded.assigned_by_user.as_ref().expect("a user").name, "Ada");
        let given = task_assignments::Entity::find()
            .join(JoinType::InnerJoin, task_assignments::Relation::AssignedByAgent.def())
            .all(&db)
            .await
            .expect("join");
        assert!(given.is_empty(), "{given:?}");
    }

    async fn both_ends_of_a_dependency_stay_apart(t: TestDb) {
        let db = seeded(&t).await;
        workflow_rows::write_all(&db, id(20), id(50), id(41), id(10)).await;
        let run = workflow_runs::Entity::find().one(&db).await.expect("read").expect("the run");
        let steps = run.find_related(workflow_steps::Entity).order_by_asc(workflow_steps::Column::StepNumber).all(&db);
        let [first, second] = &steps.await.expect("read")[..] else { panic!("not two steps") };
        let load = async |id| {
            workflow_steps::Entity::load()
                .filter_by_id(id)
                .with(workflow_steps::Relation::WorkflowStepDependenciesByStep)
                .with(workflow_steps::Relation::WorkflowStepDependenciesByDependsOn)
                .one(&db)
                .await
                .expect("load")
                .expect("the step")
        };
        let loaded = load(second.id).await;
        let needs: Vec<Uuid> = loaded.workflow_step_dependencies_by_step.iter().map(|d| d.depends_on_id).collect();
        assert_eq!((needs, loaded.workflow_step_dependencies_by_depends_on.len()), (vec![first.id], 0));
        let loaded = load(first.id).await;
        let next: Vec<Uuid> = loaded.workflow_step_dependencies_by_depends_on.iter().map(|d| d.step_id).collect();
        assert_eq!((next, loaded.workflow_step_dependencies_by_step.len()), (vec![second.id], 0));
    }
}
