//! Numbers that carry their own check.

/// Card numbers: 13 to 19 digits, in groups or not, Luhn's check digit at the end, and a beginning that cards have.
pub(super) fn is_card(value: &str) -> bool {
    let Some(digits) = digits(value, &[' ', '-']) else { return false };
    (13..=19).contains(&digits.len()) && matches!(digits[0], 2..=6) && luhn(&digits)
}

/// ISO 13616: country, check digits, and what is below modulo 97 is 1.
pub(super) fn is_iban(value: &str) -> bool {
    let text: String = value.chars().filter(|c| *c != ' ').collect();
    let bytes = text.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    shaped
        && bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        }) == 1
}

/// Numbers that states give their people: US, UK, France, Italy, Spain, Poland, Sweden.
pub(super) fn is_national(value: &str) -> bool {
    let groups: Vec<&str> = value.split('-').collect();
    let american = groups.iter().map(|group| group.len()).eq([3, 2, 4])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()))
        && !matches!(groups[0], "000" | "666")
        && !groups[0].starts_with('9');
    american
        || is_british(value)
        || is_french(value)
        || is_italian(value)
        || is_spanish(value)
        || is_polish(value)
        || is_swedish(value)
}

fn is_british(value: &str) -> bool {
    let text: String = value.chars().filter(|c| *c != ' ').collect();
    let bytes = text.as_bytes();
    bytes.len() == 9
        && bytes[..2].iter().all(|byte| byte.is_ascii_uppercase() && !b"DFIQUV".contains(byte))
        && bytes[2..8].iter().all(u8::is_ascii_digit)
        && b"ABCD".contains(&bytes[8])
}

/// The last two digits are 97 less the rest of the others.
fn is_french(value: &str) -> bool {
    let Some(digits) = digits(value, &[' ']).filter(|digits| digits.len() == 15 && matches!(digits[0], 1 | 2)) else {
        return false;
    };
    let number = |digits: &[u8]| digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit));
    97 - number(&digits[..13]) % 97 == number(&digits[13..])
}

fn is_italian(value: &str) -> bool {
    let shape: String = value
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_uppercase() {
                'A'
            } else {
                c
            }
        })
        .collect();
    shape == "AAAAAA99A99A999A"
}

fn is_spanish(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() != 9 || !bytes[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let first = match bytes[0] {
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        letter @ b'X'..=b'Z' => u32::from(letter - b'X'),
        _ => return false,
    };
    let number = bytes[1..8].iter().fold(first, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize] == bytes[8]
}

fn is_polish(value: &str) -> bool {
    let Some(digits) = digits(value, &[]).filter(|digits| digits.len() == 11) else { return false };
    let sum: u32 =
        digits.iter().zip([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    sum.is_multiple_of(10) && matches!(digits[2] % 2 * 10 + digits[3], 1..=12)
}

/// `YYMMDD-NNNC` with Luhn's check digit.
fn is_swedish(value: &str) -> bool {
    let short = if value.len() == 13 { value.get(2..).unwrap_or_default() } else { value };
    let parted = short.len() == 11 && matches!(short.as_bytes().get(6), Some(b'-' | b'+'));
    parted && digits(short, &['-', '+']).is_some_and(|digits| digits.len() == 10 && luhn(&digits))
}

/// The digits of a text that has nothing else but what is between them.
fn digits(value: &str, between: &[char]) -> Option<Vec<u8>> {
    let mut digits = Vec::new();
    for c in value.chars() {
        match c.to_digit(10) {
            Some(digit) => digits.push(u8::try_from(digit).ok()?),
            None if between.contains(&c) => {}
            None => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |(at, digit): (usize, &u8)| match (at % 2, u32::from(*digit) * 2) {
        (0, _) => u32::from(*digit),
        (_, twice) => twice / 10 + twice % 10,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_count() {
        assert!(is_card("4111 1111 1111 1111") && !is_card("4111 1111 1111 1112") && !is_card("0000000000000000"));
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE88370400440532013000"));
        for national in ["123-45-6789", "AB123456C", "RSSMRA85T10A562S", "12345678Z", "44051401359", "811228-9874"] {
            assert!(is_national(national), "{national}");
        }
        assert!(is_french("255081416802538") && !is_french("255081416802539"));
        for other in ["12345678A", "44051401358", "000-12-3456", "811228-9875", "", "é"] {
            assert!(!is_national(other) && !is_card(other) && !is_iban(other), "{other}");
        }
    }
}
