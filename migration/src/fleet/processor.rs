//! One processor for each database that is worked on.
//!
//! The driver runs every statement on a thread of its own, and the work waits for each answer. Between two processors such
//! a hand-over wakes the other one up, which takes longer than most of the statements; on one it is a switch.

/// This thread, and those that it starts meanwhile, stay on one processor until the value is dropped. Where that can't be
/// had, they run as ever.
#[derive(Debug)]
pub(super) struct Processor {
    #[cfg(target_os = "linux")]
    _held: Option<linux::Held>,
}

impl Processor {
    /// The allowed processor that the fewest of these are on.
    pub(super) fn take() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            _held: linux::Held::take(),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// How many are on each processor.
    static TAKEN: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

    #[derive(Debug)]
    pub(super) struct Held {
        number: usize,
        /// Where the thread may run otherwise.
        before: CpuSet,
    }

    impl Held {
        pub(super) fn take() -> Option<Self> {
            let before = sched_getaffinity(None).ok().filter(|allowed| allowed.count() > 1)?;
            let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
            let allowed = (0..CpuSet::MAX_CPU).filter(|number| before.is_set(*number));
            let number = allowed.min_by_key(|number| taken.get(number).copied().unwrap_or(0))?;
            let mut one = CpuSet::new();
            one.set(number);
            sched_setaffinity(None, &one).ok()?;
            *taken.entry(number).or_default() += 1;
            Some(Self { number, before })
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            // The thread goes back to the runtime.
            let _ = sched_setaffinity(None, &self.before);
            let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = taken.get_mut(&self.number) {
                *count = count.saturating_sub(1);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::{Held, sched_getaffinity};

        #[test]
        fn a_thread_is_on_one_processor_meanwhile() {
            let allowed = || sched_getaffinity(None).map(|set| set.count());
            let before = allowed();
            let held = Held::take();
            assert_eq!(held.is_some(), before.is_ok_and(|count| count > 1));
            assert!(held.is_none() || allowed().is_ok_and(|count| count == 1));
            let started = std::thread::spawn(allowed).join();
            assert!(held.is_none() || matches!(started, Ok(Ok(1))));
            drop(held);
            assert_eq!(allowed(), before);
        }
    }
}
