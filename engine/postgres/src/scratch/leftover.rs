//! Cleaning up after a cluster whose owner and guard are both dead.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to go down before it is killed; its own limit for its children is 5 s.
const PATIENCE: Duration = Duration::from_secs(6);

/// Ends the server that runs in a cluster's directory, if one does, and removes the directory. What cannot be removed
/// stays for the next sweep.
pub(super) fn remove(directory: &Path) {
    let data = directory.join("data");
    if let Some(server) = server_of(&data) {
        end(server, &data);
    }
    let _ = fs::remove_dir_all(directory);
}

/// The server of a data directory. Its number may have passed to another process since, so the process must also be at
/// work in that directory.
fn server_of(data: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)?)?;
    works_in(pid, data).then_some(pid)
}

#[cfg(target_os = "linux")]
fn works_in(pid: Pid, data: &Path) -> bool {
    fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).is_ok_and(|directory| directory == data)
}

#[cfg(not(target_os = "linux"))]
fn works_in(pid: Pid, data: &Path) -> bool {
    let pid = pid.as_raw_nonzero().to_string();
    let output = std::process::Command::new("ps").args(["-ww", "-o", "args=", "-p", &pid]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data.to_string_lossy()))
}

/// SIGQUIT is PostgreSQL's immediate shutdown: it takes its children along and writes nothing.
fn end(server: Pid, data: &Path) {
    let started = Instant::now();
    let _ = kill_process(server, Signal::QUIT);
    while test_kill_process(server).is_ok() && works_in(server, data) {
        if started.elapsed() > PATIENCE {
            let _ = kill_process(server, Signal::KILL);
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
