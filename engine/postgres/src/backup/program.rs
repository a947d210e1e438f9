//! A program of PostgreSQL with its pipes. Dropped before its end, it is killed.

use confiture_model::backup::BackupError;
use std::{
    ffi::OsString,
    io::{Read, Write},
    path::Path,
    process::Stdio,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
};

const CHUNK: usize = 256 << 10;

/// The most of what a program says that is kept, in bytes.
const MOST_SAID: u64 = 16 << 10;

/// The longest table of contents, in bytes.
const LONGEST_LIST: u64 = 64 << 20;

/// Variables of ours that a program is given.
const INHERITED: [&str; 5] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT"];

pub(super) struct Program {
    name: String,
    child: Child,
}

impl Program {
    /// Starts it, with these variables and few others: no `PG*` of ours is inherited.
    pub fn start(
        path: &Path,
        arguments: &[String],
        variables: Vec<(&'static str, OsString)>,
    ) -> Result<Self, BackupError> {
        let mut command = Command::new(path);
        command.args(arguments).env_clear().kill_on_drop(true);
        command.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("LC_ALL", "C").envs(variables);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let child = command.spawn();
        let child = child.map_err(|error| BackupError(format!("{} does not start: {error}", path.display())))?;
        Ok(Self { name, child })
    }

    /// Writes all that it answers.
    pub async fn read_into(mut self, mut into: Box<dyn Write + Send>) -> Result<(), BackupError> {
        drop(self.child.stdin.take());
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let copy = async {
            let Some(mut stdout) = stdout else { return Ok(()) };
            let mut chunk = vec![0; CHUNK];
            loop {
                match stdout.read(&mut chunk).await? {
                    0 => return into.flush(),
                    read => into.write_all(chunk.get(..read).unwrap_or_default())?,
                }
            }
        };
        let (copied, said) = tokio::join!(copy, said(stderr));
        if let Err(error) = copied {
            return Err(BackupError(format!("the archive cannot be written: {error}")));
        }
        self.ended(&said).await
    }

    /// Gives it an archive, and answers what it says.
    pub async fn feed(mut self, mut from: Box<dyn Read + Send>) -> Result<String, BackupError> {
        let (stdin, stdout, stderr) = (self.child.stdin.take(), self.child.stdout.take(), self.child.stderr.take());
        let copy = async {
            let Some(mut stdin) = stdin else { return Ok(()) };
            let mut chunk = vec![0; CHUNK];
            loop {
                let read = from.read(&mut chunk)?;
                // A program that has read enough hangs up.
                if read == 0 || stdin.write_all(chunk.get(..read).unwrap_or_default()).await.is_err() {
                    return Ok::<_, std::io::Error>(());
                }
            }
        };
        let answer = async {
            let mut text = Vec::new();
            if let Some(stdout) = stdout {
                let _ = stdout.take(LONGEST_LIST).read_to_end(&mut text).await;
            }
            String::from_utf8_lossy(&text).into_owned()
        };
        let (copied, answer, said) = tokio::join!(copy, answer, said(stderr));
        if let Err(error) = copied {
            return Err(BackupError(format!("the archive cannot be read: {error}")));
        }
        self.ended(&said).await.map(|()| answer)
    }

    async fn ended(mut self, said: &str) -> Result<(), BackupError> {
        match self.child.wait().await {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(BackupError(format!("{} failed ({status}): {}", self.name, reason(said)))),
            Err(error) => Err(BackupError(format!("{} was lost: {error}", self.name))),
        }
    }
}

/// What a program says, to its end: one that nobody listens to would wait.
async fn said(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stderr) = stderr else { return String::new() };
    let mut text = Vec::new();
    let _ = (&mut stderr).take(MOST_SAID).read_to_end(&mut text).await;
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&text).into_owned()
}

/// The lines that name an error. Details and contexts, which quote rows, are left out.
fn reason(said: &str) -> String {
    let errors: Vec<&str> = said.lines().filter_map(|line| line.split_once("error: ").map(|(_, why)| why)).collect();
    if errors.is_empty() { "it does not say why".to_owned() } else { errors.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_not_quoted() {
        let said = "pg_restore: error: COPY failed for table \"t\": ERROR:  duplicate key\nDETAIL:  Key (id)=(7) exists.\n\
                    CONTEXT:  COPY t, line 1: \"7\"\n";
        assert_eq!(reason(said), "COPY failed for table \"t\": ERROR:  duplicate key");
    }
}
