//! A PostgreSQL server for the tests of this crate: in a directory of its own, gone when the test process is.

use confiture_postgres::connect::{ConnectOptions, Environment};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::Write,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Who owns the server: PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

/// A running server. The superuser is `postgres`, trusted on the socket.
pub struct Server {
    pub port: u16,
    pub directory: PathBuf,
    owner: Option<Owner>,
}

impl Server {
    /// Starts one with these lines of `pg_hba.conf` and `postgresql.conf`, and these files beside them; `None`, said on
    /// stderr, where no PostgreSQL is installed.
    pub fn start(access: &str, settings: &str, files: &[(&str, &str)]) -> Option<Self> {
        let Some(binaries) = binaries() else {
            skipped();
            return None;
        };
        let owner = owner();
        let directory = tempfile::Builder::new().prefix("confiture-test-").tempdir().expect("a directory").keep();
        let server = Self { port: free_port(), directory, owner };
        server.own(&server.directory);
        let data = server.directory.join("data");
        let made = server
            .command(&binaries.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        fs::write(data.join("pg_hba.conf"), access).expect("pg_hba.conf");
        let mut configuration = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).expect("a file");
        configuration.write_all(server.settings(settings).as_bytes()).expect("postgresql.conf");
        for (name, text) in files {
            let file = data.join(name);
            fs::write(&file, text).expect("a file");
            fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
            server.own(&file);
        }
        server.run(&binaries.join("postgres"), &data);
        Some(server)
    }

    fn settings(&self, more: &str) -> String {
        let sockets = self.directory.display();
        format!(
            "\nport = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nfsync = off\n\
             max_connections = 50\n{more}\n",
            self.port
        )
    }

    /// A shell holds the server: it ends it when its standard input does, which is when this process is gone.
    fn run(&self, program: &Path, data: &Path) {
        // More than once, because a server that is just starting ignores it.
        let script = r#"trap '' INT; "$1" -D "$2" >"$3/log" 2>&1 </dev/null & read -r _
            while kill -INT $! 2>/dev/null; do sleep 0.1; done; wait; rm -rf "$3""#;
        let mut command = self.command(Path::new("/bin/sh"));
        command.args(["-c", script, "sh"]).arg(program).arg(data).arg(&self.directory).stdin(Stdio::piped());
        // In a group of its own, so that the terminal's interrupt does not keep it from cleaning up.
        let child = command.process_group(0).spawn().expect("a shell");
        // Its standard input stays open as long as this process lives.
        std::mem::forget(child);
        for _ in 0..600 {
            if self.answers() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not start: {}", fs::read_to_string(self.directory.join("log")).unwrap_or_default());
    }

    fn answers(&self) -> bool {
        let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        log.contains("ready to accept connections")
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env_remove("LC_ALL").env("LANG", "C");
        if let Some(Owner { uid, gid }) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn own(&self, path: &Path) {
        if let Some(Owner { uid, gid }) = self.owner {
            chown(path, Some(uid), Some(gid)).expect("the owner");
        }
    }

    /// How the superuser connects.
    pub fn superuser(&self) -> ConnectOptions {
        let text = format!("host={} port={} user=postgres dbname=postgres", self.directory.display(), self.port);
        ConnectOptions::from_url(&text, &Surroundings::default()).expect("options")
    }

    /// Runs SQL as the superuser, each statement by itself.
    pub async fn sql(&self, statements: &[&str]) {
        let connection = confiture_postgres::connect::connect(&self.superuser()).await.expect("a superuser");
        for statement in statements {
            connection.client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
    }
}

#[allow(clippy::print_stderr)]
fn skipped() {
    eprintln!("skipped: no PostgreSQL server is installed");
}

/// Where the server's programs are.
pub fn binaries() -> Option<PathBuf> {
    let packaged =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let on_path =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let chosen = std::env::var_os("CONFITURE_PG_BIN").map(PathBuf::from);
    let mut found: Vec<PathBuf> = packaged.chain(on_path).filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    chosen.or(found.pop())
}

/// `postgres` or `nobody`, where we are root.
fn owner() -> Option<Owner> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").map(|me| me.uid()).unwrap_or(1) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Owner { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    })
}

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// An environment of a test's own.
#[derive(Clone, Default)]
pub struct Surroundings {
    pub variables: BTreeMap<String, OsString>,
    pub home: Option<PathBuf>,
    pub sockets: Vec<PathBuf>,
}

#[allow(dead_code)]
impl Surroundings {
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    pub fn at_home(mut self, home: &Path) -> Self {
        self.home = Some(home.to_owned());
        self
    }
}

impl Environment for Surroundings {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    fn user_name(&self) -> Option<String> {
        Some("someone".to_owned())
    }

    fn socket_directories(&self) -> Vec<PathBuf> {
        self.sockets.clone()
    }

    fn system_directories(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}
