//! The command line as Markdown: docs/cli.md is written from it, so that it cannot go stale.

use std::fmt::Write;

use clap::{Arg, Command};

const HEAD: &str = "# The `callboard` command line

Written from the program by `CALLBOARD_BLESS=1 cargo test --workspace -- cli::docs`; not edited by hand.
Exit codes are explained in [errors.md](errors.md). Every command takes the global options below; `--json` gives one
document `{schema_version, kind, data}` on stdout, described in [json.md](json.md).
";

/// The whole reference.
pub fn markdown(mut root: Command) -> String {
    root.build();
    let mut out = HEAD.to_owned();
    let _ = write!(out, "\n## Global options\n\n");
    options(&mut out, root.get_arguments().filter(|a| a.is_global_set()));
    let _ = write!(out, "\n## Commands\n\n");
    index(&mut out, &root, "callboard");
    for command in shown(&root) {
        section(&mut out, command, "callboard");
    }
    out
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help")
}

fn index(out: &mut String, command: &Command, path: &str) {
    for sub in shown(command) {
        let name = format!("{path} {}", sub.get_name());
        if is_verb(sub) {
            let anchor = name.replace(' ', "-");
            let _ = writeln!(out, "- [`{name}`](#{anchor}): {}", about(sub));
        }
        index(out, sub, &name);
    }
}

fn section(out: &mut String, command: &Command, path: &str) {
    let name = format!("{path} {}", command.get_name());
    if is_verb(command) {
        verb(out, command, &name);
    }
    for sub in shown(command) {
        section(out, sub, &name);
    }
}

/// Whether the command does something itself: one with subcommands does where it takes a name.
fn is_verb(command: &Command) -> bool {
    !command.has_subcommands() || command.get_positionals().next().is_some()
}

fn verb(out: &mut String, command: &Command, name: &str) {
    let _ = write!(out, "\n### {name}\n\n{}.\n", about(command));
    if let Some(long) = command.get_long_about() {
        let rest = long.to_string();
        let rest = rest.split_once("\n\n").map_or("", |(_, rest)| rest);
        if !rest.is_empty() {
            let _ = write!(out, "\n{rest}\n");
        }
    }
    let aliases: Vec<String> = command.get_visible_aliases().map(|a| format!("`{a}`")).collect();
    if !aliases.is_empty() {
        let _ = write!(out, "\nAlso: {}.\n", aliases.join(", "));
    }
    let usage = command.clone().render_usage().to_string();
    let _ = write!(out, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: "));
    let own: Vec<&Arg> = command.get_arguments().filter(|a| !a.is_global_set() && a.get_id() != "help").collect();
    if !own.is_empty() {
        out.push('\n');
        options(out, own.into_iter());
    }
    if let Some(examples) = command.get_after_help() {
        let examples = examples.to_string();
        let examples = examples.trim_start_matches("Examples:\n").trim_end();
        let _ = write!(out, "\nExamples:\n\n```sh\n{}\n```\n", dedent(examples));
    }
}

fn options<'a>(out: &mut String, args: impl Iterator<Item = &'a Arg>) {
    for arg in args.filter(|a| !a.is_hide_set()) {
        let _ = write!(out, "- `{}`: {}", signature(arg), arg.get_help().map(ToString::to_string).unwrap_or_default());
        let values: Vec<String> = arg.get_possible_values().iter().map(|v| format!("`{}`", v.get_name())).collect();
        if !values.is_empty() && arg.get_action().takes_values() {
            let _ = write!(out, " ({})", values.join(", "));
        }
        let defaults: Vec<String> = arg.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
        if !defaults.is_empty() && arg.get_action().takes_values() {
            let _ = write!(out, " [default: {}]", defaults.join(" "));
        }
        if let Some(variable) = arg.get_env() {
            let _ = write!(out, " [env: {}]", variable.to_string_lossy());
        }
        out.push('\n');
    }
}

fn signature(arg: &Arg) -> String {
    let names: Vec<String> = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let value = if arg.get_action().takes_values() { names.join(" ") } else { String::new() };
    match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long} {value}").trim_end().to_owned(),
        (None, Some(long)) => format!("--{long} {value}").trim_end().to_owned(),
        (Some(short), None) => format!("-{short} {value}").trim_end().to_owned(),
        (None, None) if arg.is_required_set() => value,
        (None, None) => format!("[{value}]"),
    }
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    lines.join("\n")
}
