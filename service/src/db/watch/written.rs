//! The kernel's word that a file was written, for which nobody has to ask it.

use std::io;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::net::unix::pipe;

/// Files that the kernel tells of (inotify), whose word is read as from a pipe.
#[derive(Debug)]
pub(super) struct Written(pipe::Receiver);

impl Written {
    /// # Errors
    /// One of them is not there, or the user has too many files watched already.
    pub fn of<'a>(paths: impl Iterator<Item = &'a Path>) -> io::Result<Self> {
        let told = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        for path in paths {
            inotify::add_watch(&told, path, WatchFlags::MODIFY | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF)?;
        }
        Ok(Self(pipe::Receiver::from_owned_fd_unchecked(told)?))
    }

    /// Waits until one of them was written, or is another one, since it was asked before.
    pub async fn wait(&self) -> io::Result<()> {
        // What happened does not matter, only that something did: all of it is taken.
        let (mut told, mut any) = ([0u8; 4096], false);
        while !any {
            self.0.readable().await?;
            loop {
                match self.0.try_read(&mut told) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(_) => any = true,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
