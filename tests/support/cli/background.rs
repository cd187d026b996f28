use std::fmt;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// What a program printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Output {
    pub command: String,
    pub stdout: String,
    pub stderr: String,
    /// The exit code; none when a signal ended it.
    pub exit: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl Output {
    /// Panics unless it ended with exit code 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    /// Panics unless it ended with this exit code.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert!(self.exit == Some(expected), "expected exit code {expected}\n{self}");
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON document: {error}\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, stdout, stderr, exit, signal } = self;
        write!(f, "$ {command}\nexit {exit:?}, signal {signal:?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

/// A running program; dropping it kills it.
#[derive(Debug)]
pub struct Background {
    command: String,
    child: Child,
    printed: Arc<(Mutex<Printed>, Condvar)>,
}

#[derive(Debug, Default)]
struct Printed {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    ended: u8,
}

impl Background {
    pub(super) fn new(command: String, mut child: Child, stdin: Option<Vec<u8>>) -> Self {
        let printed = Arc::default();
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin) {
            // A program may end without reading all of it.
            thread::spawn(move || pipe.write_all(&bytes));
        }
        capture(child.stdout.take(), Arc::clone(&printed), |printed| &mut printed.stdout);
        capture(child.stderr.take(), Arc::clone(&printed), |printed| &mut printed.stderr);
        Self { command, child, printed }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("ask for the child's state").is_none()
    }

    /// Waits until stdout or stderr holds the text, and panics when it ends or 60 s pass before.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let found = |printed: &Printed| contains(&printed.stdout, text) || contains(&printed.stderr, text);
        self.wait_until(Instant::now() + Duration::from_secs(60), |printed| found(printed) || printed.ended == 2);
        let output = self.output(None);
        assert!(found(&self.printed.0.lock().expect("lock the output")), "never printed {text:?}\n{output}");
    }

    /// What it printed to stdout so far.
    pub fn stdout(&self) -> String {
        self.output(None).stdout
    }

    /// SIGKILL, then waits for its end.
    pub fn kill(mut self) -> Output {
        // It may have ended by itself; the output tells.
        let _ = self.child.kill();
        self.wait(Duration::from_secs(10))
    }

    /// SIGINT, as Ctrl-C sends it; does not wait.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// SIGTERM; does not wait.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGSTOP: it does nothing more until [`Background::go_on`]. Waits until it stands still.
    #[track_caller]
    pub fn stop(&self) {
        self.signal(Signal::STOP);
        self.wait_for_stop();
    }

    /// Waits until it stands still by itself (`Fault::Stop`), and panics when it ends or 60 s pass before.
    #[track_caller]
    pub fn wait_for_stop(&self) {
        let status = format!("/proc/{}/status", self.id());
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // An ended child is there until it is waited for.
            let state = std::fs::read_to_string(&status).expect("read its state");
            if state.contains("State:\tT") {
                return;
            }
            let ended = state.contains("State:\tZ") || Instant::now() > deadline;
            assert!(!ended, "it did not stop\n{}", self.output(None));
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// SIGCONT, after [`Background::stop`].
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        rustix::process::kill_process(pid, signal).expect("send a signal to the child");
    }

    /// Waits for its end; after `limit` it is killed, and that is a panic.
    #[track_caller]
    pub fn wait(mut self, limit: Duration) -> Output {
        let deadline = Instant::now() + limit;
        let closed = self.wait_until(deadline, |printed| printed.ended == 2);
        // A program may close its output before it ends.
        while closed && self.is_running() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let on_time = closed && !self.is_running();
        let _ = self.child.kill();
        let status = self.child.wait().expect("wait for the child");
        let output = self.output(Some(status));
        assert!(on_time, "no end within {limit:?}\n{output}");
        output
    }

    fn wait_until(&self, deadline: Instant, mut reached: impl FnMut(&Printed) -> bool) -> bool {
        let (lock, changed) = &*self.printed;
        let printed = lock.lock().expect("lock the output");
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = changed.wait_timeout_while(printed, left, |printed| !reached(printed));
        !waited.expect("wait for output").1.timed_out()
    }

    fn output(&self, status: Option<ExitStatus>) -> Output {
        let printed = self.printed.0.lock().expect("lock the output");
        Output {
            command: self.command.clone(),
            stdout: String::from_utf8_lossy(&printed.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&printed.stderr).into_owned(),
            exit: status.and_then(|status| status.code()),
            signal: status.and_then(|status| status.signal()),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn capture<R: Read + Send + 'static>(
    pipe: Option<R>,
    printed: Arc<(Mutex<Printed>, Condvar)>,
    part: fn(&mut Printed) -> &mut Vec<u8>,
) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        let mut pipe = pipe.expect("a piped output");
        loop {
            let count = pipe.read(&mut buffer).unwrap_or(0);
            let mut printed_now = printed.0.lock().expect("lock the output");
            part(&mut printed_now).extend_from_slice(&buffer[..count]);
            printed_now.ended += u8::from(count == 0);
            drop(printed_now);
            printed.1.notify_all();
            if count == 0 {
                return;
            }
        }
    });
}
