//! Titles and descriptions with the values of a run.

use std::collections::BTreeMap;

use callboard_service::workflow::template::{Definition, Rendered, render};
use callboard_service::{Error, ErrorKind, Result};
use serde_json::{Value, json};
use support::plain;

use super::valid;

fn template(title: &str, description: &str) -> Definition {
    let (title, description) = (json!(title), json!(description));
    valid(&format!(
        "name: some\ninputs:\n  topic: {{ type: json }}\nsteps:\n  - {{ name: first-search, function: f }}\n  \
         - name: draft\n    function: f\n    after: [first-search]\n    title: {title}\n    description: {description}\n"
    ))
}

fn write(title: &str, description: &str, topic: Value, output: Value) -> Result<Rendered> {
    let template = template(title, description);
    let inputs = json!({ "topic": topic }).as_object().cloned().expect("an object");
    let outputs = BTreeMap::from([("first-search".to_owned(), output)]);
    render(template.step("draft").expect("the step"), &inputs, &outputs)
}

fn title(topic: Value) -> String {
    write("About {{ inputs.topic }}", "x", topic, json!(null)).expect("a title").title
}

fn description(topic: Value) -> Option<String> {
    write("x", "{{ inputs.topic }}", topic, json!(null)).expect("a description").description
}

plain! {
    fn inputs_and_outputs_are_written() {
        let text = "{% for s in steps.first_search.output.sources %}- {{ s }}\n{% endfor %}{{ steps.first_search.output.n }}";
        let output = json!({ "sources": ["a", { "t": "b", "l": [1, null] }], "n": 2 });
        let found = write("{{ inputs.topic | upper }}!", text, json!("wind"), output).expect("texts");
        assert_eq!(found.title, "WIND!");
        assert_eq!(found.description.as_deref(), Some("- a\n- {\"l\":[1,null],\"t\":\"b\"}\n2"));
    }

    fn values_are_never_read_as_templates() {
        assert_eq!(title(json!("{{ inputs.topic }}")), "About {{ inputs.topic }}");
        assert_eq!(description(json!("<b>&\"'")).as_deref(), Some("<b>&\"'"), "nothing is escaped as HTML");
    }

    fn simple_values_are_written_as_json_writes_them() {
        for (value, text) in [(json!(3), "3"), (json!(2.5), "2.5"), (json!(true), "true"), (json!(null), "null"), (json!([1, "a"]), "[1,\"a\"]")] {
            assert_eq!(title(value), format!("About {text}"));
        }
    }

    fn a_title_becomes_one_line_that_an_item_takes() {
        assert_eq!(title(json!("a\n\tb \u{2028}c")), "About a b c");
        assert_eq!(title(json!("\u{1b}[2J\u{202e}x")), "About \\u{1b}[2J\\u{202e}x");
        let longest = title(json!("ä".repeat(494)));
        assert_eq!((longest.chars().count(), longest.ends_with('ä')), (500, true));
        let cut = title(json!("ä".repeat(495)));
        assert_eq!((cut.chars().count(), cut.ends_with("ä…")), (500, true));
        for odd in [json!(""), json!(" \n ")] {
            let empty = write("{{ inputs.topic }}", "x", odd, json!(null)).expect("a title");
            assert_eq!(empty.title, "draft");
        }
        let longer_than_texts = title(json!("x".repeat(2_000_000)));
        assert_eq!(longer_than_texts.chars().count(), 500);
    }

    fn a_description_is_made_to_fit() {
        assert_eq!(description(json!("a\r\n\tb\u{0}\u{202e}c")).as_deref(), Some("a\r\n\tb\\u{0}\\u{202e}c"));
        assert_eq!(description(json!(" \n")), None);
        let full = description(json!("x".repeat(1_048_576))).expect("a description");
        assert_eq!((full.len(), full.ends_with('x')), (1_048_576, true));
        let note = "\n[cut: this text was longer than an item's may be]";
        for long in ["x".repeat(1_048_577), "ä".repeat(3_000_000), "\u{7}".repeat(400_000)] {
            let cut = description(json!(long)).expect("a description");
            assert!(cut.len() <= 1_048_576 && cut.len() > 1_048_570 && cut.ends_with(note), "{}", cut.len());
        }
    }

    fn a_result_that_lacks_a_field_is_named() {
        let error = write("x", "a\n{{ steps.first_search.output.sources.0 }}", json!(1), json!({})).expect_err("no sources");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(error.to_string(), "the description of step 'draft' cannot be written: line 2: undefined value");
        let Error::Render { step, field, line, .. } = error else { panic!("another error") };
        assert_eq!((step.as_str(), field, line), ("draft", "description", 2));
        let default = "{{ steps.first_search.output.sources | default('none') }}";
        let found = write("x", default, json!(1), json!({})).expect("a default");
        assert_eq!(found.description.as_deref(), Some("none"));
    }

    fn loops_in_loops_end() {
        let text = "{% for a in inputs.topic %}{% for b in inputs.topic %}{% for c in inputs.topic %}{% endfor %}{% endfor %}{% endfor %}";
        let error = write("x", text, json!(vec![0; 1_000]), json!(null)).expect_err("a thousand million rounds");
        assert!(error.to_string().contains("does more than one text may"), "{error}");
    }

    fn a_step_without_texts_has_its_name() {
        let template = valid("name: some\nsteps: [{ name: a, function: f }]\n");
        let found = render(&template.steps[0], &serde_json::Map::new(), &BTreeMap::new()).expect("texts");
        assert_eq!(found, Rendered { title: "a".to_owned(), description: None });
    }
}
