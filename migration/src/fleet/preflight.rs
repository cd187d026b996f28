//! Looks at every database before the first is changed, and decides what will be done to each.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::Access;

use super::chosen::{self, Chosen};
use super::discover::{self, Discovered, Found, Project};
use super::journal::{About, Earlier, Journal};
use super::outcome::Skip;
use super::pattern::Pattern;
use super::{Settings, Task, together};
use crate::backup::{self, Backup};
use crate::error::Error;
use crate::runner::{DownGoal, Foreseen, Goal, Options, Order, State, foresee, inspect, refuse_read_only};
use crate::step::Step;

/// What will be done to a database.
#[derive(Clone, Debug)]
pub enum Change {
    /// The versions run one after another, in one transaction.
    Up(Foreseen),
    Down(Foreseen),
    Backup,
    Restore(Box<Backup>),
}

/// What the look at a database came to.
#[derive(Clone, Debug)]
pub enum Intent {
    Change(Change),
    /// It is at its goal.
    Nothing {
        at: Option<String>,
    },
    Skip(Skip),
    /// It would fail, and is left as it is.
    Refused(Error),
}

/// A project with what will be done to it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub project: Project,
    pub intent: Intent,
}

/// A run of which everything is known but how it ends. Nothing was changed for it.
#[derive(Debug)]
pub struct Prepared {
    pub(super) root: PathBuf,
    pub(super) settings: Settings,
    pub(super) task: Task,
    pub(super) about: About,
    /// The run that is gone on with.
    pub(super) journal: Option<Journal>,
    /// By name.
    pub(super) planned: Vec<Planned>,
    /// The run whose backups are put back.
    pub restoring: Option<String>,
}

impl Prepared {
    /// Each project with what will be done to it, by name.
    pub fn planned(&self) -> &[Planned] {
        &self.planned
    }
}

/// Finds the databases and looks at each; changes nothing.
///
/// # Errors
/// What concerns all of them: the root, the pattern, a name, nothing to go on with, no run of that id, or
/// [`Error::NoSpace`] for the backups of all. What concerns one is its own [`Intent::Refused`].
pub async fn prepare(settings: &Settings, task: &Task) -> Result<Prepared, Error> {
    let pattern = Pattern::new(&settings.pattern)?;
    let root = discover::root(&settings.root)?;
    let Discovered { projects, places } = discover::discover(&root, &pattern, &settings.projects)?;
    let steps = crate::known();
    let task = resolved(steps, task)?;
    let about = About {
        verb: task.verb().to_owned(),
        goal: task.goal(),
        pattern: settings.pattern.clone(),
        projects: settings.projects.iter().cloned().collect(),
        newest: steps.last().map(|step| step.version().to_owned()),
    };
    let (journal, earlier) = if settings.resume {
        let unfinished = Journal::unfinished(&root, &about)?;
        let (journal, earlier) =
            unfinished.ok_or_else(|| Error::NothingToResume { verb: task.verb(), root: root.clone() })?;
        (Some(journal), earlier)
    } else {
        (None, Earlier::default())
    };
    let (mut chosen, restoring) = match &task {
        Task::Restore(given) => {
            let Chosen { backups, run } = chosen::choose(settings, &root, &projects, given).await?;
            (backups, Some(run))
        }
        _ => (BTreeMap::new(), None),
    };
    let (earlier, places) = (Arc::new(earlier), Arc::new(places));
    let work = projects.into_iter().map(|project| {
        let look = Look {
            root: root.clone(),
            steps,
            options: settings.options(&project),
            task: task.clone(),
            earlier: Arc::clone(&earlier),
            backup: chosen.remove(&project.name),
            places: Arc::clone(&places),
        };
        async move {
            let intent = look.at(&project).await.unwrap_or_else(Intent::Refused);
            Planned { project, intent }
        }
    });
    let planned = together::all(settings.jobs, work).await;
    refuse_no_space(settings, &planned)?;
    Ok(Prepared { root, settings: settings.clone(), task, about, journal, planned, restoring })
}

/// A goal by its full name, so that a mistake in it is found once.
fn resolved(steps: &[Step], task: &Task) -> Result<Task, Error> {
    let full = |given: &String| {
        crate::runner::resolve(steps, given)
            .map(|at| steps.get(at).map_or_else(String::new, |s| s.version().to_owned()))
    };
    Ok(match task {
        Task::Up(Goal::To(given)) => Task::Up(Goal::To(full(given)?)),
        Task::Down(DownGoal::To(given), on_loss) => Task::Down(DownGoal::To(full(given)?), *on_loss),
        other => other.clone(),
    })
}

/// The look at one database.
struct Look {
    root: PathBuf,
    steps: &'static [Step],
    options: Options,
    task: Task,
    earlier: Arc<Earlier>,
    /// What is restored.
    backup: Option<Backup>,
    /// Where the databases of all projects are.
    places: Arc<BTreeSet<PathBuf>>,
}

