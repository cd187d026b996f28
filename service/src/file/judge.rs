//! What a look at a path says of the operation that its state is due to. Pure.

use callboard_entity::FileVerificationStatus as Status;
use serde::{Deserialize, Serialize};

use super::effective::Expected;
use super::look::{Content, Look};

/// What was found of one operation: a row of `file_verifications`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `failed`: what was written is gone, what was deleted is there, or it could not be read. `partial`: it is there with
    /// another content; or a file that was only read is no longer what it was.
    pub status: Status,
    /// Whether anything is there.
    pub file_exists: bool,
    /// None where there is nothing to compare.
    pub content_matches: Option<bool>,
    /// None where there is nothing to compare.
    pub size_matches: Option<bool>,
    /// None where nothing is there.
    pub is_regular_file: Option<bool>,
    /// What differs; of what is verified only that the original of a copy is no longer what it was.
    pub differences: Vec<Difference>,
}

/// What is not as the operation left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Relative to the project's root.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
    /// What the operation left there.
    pub expected: Option<Content>,
    /// What is there.
    pub found: Option<Content>,
    /// What the operating system said, or what else is there.
    pub detail: Option<String>,
}

/// What is wrong at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It should be there.
    Missing,
    /// It should not be there.
    StillThere,
    /// It has another content.
    Content,
    /// It is a folder, a named pipe, a socket or a device.
    NotAFile,
    /// It is a symbolic link, or lies behind one; links are not followed.
    Link,
    /// It changed while it was read.
    Changed,
    /// The operating system does not give it.
    Unreadable,
}

impl Problem {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::StillThere => "still there",
            Self::Content => "another content",
            Self::NotAFile => "not a file",
            Self::Link => "a link",
            Self::Changed => "changing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What the look at one path says.
pub fn judge(path: &str, expected: &Expected, look: &Look) -> Finding {
    let wanted = match expected {
        Expected::Absent => None,
        Expected::Written { content } | Expected::Read { content } => Some(content),
    };
    let Some(wanted) = wanted else { return judge_absent(path, look) };
    let problem = match look {
        Look::File(file) => match wanted {
            Some(content) if *content != file.content => Some(Problem::Content),
            _ => None,
        },
        Look::Absent => Some(Problem::Missing),
        Look::Folder | Look::Special { .. } => Some(Problem::NotAFile),
        Look::Link => Some(Problem::Link),
        Look::Changed => Some(Problem::Changed),
        Look::Unreadable { .. } => Some(Problem::Unreadable),
    };
    let found = found(look);
    let compared = wanted.as_ref().zip(found);
    Finding {
        status: match problem {
            None => Status::Verified,
            Some(Problem::Content) => Status::Partial,
            // What others did to a file that was only read is told, and fails nothing.
            Some(_) if matches!(expected, Expected::Read { .. }) => Status::Partial,
            Some(_) => Status::Failed,
        },
        file_exists: *look != Look::Absent,
        content_matches: compared.map(|(wanted, found)| wanted.content_hash == found.content_hash),
        size_matches: compared.map(|(wanted, found)| wanted.size_bytes == found.size_bytes),
        is_regular_file: is_regular(look),
        differences: problem.map(|problem| difference(path, problem, wanted.clone(), look)).into_iter().collect(),
    }
}

fn judge_absent(path: &str, look: &Look) -> Finding {
    let problem = match look {
        Look::Absent => None,
        Look::Unreadable { .. } => Some(Problem::Unreadable),
        _ => Some(Problem::StillThere),
    };
    Finding {
        status: if problem.is_none() { Status::Verified } else { Status::Failed },
        file_exists: *look != Look::Absent,
        content_matches: None,
        size_matches: None,
        is_regular_file: is_regular(look),
        differences: problem.map(|problem| difference(path, problem, None, look)).into_iter().collect(),
    }
}

/// What the look at a copy's original says: the copy only read it, so that what differs is told and does not count.
pub fn judge_original(path: &str, expected: &Expected, look: &Look) -> Finding {
    Finding { status: Status::Verified, ..judge(path, expected, look) }
}

/// What the looks at both paths of a move or copy say: the worse status, and what is said of the path that was written.
pub fn both(source: Finding, target: Finding) -> Finding {
    let differences = [source.differences, target.differences].concat();
    Finding { status: source.status.max(target.status), differences, ..target }
}

fn found(look: &Look) -> Option<&Content> {
    if let Look::File(file) = look { Some(&file.content) } else { None }
}

/// What could not be read to its end is a regular file all the same, if it is one that changed.
fn is_regular(look: &Look) -> Option<bool> {
    match look {
        Look::Absent | Look::Unreadable { .. } => None,
        Look::File(_) | Look::Changed => Some(true),
        Look::Folder | Look::Link | Look::Special { .. } => Some(false),
    }
}

fn difference(path: &str, problem: Problem, expected: Option<Content>, look: &Look) -> Difference {
    let detail = match look {
        Look::Folder => Some("a folder".to_owned()),
        Look::Special { kind } => Some(format!("a {kind}")),
        Look::Link => Some("a symbolic link".to_owned()),
        Look::Unreadable { why } => Some(why.clone()),
        Look::Absent | Look::File(_) | Look::Changed => None,
    };
    Difference { path: path.to_owned(), problem, expected, found: found(look).cloned(), detail }
}
