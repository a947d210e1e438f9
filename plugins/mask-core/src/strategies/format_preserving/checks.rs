//! Check digits.

use schemars::JsonSchema;
use serde::Deserialize;

/// Check digits that have to be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// There are none.
    #[default]
    None,
    /// The last digit, by Luhn's formula (ISO/IEC 7812-1): cards.
    Luhn,
    /// The third and fourth characters, by ISO 13616: bank accounts.
    Iban,
}

/// The digit that makes a number right by Luhn's formula, of the digits before it.
pub fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> u8 {
    let doubled = |(at, digit): (usize, u8)| match (at % 2, digit) {
        (0, 0..=4) => digit * 2,
        (0, _) => digit * 2 - 9,
        _ => digit,
    };
    let sum: u32 = digits.rev().enumerate().map(doubled).map(u32::from).sum();
    ((10 - sum % 10) % 10) as u8
}

/// The two check digits of an IBAN, of its letters and digits without those two.
pub fn iban(country: &[u8], account: impl Iterator<Item = u8>) -> u8 {
    let add = |rest: u32, byte: u8| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    };
    let rest = account.chain(country.iter().copied()).chain([b'0', b'0']).fold(0, add);
    (98 - rest) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_are_right() {
        assert_eq!(luhn(b"411111111111111".iter().map(|byte| byte - b'0')), 1);
        assert_eq!(luhn(b"7992739871".iter().map(|byte| byte - b'0')), 3);
        assert_eq!(iban(b"DE", b"370400440532013000".iter().copied()), 89);
        assert_eq!(iban(b"GB", b"WEST12345698765432".iter().copied()), 82);
    }
}
