//! The inputs of a run against those that its template declares.

use callboard_service::workflow::template::Definition;
use callboard_service::workflow::template::inputs::{from_json, from_pairs, resolve};
use callboard_service::{Error, ErrorKind};
use serde_json::{Map, Value, json};
use support::plain;

use super::valid;

fn template() -> Definition {
    valid(
        "name: some\ninputs:\n  topic: { type: text }\n  depth: { type: number, default: 3 }\n  \
         deep: { type: boolean, default: false }\n  places: { type: json }\nsteps: [{ name: a, function: f }]\n",
    )
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn reasons(error: Error) -> Vec<String> {
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let Error::InvalidInputs { template, problems } = error else { panic!("{error}") };
    assert_eq!(template, "some");
    problems
}

plain! {
    fn defaults_are_filled_in() {
        let given = object(json!({ "topic": "x", "places": null }));
        let all = resolve(&template(), given).expect("all that is needed");
        assert_eq!(Value::Object(all), json!({ "topic": "x", "depth": 3, "deep": false, "places": null }));
        let given = object(json!({ "topic": "", "places": [1], "depth": 2.5, "deep": true }));
        assert_eq!(resolve(&template(), given.clone()).expect("all given"), given);
    }

    fn every_problem_of_the_inputs_is_told() {
        let given = object(json!({ "topci": "x", "depth": "3", "deep": 1, "zzz": 1, "places": {} }));
        assert_eq!(
            reasons(resolve(&template(), given).expect_err("five problems")),
            [
                "'topci': there is no such input; near to it: topic",
                "'zzz': there is no such input; possible: deep, depth, places, topic",
                "deep: must be true or false, not 1",
                "depth: must be a number, not the text '3'",
                "topic: is missing (a text)",
            ]
        );
        let given = object(json!({ "topic": null, "places": 1, "depth": [1] }));
        let error = resolve(&template(), given).expect_err("two problems");
        assert_eq!(
            error.to_string(),
            "the inputs of 'some' are not valid: depth: must be a number, not a list; topic: must be a text, not null"
        );
    }

    fn pairs_are_read_as_their_types_say() {
        let pairs = ["topic=a=b c", "depth= 2.5 ", "deep=true", "places=[\"x\", {\"y\": null}]"];
        let given = from_pairs(&template(), &pairs).expect("all of their types");
        assert_eq!(Value::Object(given), json!({ "topic": "a=b c", "depth": 2.5, "deep": true, "places": ["x", {"y": null}] }));
        let given = from_pairs(&template(), &["topic=3", "depth=-7"]).expect("a text of digits");
        assert_eq!(Value::Object(given), json!({ "topic": "3", "depth": -7 }));
        assert_eq!(from_pairs::<&str>(&template(), &[]).expect("none"), Map::new());
    }

    fn every_problem_of_pairs_is_told() {
        let pairs = ["topic", "tpoic=x", "depth=three", "deep=yes", "places=[1,", "topic=a", "topic=b", "depth=NaN"];
        assert_eq!(
            reasons(from_pairs(&template(), &pairs).expect_err("problems")),
            [
                "'topic': must be NAME=VALUE",
                "'tpoic': there is no such input; near to it: topic",
                "depth: must be a number, not 'three'",
                "deep: must be true or false, not 'yes'",
                "places: must be JSON: EOF while parsing a value at line 1 column 3",
                "topic: is given twice",
                "depth: must be a number, not 'NaN'",
            ]
        );
    }

    fn invalid_json_is_told_with_its_place() {
        let error = from_json("{\"topic\": \"x\",\n \"depth\": }").expect_err("no value");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(error.to_string(), "inputs: must be JSON: expected value at line 2 column 11");
        let error = from_json("[1]").expect_err("a list");
        assert_eq!(error.to_string(), "inputs: must be a JSON object, not a list");
        let deep = format!("{{\"a\": {}", "[".repeat(100_000));
        assert_eq!(from_json(&deep).expect_err("too deep").kind(), ErrorKind::Invalid);
        assert_eq!(Value::Object(from_json("{\"a\": 1}").expect("JSON")), json!({ "a": 1 }));
    }

    fn inputs_have_at_most_1_mib() {
        let of = |length: usize| object(json!({ "topic": "x".repeat(length), "places": 1 }));
        let frame = json!({ "topic": "", "places": 1, "depth": 3, "deep": false }).to_string().len();
        resolve(&template(), of(1_048_576 - frame)).expect("1 MiB");
        let error = resolve(&template(), of(1_048_577 - frame)).expect_err("one byte more");
        assert_eq!(error.to_string(), "inputs: must have at most 1048576 bytes as JSON");
        let error = from_json(&" ".repeat(1_048_577)).expect_err("a longer text");
        assert_eq!(error.to_string(), "inputs: must have at most 1048576 bytes");
        let nul = object(json!({ "topic": "a\0b", "places": 1 }));
        let error = resolve(&template(), nul).expect_err("U+0000");
        assert_eq!(error.to_string(), "inputs: must not hold the character U+0000");
    }
}
