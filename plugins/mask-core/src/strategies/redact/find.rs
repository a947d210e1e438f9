//! Where something personal stands in a text.

use super::Personal;
use confiture_sdk::Error;
use regex::{Regex, RegexSet};
use std::{collections::BTreeMap, net::IpAddr};

/// A stretch of a text, and which kind it is.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: usize,
    pub to: usize,
    kind: usize,
}

/// What a word of the row's other columns is.
const NAME: usize = usize::MAX;

/// Looks for what is personal.
pub struct Finder {
    /// Which of them occur at all, in one pass.
    any: RegexSet,
    kinds: Vec<Sought>,
}

/// A label, what is looked for, and whether what was found really is it.
type Sought = (String, Regex, fn(&str) -> bool);

type Kind = (Personal, &'static str, &'static str, fn(&str) -> bool);

const KINDS: [Kind; 6] = [
    (Personal::Email, "email", r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+", always),
    (Personal::Iban, "iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", is_iban),
    (Personal::Card, "card", r"\b\d(?:[ -]?\d){12,18}\b", is_card),
    (
        Personal::National,
        "national",
        concat!(
            r"\b(?:\d{3}-\d{2}-\d{4}|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
            r"|[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}",
            r"|[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]|[0-9XYZ]\d{7}-?[A-HJ-NP-TV-Z]|\d{6}[-+]\d{4}|\d{11})\b"
        ),
        always,
    ),
    (Personal::Ip, "ip", r"\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}", is_ip),
    (Personal::Phone, "phone", r"(?:\+|\b00|\(0|\b0|\b)\d[\d ()./-]{5,18}\d\b", is_phone),
];

fn always(_: &str) -> bool {
    true
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u8> + Clone {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0')
}

fn is_card(text: &str) -> bool {
    let doubled = |(at, digit): (usize, u8)| match (at % 2, digit) {
        (1, 0..=4) => digit * 2,
        (1, _) => digit * 2 - 9,
        _ => digit,
    };
    digits(text).rev().enumerate().map(doubled).map(u32::from).sum::<u32>() % 10 == 0
}

fn is_iban(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let add = |rest: u32, byte: &u8| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    };
    bytes.len() >= 15 && bytes[4..].iter().chain(&bytes[..4]).fold(0, add) == 1
}

fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|address| !address.is_unspecified()) && text.len() > 3
}

/// Seven digits and more, and no date.
fn is_phone(text: &str) -> bool {
    let count = digits(text).count();
    let is_date = text.len() == 10 && text.matches(['-', '.', '/']).count() == 2;
    let is_written_as_one = text.starts_with(['+', '(', '0']) || text.contains([' ', '-', '/', '(']);
    (7..=15).contains(&count) && !is_date && is_written_as_one
}

impl Finder {
    /// Looks for these kinds, all of them where none is given, and for patterns of the profile's own.
    pub fn new(wanted: &[Personal], patterns: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut kinds: Vec<Sought> = Vec::new();
        for (label, pattern) in patterns {
            let wrong =
                || Error::option(format!("/patterns/{label}"), "a regular expression that does not match nothing");
            let regex = Regex::new(pattern).map_err(|_| wrong())?;
            if regex.is_match("") {
                return Err(wrong());
            }
            kinds.push((label.clone(), regex, always));
        }
        for (kind, label, pattern, check) in KINDS {
            if wanted.is_empty() || wanted.contains(&kind) {
                let regex = Regex::new(pattern).map_err(|error| Error::failed(error.to_string()))?;
                kinds.push((label.to_owned(), regex, check));
            }
        }
        let any = RegexSet::new(kinds.iter().map(|(_, regex, _)| regex.as_str()));
        Ok(Self { any: any.map_err(|error| Error::failed(error.to_string()))?, kinds })
    }

    /// Adds what it finds.
    pub fn find(&self, text: &str, spans: &mut Vec<Span>) {
        for kind in self.any.matches(text) {
            let (_, regex, check) = &self.kinds[kind];
            let mut from = 0;
            while let Some(found) = regex.find_at(text, from) {
                if check(found.as_str()) {
                    spans.push(Span { from: found.start(), to: found.end(), kind });
                    from = found.end();
                } else {
                    // What is no card as a whole may hold one that begins later.
                    let next = text[found.start()..].chars().next().map_or(1, char::len_utf8);
                    from = found.start() + next;
                }
            }
        }
    }

    /// The word for a kind.
    pub fn label(&self, span: &Span) -> &str {
        self.kinds.get(span.kind).map_or("name", |(label, ..)| label)
    }
}

/// Adds where words of a name stand in a text, whatever their case.
pub fn words(text: &str, name: &str, spans: &mut Vec<Span>) {
    let name: Vec<String> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect();
    let mut from = 0;
    for word in text.split_inclusive(|character: char| !character.is_alphanumeric()) {
        let bare = word.trim_end_matches(|character: char| !character.is_alphanumeric());
        if !bare.is_empty() && name.contains(&bare.to_lowercase()) {
            spans.push(Span { from, to: from + bare.len(), kind: NAME });
        }
        from += word.len();
    }
}
