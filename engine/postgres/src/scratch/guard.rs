//! The process that outlives us for a moment, to end the server and remove its files.

use super::{ScratchError, ServerBinaries, USER, directory::Home, leftover, runner::Runner};
use std::{
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// What the guard does. Its input is a pipe that we hold and never write to; its output is the lock of the directory.
/// Neither reaches the programs that it starts. It ignores what a terminal sends to everything in it, and is in a
/// process group of its own besides. A server that ends by itself leaves its files for us to read until we are gone.
/// What a shell starts in the background ignores SIGQUIT until it says otherwise, so that a server which is just starting
/// has to be told more than once.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
umask 077
dir=$1 bin=$2 user=$3
exec 3<&0 </dev/null
until_closed() { while read -r _; do :; done <&3; }
pause() { sleep 0.1 >/dev/null || sleep 1 >/dev/null; }
if "$bin/initdb" --pgdata="$dir/data" --username="$user" --encoding=UTF8 --locale=C --auth=trust --no-sync \
      --wal-segsize=1 >"$dir/log" 2>&1 3<&- && cat "$dir/settings" >>"$dir/data/postgresql.conf"; then
  "$bin/postgres" -D "$dir/data" >"$dir/log" 2>&1 3<&- &
  server=$!
  { until_closed; while kill -QUIT "$server"; do pause; done; } 2>/dev/null &
  watcher=$!
  wait "$server"
  kill -KILL "$watcher"
  echo postgres >"$dir/ended"
else
  echo initdb >"$dir/ended"
fi
until_closed
rm -rf "$dir"
"#;

/// For so long we wait until the guard has cleaned up. The server is down by then as a rule, but
/// many files may be left.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far the server has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Starting,
    Ready,
}

/// Our end of the guard. Dropping it closes the pipe and waits until everything is gone, or for two seconds.
#[derive(Debug)]
pub(super) struct Guard {
    home: Arc<Home>,
    /// There until it is dropped.
    child: Option<Child>,
    pipe: Option<ChildStdin>,
    runs_as: Option<&'static str>,
}

impl Guard {
    /// Starts the guard, and it the server, in a directory that is made ready.
    pub fn spawn(home: Home, binaries: &ServerBinaries, runner: &Runner) -> Result<Self, ScratchError> {
        let failed = |home: &Home, doing| ScratchError::io(doing, home.path());
        let lock = home.lock_for_guard().map_err(failed(&home, "sharing the lock of"))?;
        home.hand_over().map_err(failed(&home, "handing over"))?;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("confiture-scratch").arg(home.path()).arg(binaries.directory()).arg(USER);
        command.current_dir("/").stdin(Stdio::piped()).stdout(lock).stderr(Stdio::null()).process_group(0);
        set_environment(&mut command);
        if let Some(other) = &runner.other {
            // Its group, too, and none of ours: `Command` drops the supplementary ones.
            command.uid(other.uid).gid(other.gid);
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                leftover::remove(home.path());
                return Err(failed(&home, "starting a guard for")(error));
            }
        };
        let pipe = child.stdin.take();
        Ok(Self {
            home: Arc::new(home),
            child: Some(child),
            pipe,
            runs_as: runner.other.as_ref().map(|other| other.name),
        })
    }

    /// The cluster's directory.
    pub fn directory(&self) -> &Path {
        self.home.path()
    }

    /// Looks how far the server has come.
    pub fn state(&mut self) -> Result<State, ScratchError> {
        // The file is there a moment before what it says.
        if let Some(program) = self.home.read_file("ended").filter(|text| !text.trim().is_empty()) {
            return Err(self.failure(program.trim()));
        }
        let ended = self.child.as_mut().map_or(Ok(None), Child::try_wait);
        if let Some(status) = ended.map_err(ScratchError::io("watching the guard of", self.directory()))? {
            return Err(ScratchError::Failed {
                program: format!("its guard ({status})"),
                hint: String::new(),
                log: self.log(),
            });
        }
        // The eighth line of this file tells the state: PostgreSQL's `pidfile.h`.
        let status = self.home.read_file("data/postmaster.pid");
        let ready = status.is_some_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"));
        Ok(if ready { State::Ready } else { State::Starting })
    }

    /// The end of what the server wrote, indented.
    pub fn log(&self) -> String {
        let text = self.home.read_file("log").unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(15)..].iter().map(|line| format!("  | {line}\n")).collect()
    }

    fn failure(&self, program: &str) -> ScratchError {
        let log = self.log();
        let hint = match self.runs_as {
            Some(name) if log.contains("Permission denied") || log.contains("not found") => {
                format!(" (root runs it as user `{name}`, who must be able to read the binaries)")
            }
            _ => String::new(),
        };
        ScratchError::Failed { program: format!("`{program}`"), hint, log }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let (Some(mut child), home) = (self.child.take(), Arc::clone(&self.home)) else { return };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            match child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                ended => return finish(ended.is_ok(), &home),
            }
        }
        // A hundred thousand files take their time; the guard does not need us, but somebody has to ask how it ended.
        thread::spawn(move || finish(child.wait().is_ok(), &home));
    }
}

/// After the guard: its directory is still there only where somebody killed it.
fn finish(ended: bool, home: &Home) {
    if ended && home.path().exists() {
        leftover::remove(home.path());
    }
}

/// The caller's `PG*` variables must not steer the server; without a time zone of its own, `initdb` would try hundreds.
fn set_environment(command: &mut Command) {
    let ours = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::env::split_paths(&ours).chain(["/usr/bin".into(), "/bin".into()])).unwrap_or(ours);
    command.env_clear().env("PATH", path).env("LC_ALL", "C").env("TZ", "UTC");
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}
