//! The kernel's word that a file was written, for which nobody has to ask it.

use std::io;
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Files that the kernel tells of (inotify).
#[derive(Debug)]
pub(super) struct Written(AsyncFd<OwnedFd>);

impl Written {
    /// # Errors
    /// One of them is not there, or the user has too many files watched already.
    #[allow(deprecated, reason = "its successor is unsafe, for types that do not own what they name; this one does")]
    pub fn of<'a>(paths: impl Iterator<Item = &'a Path>) -> io::Result<Self> {
        let told = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        for path in paths {
            inotify::add_watch(&told, path, WatchFlags::MODIFY | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF)?;
        }
        Ok(Self(AsyncFd::with_interest(told, Interest::READABLE)?))
    }

    /// Waits until one of them was written, or is another one, since it was asked before.
    pub async fn wait(&self) -> io::Result<()> {
        loop {
            let mut ready = self.0.readable().await?;
            let mut told = [0u8; 4096];
            // What happened does not matter, only that something did: all of it is taken.
            let taken = ready.try_io(|fd| {
                let mut any = 0;
                loop {
                    match rustix::io::read(fd.get_ref(), &mut told) {
                        Ok(read) => any += read,
                        Err(rustix::io::Errno::AGAIN) if any > 0 => return Ok(()),
                        Err(error) => return Err(error.into()),
                    }
                }
            });
            if let Ok(taken) = taken {
                return taken;
            }
        }
    }
}
