//! Texts that are no YAML or JSON, or no template at all: one typed error with the line, never a panic.

use callboard_service::workflow::template::{MOST_BYTES, parse};
use support::plain;

use super::{problems, valid};

const SMALL: &str = "name: some\nsteps:\n  - name: a\n    function: work\n";

plain! {
    fn an_empty_text_says_so() {
        for empty in ["", " \n\t\n"] {
            assert_eq!(problems(empty), ["1: is empty"]);
        }
        assert_eq!(problems("# only a comment\n"), ["2: must be an object with fields, not nothing"]);
        assert_eq!(problems("- a\n- b\n"), ["1: must be an object with fields, not a list"]);
        assert_eq!(problems("just words"), ["1: must be an object with fields, not a text"]);
    }

    fn json_and_yaml_give_the_same_definition() {
        let json = "{\n\t\"name\": \"some\",\n\t\"steps\": [\n\t\t{\"name\": \"a\", \"function\": \"work\"}\n\t]\n}\n";
        assert_eq!(valid(json), valid(SMALL));
        assert_eq!(valid(&SMALL.replace('\n', "\r\n")), valid(SMALL));
        assert_eq!(valid(&format!("\u{feff}{SMALL}")), valid(SMALL));
        assert_eq!(valid(&format!("%YAML 1.2\n---\n{SMALL}")), valid(SMALL));
    }

    fn broken_json_is_told_in_the_words_of_json() {
        let missing_comma = "{\"name\": \"some\"\n \"steps\": []}";
        assert_eq!(problems(missing_comma), ["2: is not JSON: expected `,` or `}` at line 2 column 2"]);
        let unclosed = "{\"name\": \"some\",\n \"steps\": [\n";
        let found = problems(unclosed);
        assert!(found[0].ends_with("is not JSON: EOF while parsing a list at line 3 column 0"), "{found:?}");
    }

    fn broken_yaml_is_told_with_its_line() {
        let tab = "name: some\nsteps:\n\t- name: a\n";
        assert_eq!(problems(tab), ["3: is not YAML: tabs disallowed within this context (block indentation)"]);
        let indent = "name: some\n  steps: []\n";
        assert_eq!(problems(indent), ["2: is not YAML: mapping values are not allowed in this context"]);
        let tag = "name: !secret some\n";
        assert_eq!(problems(tag), ["1: is not YAML: unsupported tag `!secret`"]);
        let number = format!("{SMALL}    gate: [{{ at_least: .nan }}]\n");
        assert_eq!(problems(&number), ["5: is not YAML: non-finite float `.nan` rejected by reject_non_finite_typeless_float"]);
    }

    fn a_template_text_without_quotes_is_explained() {
        let text = format!("{SMALL}    title: {{{{ inputs.x }}}}\n");
        let rule = "the name of a field must be a text; a value that begins with '{' needs quotes";
        assert_eq!(problems(&text), [format!("5: {rule}")]);
    }

    fn every_repeated_field_is_told_with_the_other_problems() {
        let text = "name: some\nname: other\nsteps:\n  - name: a\n    function: work\n    function: play\n    titel: x\n";
        assert_eq!(
            problems(text),
            [
                "2: the field 'name' stands in line 1 already",
                "6: the field 'function' stands in line 5 already",
                "7: step 'a': there is no field 'titel'; near to it: title",
            ]
        );
    }

    fn a_repeated_field_inside_a_default_is_told() {
        let text = format!("inputs:\n  a:\n    type: json\n    default: {{\"x\": 1,\n      \"x\": 2}}\n{SMALL}");
        assert_eq!(problems(&text), ["5: the field 'x' stands in line 4 already"]);
    }

    fn control_characters_are_told_wherever_they_stand() {
        let text = format!("{SMALL}    gate: [{{ contains: \"a\\0b\" }}]\n    title: \"\\u202Etitle\"\n");
        let found = problems(&text);
        assert_eq!(found[0], "5: holds a control character (U+0000)");
        assert!(found.contains(&"6: holds a control character (U+202E)".to_owned()), "{found:?}");
    }

    fn anchors_aliases_and_merge_keys_are_refused() {
        let rule = "anchors and aliases are not supported: write the value out";
        assert_eq!(problems("name: &n some\n"), [format!("1: {rule}")]);
        let mut bomb = String::from("name: some\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..20 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert_eq!(problems(&bomb), [format!("2: {rule}")]);
        let merge = "name: some\nsteps:\n  - <<: { name: a }\n";
        assert_eq!(problems(merge), ["3: merge keys ('<<') are not supported: write the fields out"]);
    }

    fn deep_nesting_ends_before_the_stack_does() {
        for deep in ["[".repeat(100_000), "{\"a\":".repeat(50_000)] {
            assert_eq!(problems(&format!("name: some\nsteps: {deep}")).len(), 1);
        }
        let block: String = (0..40).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        assert_eq!(problems(&block), ["33: is nested more than 32 deep"]);
    }

    fn a_template_is_one_document_of_at_most_256_kib() {
        assert_eq!(problems(&format!("{SMALL}---\n{SMALL}")), ["5: a second document begins: a template is one"]);
        let full = format!("{SMALL}#{}", "x".repeat(MOST_BYTES - SMALL.len() - 1));
        assert_eq!(valid(&full), valid(SMALL));
        assert_eq!(problems(&format!("{full}x")), ["1: must have at most 262144 bytes, has 262145"]);
    }

    fn a_hundred_problems_are_enough() {
        let fields: String = (0..150).map(|n| format!("odd{n}: 1\n")).collect();
        let found = problems(&format!("{SMALL}{fields}"));
        assert_eq!(found.len(), 101);
        assert_eq!(found[100], "105: and 50 more problems from here on");
    }

    fn the_error_names_template_lines_and_reasons() {
        let error = parse("name: some\nstep: []\nsteps: []\n").expect_err("two problems");
        assert_eq!(
            error.to_string(),
            "template 'some' is not valid: line 2: there is no field 'step'; near to it: steps; \
             line 3: steps: must have at least one step"
        );
        let error = parse("{").expect_err("no name");
        assert!(error.to_string().starts_with("the template is not valid: line 1: "), "{error}");
    }

    /// Each prefix of a good text, and each with one byte changed, ends in a definition or in an error.
    fn damaged_texts_never_panic() {
        let text = include_str!("../../../../service/src/workflow/template/shipped/research.yaml");
        let mut refused = 0;
        for end in (0..text.len()).step_by(7) {
            refused += usize::from(parse(&text[..end]).is_err());
        }
        assert!(refused > 100, "{refused}");
        for (at, byte) in (0..text.len()).step_by(11).zip(b"{}[]:\"'|&*%\t\n\x07-#".iter().cycle()) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = *byte;
            let _ = parse(&String::from_utf8(bytes).expect("ASCII"));
        }
    }
}
