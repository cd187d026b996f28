use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

static READY: OnceLock<Result<(), String>> = OnceLock::new();

/// The path of a built binary, brought up to date first.
///
/// `cargo test` does not build the binaries of other packages, and a stale one would be tested in silence. Under cargo
/// they are therefore built here once a process (`cargo build --workspace --bins`; nothing to do after ./test.sh).
#[track_caller]
pub(super) fn path(name: &str) -> PathBuf {
    if let Err(error) = READY.get_or_init(build) {
        panic!("{error}");
    }
    let path = directory().join(name);
    if let Err(error) = check(&path) {
        panic!("{error}\nRun `cargo build --workspace --bins` with the profile of the tests first; ./test.sh does.");
    }
    path
}

/// target/<profile>, two above this test binary.
fn directory() -> PathBuf {
    let tests = env::current_exe().expect("name the test binary");
    tests.ancestors().nth(2).expect("a target directory").to_owned()
}

fn build() -> Result<(), String> {
    let Some(cargo) = env::var_os("CARGO") else { return Ok(()) };
    let directory = directory();
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let mut command = Command::new(cargo);
    command.args(["build", "--workspace", "--bins", "--quiet", "--profile", profile]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_this_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| format!("cannot start cargo: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("cannot build the binaries:\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Cargo tells tests about their package; a build script that watches these would run again, and all that depends on it.
fn is_of_this_package(variable: &str) -> bool {
    let prefixes =
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "CARGO_TARGET_TMP"];
    ["CARGO", "LD_LIBRARY_PATH"].contains(&variable) || prefixes.iter().any(|prefix| variable.starts_with(prefix))
}

/// Fails when the binary is missing or older than a source that it was built from (cargo lists them beside it).
fn check(binary: &Path) -> Result<(), String> {
    let built = modified(binary)?;
    let list = binary.with_extension("d");
    let sources = fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let (_, sources) = sources.split_once(": ").unwrap_or_default();
    let sources = sources.trim_end().replace("\\ ", "\0");
    for source in sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " "))) {
        // A source that is gone is a change too.
        if modified(&source)? > built {
            return Err(format!("{} is older than {}", binary.display(), source.display()));
        }
    }
    Ok(())
}

fn modified(path: &Path) -> Result<std::time::SystemTime, String> {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.map_err(|error| format!("{}: {error}", path.display()))
}
