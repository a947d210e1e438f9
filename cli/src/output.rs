//! Where things are printed: data to standard output or `--output`, talk to standard error. Colours only on a terminal
//! that wants them (`NO_COLOR`, `CLICOLOR_FORCE`).

use crate::{exit::Exit, failure::Failure, global::Global};
use anstyle::{AnsiColor, Style};
use std::io::{ErrorKind, Write};

/// For errors.
pub const RED: Style = AnsiColor::Red.on_default().bold();
/// For warnings.
pub const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
/// For what went well.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// For what matters less.
pub const DIM: Style = Style::new().dimmed();
/// For headings.
pub const BOLD: Style = Style::new().bold();

/// Text in a style, plain again behind it.
pub fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints the result: to `--output`, where it is written whole or not at all, or to standard output.
pub fn result(global: &Global, text: &str) -> Result<(), Failure> {
    let Some(path) = &global.output else { return print(text) };
    let plain = anstream::adapter::strip_str(text).to_string();
    write_whole(path, plain.as_bytes()).map_err(|error| {
        Failure::new(Exit::Failed, format!("the result could not be written to {}: {error}", path.display()))
    })
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &std::path::Path, content: &[u8]) -> std::io::Result<()> {
    // A pipe or a device cannot be replaced, only written to.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return std::fs::write(path, content);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    std::fs::write(&beside, content)?;
    std::fs::rename(&beside, path).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

/// Prints to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stream = anstream::stdout().lock();
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        // `confiture … | head` is no failure of ours.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::new(Exit::Failed, format!("standard output: {error}"))),
    }
}

/// Says something to the person in front of the terminal.
pub fn say(text: impl std::fmt::Display) {
    anstream::eprintln!("{text}");
}

/// Warns the person in front of the terminal.
pub fn warn(text: impl std::fmt::Display) {
    say(format!("{} {text}", styled(YELLOW, "warning:")));
}

/// Says why the run failed.
pub fn error(text: &str) {
    say(format!("{} {text}", styled(RED, "error:")));
}
