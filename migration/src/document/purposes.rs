//! What each table is for, which no catalogue says: SQLite has no comments. A test keeps it complete.

/// A group's name, and the name and purpose of each of its tables.
pub type Group = (&'static str, &'static [(&'static str, &'static str)]);

/// The groups in the order in which they are shown.
pub const GROUPS: &[Group] = &[
    (
        "People and projects",
        &[
            ("board_users", "The people who use the board, and whoever acts in their name."),
            ("board_projects", "A body of work with keys of its own: every item, sprint and setting belongs to one."),
            ("board_settings", "Values that a user chose for the whole board, or for one project."),
        ],
    ),
    (
        "Work",
        &[
            ("work_items", "What there is to do, where it stands, and what a claim needs to know to hand it out."),
            ("work_item_requirements", "The capabilities that an item needs of whoever claims it."),
            (
                "task_prerequisites",
                "What must be so before an item may be worked on: another item done, or a condition.",
            ),
            (
                "work_item_events",
                "The ledger: one row for each change of an item, never changed; replayed, it gives the item.",
            ),
            ("sprints", "A stretch of time with a goal, within a project."),
            ("sprint_items", "Which items are in which sprint, and in what order."),
        ],
    ),
    (
        "Agents and assignments",
        &[
            ("agent_profiles", "The AI agents that may be given work, each with its kind, tools and limits."),
            ("agent_capabilities", "What each agent was granted to be able to do, and how well."),
            (
                "task_assignments",
                "Who holds or held an item, until when: the id of the open one is the fence of its holder's writes.",
            ),
        ],
    ),
    (
        "Workflows",
        &[
            ("workflow_templates", "The definitions that runs are started from; a version of one is never changed."),
            ("workflow_runs", "A piece of work in several steps, driven by one runner at a time."),
            ("workflow_steps", "The steps of a run with what each gave: a stored output is never made again."),
            ("workflow_step_dependencies", "Which steps a step waits for."),
            ("workflow_outputs", "What a run hands to its user, by key."),
            ("workflow_context", "What the agents of a run tell each other, by key."),
            ("workflow_events", "The ledger of runs and steps: one row for each change, never changed."),
        ],
    ),
    (
        "Continuity",
        &[
            ("work_sessions", "Who is or was at work, from when to when, on what."),
            ("session_events", "What happened in a session, in its order: contexts, notes, commands, pauses."),
            ("file_operations", "What was done to the files of a project for an item, and whether that is still seen."),
            ("file_verifications", "What each look at the file system found of a file operation, never changed."),
            ("board_decisions", "What was decided, why, and what came of it; numbered in each project."),
            ("decision_evolutions", "Which decision came of which other one, and why."),
            ("board_messages", "What agents tell each other, and what they hand over; in threads."),
            ("checkpoints", "How far the work on an item has come, as its holder wrote it down."),
        ],
    ),
    (
        "Automation",
        &[
            ("reviews", "What reviewers said of finished work, and why; never changed."),
            (
                "board_artifacts",
                "What came of the work on an item, in versions: in the row, or as a file by its content.",
            ),
            ("work_streams", "Items that are worked on one after another for one purpose, and how to go about them."),
            ("work_stream_items", "Which items are in which work stream, and in what order."),
            ("maintenance_operations", "Each run of the maintenance: what it was asked, how far it is, what it found."),
            (
                "project_health_metrics",
                "What was measured of a project, when, and whether that was within its threshold.",
            ),
            ("work_item_archives", "Items that were taken off the board with all of their rows, until they expire."),
        ],
    ),
    (
        "Bookkeeping",
        &[
            ("external_refs", "Where an imported thing came from, so that importing it again changes it, or nothing."),
            ("idempotency_keys", "The result of a request that its caller named, given again when it is repeated."),
            ("callboard_migrations", "Which migrations are applied, when, by which version, from which SQL."),
        ],
    ),
];

/// The group of tables that are not ours.
pub const OTHERS: &str = "Other tables";

/// The group of a table.
pub fn group(table: &str) -> &'static str {
    GROUPS.iter().find(|(_, tables)| tables.iter().any(|(name, _)| *name == table)).map_or(OTHERS, |(name, _)| name)
}

/// What a table is for; nothing is known of those that are not ours.
pub fn purpose(table: &str) -> Option<&'static str> {
    GROUPS.iter().flat_map(|(_, tables)| *tables).find(|(name, _)| *name == table).map(|(_, purpose)| *purpose)
}

/// Where a table stands: by group, and within it as listed; those that are not ours by name, after all others.
pub fn position(table: &str) -> (usize, String) {
    let ours = GROUPS.iter().flat_map(|(_, tables)| *tables).position(|(name, _)| *name == table);
    ours.map_or((usize::MAX, table.to_owned()), |at| (at, String::new()))
}
