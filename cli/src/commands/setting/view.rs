//! How a setting is shown.

use callboard_service::setting::{Setting, Source};
use serde_json::Value;

/// The value as text: a string without its quotes.
pub fn value(setting: &Setting) -> Option<String> {
    setting.value.as_ref().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

pub fn source(setting: &Setting) -> &'static str {
    match setting.source {
        Source::Project => "project",
        Source::Board => "board",
        Source::Default => "default",
    }
}
