//! The stored form: its JSON is stable, since rows of older builds hold it.

use callboard_service::entity::WorkflowOutputType;
use callboard_service::workflow::template::{Definition, InputType, StepSpec};
use serde_json::json;
use support::plain;

use super::valid;

const FULL: &str = r#"
name: full
description: All there is
inputs:
  topic: { type: text, description: What }
  places: { type: json, default: null }
steps:
  - name: search
    title: "Search {{ inputs.topic }}"
    description: Look
    delegate:
      requires: [search:expert]
      agent: searcher
      type: spike
      priority: 1
      acceptance_criteria: [found]
    max_attempts: 2
    timeout: 2h
    backoff: 5s
    gate:
      - { required: true }
      - { field: a.0, min_characters: 1, max_characters: 9 }
      - { field: b, min_items: 1, max_items: 2, contains: c }
      - { field: n, at_least: 0, at_most: 1.5 }
      - { field: v, one_of: [pass, 1], ends_with: "?" }
    output: { key: sources, type: citation_list, field: b }
  - name: count
    function: count_sources
    after: [search]
"#;

plain! {
    fn the_stored_json_is_this() {
        let wanted = json!({
            "name": "full",
            "description": "All there is",
            "inputs": {
                "topic": { "type": "text", "description": "What" },
                "places": { "type": "json", "default": null },
            },
            "steps": [
                {
                    "name": "search",
                    "title": "Search {{ inputs.topic }}",
                    "description": "Look",
                    "how": { "delegate": {
                        "requires": [{ "capability": "search", "level": "expert" }],
                        "agent": "searcher",
                        "type": "spike",
                        "priority": 1,
                        "acceptance_criteria": ["found"],
                    } },
                    "after": [],
                    "max_attempts": 2,
                    "timeout_seconds": 7200,
                    "backoff_seconds": 5,
                    "gate": [
                        { "rule": { "required": true } },
                        { "field": "a.0", "rule": { "min_characters": 1 } },
                        { "field": "a.0", "rule": { "max_characters": 9 } },
                        { "field": "b", "rule": { "min_items": 1 } },
                        { "field": "b", "rule": { "max_items": 2 } },
                        { "field": "b", "rule": { "contains": "c" } },
                        { "field": "n", "rule": { "at_least": 0.0 } },
                        { "field": "n", "rule": { "at_most": 1.5 } },
                        { "field": "v", "rule": { "one_of": ["pass", 1] } },
                        { "field": "v", "rule": { "ends_with": "?" } },
                    ],
                    "output": { "key": "sources", "type": "citation_list", "field": "b" },
                },
                {
                    "name": "count",
                    "title": "count",
                    "how": { "function": "count_sources" },
                    "after": ["search"],
                    "max_attempts": 3,
                    "backoff_seconds": 10,
                    "gate": [],
                },
            ],
        });
        let definition = valid(FULL);
        assert_eq!(json!(definition), wanted);
        assert_eq!(serde_json::from_value::<Definition>(wanted.clone()).expect("the stored form"), definition);
        let step = wanted["steps"][0].clone();
        assert_eq!(&serde_json::from_value::<StepSpec>(step).expect("a stored step"), &definition.steps[0]);
    }

    fn words_are_those_of_the_stored_form() {
        for r#type in InputType::ALL {
            assert_eq!(json!(r#type), json!(r#type.as_str()));
        }
        for r#type in WorkflowOutputType::ALL {
            assert_eq!(json!(r#type), json!(r#type.as_str()));
        }
    }

    fn a_step_is_found_by_its_name() {
        let definition = valid(FULL);
        assert_eq!(definition.step("count").map(|step| step.title.as_str()), Some("count"));
        assert_eq!(definition.step("counts"), None);
    }
}
