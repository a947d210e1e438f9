//! What sampled values are. They are looked at and counted, and nothing of them is kept.

use super::{Kind, Sign, Types, numbers, people};
use confiture_model::mask;
use std::net::IpAddr;

/// Fewer values than this say little.
const FEW: usize = 3;

/// What values can be told to be.
struct Test {
    kind: Kind,
    plural: &'static str,
    /// The share of the values that have to be so.
    least: f64,
    weight: f64,
    holds: fn(&str) -> bool,
}

const fn test(kind: Kind, plural: &'static str, least: f64, weight: f64, holds: fn(&str) -> bool) -> Test {
    Test { kind, plural, least, weight, holds }
}

const TESTS: [Test; 9] = [
    test(Kind::Email, "e-mail addresses", 0.6, 0.95, is_email),
    test(Kind::Iban, "IBANs with the right check digits", 0.6, 0.97, numbers::is_iban),
    test(Kind::Card, "card numbers with the right check digit", 0.8, 0.9, numbers::is_card),
    test(Kind::NationalId, "national numbers", 0.8, 0.85, numbers::is_national),
    test(Kind::NetworkAddress, "network addresses", 0.8, 0.85, is_network),
    test(Kind::Phone, "phone numbers", 0.7, 0.6, is_phone),
    test(Kind::FullName, "people's names", 0.5, 0.75, people::is_full_name),
    test(Kind::FirstName, "first names", 0.6, 0.7, people::is_first_name),
    test(Kind::FreeText, "texts with an e-mail address or a name in them", 0.1, 0.7, tells_of_people),
];

pub(super) fn signs(values: &mask::Column, types: Types) -> Vec<Sign> {
    if !matches!(types, Types::Text | Types::Number | Types::Document) {
        return Vec::new();
    }
    let mut seen: Vec<&str> = values.iter().flatten().map(str::trim).filter(|value| !value.is_empty()).collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < FEW {
        return Vec::new();
    }
    let mut signs: Vec<Sign> = Vec::new();
    for Test { kind, plural, least, weight, holds } in TESTS {
        if types == Types::Number && !matches!(kind, Kind::Card) || types == Types::Document && kind != Kind::FreeText {
            continue;
        }
        let found = seen.iter().filter(|value| holds(value)).count();
        let share = found as f64 / seen.len() as f64;
        if share >= least && (kind != Kind::FreeText || signs.is_empty()) {
            let reason = format!("{found} of {} different sampled values are {plural}", seen.len());
            signs.push(Sign { kind, weight: weight * (0.5 + share / 2.0), reason });
        }
    }
    signs
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    !local.is_empty()
        && !value.contains(char::is_whitespace)
        && domain.split('.').count() > 1
        && domain.split('.').all(label)
}

fn is_network(value: &str) -> bool {
    let bare = value.split('/').next().unwrap_or(value);
    let parts: Vec<&str> = value.split([':', '-']).collect();
    let mac =
        parts.len() == 6 && parts.iter().all(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit()));
    bare.parse::<IpAddr>().is_ok() || mac
}

/// Seven to fifteen digits, grouped, or with a plus or a zero before them. Dates and decimals are none.
fn is_phone(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '+');
    let groups: Vec<&str> = value.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let date = groups.len() == 3
        && (groups[0].len() == 4 || groups[2].len() == 4)
        && groups.iter().all(|group| group.len() <= 4)
        && digits == 8
        && !value.contains(['(', '+']);
    let marked = value.starts_with(['+', '0', '(']) || groups.len() > 2;
    (7..=15).contains(&digits) && value.chars().all(allowed) && marked && !date && !is_network(value)
}

/// Longer text in which something personal stands.
fn tells_of_people(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    words.len() >= 5
        && (words.iter().any(|word| is_email(word.trim_matches(['.', ',', ';', '<', '>', '(', ')'])))
            || words.windows(2).any(|pair| people::is_full_name(&format!("{} {}", bare(pair[0]), bare(pair[1])))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart() {
        assert!(is_email("ada.l+x@mail.example.com") && !is_email("ada@localhost") && !is_email("@example.com"));
        for phone in ["+49 30 1234567", "(206) 555-9857", "030-0074321", "0171 233 45 67", "71.1.555.12.12"] {
            assert!(is_phone(phone), "{phone}");
        }
        for other in ["2024-05-01", "01.05.2024", "12345678", "10.0.0.1", "3.14159265", "A-1234567"] {
            assert!(!is_phone(other), "{other}");
        }
        assert!(is_network("2001:db8::1") && is_network("10.0.0.0/8") && is_network("00:1a:2b:3c:4d:5e"));
        assert!(tells_of_people("Spoke to Anna Schmidt on Monday about it"));
        assert!(!tells_of_people("The quick brown fox jumps over the dog"));
    }
}
