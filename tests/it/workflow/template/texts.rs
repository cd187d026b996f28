//! What titles and descriptions may use, with the line where they do.

use support::plain;

use super::{problems, valid};

const HEAD: &str = "name: some\ninputs:\n  topic: { type: text }\n  depth: { type: number, default: 3 }\nsteps:\n  \
                    - name: first-search\n    function: f\n  - name: other\n    function: f\n";

/// A template whose last step, after `first-search`, has this description; its text begins at line 14.
fn described(text: &str) -> String {
    let text: String = text.lines().map(|line| format!("      {line}\n")).collect();
    format!("{HEAD}  - name: draft\n    function: f\n    after: [first-search]\n    description: |\n{text}")
}

fn titled(title: &str) -> String {
    format!("{HEAD}  - name: draft\n    function: f\n    after: [first-search]\n    title: {title}\n")
}

plain! {
    fn inputs_and_outputs_before_are_used() {
        valid(&described("{{ inputs.topic }} {{ inputs.depth }}\n{{ steps.first_search.output.sources.0.title }}"));
        valid(&titled("\"{{ inputs.topic | upper }}\""));
        valid(&described("{% for s in steps.first_search.output.list %}{{ loop.index }} {{ s.x }}{% else %}-{% endfor %}"));
        valid(&described("{% if inputs.depth > 2 and inputs.topic is defined %}a{% elif true %}b{% else %}c{% endif %}"));
        valid(&described("{# set #}{% raw %}{{ nothing }}{% endraw %}"));
    }

    fn an_undeclared_input_is_told_on_its_line() {
        assert_eq!(
            problems(&described("One {{ inputs.topic }}\n\ntwo {{ inputs.topics }}\nthree {{ inputs.zzz.x }}")),
            [
                "16: step 'draft': description: there is no input 'topics'; near to it: topic",
                "17: step 'draft': description: there is no input 'zzz'; possible: depth, topic",
            ]
        );
        assert_eq!(
            problems(&titled("\"{{ inputs.tpoic }}\"")),
            ["13: step 'draft': title: there is no input 'tpoic'; near to it: topic"]
        );
    }

    fn a_line_is_found_in_folded_and_quoted_texts_as_well_as_can_be() {
        let folded = described("One {{ inputs.topic }}\n\ntwo {{ inputs.topics }}").replace('|', ">");
        let rule = "step 'draft': description: there is no input 'topics'; near to it: topic";
        assert_eq!(problems(&folded).len(), 1);
        let quoted = format!("{HEAD}  - name: draft\n    function: f\n    description: \"a\\nb\\n{{{{ inputs.topics }}}}\"\n");
        assert_eq!(problems(&quoted), [format!("12: {rule}")]);
    }

    fn a_step_that_is_not_before_cannot_be_used() {
        assert_eq!(
            problems(&described("{{ steps.other.output }}\n{{ steps.draft.output }}\n{{ steps.frist_search.output }}")),
            [
                "14: step 'draft': description: the step 'other' is not before this one: name it in 'after'",
                "15: step 'draft': description: the step 'draft' is not before this one: name it in 'after'",
                "16: step 'draft': description: there is no step 'frist_search'; near to it: first_search",
            ]
        );
    }

    fn a_step_before_the_one_before_can_be_used() {
        let text = "name: some\nsteps:\n  - { name: a, function: f }\n  - { name: b, function: f, after: [a] }\n  \
                    - { name: c, function: f, after: [b], title: \"{{ steps.a.output }}\" }\n";
        valid(text);
    }

    fn of_a_step_only_the_output_is_there() {
        let rule = "of a step its output is used: steps.NAME.output, with _ for each - of the name";
        assert_eq!(
            problems(&described("{{ steps.first_search.status }}\n{{ steps }}\n{{ steps.first-search.output }}")),
            [
                format!("14: step 'draft': description: 'steps.first_search.status' is not there: {rule}"),
                format!("15: step 'draft': description: 'steps' is not there: {rule}"),
                "16: step 'draft': description: there is no 'search.output': it is inputs.NAME or steps.NAME.output"
                    .to_owned(),
                format!("16: step 'draft': description: 'steps.first' is not there: {rule}"),
            ]
        );
    }

    fn nothing_else_is_there() {
        assert_eq!(
            problems(&described("{{ topic }}\n{{ inputs }}\n{{ range(3) }}")),
            [
                "14: step 'draft': description: there is no 'topic': it is inputs.NAME or steps.NAME.output",
                "15: step 'draft': description: inputs are used one by one: inputs.NAME",
                "16: step 'draft': description: there is no 'range': it is inputs.NAME or steps.NAME.output",
            ]
        );
    }

    fn broken_template_texts_are_told() {
        assert_eq!(
            problems(&described("fine\n{{ inputs.topic")),
            ["15: step 'draft': description: syntax error: unexpected end of input, expected end of variable block"]
        );
        assert_eq!(
            problems(&described("{% if inputs.topic %}\nno end")),
            ["14: step 'draft': description: syntax error: unexpected end of input, expected end of block"]
        );
        assert_eq!(
            problems(&described("a\n{% set x = 1 %}")),
            ["15: step 'draft': description: there is no tag 'set'; possible: if, elif, else, endif, for, endfor, raw, endraw"]
        );
        assert_eq!(
            problems(&described("{%- inclde 'x' %}")),
            ["14: step 'draft': description: there is no tag 'inclde'; possible: if, elif, else, endif, for, endfor, raw, endraw"]
        );
    }

    fn unknown_filters_and_tests_are_told_in_both_branches() {
        assert_eq!(
            problems(&described("a\n{{ inputs.topic | uppre }}")),
            ["15: step 'draft': description: there is no filter 'uppre'; near to it: upper"]
        );
        let near = "; near to it: defined, undefined";
        assert_eq!(
            problems(&described("{{ 1 if inputs.topic is defind }}")),
            [format!("14: step 'draft': description: there is no test 'defind'{near}")]
        );
        let branch = "{% if inputs.depth %}a{% else %}{{ inputs.topic | zzz }}{% endif %}";
        let filters = "default, first, join, last, length, lower, trim, upper";
        assert_eq!(
            problems(&described(branch)),
            [format!("14: step 'draft': description: there is no filter 'zzz'; possible: {filters}")]
        );
    }
}
