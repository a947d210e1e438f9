//! Debian's packages, where we may install them.

use crate::command::{Outcome, exists, run};
use std::process::Command;

/// Whether this machine has apt, and we are root.
pub fn is_usable() -> bool {
    is_root() && exists("apt-get")
}

/// Whether we are root.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Installs packages; where the lists of a fresh machine do not know them yet, after an update.
pub fn install(packages: &[&str]) -> Outcome {
    let apt =
        |arguments: &[&str]| run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
}
