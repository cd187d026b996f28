//! Ctrl-C and SIGTERM: what is not committed is rolled back, what is being committed is waited for.

use std::future::Future;

use tokio::signal::unix::SignalKind;

use crate::context::Context;
use crate::error::CliError;

/// Runs a command until it ends or the user interrupts it.
///
/// Dropping the future closes its connection, by which the database rolls back. A migration that is already being
/// committed is waited for: what became of it would not be known otherwise.
pub async fn guard(
    context: &Context,
    mut run: impl Future<Output = Result<(), CliError>> + Unpin,
) -> Result<(), CliError> {
    tokio::select! {
        biased;
        done = &mut run => done,
        caught = signal() => match caught {
            Ok(()) if context.is_committing() => run.await,
            Ok(()) => Err(CliError::Interrupted),
            // No handler could be set: the signal then ends the process by itself.
            Err(_) => run.await,
        },
    }
}

async fn signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    tokio::select! {
        caught = tokio::signal::ctrl_c() => caught,
        _ = terminate.recv() => Ok(()),
    }
}
