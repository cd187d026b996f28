//! Counting items without looking at all of them.

use callboard_entity::WorkItemStatus;

use super::Dialect;

impl Dialect {
    /// How many of the first `$1` items of each status that are not archived are delegated how (`$2` the project or NULL):
    /// rows of status, delegation and number.
    pub fn count_some(self) -> String {
        // By projects, since the index begins with them; named, as in `claim`.
        let one = |status: &str| match self {
            Self::Sqlite => format!(
                "SELECT * FROM (SELECT w.status AS status, w.delegation_status AS delegation FROM board_projects p \
                 CROSS JOIN work_items w INDEXED BY ix_work_items_project_id_status ON w.project_id = p.id \
                 WHERE ($2 IS NULL OR p.id = $2) AND w.status = '{status}' AND w.archived_at IS NULL LIMIT $1)"
            ),
            Self::Postgres => format!(
                "(SELECT i.status, i.delegation FROM board_projects p CROSS JOIN LATERAL ( \
                   SELECT w.status AS status, w.delegation_status AS delegation FROM work_items w \
                   WHERE w.project_id = p.id AND w.status = '{status}' AND w.archived_at IS NULL LIMIT $1) i \
                 WHERE ($2::uuid IS NULL OR p.id = $2) LIMIT $1)"
            ),
        };
        let all: Vec<String> = WorkItemStatus::ALL.iter().map(|status| one(status.as_str())).collect();
        format!(
            "SELECT status, delegation, count(*) AS items FROM ({}) c GROUP BY status, delegation",
            all.join(" UNION ALL ")
        )
    }
}
