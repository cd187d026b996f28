//! A generated tracker, of the shape of real ones: epics with children, edges, comments, mostly closed issues.

use serde_json::{Value, json};

/// The lines of `issues` issues.
pub fn issues(issues: usize) -> String {
    let mut lines = String::new();
    for number in 0..issues {
        lines.push_str(&issue(number).to_string());
        lines.push('\n');
    }
    lines
}

fn issue(number: usize) -> Value {
    let id = |number: usize| format!("sample-{number:05}");
    let at = |minutes: usize| {
        format!("2026-01-{:02}T{:02}:{:02}:07.123456789Z", 1 + number / 1440 % 28, number / 60 % 24, minutes % 60)
    };
    let is_epic = number.is_multiple_of(14);
    let closed = !number.is_multiple_of(27);
    let edge = |to: usize, kind: &str| json!({"issue_id": id(number), "depends_on_id": id(to), "type": kind, "created_at": at(1), "created_by": "ada"});
    let mut edges = Vec::new();
    if !is_epic {
        edges.push(edge(number - number % 14, "parent-child"));
    }
    if number % 14 > 1 {
        edges.push(edge(number - 1, "blocks"));
    }
    let comments: Vec<Value> = (0..usize::from(number.is_multiple_of(3)))
        .map(|n| json!({"id": number, "issue_id": id(number), "author": "kim", "text": "Looked into it. ".repeat(20), "created_at": at(n + 2)}))
        .collect();
    let mut issue = json!({
        "id": id(number),
        "title": format!("Issue {number}: what is to be done"),
        "description": "Why it is needed, what it touches, and how it is shown to work.\n".repeat(20),
        "status": if closed { "closed" } else { "open" },
        "priority": number % 5,
        "issue_type": if is_epic { "epic" } else { "task" },
        "created_at": at(0),
        "updated_at": at(30),
        "created_by": "ada",
        "assignee": format!("worker {}", number % 40),
        "estimated_minutes": 0,
        "compaction_level": 0,
        "original_size": 0,
        "dependencies": edges,
        "comments": comments,
    });
    if closed {
        issue["closed_at"] = json!(at(40));
        issue["close_reason"] = json!("Completed");
    }
    issue
}
