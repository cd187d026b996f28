//! Faults at the calls of a program that change files: a small C library preloaded into it (shim/fault.c).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::cli::Program;
use crate::scratch;

/// When the call is interrupted that a program is killed at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    Before,
    /// Half of the bytes are written; as [`When::After`] for calls that write none.
    Half,
    After,
}

impl When {
    pub const ALL: [Self; 3] = [Self::Before, Self::Half, Self::After];
}

/// What goes wrong in a program. Numbers begin at 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nothing: the calls are only counted.
    None,
    /// SIGKILL at a call, of all that count.
    Kill(usize, When),
    /// ENOSPC from a call on, of those that write.
    NoSpace(usize),
    /// EIO at one call, of those that sync.
    SyncError(usize),
    /// SIGSTOP before a call, of all that count; it is made after [`Background::go_on`](crate::cli::Background::go_on).
    Stop(usize),
    /// SIGSTOP as soon as a line with this text was written to stdout.
    StopAtText(&'static str),
}

/// What a call does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// Changes a name or a length: rename, unlink, link, ftruncate.
    Name,
    Write,
    Sync,
}

/// One call that the library saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    pub family: Family,
    /// Without the variants' endings: `unlink` also for unlinkat(2).
    pub name: String,
    pub path: PathBuf,
    /// Whether it was made to fail, or the process ended or stood still there.
    pub faulty: bool,
}

/// The calls of one run, in order.
#[derive(Clone, Debug, Default)]
pub struct Calls(pub Vec<Call>);

impl Calls {
    /// Reads a log; a program that made no such call has none.
    pub fn read(log: &Path) -> Self {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let mut numbered: Vec<(usize, Call)> = text.lines().map(parse).collect();
        numbered.sort_by_key(|(number, _)| *number);
        Self(numbered.into_iter().map(|(_, call)| call).collect())
    }

    pub fn of(&self, family: Family) -> usize {
        self.0.iter().filter(|call| call.family == family).count()
    }

    /// How many calls went wrong.
    pub fn faulty(&self) -> usize {
        self.0.iter().filter(|call| call.faulty).count()
    }
}

fn parse(line: &str) -> (usize, Call) {
    let fields: Vec<&str> = line.split('\t').collect();
    let [number, family, name, path, mark] = fields[..] else { panic!("not a line of the library: {line:?}") };
    let family = match family {
        "n" => Family::Name,
        "w" => Family::Write,
        "s" => Family::Sync,
        _ => panic!("no such family: {line:?}"),
    };
    let number = number.parse().unwrap_or_else(|_| panic!("not a line of the library: {line:?}"));
    (number, Call { family, name: name.to_owned(), path: path.into(), faulty: mark == "fault" })
}

/// What has to be in the environment of a program for the fault; its calls are appended to the log.
#[track_caller]
pub fn variables(fault: Fault, log: &Path) -> Vec<(&'static str, String)> {
    let mut out = vec![("LD_PRELOAD", library().display().to_string()), ("FAULT_LOG", log.display().to_string())];
    match fault {
        Fault::None => {}
        Fault::Kill(call, when) => {
            out.push(("FAULT_KILL", call.to_string()));
            out.push(("FAULT_WHEN", format!("{when:?}").to_lowercase()));
        }
        Fault::NoSpace(write) => out.push(("FAULT_ENOSPC", write.to_string())),
        Fault::SyncError(sync) => out.push(("FAULT_EIO", sync.to_string())),
        Fault::Stop(call) => out.push(("FAULT_STOP", call.to_string())),
        Fault::StopAtText(text) => out.push(("FAULT_STOP_TEXT", text.to_owned())),
    }
    out
}

/// The program, with a fault and a log of its calls.
#[track_caller]
pub fn inject(program: Program, fault: Fault, log: &Path) -> Program {
    variables(fault, log).into_iter().fold(program, |program, (name, value)| program.env(name, value))
}

/// The library, compiled at the first call. Without a C compiler this panics: these tests are never skipped.
#[track_caller]
fn library() -> &'static Path {
    static LIBRARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match LIBRARY.get_or_init(compile) {
        Ok(path) => path,
        Err(error) => panic!("{error}"),
    }
}

fn compile() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/shim/fault.c");
    let library = scratch::root().join("fault.so");
    let mut command = Command::new("cc");
    // Fortified headers would replace the functions that it defines.
    command.args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-U_FORTIFY_SOURCE", "-o"]);
    let output = command.arg(&library).arg(&source).output();
    let output = output.map_err(|error| format!("cannot start cc: {error}\n./test.sh says what to install."))?;
    if output.status.success() {
        return Ok(library);
    }
    Err(format!("cc cannot compile {}:\n{}", source.display(), String::from_utf8_lossy(&output.stderr)))
}
