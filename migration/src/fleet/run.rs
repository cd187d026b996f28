//! Does the work: the canaries one after another, then the others together, and writes down what is finished.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

use super::Task;
use super::journal::{Finished, Journal};
use super::outcome::{Outcome, Skip, Stopped, Summary};
use super::preflight::{Change, Intent, Planned, Prepared};
use super::work::{Job, becomes_true};
use crate::error::Error;
use crate::runner::OnLoss;

/// What a run over many databases tells while it works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The run has an id. So many databases will be worked on; so many were done before the interruption.
    Began {
        run: &'a str,
        changes: usize,
        before: usize,
    },
    Started {
        project: &'a str,
    },
    /// One is finished with: the number `done` of `of`, with those that needed no work.
    Finished {
        project: &'a str,
        outcome: &'a Outcome,
        done: usize,
        of: usize,
    },
    /// No further one will be begun.
    Stopping {
        why: &'a Stopped,
    },
}

type See<'a> = &'a mut (dyn FnMut(&Progress<'_>) + Send);

impl Prepared {
    /// Does what was planned, and returns when every database has its outcome. When `stop` becomes true no further one
    /// is begun; what can be rolled back is, and the others are waited for.
    ///
    /// # Errors
    /// The journal can't be begun: nothing was changed. What fails later is in the summary.
    pub async fn run(self, stop: watch::Receiver<bool>, see: See<'_>) -> Result<Summary, Error> {
        let Self { root, settings, task, about, journal, planned, .. } = self;
        let mut journal = match journal {
            Some(journal) => journal,
            None => Journal::create(&root, &about)?,
        };
        journal.plan(planned.iter().filter_map(|one| Some((one.project.name.clone(), goal(&one.intent)?))))?;
        let on_loss = match &task {
            Task::Down(_, on_loss) => *on_loss,
            _ => OnLoss::Refuse,
        };
        let before = planned.iter().filter(|p| matches!(p.intent, Intent::Skip(Skip::DoneBefore))).count();
        let changes = planned.iter().filter(|p| matches!(p.intent, Intent::Change(_))).count();
        see(&Progress::Began { run: &journal.run, changes, before });
        let mut run = Run {
            names: planned.iter().map(|p| p.project.name.clone()).collect(),
            outcomes: vec![None; planned.len()],
            done: 0,
            failed: 0,
            jobs: BTreeMap::new(),
            max_failures: settings.max_failures,
            journal,
            stopped: None,
            stop,
            see,
        };
        for (number, Planned { project, intent }) in planned.into_iter().enumerate() {
            match intent {
                Intent::Change(change) => {
                    let mut options = settings.options(&project);
                    options.backups.run = Some(run.journal.run.clone());
                    run.jobs.insert(number, Job { root: root.clone(), options, change, on_loss });
                }
                Intent::Nothing { at } => run.record(number, Outcome::Nothing { at }),
                Intent::Skip(why) => run.record(number, Outcome::Skipped(why)),
                Intent::Refused(error) => run.record(number, Outcome::Failed(error)),
            }
        }
        let mut rest: VecDeque<usize> = run.jobs.keys().copied().collect();
        for canary in rest.drain(..settings.canary.min(rest.len())).collect::<Vec<_>>() {
            run.work(VecDeque::from([canary]), 1).await;
            if matches!(run.outcomes.get(canary), Some(Some(Outcome::Failed(_)))) {
                run.halt(Stopped::Canary { project: run.names[canary].clone() });
            }
        }
        run.work(rest, settings.jobs).await;
        Ok(run.end())
    }
}

/// The version that a database is to be taken to; none for what is not a migration.
fn goal(intent: &Intent) -> Option<Option<String>> {
    match intent {
        Intent::Change(Change::Up(seen) | Change::Down(seen)) => Some(seen.to.clone()),
        _ => None,
    }
}

struct Run<'a> {
    names: Vec<String>,
    /// By the number of the project, as all that follows.
    outcomes: Vec<Option<Outcome>>,
    done: usize,
    failed: usize,
    jobs: BTreeMap<usize, Job>,
    max_failures: Option<usize>,
    journal: Journal,
    stopped: Option<Stopped>,
    stop: watch::Receiver<bool>,
    see: See<'a>,
}

impl Run<'_> {
    /// Works on these, at most so many at once, until they are finished or the run is stopped.
    async fn work(&mut self, mut queue: VecDeque<usize>, at_once: usize) {
        let mut set = JoinSet::new();
        let mut running: HashMap<Id, usize> = HashMap::new();
        let mut stop = self.stop.clone();
        loop {
            if *stop.borrow() {
                self.halt(Stopped::Interrupted);
            }
            while self.stopped.is_none()
                && set.len() < at_once.max(1)
                && let Some(number) = queue.pop_front()
            {
                let Some(job) = self.jobs.remove(&number) else { continue };
                (self.see)(&Progress::Started { project: &self.names[number] });
                let task = set.spawn(job.run(self.stop.clone()));
                running.insert(task.id(), number);
            }
            let interrupted = *stop.borrow();
            let joined = tokio::select! {
                joined = set.join_next_with_id() => joined,
                // Those that run see it too, and end by themselves.
                () = becomes_true(&mut stop), if !interrupted => continue,
            };
            let (id, outcome) = match joined {
                None => return,
                Some(Ok(ended)) => ended,
                Some(Err(e)) => {
                    let reason = "the work on it ended by a fault of ours".to_owned();
                    (e.id(), Outcome::Failed(Error::Database { doing: "working", reason }))
                }
            };
            if let Some(number) = running.remove(&id) {
                self.record(number, outcome);
            }
        }
    }

    /// One is finished with.
    fn record(&mut self, number: usize, outcome: Outcome) {
        let name = self.names[number].clone();
        // What was not done is not finished: a run that goes on with this one tries it.
        if !matches!(outcome, Outcome::Skipped(_)) {
            let written = self.journal.finished(Finished {
                project: name.clone(),
                outcome: outcome.word().to_owned(),
                exit_code: outcome.exit_code(),
                error: match &outcome {
                    Outcome::Failed(error) => Some(error.to_string()),
                    _ => None,
                },
                backup: match &outcome {
                    Outcome::Done(done) => done.backup.clone(),
                    _ => None,
                },
            });
            if let Err(error) = written {
                self.halt(Stopped::Journal(error));
            }
        }
        self.failed += usize::from(matches!(outcome, Outcome::Failed(_)));
        self.outcomes[number] = Some(outcome);
        self.done += 1;
        if let Some(Some(outcome)) = self.outcomes.get(number) {
            (self.see)(&Progress::Finished { project: &name, outcome, done: self.done, of: self.names.len() });
        }
        if self.max_failures.is_some_and(|most| self.failed > most) {
            self.halt(Stopped::Failures { failed: self.failed });
        }
    }

    /// From here on no further one is begun; the first reason is the one that is told.
    fn halt(&mut self, why: Stopped) {
        if self.stopped.is_none() {
            (self.see)(&Progress::Stopping { why: &why });
            self.stopped = Some(why);
        }
    }

    fn end(mut self) -> Summary {
        let tried = self.outcomes.iter().all(Option::is_some);
        let rolled_back = |o: &Option<Outcome>| matches!(o, Some(Outcome::Skipped(Skip::RolledBack)));
        if tried && !self.outcomes.iter().any(rolled_back) {
            // Without this line the run can only be gone on with, and then finds nothing to do.
            let _ = self.journal.end();
        }
        let left = |o: Option<Outcome>| o.unwrap_or(Outcome::Skipped(Skip::NotTried));
        let outcomes = self.names.into_iter().zip(self.outcomes.into_iter().map(left)).collect();
        Summary { run: self.journal.run, outcomes, stopped: self.stopped }
    }
}
