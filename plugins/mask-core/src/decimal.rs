//! Decimal numbers, exact: what numeric holds.

use confiture_sdk::masking::{ColumnInfo, Kind};
use std::fmt::Write;

/// `unscaled` · 10^-`scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits as one number.
    pub unscaled: i128,
    /// How many of them stand behind the point.
    pub scale: u32,
}

/// Digits that a number of 128 bits holds whatever they are.
pub const MOST_DIGITS: usize = 36;
/// Digits that one of 64 bits holds. WebAssembly has no larger numbers: what is done with 128 bits is many times slower.
const NARROW_DIGITS: usize = 18;

impl Decimal {
    /// Reads a number without an exponent; none for anything else, `NaN` included.
    pub fn read(value: &str) -> Option<Self> {
        let unsigned = value.strip_prefix('-').unwrap_or(value);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || whole.len() + fraction.len() > MOST_DIGITS || !digits().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let number = if whole.len() + fraction.len() <= NARROW_DIGITS {
            i128::from(digits().fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0')))
        } else {
            digits().fold(0_i128, |number, digit| number * 10 + i128::from(digit - b'0'))
        };
        let unscaled = if value.starts_with('-') { -number } else { number };
        Some(Self { unscaled, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// With so many digits behind the point, cut off where there were more; none where they are too many.
    pub fn rescaled(self, scale: u32) -> Option<Self> {
        if scale == self.scale {
            return Some(self);
        }
        let unscaled = if scale > self.scale {
            self.unscaled.checked_mul(10_i128.checked_pow(scale - self.scale)?)?
        } else {
            self.unscaled / 10_i128.checked_pow(self.scale - scale)?
        };
        Some(Self { unscaled, scale })
    }

    /// Its value, as near as a floating-point number comes.
    pub fn float(self) -> f64 {
        self.unscaled as f64 / 10_f64.powi(self.scale as i32)
    }

    /// Appends it.
    pub fn write(self, text: &mut String) {
        let (number, scale) = (self.unscaled.unsigned_abs(), self.scale as usize);
        if self.unscaled < 0 {
            text.push('-');
        }
        // Writing to a string does not fail.
        let _ = match (u64::try_from(number), 10_u64.checked_pow(self.scale)) {
            (Ok(number), Some(_)) if scale == 0 => write!(text, "{number}"),
            (Ok(number), Some(power)) => write!(text, "{}.{:0scale$}", number / power, number % power),
            _ if scale == 0 => write!(text, "{number}"),
            _ => {
                let power = 10_u128.pow(self.scale);
                write!(text, "{}.{:0scale$}", number / power, number % power)
            }
        };
    }
}

/// The greatest multiple of `width`, which is above 0, that is not above `number`.
pub fn multiple_below(number: i128, width: i128) -> i128 {
    match (i64::try_from(number), i64::try_from(width)) {
        (Ok(number), Ok(width)) => i128::from(number) - i128::from(number.rem_euclid(width)),
        _ => number.div_euclid(width) * width,
    }
}

/// The smallest and the greatest number of a column's type, in units of 10^-`scale`.
pub fn range(target: &ColumnInfo, scale: u32) -> (i128, i128) {
    match target.kind() {
        Kind::Integer(_) => {
            let greatest = i128::from(target.kind().greatest().unwrap_or(i64::MAX));
            (-greatest - 1, greatest)
        }
        Kind::Numeric(Some((precision, own))) => {
            let digits = (precision + scale.saturating_sub(own)).min(MOST_DIGITS as u32);
            let greatest = 10_i128.pow(digits) - 1;
            (-greatest, greatest)
        }
        _ => (-(10_i128.pow(MOST_DIGITS as u32)), 10_i128.pow(MOST_DIGITS as u32)),
    }
}

/// How many digits behind the point the column's type asks for; none where each value has its own.
pub fn scale_of(target: &ColumnInfo) -> Option<u32> {
    match target.kind() {
        Kind::Integer(_) => Some(0),
        Kind::Numeric(Some((_, scale))) => Some(scale),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_below() {
        for (number, width, below) in [(37, 10, 30), (-1, 10, -10), (-10, 10, -10), (0, 7, 0)] {
            assert_eq!(multiple_below(number, width), below);
            assert_eq!(multiple_below(number << 70, width << 70), below << 70);
        }
        assert_eq!(multiple_below(i64::MIN.into(), 3), i128::from(i64::MIN).div_euclid(3) * 3);
    }

    #[test]
    fn numbers_come_back() {
        for value in [
            "0",
            "-1",
            "12.50",
            "-0.07",
            "0.00",
            "999999999999999999999999999999.123456",
            "999999999999999999",
            "-1000000000000000000",
            "18446744073709551616",
            "0.000000000000000000000001",
        ] {
            let mut text = String::new();
            Decimal::read(value).unwrap().write(&mut text);
            assert_eq!(text, value);
        }
        for value in ["", "-", ".5", "1e5", "NaN", "+1", "1.2.3", &"9".repeat(37)] {
            assert_eq!(Decimal::read(value), None, "{value}");
        }
    }
}
