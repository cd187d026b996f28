//! Gates: every rule at its limits, and what becomes an output.

use callboard_service::entity::WorkflowOutputType as OutputType;
use callboard_service::workflow::template::gate::{check, field, output};
use callboard_service::workflow::template::{Check, OutputSpec, Rule};
use serde_json::{Value, json};
use support::plain;

fn one(rule: Rule, value: Value) -> Vec<String> {
    check(&[Check { field: Some("x".to_owned()), rule }], &json!({ "x": value }))
}

fn met(rule: &Rule, values: &[Value]) {
    for value in values {
        assert_eq!(one(rule.clone(), value.clone()), Vec::<String>::new(), "{rule:?} {value}");
    }
}

fn failed(rule: &Rule, cases: &[(Value, &str)]) {
    for (value, message) in cases {
        assert_eq!(one(rule.clone(), value.clone()), [(*message).to_owned()], "{rule:?} {value}");
    }
    let found = check(&[Check { field: Some("x".to_owned()), rule: rule.clone() }], &json!({}));
    assert!(found.len() == 1 && found[0].ends_with(", is missing"), "{found:?}");
}

plain! {
    fn required_is_not_empty() {
        met(&Rule::Required(true), &[json!("a"), json!([0]), json!({ "a": 1 }), json!(false), json!(0)]);
        failed(
            &Rule::Required(true),
            &[
                (json!(null), "x: must not be empty, is null"),
                (json!(" \n"), "x: must not be empty, is ' \\u{a}'"),
                (json!([]), "x: must not be empty, is a list of 0"),
                (json!({}), "x: must not be empty, is an object"),
            ],
        );
    }

    fn characters_are_counted_not_bytes() {
        met(&Rule::MinCharacters(3), &[json!("abc"), json!("äöü"), json!("  abc  ")]);
        failed(
            &Rule::MinCharacters(3),
            &[
                (json!("ab"), "x: must be a text of at least 3 characters, has 2"),
                (json!("ää  "), "x: must be a text of at least 3 characters, has 2"),
                (json!(12345), "x: must be a text of at least 3 characters, is 12345"),
                (json!(null), "x: must be a text of at least 3 characters, is null"),
            ],
        );
        met(&Rule::MaxCharacters(3), &[json!(""), json!("äöü")]);
        failed(&Rule::MaxCharacters(3), &[(json!("abcd"), "x: must be a text of at most 3 characters, has 4")]);
    }

    fn items_are_those_of_a_list() {
        met(&Rule::MinItems(2), &[json!([1, 2]), json!([null, null, null])]);
        failed(
            &Rule::MinItems(2),
            &[
                (json!([1]), "x: must be a list of at least 2 items, has 1"),
                (json!({ "a": 1, "b": 2 }), "x: must be a list of at least 2 items, is an object"),
            ],
        );
        met(&Rule::MaxItems(1), &[json!([]), json!([1])]);
        failed(&Rule::MaxItems(1), &[(json!([1, 2]), "x: must be a list of at most 1 items, has 2")]);
    }

    fn numbers_have_limits_that_belong_to_them() {
        met(&Rule::AtLeast(0.5), &[json!(0.5), json!(1)]);
        failed(
            &Rule::AtLeast(0.5),
            &[(json!(0.49), "x: must be a number of at least 0.5, is 0.49"), (json!("1"), "x: must be a number of at least 0.5, is '1'")],
        );
        met(&Rule::AtMost(20.0), &[json!(20), json!(-3)]);
        failed(&Rule::AtMost(20.0), &[(json!(20.5), "x: must be a number of at most 20, is 20.5")]);
    }

    fn one_of_compares_values() {
        let rule = Rule::OneOf(vec![json!("pass"), json!(1), json!(true)]);
        met(&rule, &[json!("pass"), json!(1), json!(1.0), json!(true)]);
        failed(
            &rule,
            &[
                (json!("fail"), "x: must be one of 'pass', 1, true, is 'fail'"),
                (json!("1"), "x: must be one of 'pass', 1, true, is '1'"),
                (json!(["pass"]), "x: must be one of 'pass', 1, true, is a list of 1"),
            ],
        );
    }

    fn contains_looks_into_texts_and_lists() {
        let rule = Rule::Contains("References".to_owned());
        met(&rule, &[json!("# References\n"), json!(["a", "References"])]);
        failed(
            &rule,
            &[
                (json!("references"), "x: must contain 'References', is 'references'"),
                (json!(["References: a"]), "x: must contain 'References', is a list of 1"),
            ],
        );
    }

    fn ends_with_shows_the_end() {
        let rule = Rule::EndsWith("?".to_owned());
        met(&rule, &[json!("Why?"), json!("Why? \n")]);
        let long = format!("{}end.", "x".repeat(100));
        let shown = format!("x: must end with '?', ends with '{}end.'", "x".repeat(36));
        failed(&rule, &[(json!(long), &shown), (json!(3), "x: must end with '?', is 3")]);
    }

    fn every_failed_check_is_told_in_order() {
        let of = |field: Option<&str>, rule| Check { field: field.map(str::to_owned), rule };
        let gate = [
            of(Some("sources"), Rule::MinItems(3)),
            of(Some("sources.0.title"), Rule::MinCharacters(1)),
            of(Some("sources.1.title"), Rule::Required(true)),
            of(Some("sources.first"), Rule::Required(true)),
            of(None, Rule::Required(true)),
            of(None, Rule::Contains("x".to_owned())),
        ];
        let result = json!({ "sources": [{ "title": "a" }] });
        assert_eq!(
            check(&gate, &result),
            [
                "sources: must be a list of at least 3 items, has 1",
                "sources.1.title: must not be empty, is missing",
                "sources.first: must not be empty, is missing",
                "the result: must contain 'x', is an object",
            ]
        );
        assert_eq!(check(&[], &json!(null)), Vec::<String>::new());
    }

    fn found_texts_are_short_and_safe() {
        let found = one(Rule::OneOf(vec![json!("pass")]), json!("\u{1b}[2J".repeat(100)));
        assert!(found[0].len() < 150 && !found[0].contains('\u{1b}') && found[0].ends_with("...'"), "{found:?}");
    }

    fn a_path_leads_through_objects_and_lists() {
        let value = json!({ "a": [{ "b": 1 }, 2], "0": 3 });
        assert_eq!(field(&value, Some("a.0.b")), Some(&json!(1)));
        assert_eq!(field(&value, Some("a.1")), Some(&json!(2)));
        assert_eq!(field(&value, Some("0")), Some(&json!(3)));
        assert_eq!(field(&value, None), Some(&value));
        for nowhere in ["b", "a.2", "a.-1", "a.0.b.c", "a.0.c"] {
            assert_eq!(field(&value, Some(nowhere)), None, "{nowhere}");
        }
    }

    fn an_output_is_a_part_of_the_result() {
        let spec = |r#type, field: Option<&str>| OutputSpec { key: "k".to_owned(), r#type, field: field.map(str::to_owned) };
        let result = json!({ "text": "Hello\n", "list": ["a", { "doi": "b" }], "odd": [1], "none": null });
        let take = |r#type, field| output(&spec(r#type, field), &result);
        assert_eq!(take(OutputType::Text, Some("text")), Ok("Hello\n".to_owned()));
        assert_eq!(take(OutputType::Json, Some("text")), Ok("\"Hello\\n\"".to_owned()));
        assert_eq!(take(OutputType::CitationList, Some("list")), Ok("[\"a\",{\"doi\":\"b\"}]".to_owned()));
        let all = take(OutputType::Json, None).expect("all of it");
        assert_eq!(serde_json::from_str::<Value>(&all).expect("JSON"), result);
        let refused = [
            (OutputType::Text, Some("list"), "list: must be a text for the output 'k', is a list of 2"),
            (OutputType::CitationList, Some("odd"), "odd: must be a list of texts or objects for the output 'k', is a list of 1"),
            (OutputType::CitationList, None, "the result: must be a list of texts or objects for the output 'k', is an object"),
            (OutputType::Json, Some("none"), "none: must be there for the output 'k', is missing"),
            (OutputType::Json, Some("gone.x"), "gone.x: must be there for the output 'k', is missing"),
        ];
        for (r#type, field, message) in refused {
            assert_eq!(take(r#type, field), Err(message.to_owned()));
        }
    }
}
