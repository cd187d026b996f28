//! Traces for `-v`, on stderr.

use tracing_subscriber::EnvFilter;

/// Starts tracing: warnings only, `-v` what Callboard does, `-vv` and more also each SQL statement (without its values).
pub fn start(verbose: u8) {
    let filter = match verbose {
        0 => "callboard_service=warn,callboard_migration=warn,callboard=warn",
        1 => "callboard_service=debug,callboard_migration=debug,callboard=debug",
        _ => "callboard_service=trace,callboard_migration=trace,callboard=trace,sqlx::query=debug",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never)
        .with_target(verbose > 1)
        .init();
}
