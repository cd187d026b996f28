//! Ours: the public API, as an app calls it.

use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, Complete};
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
        for claimed in claimed {
            let done = Complete { assignment: claimed.assignment, ..Complete::default() };
            if self.board.run(self.me, &done).await?.already {
                return Err("completed by another".into());
            }
        }
        Ok([claim, start.elapsed()])
    }
}