impl Look {
    async fn at(&self, project: &Project) -> Result<Intent, Error> {
        match &project.found {
            Found::Refused(error) => return Err(error.clone()),
            Found::Missing if self.backup.is_none() => return Ok(Intent::Skip(Skip::NoDatabase)),
            _ => {}
        }
        let state = inspect(&project.path)?;
        refuse_links(&self.root, &self.options)?;
        if self.is_done(project).await {
            return Ok(Intent::Skip(Skip::DoneBefore));
        }
        if !matches!(self.task, Task::Backup) {
            refuse_read_only(&project.path, state)?;
        }
        refuse_read_only_folder(&project.path)?;
        match &self.task {
            Task::Backup => self.readable(state).await,
            Task::Restore(_) => match &self.backup {
                Some(backup) => {
                    self.refuse_mixed_up(project, backup)?;
                    backup::check(backup).await?;
                    Ok(Intent::Change(Change::Restore(Box::new(backup.clone()))))
                }
                None => Ok(Intent::Skip(Skip::NoBackup)),
            },
            Task::Up(goal) => {
                let goal = match self.earlier.planned.get(&project.name) {
                    Some(Some(version)) => Goal::To(version.clone()),
                    _ => goal.clone(),
                };
                self.migrate(&Order::Up(goal), Change::Up).await
            }
            Task::Down(goal, on_loss) => {
                let goal = match self.earlier.planned.get(&project.name) {
                    Some(Some(version)) => DownGoal::To(version.clone()),
                    Some(None) => DownGoal::All,
                    None => goal.clone(),
                };
                self.migrate(&Order::Down(goal, *on_loss), Change::Down).await
            }
        }
    }

    /// Whether the run that is gone on with had finished this one, and nobody has done anything else to it since.
    async fn is_done(&self, project: &Project) -> bool {
        let Some(reached) = self.earlier.done.get(&project.name) else { return false };
        if matches!(self.task, Task::Backup) {
            return reached.backup.as_ref().is_some_and(|path| Path::new(path).exists());
        }
        let status = crate::runner::status(&self.options).await;
        status.is_ok_and(|status| status.exists && status.current() == reached.version.as_deref())
    }

    /// A backup that lies here but was taken of another database of this root. Databases that began as copies of one
    /// another have the same origin, so the place must tell.
    fn refuse_mixed_up(&self, project: &Project, backup: &Backup) -> Result<(), Error> {
        let of = &backup.manifest.source.location;
        let place = Path::new(of);
        // Another pattern's project is another project too.
        let another = || self.places.contains(place) || place.starts_with(&self.root) && place.exists();
        if *of != project.path.to_string_lossy() && another() {
            return Err(Error::OtherDatabase { path: backup.path.clone(), of: of.clone() });
        }
        Ok(())
    }

    async fn migrate(&self, order: &Order, change: fn(Foreseen) -> Change) -> Result<Intent, Error> {
        let seen = foresee(self.steps, &self.options, order).await?;
        Ok(if seen.versions.is_empty() { Intent::Nothing { at: seen.from } } else { Intent::Change(change(seen)) })
    }

    async fn readable(&self, state: State) -> Result<Intent, Error> {
        if state == State::Empty {
            return Ok(Intent::Skip(Skip::NoDatabase));
        }
        crate::runner::status(&self.options).await?;
        Ok(Intent::Change(Change::Backup))
    }
}

/// Neither the database nor the folder of its backups may lead away from its place.
pub(super) fn refuse_links(root: &Path, options: &Options) -> Result<(), Error> {
    if let Some(path) = options.url.sqlite_path() {
        discover::refuse_links(root, path)?;
    }
    discover::refuse_links(root, &backup::folder(options)?)
}

/// SQLite makes its journal beside the file, and we a lock and the backups.
fn refuse_read_only_folder(path: &Path) -> Result<(), Error> {
    let folder = crate::runner::folder_of(path);
    match rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK) {
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::ROFS | rustix::io::Errno::PERM) => {
            Err(Error::ReadOnly { path: folder.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Refuses the whole run when the backups of all databases together would fill a disk.
fn refuse_no_space(settings: &Settings, planned: &[Planned]) -> Result<(), Error> {
    let mut disks: BTreeMap<u64, (&Path, u64)> = BTreeMap::new();
    for one in planned {
        let Intent::Change(change) = &one.intent else { continue };
        let path = &one.project.path;
        let copy = backup::size_of_copy(path);
        let needed = match change {
            Change::Backup => copy,
            Change::Restore(backup) => copy + backup.manifest.bytes,
            Change::Up(_) | Change::Down(_) if settings.backups.before_changes => copy,
            Change::Up(_) | Change::Down(_) => 0,
        };
        let folder = crate::runner::folder_of(path);
        let Ok(meta) = std::fs::metadata(folder) else { continue };
        disks.entry(meta.dev()).or_insert((folder, 0)).1 += needed;
    }
    for (folder, needed) in disks.into_values().filter(|(_, needed)| *needed > 0) {
        backup::refuse_full(folder, needed)?;
    }
    Ok(())
}
