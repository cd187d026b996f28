//! What a board is filled with.

use crate::frame::options::short;

/// A board: how many items it has, and how many of a hundred cannot be claimed for which reason.
///
/// What cannot be claimed is more urgent than what can: it would all lie at the head of a queue that looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    pub size: usize,
    /// They wait for items at the end of the queue.
    pub blocked: u8,
    /// They need one of ten capabilities that no agent has.
    pub unqualified: u8,
    /// They wait out a pause until long after the run.
    pub backoff: u8,
    pub head: Head,
    /// Blocked items wait for items that are claimed soon, and are freed by their completion.
    pub freed: bool,
}

/// What lies in front of everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Head {
    #[default]
    Nothing,
    /// Items that have failed for good.
    Dead,
    /// Items that somebody holds whose lease has run out.
    Expired,
}

/// How many items lie there.
pub const HEADS: usize = 10_000;

impl Shape {
    pub fn plain(size: usize) -> Self {
        Self { size, ..Self::default() }
    }

    /// How many items can be claimed at first.
    pub fn ready(self) -> usize {
        let head = if self.head == Head::Nothing { 0 } else { HEADS };
        (self.size - head) / 100 * usize::from(100 - self.hidden())
    }

    /// Of a hundred.
    pub fn hidden(self) -> u8 {
        self.blocked + self.unqualified + self.backoff
    }

    /// A word for a file and a database.
    pub fn slug(self) -> String {
        let mut slug = short(self.size);
        for (name, percent) in [("blocked", self.blocked), ("unqualified", self.unqualified), ("backoff", self.backoff)]
        {
            if percent > 0 {
                slug.push_str(&format!("_{name}{percent}"));
            }
        }
        slug.push_str(match self.head {
            Head::Nothing => "",
            Head::Dead => "_dead",
            Head::Expired => "_expired",
        });
        if self.freed {
            slug.push_str("_freed");
        }
        slug
    }

    /// The same for people.
    pub fn name(self) -> String {
        match self {
            Self { blocked: percent @ 1.., freed: true, .. } => format!("{percent} % freed by completions"),
            Self { blocked: percent @ 1.., .. } => format!("{percent} % blocked"),
            Self { unqualified: percent @ 1.., .. } => format!("{percent} % need what the agent lacks"),
            Self { backoff: percent @ 1.., .. } => format!("{percent} % in backoff"),
            Self { head: Head::Dead, .. } => format!("{} dead at the head", short(HEADS)),
            Self { head: Head::Expired, .. } => format!("{} expired at the head", short(HEADS)),
            _ => "all ready".to_owned(),
        }
    }
}
