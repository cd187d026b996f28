//! What only all steps of a template together show.

use support::plain;

use super::{functions, problems, valid};

plain! {
    fn a_step_stands_once() {
        let text = functions(&[("a", &[]), ("b", &[]), ("a", &[])]);
        assert_eq!(problems(&text), ["9: there is a step 'a' in line 3 already"]);
    }

    fn an_unknown_dependency_has_near_names() {
        let text = functions(&[("search", &[]), ("draft", &["serach", "zzz"])]);
        assert_eq!(
            problems(&text),
            [
                "8: step 'draft': after: there is no step 'serach'; near to it: search",
                "8: step 'draft': after: there is no step 'zzz'; possible: search",
            ]
        );
    }

    fn a_dependency_stands_once() {
        let text = functions(&[("a", &[]), ("b", &["a", "a"])]);
        assert_eq!(problems(&text), ["8: step 'b': after: names 'a' twice"]);
    }

    fn a_cycle_is_named() {
        let text = functions(&[("a", &["b"]), ("b", &["a"])]);
        assert_eq!(problems(&text), ["8: steps wait for each other: a -> b -> a"]);
        let text = functions(&[("a", &["a"])]);
        assert_eq!(problems(&text), ["5: steps wait for each other: a -> a"]);
        let text = functions(&[("start", &[]), ("a", &["start", "c"]), ("b", &["a"]), ("c", &["b"]), ("d", &["d", "c"])]);
        assert_eq!(
            problems(&text),
            ["11: steps wait for each other: a -> c -> b -> a", "17: steps wait for each other: d -> d"]
        );
    }

    fn a_later_step_may_be_waited_for() {
        let definition = valid(&functions(&[("a", &["b"]), ("b", &[])]));
        assert_eq!(definition.step("a").expect("a").after, ["b"]);
    }

    fn an_output_key_stands_once() {
        let step = |name: &str, key: &str| format!("  - name: {name}\n    function: f\n    output: {{ key: {key} }}\n");
        let text = format!("name: some\nsteps:\n{}{}{}", step("a", "k"), step("b", "l"), step("c", "k"));
        assert_eq!(problems(&text), ["11: step 'c': the output 'k' stands in line 5 already"]);
    }
}
