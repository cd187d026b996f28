//! Workflows: templates, runs and their steps.

mod template;
