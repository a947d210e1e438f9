//! A person, made of 256 bits.

use super::{
    Part,
    locale::{Locale, Name},
};
use crate::{transliteration::ascii, written};

/// An invented person.
pub struct Person<'a> {
    locale: &'a Locale,
    words: [u64; 4],
}

/// Domains that RFC 2606 keeps for examples.
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

impl Part {
    /// The fewest characters in which it can be written so that it still is one.
    pub fn least_room(self) -> usize {
        match self {
            // a.b12345678@example.com
            Self::Email => 23,
            Self::Username => 11,
            Self::Phone => 16,
            Self::Postcode => 8,
            Self::FirstName | Self::LastName | Self::City => 2,
            Self::FullName | Self::Street | Self::Company => 5,
            Self::Address => 20,
        }
    }
}

impl<'a> Person<'a> {
    /// The person of some random bits.
    pub fn new(locale: &'a Locale, words: [u64; 4]) -> Self {
        Self { locale, words }
    }

    /// Appends a part of the person in at most `room` characters.
    pub fn write(&self, part: Part, room: usize, text: &mut String) {
        let from = text.len();
        match part {
            Part::FirstName => text.push_str(pick(&self.locale.first_names, self.words[0], room).written),
            Part::LastName => text.push_str(pick(&self.locale.last_names, self.words[1], room).written),
            Part::FullName => self.full_name(room, text),
            Part::Username => self.handle(room, text),
            Part::Email => {
                let domain = DOMAINS[(mixed(self.words[2], 7) % 3) as usize];
                self.handle(room.min(64) - domain.len() - 1, text);
                text.push('@');
                text.push_str(domain);
            }
            Part::Phone => digits(self.locale.phone, self.words[3], text),
            Part::Street => self.street(room, text),
            Part::City => text.push_str(self.city(room)),
            Part::Postcode => digits(self.locale.postcode, mixed(self.words[2], 3), text),
            Part::Address => self.address(text),
            Part::Company => self.company(room, text),
        }
        cut(room, from, text);
    }

    fn first(&self) -> Name {
        pick(&self.locale.first_names, self.words[0], usize::MAX)
    }

    fn last(&self) -> Name {
        pick(&self.locale.last_names, self.words[1], usize::MAX)
    }

    fn full_name(&self, room: usize, text: &mut String) {
        let (first, last) = (self.first().written, self.last().written);
        let (one, other) = if self.locale.last_name_first { (last, first) } else { (first, last) };
        if one.len() + other.len() < room || one.chars().count() + other.chars().count() < room {
            text.push_str(one);
            text.push(' ');
            text.push_str(other);
        } else {
            text.push_str(last);
        }
    }

    /// `zoe.larsson4f2a91c3`: the name, and 32 bits that keep people of one name apart.
    fn handle(&self, room: usize, text: &mut String) {
        let plain = |name: Name| {
            let plain = ascii(name.plain).to_ascii_lowercase();
            plain.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
        };
        let name = format!("{}.{}", plain(self.first()), plain(self.last()));
        let name = &name[..name.len().min(room - 8)];
        text.push_str(name.trim_end_matches('.'));
        written::hex(&self.words[3].to_be_bytes(), 8, text);
    }

    fn street(&self, room: usize, text: &mut String) {
        let number = mixed(self.words[2], 1) % 180 + 1;
        let street = pick(&self.locale.streets, mixed(self.words[2], 2), room.saturating_sub(4)).written;
        if self.locale.number_first {
            written::number(number, text);
            text.push(' ');
            text.push_str(street);
        } else {
            text.push_str(street);
            text.push(' ');
            written::number(number, text);
        }
    }

    fn city(&self, room: usize) -> &'static str {
        pick(&self.locale.cities, mixed(self.words[2], 4), room).written
    }

    fn address(&self, text: &mut String) {
        self.street(usize::MAX, text);
        text.push_str(", ");
        if self.locale.postcode_last {
            text.push_str(self.city(usize::MAX));
            text.push(' ');
            digits(self.locale.postcode, mixed(self.words[2], 3), text);
        } else {
            digits(self.locale.postcode, mixed(self.words[2], 3), text);
            text.push(' ');
            text.push_str(self.city(usize::MAX));
        }
    }

    /// Named after someone else than the person.
    fn company(&self, room: usize, text: &mut String) {
        let from = text.len();
        text.push_str(pick(&self.locale.last_names, mixed(self.words[1], 5), room).written);
        let form = pick(&self.locale.companies, mixed(self.words[1], 6), usize::MAX).written;
        if text[from..].chars().count() + 1 + form.chars().count() <= room {
            text.push(' ');
            text.push_str(form);
        }
    }
}

/// An entry of a list, one that fits where there is one near.
fn pick(list: &[Name], random: u64, room: usize) -> Name {
    let start = (random % list.len().max(1) as u64) as usize;
    match list.get(start) {
        Some(name) if name.written.len() <= room => return *name,
        _ => {}
    }
    let near = (0..list.len()).map(|at| list[(start + at) % list.len()]);
    let mut fitting = near.filter(|name| name.written.len() <= room || name.written.chars().count() <= room);
    fitting.next().or_else(|| list.get(start).copied()).unwrap_or(Name { written: "", plain: "" })
}

/// splitmix64: other bits for another use.
fn mixed(word: u64, tag: u64) -> u64 {
    let word = word.wrapping_add(tag.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

/// A form with `#` for any digit, `%` for 1 to 9 and `?` for a letter.
fn digits(form: &str, random: u64, text: &mut String) {
    for (at, character) in form.chars().enumerate() {
        let random = mixed(random, at as u64 + 100);
        match character {
            '#' => text.push(char::from(b'0' + (random % 10) as u8)),
            '%' => text.push(char::from(b'1' + (random % 9) as u8)),
            '?' => text.push(char::from(b"ABCDEFGHJKLNPRSTUWXYZ"[(random % 21) as usize])),
            _ => text.push(character),
        }
    }
}

fn cut(room: usize, from: usize, text: &mut String) {
    // No text has more characters than bytes.
    if text.len() - from <= room {
        return;
    }
    if let Some((end, _)) = text[from..].char_indices().nth(room) {
        text.truncate(from + end);
    }
}
