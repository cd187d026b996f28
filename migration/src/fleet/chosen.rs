//! Which backups `restore` puts back: those that one run took.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::discover::{Found, Project};
use super::preflight::refuse_links;
use super::{Settings, together};
use crate::backup::{self, Backup};
use crate::error::Error;
use crate::runner::Options;

/// The backups of one run.
#[derive(Debug)]
pub(super) struct Chosen {
    /// By the name of the project; it took none of the others.
    pub backups: BTreeMap<String, Backup>,
    /// The run's full id.
    pub run: String,
}

/// What lies in one project's folder of backups. The folders of all together may hold more than fits into memory: only
/// what can be the answer is kept.
#[derive(Debug, Default)]
struct Kept {
    project: String,
    /// The runs that the id fits, each with the backup that it took.
    fit: BTreeMap<String, Backup>,
    /// The others.
    runs: BTreeSet<String>,
}

/// Finds the run by its id or the beginning of it.
///
/// # Errors
/// [`Error::UnknownRun`] where it fits none, or more than one.
pub(super) async fn choose(
    settings: &Settings,
    root: &Path,
    projects: &[Project],
    given: &str,
) -> Result<Chosen, Error> {
    let mut runs: BTreeSet<String> = BTreeSet::new();
    let mut fit: BTreeSet<String> = BTreeSet::new();
    let mut backups = BTreeMap::new();
    let work = projects.iter().filter(|p| !matches!(p.found, Found::Refused(_))).map(|project| {
        let (options, root, given) = (settings.options(project), root.to_owned(), given.to_owned());
        let project = project.name.clone();
        async move { look(project, &options, &root, &given) }
    });
    let mut failed = None;
    together::each(settings.jobs, work, &mut |kept: Result<Kept, Error>| {
        let kept = match kept {
            Ok(kept) => kept,
            Err(error) => return failed = Some(error),
        };
        runs.extend(kept.runs);
        fit.extend(kept.fit.keys().cloned());
        match (fit.len(), kept.fit.into_values().next()) {
            (1, Some(backup)) => drop(backups.insert(kept.project, backup)),
            (1, None) => {}
            _ => backups.clear(),
        }
    })
    .await;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut fits = fit.iter();
    match (fits.next(), fits.next()) {
        (Some(run), None) => Ok(Chosen { backups, run: run.clone() }),
        _ => {
            let near =
                if fit.is_empty() { runs.into_iter().rev().take(3).collect() } else { fit.into_iter().collect() };
            Err(Error::UnknownRun { given: given.to_owned(), near, root: root.to_owned() })
        }
    }
}

fn look(project: String, options: &Options, root: &Path, given: &str) -> Result<Kept, Error> {
    let mut kept = Kept { project, ..Kept::default() };
    // A link is refused for this project later on; nothing is read through it here.
    if refuse_links(root, options).is_err() {
        return Ok(kept);
    }
    // The newest come first: of several by one run, the oldest is of the time before it.
    for backup in backup::list(options)?.0 {
        match backup.manifest.run.clone() {
            Some(run) if !given.is_empty() && run.starts_with(given) => drop(kept.fit.insert(run, backup)),
            Some(run) => drop(kept.runs.insert(run)),
            None => {}
        }
    }
    Ok(kept)
}
