//! The checks over what belongs to a project and to no single item.

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::damage::Damage;
use super::window::Broken;
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::Result;

/// What is broken of a project; at most as many rows of each check as a run keeps.
pub(crate) async fn of_project(tx: &Tx, project: Uuid, level: Level) -> Result<Vec<Broken>> {
    let mut found = Vec::new();
    for (damage, sql) in statements(tx.dialect).into_iter().filter(|(damage, _)| damage.is_looked_for(level)) {
        for row in tx.conn.query_all_raw(tx.dialect.statement(&sql, [project.into()])).await? {
            found.push(Broken {
                damage,
                item: None,
                subject: row.try_get("", "subject")?,
                found: row.try_get::<Option<String>>("", "found")?.unwrap_or_default(),
                expected: row.try_get::<Option<String>>("", "expected")?.unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

/// As [`of_project`], of one kind: what `--fix` reads again.
pub(super) async fn expected(tx: &Tx, project: Uuid, damage: Damage) -> Result<Option<String>> {
    let Some((_, sql)) = statements(tx.dialect).into_iter().find(|(own, _)| *own == damage) else { return Ok(None) };
    let row = tx.conn.query_one_raw(tx.dialect.statement(&sql, [project.into()])).await?;
    Ok(row.map(|row| row.try_get("", "expected")).transpose()?)
}

fn statements(dialect: Dialect) -> Vec<(Damage, String)> {
    vec![
        (Damage::NextItemNumber, next_item_number(dialect)),
        (
            Damage::NextDecisionNumber,
            "SELECT q.slug AS subject, 'next_decision_number ' || CAST(q.next_decision_number AS text) AS found, \
             CAST(g.newest + 1 AS text) AS expected FROM board_projects q \
             JOIN (SELECT project_id, max(number) AS newest FROM board_decisions WHERE project_id = $1 GROUP BY project_id) \
             AS g ON g.project_id = q.id WHERE q.id = $1 AND q.next_decision_number <= g.newest"
                .to_owned(),
        ),
        (
            Damage::SprintDates,
            "SELECT s.code AS subject, 'from ' || CAST(s.starts_on AS text) || ' to ' || CAST(s.ends_on AS text) AS found, \
             'an end that is not before the beginning' AS expected FROM sprints s \
             WHERE s.project_id = $1 AND s.ends_on < s.starts_on ORDER BY s.code LIMIT 1000"
                .to_owned(),
        ),
        (
            Damage::SprintElsewhere,
            "SELECT s.code AS subject, 'holds ' || w.\"key\" AS found, 'items of its own project' AS expected \
             FROM sprints s JOIN sprint_items m ON m.sprint_id = s.id JOIN work_items w ON w.id = m.work_item_id \
             WHERE s.project_id = $1 AND w.project_id <> s.project_id ORDER BY s.code, w.\"key\" LIMIT 1000"
                .to_owned(),
        ),
        (
            Damage::StreamElsewhere,
            "SELECT s.slug AS subject, 'holds ' || w.\"key\" AS found, 'items of its own project' AS expected \
             FROM work_streams s JOIN work_stream_items m ON m.stream_id = s.id JOIN work_items w ON w.id = m.work_item_id \
             WHERE s.project_id = $1 AND w.project_id <> s.project_id ORDER BY s.slug, w.\"key\" LIMIT 1000"
                .to_owned(),
        ),
        (
            Damage::WorkflowSteps,
            "SELECT r.workflow_id AS subject, 'steps_completed ' || CAST(r.steps_completed AS text) AS found, \
             CAST(coalesce(g.n, 0) AS text) AS expected FROM workflow_runs r \
             LEFT JOIN (SELECT workflow_run_id, count(*) AS n FROM workflow_steps WHERE status = 'completed' \
               GROUP BY workflow_run_id) AS g ON g.workflow_run_id = r.id \
             WHERE r.project_id = $1 AND r.steps_completed <> coalesce(g.n, 0) ORDER BY r.workflow_id LIMIT 1000"
                .to_owned(),
        ),
    ]
}

/// Above the number of every key that the project has given out: the next item would get a key twice.
fn next_item_number(dialect: Dialect) -> String {
    format!(
        "SELECT q.slug AS subject, 'next_item_number ' || CAST(q.next_item_number AS text) AS found, \
         CAST(g.newest + 1 AS text) AS expected FROM board_projects q \
         JOIN (SELECT q.id AS id, {newest} AS newest FROM board_projects q JOIN work_items w ON w.project_id = q.id \
           AND substr(w.\"key\", 1, length(q.key_prefix) + 1) = q.key_prefix || '-' WHERE q.id = $1 GROUP BY q.id) AS g \
         ON g.id = q.id WHERE q.next_item_number <= g.newest",
        newest = dialect.newest_number()
    )
}
