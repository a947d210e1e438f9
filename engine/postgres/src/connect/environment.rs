//! The process around a connection: its variables, its home, its user.

use std::{ffi::OsString, path::PathBuf};

/// Where the settings of a connection come from when the connection string does not say: a trait, so that a test needs
/// to set no variable of its own process.
pub trait Environment: Send + Sync {
    /// The value of a variable, as the system holds it.
    fn variable(&self, name: &str) -> Option<OsString>;
    /// The directory of `.pgpass`, `.pg_service.conf` and `.postgresql/`.
    fn home(&self) -> Option<PathBuf>;
    /// The name of the operating system's user: the default of `user`.
    fn user_name(&self) -> Option<String>;
    /// The directories where servers of this machine keep their sockets, the likeliest first.
    fn socket_directories(&self) -> Vec<PathBuf> {
        vec![PathBuf::from("/var/run/postgresql"), PathBuf::from("/tmp")]
    }
    /// The directories of the system-wide `pg_service.conf`, without `PGSYSCONFDIR`: where the packages of the usual
    /// distributions have it.
    fn system_directories(&self) -> Vec<PathBuf> {
        ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc/postgresql", "/etc"].map(PathBuf::from).to_vec()
    }
}

/// The process that we are.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
    }

    fn user_name(&self) -> Option<String> {
        whoami::username().ok()
    }
}
