//! Questions to the person in front of the terminal.

use crate::{arguments::Global, exit::Exit, failure::Failure};
use std::io::{BufRead, IsTerminal, Write};

/// Asks whether to go on; `--yes` answers, and without a terminal nobody can.
pub fn confirm(global: &Global, what: &str) -> Result<(), Failure> {
    if global.yes {
        return Ok(());
    }
    match answer(&format!("{what} Proceed? [y/N] "), what)?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::new(Exit::Refused, "declined: nothing was run")),
    }
}

/// What somebody answers to a question, without the line's end. `what` is for the error where there is no terminal.
pub fn answer(question: &str, what: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Refused, format!("{what} There is no terminal to ask on: --yes allows it")));
    }
    anstream::eprint!("{question}");
    drop(std::io::stderr().flush());
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(Failure::with(Exit::Refused))?;
    Ok(answer.trim().to_owned())
}
