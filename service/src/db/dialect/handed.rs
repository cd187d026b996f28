//! Handovers to nobody in particular, by who holds their items: those that `message::mark` lets the holder read.

use super::Dialect;

const TEXT: [&str; 2] = [
    "SELECT m.id, m.read_at, m.acknowledged_at \
     FROM task_assignments a INDEXED BY ix_task_assignments_agent_held \
     JOIN board_messages m INDEXED BY ix_board_messages_handed_over ON m.work_item_id = a.work_item_id \
     WHERE a.agent_id = $1 AND a.status IN ('assigned', 'started', 'paused') \
     AND m.to_agent_id IS NULL AND m.kind = 'handover' AND ($2 IS NULL OR m.project_id = $2) ORDER BY m.id DESC",
    "SELECT m.id, m.read_at, m.acknowledged_at \
     FROM task_assignments a JOIN board_messages m ON m.work_item_id = a.work_item_id \
     WHERE a.agent_id = $1::uuid AND a.status IN ('assigned', 'started', 'paused') \
     AND m.to_agent_id IS NULL AND m.kind = 'handover' AND ($2::uuid IS NULL OR m.project_id = $2::uuid) \
     ORDER BY m.id DESC",
];

impl Dialect {
    /// Those of what an agent holds, with when they were read and acknowledged, the newest first (`$1` agent, `$2` project or
    /// NULL).
    pub fn handed_over(self) -> &'static str {
        match self {
            Self::Sqlite => TEXT[0],
            Self::Postgres => TEXT[1],
        }
    }
}
