//! Pseudonyms that are exact permutations: of integers, numbers and labels.

use crate::{
    permutation::{Item, LARGEST, permute},
    refusal, written,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Secret, Written},
};

/// The permutation for a column of this kind.
pub fn open(key: Secret, kind: Kind, target: &ColumnInfo) -> Result<Box<dyn Mask>, Error> {
    match kind {
        Kind::Integer(_) => {
            let greatest = kind.greatest().unwrap_or(i64::MAX);
            let narrow = target.narrowest_kind().greatest().unwrap_or(greatest).min(greatest);
            Ok(Box::new(Integers { key, narrow, greatest }))
        }
        Kind::Numeric(_) => Ok(Box::new(Numbers { key })),
        Kind::Enum => labels(&key, target),
        _ => Err(Error::failed(format!("`deterministic_hash` has no pseudonym of type {}", target.type_name))),
    }
}

struct Integers {
    key: Secret,
    /// The greatest number of the narrowest type of the join group: numbers up to it stay up to it.
    narrow: i64,
    greatest: i64,
}

const NEGATIVE: u64 = 1;
const WIDE: u64 = 2;

impl Integers {
    /// A number's place among those that it is permuted with, how many those are, and where they begin.
    fn item(&self, number: i64) -> Item {
        // -1 is place 0 of the negative numbers: both signs have as many places.
        let place = if number < 0 { -1 - number } else { number };
        let sign = if number < 0 { NEGATIVE } else { 0 };
        let narrow = self.narrow as u128 + 1;
        let place = place as u128;
        if place < narrow {
            Item { value: place, size: narrow, tweak: sign }
        } else {
            Item { value: place - narrow, size: self.greatest as u128 - self.narrow as u128, tweak: sign | WIDE }
        }
    }

    fn number(&self, item: &Item) -> i128 {
        let begins = if item.tweak & WIDE == 0 { 0 } else { self.narrow as u128 + 1 };
        let place = (item.value + begins) as i128;
        if item.tweak & NEGATIVE == 0 { place } else { -1 - place }
    }
}

impl Mask for Integers {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let mut items = Vec::with_capacity(values.len());
        for (row, value) in values.iter().enumerate() {
            let number = match value.map(str::parse::<i64>) {
                None => 0,
                Some(Ok(number)) => number,
                Some(Err(_)) => return Err(refusal::value(row, "the value is no integer")),
            };
            let fits = number.checked_abs().is_none_or(|number| number - 1 <= self.greatest);
            if !fits || (self.greatest < i64::MAX && number > self.greatest) {
                return Err(refusal::value(row, "the value is out of its type's range"));
            }
            items.push(self.item(number));
        }
        permute(&self.key, "hash/integer", &mut items)?;
        values.map(|row, _, text| {
            written::number(self.number(&items[row]), text);
            Ok(Written::Value)
        })
    }
}

struct Numbers {
    key: Secret,
}

/// The digits of a number, with how many of them stand behind the point.
struct Digits {
    negative: bool,
    number: u128,
    count: u32,
    scale: usize,
    /// Digits behind the point as written, zeros at the end included.
    written_scale: usize,
}

/// 1.50 and 1.5 are equal, so they have one pseudonym: zeros at the end do not count.
fn digits(value: &str) -> Option<Digits> {
    let (negative, unsigned) = value.strip_prefix('-').map_or((false, value), |rest| (true, rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (written_scale, fraction) = (fraction.len(), fraction.trim_end_matches('0'));
    let whole = whole.trim_start_matches('0');
    if whole.len() + fraction.len() > 38 {
        return None;
    }
    let add = |number: u128, digit: u8| number * 10 + u128::from(digit - b'0');
    let number = whole.bytes().chain(fraction.bytes()).fold(0, add);
    let count = if number == 0 { 0 } else { number.ilog10() + 1 };
    Some(Digits { negative, number, count, scale: fraction.len(), written_scale })
}

impl Digits {
    /// Numbers of as many digits whose last is none of the zeros that do not count.
    fn item(&self) -> Item {
        let tweak = u64::from(self.count) << 32 | (self.scale as u64) << 1 | u64::from(self.negative);
        if self.count == 0 {
            return Item { value: 0, size: 1, tweak };
        }
        let lowest = 10_u128.pow(self.count - 1);
        if self.scale == 0 {
            // One digit: 1 to 9.
            return Item { value: self.number - lowest, size: lowest * 9, tweak };
        }
        if self.count == 1 {
            return Item { value: self.number - 1, size: 9, tweak };
        }
        // First digit 1 to 9, any in between, last digit 1 to 9.
        let (front, last) = (self.number / 10, self.number % 10);
        let front_lowest = lowest / 10;
        Item { value: (front - front_lowest) * 9 + last - 1, size: front_lowest * 81, tweak }
    }

    fn masked(&self, item: &Item) -> u128 {
        match (self.count, self.scale) {
            (0, _) => 0,
            (count, 0) => item.value + 10_u128.pow(count - 1),
            (1, _) => item.value + 1,
            (count, _) => (item.value / 9 + 10_u128.pow(count - 2)) * 10 + item.value % 9 + 1,
        }
    }
}

impl Mask for Numbers {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let mut all = Vec::with_capacity(values.len());
        for (row, value) in values.iter().enumerate() {
            let number = digits(value.unwrap_or("0"));
            let number = number.ok_or_else(|| refusal::value(row, "the value is no number of at most 38 digits"))?;
            all.push(number);
        }
        let mut items: Vec<Item> = all.iter().map(Digits::item).collect();
        debug_assert!(items.iter().all(|item| item.size <= LARGEST));
        permute(&self.key, "hash/numeric", &mut items)?;
        values.map(|row, _, text| {
            let number = &all[row];
            let masked = number.masked(&items[row]);
            if number.negative {
                text.push('-');
            }
            let width = number.scale + 1;
            let digits = format!("{masked:0width$}");
            let (whole, fraction) = digits.split_at(digits.len() - number.scale);
            text.push_str(whole);
            if number.written_scale > 0 {
                text.push('.');
                text.push_str(fraction);
                written::repeated('0', number.written_scale - number.scale, text);
            }
            Ok(Written::Value)
        })
    }
}

struct Labels {
    labels: Vec<String>,
    masked: Vec<usize>,
}

fn labels(key: &Secret, target: &ColumnInfo) -> Result<Box<dyn Mask>, Error> {
    let size = target.labels.len() as u128;
    let mut items: Vec<Item> = (0..size).map(|value| Item { value, size, tweak: 0 }).collect();
    permute(key, "hash/enum", &mut items)?;
    let masked = items.iter().map(|item| item.value as usize).collect();
    Ok(Box::new(Labels { labels: target.labels.clone(), masked }))
}

impl Mask for Labels {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|row, value, text| {
            let at = self.labels.iter().position(|label| label == value);
            let at = at.ok_or_else(|| refusal::value(row, "the value is none of the enum's labels"))?;
            text.push_str(&self.labels[self.masked[at]]);
            Ok(Written::Value)
        })
    }
}
