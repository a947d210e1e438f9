//! `--since`: which files git has as changed.

use crate::{exit::Exit, failure::Failure};
use std::{
    collections::HashSet,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// The files that are different from where the current branch left `reference`, committed or not, and those that git does
/// not know; absolute, links resolved.
pub fn changed(root: &Path, reference: &str) -> Result<HashSet<PathBuf>, Failure> {
    let git = Git { directory: root.to_owned() };
    let top = git.ask(&["rev-parse", "--show-toplevel"], "finding the repository")?;
    let top = PathBuf::from(top.trim_end_matches('\n'));
    let git = Git { directory: top.clone() };
    let wanted = format!("{reference}^{{commit}}");
    let commit = git.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], "").map_err(|_| {
        let message = format!(
            "--since {reference}: git knows no such commit\n  a branch of another repository has to be fetched first: \
             git fetch origin main, then --since origin/main"
        );
        Failure::new(Exit::Usage, message)
    })?;
    let base = git.ask(&["merge-base", commit.trim(), "HEAD"], "").map_err(|_| {
        let message = format!(
            "--since {reference}: it has no commit in common with the current branch\n  a shallow clone may lack it: \
             git fetch --unshallow (in GitHub Actions, fetch-depth: 0)"
        );
        Failure::new(Exit::Usage, message)
    })?;
    let diff = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base.trim(), "--"];
    let tracked = git.ask(&diff, "comparing with that commit")?;
    let unknown = git.ask(&["ls-files", "--others", "--exclude-standard", "-z"], "listing new files")?;
    let names = tracked.split('\0').chain(unknown.split('\0')).filter(|name| !name.is_empty());
    // What was deleted makes no object.
    Ok(names.filter_map(|name| std::fs::canonicalize(top.join(name)).ok()).collect())
}

struct Git {
    directory: PathBuf,
}

impl Git {
    fn ask(&self, arguments: &[&str], doing: &str) -> Result<String, Failure> {
        let ran = Command::new("git").arg("-C").arg(&self.directory).args(arguments).output();
        let output = ran.map_err(|error| {
            let why = match error.kind() {
                ErrorKind::NotFound => "git is not installed, or not in PATH".to_owned(),
                _ => format!("git could not be started: {error}"),
            };
            Failure::new(Exit::Usage, format!("--since asks git which files changed: {why}"))
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let message =
            format!("--since asks git which files changed; {doing} failed in {}:\n  {said}", self.directory.display());
        Err(Failure::new(Exit::Usage, message))
    }
}
