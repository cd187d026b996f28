//! Exceptions: a migration that needs what a rule is against, and says why. One that nothing needs is itself found.

use super::rules::UNUSED_EXCEPTION;
use super::{Finding, RULES};
use crate::runner::Direction;
use crate::target::Kind;

/// A rule that a migration may break on one database, on its way up and down, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Allow {
    /// `None` in a file of SQL, which speaks of itself.
    pub version: Option<&'static str>,
    /// The rule's code.
    pub rule: String,
    pub reason: String,
}

/// `-- lint: allow CODE reason`, each; and what is wrong with those that are none.
pub fn in_comments(comments: &[String]) -> (Vec<Allow>, Vec<String>) {
    let (mut allowed, mut wrong) = (Vec::new(), Vec::new());
    for comment in comments {
        let Some(rest) = comment.strip_prefix("lint:") else { continue };
        let mut words = rest.split_whitespace();
        if words.next() != Some("allow") {
            wrong.push(format!("\"{comment}\" is no exception: write -- lint: allow CODE reason"));
            continue;
        }
        let rule = words.next().unwrap_or_default().to_owned();
        let reason = words.collect::<Vec<_>>().join(" ");
        if !RULES.iter().any(|known| known.code == rule) {
            wrong.push(format!("the exception names the rule \"{rule}\", which does not exist"));
        } else if reason.is_empty() {
            wrong.push(format!("the exception from {rule} gives no reason"));
        } else {
            allowed.push(Allow { version: None, rule, reason });
        }
    }
    (allowed, wrong)
}

/// The findings that no exception covers, and the exceptions that cover none.
pub fn without(findings: Vec<Finding>, allowed: &[Allow]) -> (Vec<Finding>, Vec<&Allow>) {
    let covers = |allow: &Allow, finding: &Finding| {
        allow.rule == finding.rule.code && allow.version.is_none_or(|version| version == finding.version)
    };
    let unused = allowed.iter().filter(|allow| !findings.iter().any(|finding| covers(allow, finding))).collect();
    let kept = findings.into_iter().filter(|finding| !allowed.iter().any(|allow| covers(allow, finding)));
    (kept.collect(), unused)
}

pub fn unused(allow: &Allow) -> String {
    format!("nothing breaks {}: the exception \"{}\" is not needed", allow.rule, allow.reason)
}

pub fn finding(database: Kind, version: &str, direction: Direction, what: String) -> Finding {
    let version = version.to_owned();
    Finding { rule: &UNUSED_EXCEPTION, database, version, direction, statement: 0, line: 0, what }
}
