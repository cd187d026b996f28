//! What a clean-up is going to do: decided before anything is done, so that a dry run tells the same.

use callboard_entity::WorkItemArchiveReason as Reason;
use serde_json::Value;
use uuid::Uuid;

use super::report::{Finding, Severity};
use super::scan_cleanup::{cursor, old_detail, old_kind};

/// How many rows are read at once.
pub(super) const READ: u64 = 2000;

/// What is to be done about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Tell { kind: &'static str, key: String, severity: Severity, detail: String, kept: Option<String> },
    Release { key: String, detail: String },
    Archive { key: String, reason: Reason, idle: i64, allowed: i64 },
    Mark { key: String, restorable: bool },
}

impl Act {
    /// How it is told; the same before and after it is done.
    pub fn finding(&self) -> Finding {
        match self {
            Self::Tell { kind, key, severity, detail, kept } => {
                let told = Finding::reported(kind, key, *severity, detail);
                match kept {
                    Some(why) => told.kept(why),
                    None => told,
                }
            }
            Self::Release { key, detail } => {
                Finding::reported("stale_assignment", key, Severity::High, detail).changed("release")
            }
            Self::Archive { key, reason, idle, allowed } => {
                let detail = old_detail(*idle, *allowed);
                Finding::reported(old_kind(*reason), key, Severity::Low, detail).changed("archive")
            }
            Self::Mark { key, restorable: false } => {
                let detail = "its content is not what was written: it cannot be restored";
                Finding::reported("archive_damaged", key, Severity::Critical, detail).changed("mark")
            }
            Self::Mark { key, restorable: true } => {
                let detail = "its content is what was written after all";
                Finding::reported("archive_whole", key, Severity::Low, detail).changed("mark")
            }
        }
    }
}

/// An act with its place: a run that is resumed goes on after the last one that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    phase: u8,
    rank: u32,
    /// Of the item, the assignment or the archive.
    pub id: Uuid,
    pub act: Act,
}

impl Planned {
    fn place(&self) -> (u8, u32, Uuid) {
        (self.phase, self.rank, self.id)
    }

    pub fn cursor(&self) -> Value {
        cursor(self.phase, self.rank, self.id)
    }
}

/// All that is to be done, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub acts: Vec<Planned>,
    pub counts: Vec<(&'static str, i64)>,
}

impl Plan {
    pub fn add(&mut self, phase: u8, rank: u32, id: Uuid, act: Act) {
        self.acts.push(Planned { phase, rank, id, act });
    }

    pub fn count(&mut self, name: &'static str, n: usize) {
        self.counts.push((name, i64::try_from(n).unwrap_or(i64::MAX)));
    }

    pub fn sorted(mut self) -> Self {
        self.acts.sort_by_key(Planned::place);
        self
    }

    /// The index of the first act after a cursor.
    pub fn after(&self, cursor: Option<&Value>) -> usize {
        let place = cursor.and_then(|at| {
            let phase = u8::try_from(at["phase"].as_u64()?).ok()?;
            let rank = u32::try_from(at["rank"].as_u64()?).ok()?;
            Some((phase, rank, Uuid::try_parse(at["id"].as_str()?).ok()?))
        });
        place.map_or(0, |place| self.acts.partition_point(|planned| planned.place() <= place))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Act, Plan, Planned};

    #[test]
    fn a_cursor_finds_its_place_again() {
        let act = || Act::Mark { key: "CB-1".to_owned(), restorable: false };
        let mut plan = Plan::default();
        for n in [3, 1, 2] {
            plan.add(1, 7, Uuid::from_u128(n), act());
        }
        plan.add(0, 9, Uuid::from_u128(9), act());
        let plan = plan.sorted();
        assert_eq!(plan.acts.iter().map(|p| p.id.as_u128()).collect::<Vec<_>>(), [9, 1, 2, 3]);
        let cursors: Vec<_> = plan.acts.iter().map(Planned::cursor).collect();
        assert_eq!(cursors.iter().map(|c| plan.after(Some(c))).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(plan.after(None), 0);
        // What was at the cursor may be gone by now.
        let mut rest = plan.clone();
        rest.acts.remove(1);
        assert_eq!(rest.after(Some(&cursors[1])), 1);
    }
}
