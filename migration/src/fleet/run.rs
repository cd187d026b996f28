//! Does the work: the canaries one after another, then the others together, and writes down what is finished.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

use super::Task;
use super::journal::{Finished, Journal};
use super::outcome::{Outcome, Skip, Stopped, Summary};
use super::preflight::{Change, Intent, Planned, Prepared};
use super::together::apart;
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
        let mut settled = Vec::new();
        for (number, Planned { project, intent }) in planned.into_iter().enumerate() {
            let outcome = match intent {
                Intent::Change(change) => {
                    let mut options = settings.options(&project);
                    options.backups.run = Some(run.journal.run.clone());
                    run.jobs.insert(number, Job { root: root.clone(), options, change, on_loss });
                    continue;
                }
                Intent::Nothing { at } => Outcome::Nothing { at },
                Intent::Skip(why) => Outcome::Skipped(why),
                Intent::Refused(error) => Outcome::Failed(error),
            };
            settled.push((number, outcome));
        }
        run.record(settled);
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

/// What the journal says of an outcome. What was not done is not finished: a run that goes on with this one tries it.
fn line(project: &str, outcome: &Outcome) -> Option<Finished> {
    let (error, version, backup) = match outcome {
        Outcome::Done(done) => (None, done.to.clone(), done.backup.clone()),
        Outcome::Nothing { at } => (None, at.clone(), None),
        Outcome::Failed(error) => (Some(error.to_string()), None, None),
        Outcome::Skipped(_) => return None,
    };
    let (project, outcome, exit_code) = (project.to_owned(), outcome.word().to_owned(), outcome.exit_code());
    Some(Finished { project, outcome, exit_code, error, version, backup })
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
                let task = set.spawn(apart(job.run(self.stop.clone())));
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
                self.record(vec![(number, outcome)]);
            }
        }
    }

    /// These are finished with, which is written down for all of them at once.
    fn record(&mut self, finished: Vec<(usize, Outcome)>) {
        let lines = finished.iter().filter_map(|(number, outcome)| line(&self.names[*number], outcome));
        if let Err(error) = self.journal.finished(lines) {
            self.halt(Stopped::Journal(error));
        }
        for (number, outcome) in finished {
            self.failed += usize::from(matches!(outcome, Outcome::Failed(_)));
            self.done += 1;
            let (project, done, of) = (&self.names[number], self.done, self.names.len());
            (self.see)(&Progress::Finished { project, outcome: &outcome, done, of });
            self.outcomes[number] = Some(outcome);
            if self.max_failures.is_some_and(|most| self.failed > most) {
                self.halt(Stopped::Failures { failed: self.failed });
            }
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
