//! As whom the server runs: PostgreSQL refuses to run as root.

use super::ScratchError;
use std::process::{Command, Stdio};

/// The user that runs the server, and us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Runner {
    /// Who we are.
    pub own_uid: u32,
    /// Whom the server runs as, where that is somebody else.
    pub other: Option<Other>,
}

/// An unprivileged user that root runs the server as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Other {
    pub name: &'static str,
    pub uid: u32,
    pub gid: u32,
}

impl Runner {
    /// Ourselves; or, as root, `postgres` or `nobody`.
    pub fn current() -> Result<Self, ScratchError> {
        let own_uid = rustix::process::geteuid().as_raw();
        if own_uid != 0 {
            return Ok(Self { own_uid, other: None });
        }
        let other = ["postgres", "nobody"].into_iter().find_map(look_up).ok_or(ScratchError::NoUnprivilegedUser)?;
        Ok(Self { own_uid, other: Some(other) })
    }
}

/// Asks `id`, which knows of every source of users that the machine is set up for.
fn look_up(name: &'static str) -> Option<Other> {
    let ask = |option: &str| -> Option<u32> {
        let output = Command::new("id").args([option, name]).stdin(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let (uid, gid) = (ask("-u")?, ask("-g")?);
    (uid != 0).then_some(Other { name, uid, gid })
}
