//! Where things are printed: data to standard output or `--output`, talk to standard error. Colours only on a terminal
//! that wants them (`NO_COLOR`, `CLICOLOR_FORCE`).

use crate::{exit::Exit, failure::Failure, global::Global};
use anstyle::{AnsiColor, Style};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// What is written at a time, in bytes.
const BUFFER: usize = 256 << 10;

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
    write_whole(path, plain.as_bytes()).map_err(|error| unwritten(path, &error))
}

/// Writes a result without styles as it comes, for what is too large to be held: to `--output`, where it is written whole
/// or not at all, or to standard output.
pub fn stream(global: &Global, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let Some(path) = &global.output else {
        let mut stream = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        return printed(write(&mut stream).and_then(|()| stream.flush()));
    };
    let into = |file: File| {
        let mut file = BufWriter::with_capacity(BUFFER, file);
        write(&mut file).and_then(|()| file.flush())
    };
    let written = if is_replaced(path) {
        let beside = beside(path);
        let written = File::create(&beside).and_then(into).and_then(|()| std::fs::rename(&beside, path));
        written.inspect_err(|_| drop(std::fs::remove_file(&beside)))
    } else {
        OpenOptions::new().write(true).truncate(true).open(path).and_then(into)
    };
    written.map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the result could not be written to {}: {error}", path.display()))
}

/// A pipe or a device cannot be replaced, only written to.
fn is_replaced(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |metadata| metadata.is_file())
}

fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    beside.into()
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if !is_replaced(path) {
        return std::fs::write(path, content);
    }
    let beside = beside(path);
    std::fs::write(&beside, content)?;
    std::fs::rename(&beside, path).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

/// Prints to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stream = anstream::stdout().lock();
    printed(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
}

fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
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
