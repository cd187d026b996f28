//! The shipped templates: valid, played without code, with gates that hold what they are for.

use std::collections::BTreeMap;

use callboard_service::ErrorKind;
use callboard_service::workflow::template::gate::{check, output};
use callboard_service::workflow::template::inputs::resolve;
use callboard_service::workflow::template::shipped::{definition, text};
use callboard_service::workflow::template::{Definition, Graph, How, SHIPPED, render};
use serde_json::{Map, Value, json};
use support::plain;

/// What an agent hands over that does its work well.
pub(super) fn good(template: &str, step: &str) -> Value {
    let source =
        |n: u32| json!({ "title": format!("Study {n}"), "reference": format!("doi:{n}"), "finding": "falls drop" });
    let sources = json!([source(1), source(2), source(3)]);
    let question = "In adults over 65 in hospital, do hourly rounds, compared with usual care, lower the number of falls in six months?";
    match (template, step) {
        ("validated_research", "question") => json!({
            "question": question, "population": "adults over 65", "intervention": "hourly rounds",
            "comparison": "usual care", "outcome": "falls", "time": "six months",
        }),
        (_, "question") => json!({ "question": question, "terms": ["falls", "rounds"] }),
        (_, "merge") => {
            json!({ "sources": sources, "summary": "All three agree that rounds lower the number of falls by a third." })
        }
        (_, "search" | "search-1" | "search-2" | "search-3") => json!({ "sources": sources }),
        (_, "validation") => json!({ "verdict": "pass", "valid": sources, "retracted_percent": 0, "notes": "" }),
        (_, "draft") => json!({ "text": format!("{} References", "word ".repeat(120)) }),
        (_, "synthesis") => json!({
            "text": format!("Findings {} Limitations References", "word ".repeat(120)), "citations": ["doi:1", "doi:2"],
        }),
        (_, "plan") => json!({ "phases": [{ "name": "a" }, { "name": "b" }], "duration_days": 150 }),
        (_, "milestones") => {
            json!({ "milestones": [{ "name": "a", "done_when": "x" }, { "name": "b", "done_when": "y" }] })
        }
        other => panic!("no result for {other:?}"),
    }
}

pub(super) fn inputs(template: &Definition) -> Map<String, Value> {
    let needed = template.inputs.iter().filter(|(_, input)| input.default.is_none());
    let given = needed.map(|(name, _)| (name.clone(), json!("falls in hospitals"))).collect();
    resolve(template, given).expect("texts for all that is needed")
}

plain! {
    fn there_are_four() {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["parallel_search", "research", "timeline", "validated_research"]);
        for name in names {
            assert_eq!(definition(name).unwrap_or_else(|error| panic!("{error}")).name, name);
        }
    }

    fn an_unknown_one_has_near_names() {
        let error = text("reserch").expect_err("a typing error");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.to_string(), "there is no shipped template 'reserch'; near to it: research");
    }

    fn their_steps_wait_as_they_should() {
        let shape = |name: &str| -> Vec<String> {
            let template = definition(name).expect("a shipped template");
            template.steps.iter().map(|step| format!("{} <- {}", step.name, step.after.join(" "))).collect()
        };
        assert_eq!(shape("research"), ["question <- ", "search <- question", "draft <- question search"]);
        assert_eq!(
            shape("parallel_search"),
            ["search-1 <- ", "search-2 <- ", "search-3 <- ", "merge <- search-1 search-2 search-3"]
        );
        assert_eq!(shape("timeline"), ["plan <- ", "milestones <- plan"]);
        assert_eq!(
            shape("validated_research"),
            ["question <- ", "search <- question", "validation <- search", "synthesis <- question validation"]
        );
    }

    /// Step by step, as agents would: texts are written, good results pass, empty ones do not, outputs are taken.
    fn each_is_played_to_its_end() {
        for (name, _) in SHIPPED {
            let template = definition(name).expect("a shipped template");
            let inputs = inputs(&template);
            let mut outputs = BTreeMap::new();
            for index in Graph::of(&template.steps).order() {
                let step = &template.steps[index];
                let How::Delegate(delegate) = &step.how else { panic!("{name} {}: needs code", step.name) };
                assert!(!delegate.requires.is_empty() && step.max_attempts > 1, "{name} {}", step.name);
                let texts = render(step, &inputs, &outputs).expect("texts");
                let description = texts.description.expect("a description");
                assert!(description.contains("callboard complete --result '{"), "{description}");
                assert!(texts.title.contains("falls in hospitals"), "{}", texts.title);
                for field in step.gate.iter().filter_map(|check| check.field.as_deref()) {
                    let field = field.split('.').next().expect("a part");
                    assert!(description.contains(&format!("\"{field}\"")), "{name} {}: {field}", step.name);
                }
                let result = good(name, &step.name);
                assert_eq!(check(&step.gate, &result), Vec::<String>::new(), "{name} {}", step.name);
                assert_eq!(check(&step.gate, &json!({})).len(), step.gate.len(), "{name} {}", step.name);
                let spec = step.output.as_ref().expect("an output");
                assert!(!output(spec, &result).expect("an output").is_empty());
                outputs.insert(step.name.clone(), result);
            }
        }
    }

    /// Each gate of `validated_research` refuses what it is there for.
    fn the_gates_of_validated_research_can_fail() {
        let template = definition("validated_research").expect("a shipped template");
        let cases = [
            ("question", "question", json!("Do rounds help?"), "question: must be a text of at least 100 characters, has 15"),
            ("question", "outcome", json!(""), "outcome: must not be empty, is ''"),
            ("search", "sources", json!([{ "reference": "a" }, { "reference": "b" }]), "sources: must be a list of at least 3 items, has 2"),
            ("validation", "verdict", json!("fail"), "verdict: must be one of 'pass', is 'fail'"),
            ("validation", "retracted_percent", json!(21), "retracted_percent: must be a number of at most 20, is 21"),
            ("synthesis", "citations", json!(["a"]), "citations: must be a list of at least 2 items, has 1"),
        ];
        for (step, field, value, reason) in cases {
            let mut result = good("validated_research", step);
            result[field] = value;
            let found = check(&template.step(step).expect("a step").gate, &result);
            assert_eq!(found[0], reason, "{step}");
        }
        let statement = "x".repeat(120);
        let mut result = good("validated_research", "question");
        result["question"] = json!(statement);
        let found = check(&template.step("question").expect("a step").gate, &result);
        assert_eq!(found, [format!("question: must end with '?', ends with '{}'", "x".repeat(40))]);
    }
}
