//! The fields of a template, its inputs and its steps: each rule with line and reason.

use callboard_service::workflow::template::{Definition, How, InputType};
use serde_json::json;
use support::plain;

use super::{problems, valid};

/// A template whose one step has these lines; they begin at line 4.
fn step(lines: &str) -> String {
    format!("name: some\nsteps:\n  - name: a\n{}", indent(lines))
}

fn indent(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}

fn one(lines: &str) -> callboard_service::workflow::template::StepSpec {
    let Definition { mut steps, .. } = valid(&step(lines));
    steps.remove(0)
}

plain! {
    fn name_and_steps_are_needed() {
        assert_eq!(problems("description: x\n"), ["1: needs the field 'name'", "1: needs the field 'steps'"]);
        assert_eq!(
            problems("name:\nsteps: {}\n"),
            [
                "1: name: is empty: give a value, or leave the field out",
                "2: steps: must be a list, not an object",
            ]
        );
        assert_eq!(problems("name: 3\nsteps: []\n")[0], "1: name: must be a text, not a number (put it in quotes)");
    }

    fn names_keep_their_rules() {
        let rule = "must be lower-case letters and digits in words joined by '-' or '_', 1 to 64 characters";
        let of = |name: &str| format!("name: {name}\nsteps: [{{ name: a, function: f }}]\n");
        for bad in ["Some", "a--b", "a b", "-a", "täg"] {
            assert_eq!(problems(&of(bad)), [format!("1: name: {rule}, not '{bad}'")]);
        }
        assert_eq!(valid(&of("validated_research-2")).name, "validated_research-2");
        let slug = "must be lower-case letters and digits in words joined by '-', 1 to 64 characters";
        let found = problems("name: some\nsteps: [{ name: a_b, function: f }]\n");
        assert_eq!(found, [format!("2: step 'a_b': name: {slug}, not 'a_b'")]);
    }

    fn all_problems_are_found_at_once() {
        let text = "nam: some\ninputs: [a]\nsteps:\n  - titel: x\n  - name: b\n    delegate: {}\n    function: f\n  - nothing\n";
        assert_eq!(
            problems(text),
            [
                "1: there is no field 'nam'; near to it: name",
                "1: needs the field 'name'",
                "2: inputs: must be an object with fields, not a list",
                "4: step 1: there is no field 'titel'; near to it: title",
                "4: step 1: needs the field 'name'",
                "4: step 1: needs exactly one of 'delegate' (an item for whoever claims it) and 'function'",
                "7: step 'b': needs exactly one of 'delegate' (an item for whoever claims it) and 'function'",
                "8: step 3: must be an object with fields, not a text",
            ]
        );
    }

    fn an_unknown_field_without_a_near_one_lists_what_there_is() {
        assert_eq!(
            problems(&step("function: f\noutput: { key: k, zzz: 1 }")),
            ["5: step 'a', output: there is no field 'zzz'; possible: key, type, field"]
        );
    }

    fn inputs_keep_their_rules() {
        let inputs = "inputs:\n  Topic: { type: text }\n  a-b: { type: text }\n  depth: { type: nubmer }\n  n: {}\n  \
                      d: { type: number, default: \"3\" }\n  e: 4\n  f: { type: boolean, default: yes }\n  g: { type: text, defualt: x }\n";
        let rule = "must begin with a lower-case letter, and have only lower-case letters, digits and '_', at most 64";
        assert_eq!(
            problems(&format!("name: some\n{inputs}steps: [{{ name: a, function: f }}]\n")),
            [
                format!("3: input 'Topic': its name {rule}"),
                format!("4: input 'a-b': its name {rule}"),
                "5: input 'depth': type: must be one of text, number, boolean, json (near to it: number), not 'nubmer'".to_owned(),
                "6: input 'n': needs the field 'type'".to_owned(),
                "7: input 'd': default: must be a number, not '3'".to_owned(),
                "8: input 'e': must be an object with fields, not a number".to_owned(),
                "9: input 'f': default: must be true or false, not 'yes'".to_owned(),
                "10: input 'g': there is no field 'defualt'; near to it: default".to_owned(),
            ]
        );
    }

    fn inputs_are_read() {
        let text = "name: some\ninputs:\n  a: { type: text, description: What }\n  b: { type: json, default: null }\n  \
                    c: { type: json, default: { x: [1, 2.5, true] } }\nsteps: [{ name: a, function: f }]\n";
        let inputs = valid(text).inputs;
        assert_eq!((inputs["a"].r#type, inputs["a"].description.as_deref()), (InputType::Text, Some("What")));
        assert_eq!((inputs["a"].default.clone(), inputs["b"].default.clone()), (None, Some(json!(null))));
        assert_eq!(inputs["c"].default, Some(json!({ "x": [1, 2.5, true] })));
    }

    fn defaults_depend_on_who_does_the_step() {
        let function = one("function: work");
        assert_eq!((function.max_attempts, function.backoff_seconds, function.timeout_seconds), (3, 10, None));
        assert_eq!((function.title.as_str(), &function.how), ("a", &How::Function("work".to_owned())));
        let delegated = one("delegate: {}");
        assert_eq!(delegated.max_attempts, 1);
        let How::Delegate(delegate) = delegated.how else { panic!("a delegated step") };
        assert_eq!((delegate.r#type.as_str(), delegate.priority, delegate.agent), ("task", 2, None));
    }

    fn durations_have_units_and_limits() {
        for (text, seconds) in [("10s", 10), ("5m", 300), ("2h", 7_200), ("3d", 259_200), ("365d", 31_536_000)] {
            assert_eq!(one(&format!("function: f\ntimeout: {text}")).timeout_seconds, Some(seconds), "{text}");
        }
        assert_eq!(one("function: f\nbackoff: 0s").backoff_seconds, 0);
        let rule = "must be a duration such as 10s, 5m, 2h or 3d, from 1s to 365d";
        for (bad, shown) in [
            ("0s", "'0s'"),
            ("366d", "'366d'"),
            ("5", "5"),
            ("1h30m", "'1h30m'"),
            ("-1s", "'-1s'"),
            ("s", "'s'"),
            ("99999999999999999999d", "'99999999999999999999d'"),
            ("1.5h", "'1.5h'"),
            ("[1s]", "a list"),
        ] {
            let found = problems(&step(&format!("function: f\ntimeout: {bad}")));
            assert_eq!(found, [format!("5: step 'a': timeout: {rule}, not {shown}")]);
        }
        let found = problems(&step("function: f\nbackoff: 2d"));
        assert_eq!(found, ["5: step 'a': backoff: must be a duration such as 10s, 5m, 2h or 3d, from 0s to 1d, not '2d'"]);
    }

    fn attempts_and_priority_have_limits() {
        assert_eq!(one("function: f\nmax_attempts: 100").max_attempts, 100);
        for bad in ["0", "101", "1.5", "-1"] {
            let found = problems(&step(&format!("function: f\nmax_attempts: {bad}")));
            assert_eq!(found, [format!("5: step 'a': max_attempts: must be a whole number from 1 to 100, not {bad}")]);
        }
        let found = problems(&step("delegate: { priority: 5 }"));
        assert_eq!(found, ["4: step 'a', delegate: priority: must be a whole number from 0 to 4, not 5"]);
    }

    fn a_delegated_step_is_an_item_like_others() {
        let lines = "delegate:\n  requires: [rust:expert, rust, tool/psql]\n  agent: Researcher\n  type: spike\n  priority: 0\n  acceptance_criteria: [one, two]";
        let How::Delegate(delegate) = one(lines).how else { panic!("a delegated step") };
        let requires: Vec<String> =
            delegate.requires.iter().map(|r| format!("{}:{}", r.capability, r.level.as_str())).collect();
        assert_eq!(requires, ["rust:expert", "tool/psql:basic"]);
        assert_eq!((delegate.agent.as_deref(), delegate.r#type.as_str(), delegate.priority), (Some("Researcher"), "spike", 0));
        assert_eq!(delegate.acceptance_criteria, ["one", "two"]);

        let bad = "delegate:\n  requires: [Rust, \"rust:master\", 3]\n  agent: \"\"\n  type: taks\n  acceptance_criteria: [\" \"]\n  prio: 1";
        let name = "must be 1 to 64 characters, in lower case, without white space, ':', ',', '\"' or '\\'";
        assert_eq!(
            problems(&step(bad)),
            [
                format!("5: step 'a', delegate: requires: capability: {name}, not 'Rust'"),
                "5: step 'a', delegate: requires: level: must be one of basic, proficient, expert, not 'master'".to_owned(),
                "5: step 'a', delegate: requires: must be a text, not a number (put it in quotes)".to_owned(),
                "6: step 'a', delegate: agent: must not be empty".to_owned(),
                "7: step 'a', delegate: type: must be one of epic, feature, story, task, bug, spike, decision, chore (near to it: task), not 'taks'".to_owned(),
                "8: step 'a', delegate: acceptance_criteria: a criterion must not be empty".to_owned(),
                "9: step 'a', delegate: there is no field 'prio'; near to it: priority".to_owned(),
            ]
        );
    }

    fn titles_are_one_line_and_descriptions_say_something() {
        let long = "x".repeat(501);
        assert_eq!(one(&format!("function: f\ntitle: {}", &long[1..])).title.len(), 500);
        let found = problems(&step(&format!("function: f\ntitle: {long}")));
        assert!(found[0].starts_with("5: step 'a': title: must have at most 500 characters"), "{found:?}");
        let found = problems(&step("function: f\ntitle: \"a\\nb\"\ndescription: \" \""));
        assert_eq!(
            found,
            [
                "5: step 'a': title: must not hold control characters (found U+000A), not 'a\\u{a}b'",
                "6: step 'a': description: must not be empty",
            ]
        );
        let found = problems(&step(&format!("function: f\ndescription: {}", "x".repeat(65_537))));
        assert_eq!(found, ["5: step 'a': description: must have at most 65536 bytes, has 65537"]);
    }

    fn a_gate_keeps_its_rules() {
        let bad = "function: f\ngate:\n  - { field: x }\n  - { min_item: 3 }\n  - { min_items: 0 }\n  - { one_of: [] }\n  \
                   - { one_of: [[1]] }\n  - { required: false }\n  - { field: \"a..b\", required: true }\n  - { contains: \"\" }\n  \
                   - { at_least: many }\n  - x";
        let rules = "required, min_characters, max_characters, min_items, max_items, at_least, at_most, one_of, contains, ends_with";
        assert_eq!(
            problems(&step(bad)),
            [
                format!("6: step 'a', gate 1: needs at least one rule of {rules}"),
                "7: step 'a', gate 2: there is no field 'min_item'; near to it: min_items, min_characters, max_items".to_owned(),
                format!("7: step 'a', gate 2: needs at least one rule of {rules}"),
                "8: step 'a', gate 3: min_items: must be a whole number from 1 to 10000000, not 0".to_owned(),
                "9: step 'a', gate 4: one_of: must list texts, numbers or booleans, at least one".to_owned(),
                "10: step 'a', gate 5: one_of: must list texts, numbers or booleans, at least one".to_owned(),
                "11: step 'a', gate 6: required: is true or left out, not false".to_owned(),
                "12: step 'a', gate 7: field: must be names joined by dots, at most 200 characters, not 'a..b'".to_owned(),
                "13: step 'a', gate 8: contains: must have 1 to 500 characters".to_owned(),
                "14: step 'a', gate 9: at_least: must be a number, not 'many'".to_owned(),
                "15: step 'a', gate 10: must be an object with fields, not a text".to_owned(),
            ]
        );
    }

    fn an_output_keeps_its_rules() {
        assert_eq!(
            problems(&step("function: f\noutput: { type: list, field: \"\" }")),
            [
                "5: step 'a', output: needs the field 'key'",
                "5: step 'a', output: type: must be one of text, json, citation_list, not 'list'",
                "5: step 'a', output: field: must be names joined by dots, at most 200 characters, not ''",
            ]
        );
        let output = one("function: f\noutput: { key: k }").output.expect("an output");
        assert_eq!((output.key.as_str(), output.r#type.as_str(), output.field), ("k", "json", None));
    }

    fn there_are_at_most_200_steps_with_100_dependencies_each() {
        let steps = |count: usize| -> Vec<String> { (0..count).map(|n| format!("s{n}")).collect() };
        let text = |count: usize, after: usize| {
            let names = steps(count);
            let list: Vec<String> = names
                .iter()
                .enumerate()
                .map(|(n, name)| {
                    let after = if n + 1 == count { names[..after].join(", ") } else { String::new() };
                    format!("  - {{ name: {name}, function: f, after: [{after}] }}\n")
                })
                .collect();
            format!("name: some\nsteps:\n{}", list.concat())
        };
        assert_eq!(valid(&text(200, 100)).steps.len(), 200);
        assert_eq!(problems(&text(201, 0)), ["3: steps: must have at most 200 elements, has 201"]);
        assert_eq!(problems(&text(102, 101)), ["104: step 's101': after: must have at most 100 elements, has 101"]);
    }
}
