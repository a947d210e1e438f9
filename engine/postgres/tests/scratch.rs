//! Scratch clusters with a real PostgreSQL: up, down, and gone whatever happens to their owner.

use confiture_model::session::Session as _;
use confiture_postgres::scratch::{Scratch, ScratchError, ScratchOptions};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A directory of its own for each test, which the server's user may enter.
fn place() -> tempfile::TempDir {
    let place = tempfile::Builder::new().prefix("cft").tempdir_in("/tmp").unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    place
}

fn in_place(place: &Path) -> ScratchOptions {
    ScratchOptions { directory: Some(place.to_owned()), ..ScratchOptions::default() }
}

/// What is left of clusters in a place.
fn left_in(place: &Path) -> Vec<PathBuf> {
    let bases = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    bases
        .flat_map(|base| fs::read_dir(base).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.is_dir())
        .collect()
}

/// A process that ended and that nobody has asked about counts as gone: not every container's first process asks.
fn is_alive(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    if status.lines().any(|line| line.starts_with("State:") && line.contains('Z')) {
        return false;
    }
    Command::new("/bin/sh").args(["-c", "kill -0 \"$1\" 2>/dev/null", "sh", pid]).status().unwrap().success()
}

/// The number of the server's process: PostgreSQL writes it down.
fn server_pid(directory: &Path) -> String {
    let text = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

fn wait_for(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what} did not happen");
        thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn a_cluster_answers_and_leaves_nothing() {
    let place = place();
    let scratch = Scratch::start(in_place(place.path())).await.unwrap();
    assert!(scratch.server_version() >= 130_000);
    let pid = server_pid(scratch.directory());
    scratch.create_database("strange \"name\"?").await.unwrap();
    let mut session = scratch.session("strange \"name\"?").await.unwrap();
    session.execute("CREATE TABLE t (id int)").await.unwrap();
    let row = session
        .client()
        .query_one("SELECT current_user::text, getdatabaseencoding()::text, current_setting('lc_collate', true)", &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("postgres", "UTF8"));
    // PostgreSQL 16 took the setting away.
    assert!(matches!(row.get::<_, Option<&str>>(2), Some("C") | None));
    let url: tokio_postgres::Config = scratch.url("strange \"name\"?").parse().unwrap();
    let (client, connection) = url.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(client.query_one("SELECT count(*) FROM t", &[]).await.unwrap().get::<_, i64>(0), 0);
    scratch.stop().await;
    assert!(!is_alive(&pid));
    assert_eq!(left_in(place.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn two_clusters_live_side_by_side_and_dropping_is_enough() {
    let place = place();
    let (first, second) = tokio::join!(Scratch::start(in_place(place.path())), Scratch::start(in_place(place.path())));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first.directory(), second.directory());
    first.create_database("only_here").await.unwrap();
    assert!(
        matches!(second.session("only_here").await, Err(ScratchError::Database(error)) if error.sqlstate == "3D000")
    );
    drop(first);
    assert_eq!(left_in(place.path()), vec![second.directory().to_owned()]);
    second.session("postgres").await.unwrap();
    drop(second);
    assert_eq!(left_in(place.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn settings_are_added() {
    let place = place();
    let settings = vec![("work_mem".to_owned(), "7MB".to_owned())];
    let scratch = Scratch::start(ScratchOptions { settings, ..in_place(place.path()) }).await.unwrap();
    let session = scratch.session("postgres").await.unwrap();
    let row = session.client().query_one("SHOW work_mem", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "7MB");
}

#[tokio::test]
async fn a_server_that_refuses_its_settings_says_so_and_leaves_nothing() {
    let place = place();
    let settings = vec![("shared_buffers".to_owned(), "much".to_owned())];
    let error = Scratch::start(ScratchOptions { settings, ..in_place(place.path()) }).await.unwrap_err().to_string();
    assert!(error.contains("shared_buffers"), "{error}");
    assert_eq!(left_in(place.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn broken_binaries_say_what_they_said_and_leave_nothing() {
    let place = place();
    let binaries = place.path().join("bin");
    fs::create_dir(&binaries).unwrap();
    for (program, text) in
        [("postgres", "echo 'postgres (PostgreSQL) 15.1'"), ("initdb", "echo 'no share directory' >&2; exit 1")]
    {
        let file = binaries.join(program);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let options = ScratchOptions { binaries: Some(binaries.clone()), ..in_place(place.path()) };
    let error = Scratch::start(options).await.unwrap_err().to_string();
    assert!(error.contains("`initdb` failed") && error.contains("no share directory"), "{error}");
    fs::remove_dir_all(binaries).unwrap();
    assert_eq!(left_in(place.path()), Vec::<PathBuf>::new());
}

/// Not a test: the process that [`owner`] starts, which owns a cluster until it is killed.
#[tokio::test]
async fn owns_a_cluster() {
    let Some(place) = std::env::var_os("CONFITURE_TEST_OWNS_A_CLUSTER_IN") else { return };
    let scratch = Scratch::start(in_place(Path::new(&place))).await.unwrap();
    writeln!(std::io::stdout(), "\nowning {}", scratch.directory().display()).unwrap();
    std::future::pending::<()>().await;
}

/// Another process that owns a cluster, the cluster's directory, and its server's process.
fn owner(place: &Path) -> (Child, PathBuf, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["owns_a_cluster", "--exact", "--nocapture"]).env("CONFITURE_TEST_OWNS_A_CLUSTER_IN", place);
    let mut child = command.stdout(Stdio::piped()).process_group(0).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find_map(|line| line.strip_prefix("owning ").map(str::to_owned)).unwrap();
    let directory = PathBuf::from(line);
    let pid = server_pid(&directory);
    (child, directory, pid)
}

#[test]
fn a_killed_owner_leaves_neither_processes_nor_files() {
    let place = place();
    let (mut child, directory, server) = owner(place.path());
    assert!(is_alive(&server));
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for("the guard's work", || !is_alive(&server) && !directory.exists());
}

/// Whatever its guard was doing at that moment: initdb still runs, or the server does not listen to signals yet.
#[test]
fn an_owner_that_is_killed_early_leaves_nothing_either() {
    let place = place();
    for moment in ["log", "data/PG_VERSION", "data/global/pg_control", "data/postmaster.pid"] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["owns_a_cluster", "--exact"]).env("CONFITURE_TEST_OWNS_A_CLUSTER_IN", place.path());
        let mut owner = KilledAtTheEnd(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        wait_for(moment, || left_in(place.path()).iter().any(|directory| directory.join(moment).exists()));
        owner.0.kill().unwrap();
        owner.0.wait().unwrap();
        wait_for("the guard's work", || left_in(place.path()).is_empty());
    }
}

/// The processes of the guard of a directory: two shells that have it as an argument.
#[cfg(target_os = "linux")]
fn guards_of(directory: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let arguments = |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default();
    let guards =
        processes.filter(|path| arguments(path).contains(&format!("confiture-scratch\0{}\0", directory.display())));
    guards.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_killed_guard_could_not_do_the_next_start_does() {
    let place = place();
    let (mut child, directory, server) = owner(place.path());
    let (living, living_directory, living_server) = owner(place.path());
    let living = KilledAtTheEnd(living);
    let guards = guards_of(&directory);
    assert_eq!(guards.len(), 2);
    assert!(Command::new("/bin/sh").args(["-c", "kill -9 \"$@\"", "sh"]).args(guards).status().unwrap().success());
    child.kill().unwrap();
    child.wait().unwrap();
    thread::sleep(Duration::from_millis(200));
    assert!(is_alive(&server) && directory.exists(), "nobody was there to clean up");
    let scratch = Scratch::start(in_place(place.path())).await.unwrap();
    assert!(!is_alive(&server) && !directory.exists(), "it was swept");
    assert!(is_alive(&living_server) && living_directory.exists(), "a living one was not");
    scratch.stop().await;
    drop(living);
    wait_for("the guard's work", || !living_directory.exists());
}

struct KilledAtTheEnd(Child);

impl Drop for KilledAtTheEnd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// As root, everything here runs the server as another user; so here is the other case. The test program may lie where
/// only root may read it, hence the copy.
#[test]
fn an_ordinary_user_can_do_all_this() {
    if !is_root() {
        return;
    }
    let place = place();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let program = place.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    command
        .args(["a_cluster_answers", "a_killed_owner", "two_clusters", "broken_binaries", "an_owner_that_is_killed"])
        .current_dir("/");
    let output = command.uid(65534).gid(65534).env("HOME", "/nonexistent").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("5 passed"), "{text}");
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
