//! Names and forms of a country.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod ja;
mod nl;
mod pl;
mod pt;
mod sv;

use super::Language;

/// A word of a list, and the same in letters that become ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    pub written: &'static str,
    pub plain: &'static str,
}

/// A country's lists as they are written down: words between commas; where letters are not Latin, `written=plain`.
pub struct Words {
    pub first_names: &'static str,
    pub last_names: &'static str,
    pub streets: &'static str,
    pub cities: &'static str,
    /// What a company's name ends with.
    pub companies: &'static str,
    /// `#` any digit, `%` 1 to 9, `?` a letter.
    pub phone: &'static str,
    pub postcode: &'static str,
    /// The house number before the street.
    pub number_first: bool,
    /// The postcode behind the town.
    pub postcode_last: bool,
    pub last_name_first: bool,
}

/// A country's lists, ready for use.
pub struct Locale {
    pub first_names: Vec<Name>,
    pub last_names: Vec<Name>,
    pub streets: Vec<Name>,
    pub cities: Vec<Name>,
    pub companies: Vec<Name>,
    pub phone: &'static str,
    pub postcode: &'static str,
    pub number_first: bool,
    pub postcode_last: bool,
    pub last_name_first: bool,
}

impl Locale {
    /// The lists of a language.
    pub fn of(language: Language) -> Self {
        let words = match language {
            Language::En => &en::WORDS,
            Language::De => &de::WORDS,
            Language::Fr => &fr::WORDS,
            Language::Es => &es::WORDS,
            Language::It => &it::WORDS,
            Language::Nl => &nl::WORDS,
            Language::Pl => &pl::WORDS,
            Language::Pt => &pt::WORDS,
            Language::Sv => &sv::WORDS,
            Language::Ja => &ja::WORDS,
        };
        Self {
            first_names: list(words.first_names),
            last_names: list(words.last_names),
            streets: list(words.streets),
            cities: list(words.cities),
            companies: list(words.companies),
            phone: words.phone,
            postcode: words.postcode,
            number_first: words.number_first,
            postcode_last: words.postcode_last,
            last_name_first: words.last_name_first,
        }
    }
}

fn list(words: &'static str) -> Vec<Name> {
    let name = |word: &'static str| {
        let (written, plain) = word.trim().split_once('=').unwrap_or((word.trim(), word.trim()));
        Name { written, plain }
    };
    words.split(',').map(name).filter(|name| !name.written.is_empty()).collect()
}
