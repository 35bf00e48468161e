//! QEMU as a child process, and the host's watchdog over it.
//!
//! Invariant: a process that was started is ended, by its own exit, by the
//! watchdog, or when its owner is dropped.

use std::io::{self, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// The emulator's program.
pub(crate) const QEMU: &str = "qemu-system-arm";

/// Starts `command`, with a typed error when the program is missing.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::QemuMissing { program: QEMU },
        _ => Error::Start(error),
    })
}

/// Ends a process when it misses a deadline.
///
/// Arming and disarming only set a field, since they happen at each call; the
/// thread looks at it a few times a second.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    stop: Condvar,
}

struct State {
    child: Child,
    deadline: Option<Instant>,
    fired: bool,
    stopping: bool,
}

const WATCHDOG_PERIOD: Duration = Duration::from_millis(100);

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watchdog {
    pub(crate) fn new(child: Child) -> Result<Self> {
        let state = State { child, deadline: None, fired: false, stopping: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), stop: Condvar::new() });
        let mut watchdog = Self { shared: Arc::clone(&shared), thread: None };
        let thread = std::thread::Builder::new()
            .name("emulator watchdog".into())
            .spawn(move || watch(&shared))
            .map_err(Error::Start)?;
        watchdog.thread = Some(thread);
        Ok(watchdog)
    }

    /// Sets or clears the deadline.
    pub(crate) fn arm(&self, deadline: Option<Instant>) {
        lock(&self.shared).deadline = deadline;
    }

    /// Whether the process was ended because of its deadline.
    pub(crate) fn fired(&self) -> bool {
        lock(&self.shared).fired
    }

    /// Waits for the process, whose outputs are known to be closed.
    pub(crate) fn wait(&self) -> io::Result<std::process::ExitStatus> {
        lock(&self.shared).child.wait()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.shared);
            state.stopping = true;
            // Both fail only if the process has ended already.
            let _ = state.child.kill();
            let _ = state.child.wait();
        }
        self.shared.stop.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(shared: &Shared) {
    let mut state = lock(shared);
    while !state.stopping {
        if state.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            state.deadline = None;
            state.fired = true;
            let _ = state.child.kill();
        }
        state = shared
            .stop
            .wait_timeout(state, WATCHDOG_PERIOD)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// A running emulator with its pipes.
pub(crate) struct Process {
    watchdog: Watchdog,
    input: BufWriter<ChildStdin>,
    output: ChildStdout,
    errors: std::process::ChildStderr,
}

impl Process {
    /// Starts `command` with pipes for its three streams.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(command)?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            let _ = child.kill();
            return Err(Error::Start(io::Error::other("no pipes")));
        };
        let watchdog = Watchdog::new(child)?;
        Ok(Self { watchdog, input: BufWriter::with_capacity(1 << 16, input), output, errors })
    }

    /// Queues bytes; they leave with the next [`Process::receive`] at the latest.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.input.write_all(bytes).map_err(|error| self.failure(error, Duration::ZERO))
    }

    /// Sends what is queued and waits for `buffer` to be filled.
    pub(crate) fn receive(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<()> {
        self.watchdog.arm(Some(Instant::now() + timeout));
        let done = self.input.flush().and_then(|()| self.output.read_exact(buffer));
        self.watchdog.arm(None);
        done.map_err(|error| self.failure(error, timeout))
    }

    /// Says why a pipe broke.
    fn failure(&mut self, error: io::Error, timeout: Duration) -> Error {
        if self.watchdog.fired() {
            return Error::Unresponsive(timeout);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => {
                let mut message = String::new();
                // The process is ending; whatever it printed helps.
                let _ = self.errors.read_to_string(&mut message);
                Error::Stopped { message: message.trim().to_owned() }
            }
            _ => Error::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_emulator_names_its_package() {
        let error = spawn(&mut Command::new("/no/such/emulator")).unwrap_err();
        assert!(matches!(error, Error::QemuMissing { .. }));
        assert!(error.to_string().contains("`qemu-system-arm`"), "{error}");
    }
}
