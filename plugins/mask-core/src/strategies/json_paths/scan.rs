//! A JSON document, read without changing a byte of it: where the parts lie that a path leads to.

use super::path::{Path, Place};

/// A part that a path leads to.
#[derive(Debug)]
pub struct Hit {
    pub row: usize,
    /// Which path.
    pub path: usize,
    /// Its bytes in the document.
    pub from: usize,
    pub to: usize,
    /// Its text, then its masked text; none for null.
    pub text: Option<String>,
    is_text: bool,
}

impl Hit {
    /// Appends it as JSON.
    pub fn write(&self, text: &mut String) {
        let Some(masked) = &self.text else { return text.push_str("null") };
        if !self.is_text && is_bare(masked) {
            return text.push_str(masked);
        }
        // A text always is JSON.
        text.push_str(&serde_json::Value::from(masked.as_str()).to_string());
    }
}

/// Whether a text is a number, or true or false, as JSON writes them.
fn is_bare(text: &str) -> bool {
    let mut scan = Scan { text, at: 0 };
    matches!(text, "true" | "false") || scan.number().is_some() && scan.at == text.len()
}

const DEEPEST: usize = 100;

/// Adds the parts of a document that paths lead to, in their order; none where it is no JSON.
pub fn hits(row: usize, document: &str, paths: &[Path], hits: &mut Vec<Hit>) -> Option<()> {
    let mut scan = Scan { text: document, at: 0 };
    let mut finder = Finder { row, paths, place: Vec::new(), hits };
    scan.value(&mut finder, true)?;
    (scan.at == document.len()).then_some(())
}

struct Finder<'a> {
    row: usize,
    paths: &'a [Path],
    place: Vec<Place>,
    hits: &'a mut Vec<Hit>,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads a value with the blanks around it. What lies in a part that is already found is not looked for.
    fn value(&mut self, finder: &mut Finder, looks: bool) -> Option<()> {
        self.blanks();
        let from = self.at;
        let path = if looks { finder.paths.iter().position(|path| path.leads_to(&finder.place)) } else { None };
        let first = self.peek()?;
        let mut text = None;
        match first {
            b'{' => self.object(finder, looks && path.is_none())?,
            b'[' => self.array(finder, looks && path.is_none())?,
            b'"' if path.is_some() => text = Some(self.string()?),
            b'"' => drop(self.string()?),
            b't' | b'f' | b'n' => self.word(["true", "false", "null"])?,
            _ => self.number()?,
        }
        let written = &self.text[from..self.at];
        if let Some(path) = path {
            let is_single = !matches!(first, b'{' | b'[') && written != "null";
            let text = if is_single { text.or_else(|| Some(written.to_owned())) } else { None };
            finder.hits.push(Hit { row: finder.row, path, from, to: self.at, text, is_text: first == b'"' });
        }
        self.blanks();
        Some(())
    }

    fn object(&mut self, finder: &mut Finder, looks: bool) -> Option<()> {
        self.at += 1;
        self.blanks();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.blanks();
            self.take(b':')?;
            self.inside(finder, Place::Key(key), looks)?;
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
        }
    }

    fn array(&mut self, finder: &mut Finder, looks: bool) -> Option<()> {
        self.at += 1;
        self.blanks();
        if self.take(b']').is_some() {
            return Some(());
        }
        for index in 0.. {
            self.inside(finder, Place::Index(index), looks)?;
            if self.take(b',').is_none() {
                return self.take(b']');
            }
        }
        None
    }

    fn inside(&mut self, finder: &mut Finder, place: Place, looks: bool) -> Option<()> {
        if finder.place.len() == DEEPEST {
            return None;
        }
        finder.place.push(place);
        self.value(finder, looks)?;
        finder.place.pop();
        Some(())
    }

    /// A text with its quotes, decoded.
    fn string(&mut self) -> Option<String> {
        let from = self.at;
        self.take(b'"')?;
        let mut escaped = false;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(from..self.at)?;
        if escaped { serde_json::from_str(written).ok() } else { Some(written[1..written.len() - 1].to_owned()) }
    }

    fn word(&mut self, words: [&str; 3]) -> Option<()> {
        let word = words.into_iter().find(|word| self.text[self.at..].starts_with(word))?;
        self.at += word.len();
        Some(())
    }

    fn digits(&mut self) -> Option<usize> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > from).then_some(self.at - from)
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        let leads_with_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leads_with_zero {
            return None;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        Some(())
    }
}
