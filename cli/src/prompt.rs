//! Questions on the terminal.

use crate::{exit::Exit, failure::Failure, global::Global};
use std::io::{BufRead, IsTerminal, Write};

/// Asks whether to go on; `--yes` answers. Without a terminal to ask on, the answer is no.
pub async fn confirm(global: &Global, what: &str) -> Result<(), Failure> {
    if global.yes {
        return Ok(());
    }
    if !is_possible() {
        return Err(Failure::new(Exit::Refused, format!("{what} There is no terminal to ask on: --yes allows it")));
    }
    match ask(&format!("{what} Proceed? [y/N] ")).await?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::new(Exit::Refused, "declined: nothing was run")),
    }
}

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks, and waits for a line. In a thread of its own, so that Ctrl-C is heard meanwhile.
pub async fn ask(question: &str) -> Result<String, Failure> {
    anstream::eprint!("{question}");
    drop(std::io::stderr().flush());
    let read = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    let answer = read.await.map_err(Failure::with(Exit::Refused))?.map_err(Failure::with(Exit::Refused))?;
    Ok(answer.trim().to_owned())
}
