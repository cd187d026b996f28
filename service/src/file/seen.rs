//! What was seen of the files of an item before a transaction decides by it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::effective::Expected;
use super::judge::{Problem, judge};
use super::look::{Look, Progress, look_at};
use super::record::RecordVerification;
use super::{Root, VerificationPlan};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};

/// A tracked file that is not as the work on it left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIssue {
    /// Relative to the project's root.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
    /// What the operating system said, or what else is there.
    pub detail: Option<String>,
}

impl std::fmt::Display for FileIssue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is = match self.problem {
            Problem::Content => "has another content",
            Problem::Missing => "is missing",
            Problem::StillThere => "is still there",
            Problem::NotAFile => "is not a file",
            Problem::Link => "is a link",
            Problem::Changed => "is being changed",
            Problem::Unreadable => "can't be read",
        };
        write!(f, "{} {is}", self.path)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

/// A look at the files that the operations of an item are answerable for, without those that were only read.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    plan: VerificationPlan,
    /// By path; or why nothing could be looked at.
    looks: Result<Vec<Look>, String>,
}

/// What is to be looked at: what was only read may be changed by anybody.
pub(crate) fn written(mut plan: VerificationPlan) -> VerificationPlan {
    plan.effects.retain(|_, effect| !matches!(effect.expected, Expected::Read { .. }));
    plan
}

impl Seen {
    /// Looks at the files of a plan of [`written`] ones. No transaction should be open: files may be large.
    pub async fn look(plan: VerificationPlan) -> Result<Self> {
        let looks = match Root::open(&plan.project) {
            Ok(root) => Ok(look_at(&root, plan.effects.keys().cloned().collect(), &Progress::default()).await?),
            // A root that is not there is told of each file.
            Err(Error::File { problem, .. }) => Err(problem.to_string()),
            Err(other) => return Err(other),
        };
        Ok(Self { plan, looks })
    }

    /// Whether the files are still due to the operations that the look was for.
    pub fn is_of(&self, plan: &VerificationPlan) -> bool {
        self.plan.effects == plan.effects && self.plan.project.root_path == plan.project.root_path
    }

    /// What is not as the operations left it, with the operation, in the order of the paths.
    pub fn issues(&self) -> Vec<(Uuid, FileIssue)> {
        let effects = self.plan.effects.iter();
        match &self.looks {
            Ok(looks) => {
                let judged = effects.zip(looks).filter_map(|((path, effect), look)| {
                    let found = judge(path, &effect.expected, look).differences.into_iter().next()?;
                    let issue = FileIssue { path: path.clone(), problem: found.problem, detail: found.detail };
                    Some((effect.operation, issue))
                });
                judged.collect()
            }
            Err(why) => {
                let unseen = effects.map(|(path, effect)| {
                    let issue =
                        FileIssue { path: path.clone(), problem: Problem::Unreadable, detail: Some(why.clone()) };
                    (effect.operation, issue)
                });
                unseen.collect()
            }
        }
    }

    /// Records what was seen, as `file verify` does; nothing where nothing could be looked at. Locks the project's row.
    pub async fn record(&self, tx: &Tx) -> Result<()> {
        let Ok(looks) = &self.looks else { return Ok(()) };
        let effects = self.plan.effects.iter();
        let seen = effects.zip(looks).map(|((path, effect), look)| (path.clone(), effect.clone(), look.clone()));
        let record = RecordVerification {
            project: self.plan.project.id,
            seen: seen.collect(),
            superseded: self.plan.superseded.clone(),
            steps: self.plan.steps.clone(),
            paths: self.plan.paths.clone(),
        };
        record.apply(tx).await?;
        Ok(())
    }
}
