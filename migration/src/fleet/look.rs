//! Reads every database of a folder, and tells what it found of each as soon as it has.

use super::discover::{self, Found, Project};
use super::pattern::Pattern;
use super::{Settings, together};
use crate::error::Error;
use crate::runner::{self, Options, Status};
use crate::verify::{self, Report};

/// What the look at one database found.
#[derive(Clone, Debug)]
pub struct Looked<T> {
    pub project: Project,
    /// None where the project has no database, or the database no board.
    pub found: Result<Option<T>, Error>,
    /// How many have been looked at, with this one.
    pub done: usize,
    /// How many there are.
    pub of: usize,
}

/// Where each database stands; reads only. `see` is told each as soon as it is known, in no order. Dropped before its end
/// it leaves nothing behind.
///
/// # Errors
/// As [`super::prepare`], but for what concerns one project: that is its own error.
pub async fn status(settings: &Settings, see: &mut (dyn FnMut(Looked<Status>) + Send)) -> Result<(), Error> {
    each(settings, |options| async move { runner::status(&options).await.map(Some) }, see).await
}

/// What each database is against its recorded version; reads only. Otherwise as [`status`].
///
/// # Errors
/// As [`status`].
pub async fn verify(settings: &Settings, see: &mut (dyn FnMut(Looked<Report>) + Send)) -> Result<(), Error> {
    let one = |options: Options| async move {
        match verify::verify(&options, &mut |_| {}).await {
            Err(Error::NoDatabase { .. } | Error::NoTables { .. } | Error::NotRecorded { .. }) => Ok(None),
            report => report.map(Some),
        }
    };
    each(settings, one, see).await
}

async fn each<F, T>(
    settings: &Settings,
    read: impl Fn(Options) -> F + Clone + Send + 'static,
    see: &mut (dyn FnMut(Looked<T>) + Send),
) -> Result<(), Error>
where
    F: Future<Output = Result<Option<T>, Error>> + Send + 'static,
    T: Send + 'static,
{
    let root = discover::root(&settings.root)?;
    let found = discover::discover(&root, &Pattern::new(&settings.pattern)?, &settings.projects)?;
    let (mut done, of) = (0, found.projects.len());
    let work = found.projects.into_iter().map(|project| {
        let (options, root, read) = (settings.options(&project), root.clone(), read.clone());
        async move {
            let found = match &project.found {
                // Someone may have put a link there since it was found.
                Found::File => match discover::refuse_links(&root, &project.path) {
                    Ok(()) => read(options).await,
                    Err(error) => Err(error),
                },
                Found::Missing => Ok(None),
                Found::Refused(error) => Err(error.clone()),
            };
            (project, found)
        }
    });
    together::each(settings.jobs, work, &mut |(project, found)| {
        done += 1;
        see(Looked { project, found, done, of });
    })
    .await;
    Ok(())
}
