//! Sprints: the time boxes of a project.
