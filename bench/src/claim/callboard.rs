//! Ours: the public API, as an app calls it.

use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, Complete, CompleteMany};
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions, Ref, Synchronous};

use super::worker::{Args, Caller};
use crate::frame::Result;
use crate::seed::agent;

pub struct Own {
    board: Callboard,
    me: Actor,
    claim: Claim,
}

pub async fn callers(args: &Args) -> Result<Vec<Own>> {
    let options = OpenOptions {
        max_connections: u32::try_from(args.workers)?,
        synchronous: if args.full { Synchronous::Full } else { Synchronous::Normal },
        ..OpenOptions::default()
    };
    let board = Callboard::open(&DatabaseUrl::parse(&args.url)?, options).await?;
    (1..=args.workers)
        .map(|number| {
            let id = agent(number).parse()?;
            Ok(Own { board: board.clone(), me: Actor::agent(id), claim: Claim::one(Ref::Id(id)) })
        })
        .collect()
}

impl Caller for Own {
    async fn cycle(&mut self, items: usize) -> Result<[Duration; 2]> {
        self.claim.count = u32::try_from(items)?;
        let start = Instant::now();
        let claimed = self.board.run(self.me, &self.claim).await?.into_claimed()?;
        let claim = start.elapsed();
        if claimed.len() != items {
            return Err(format!("{} of {items} claimed", claimed.len()).into());
        }
        let start = Instant::now();
        let done = claimed.into_iter().map(|one| Complete { assignment: one.assignment, ..Complete::default() });
        let mut assignments: Vec<Complete> = done.collect();
        let is_done = match (assignments.len(), assignments.pop()) {
            (1, Some(one)) => !self.board.run(self.me, &one).await?.already,
            (_, last) => {
                assignments.extend(last);
                let done = self.board.run(self.me, &CompleteMany { assignments }).await?;
                usize::try_from(done.completed)? == items
            }
        };
        if is_done { Ok([claim, start.elapsed()]) } else { Err("completed by another".into()) }
    }
}
