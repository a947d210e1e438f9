//! Which characters of a value change, as numbers, and back.

use super::checks::{Check, iban, luhn};
use crate::permutation::LARGEST;

/// Which characters change.
pub struct Layout {
    pub check: Check,
    pub keep_first: usize,
    pub keep_last: usize,
}

/// A character that changes: one of so many.
#[derive(Clone, Copy)]
pub struct Cell {
    size: u8,
    value: u8,
}

/// Neighbouring cells as one number.
pub struct Chunk {
    pub value: u128,
    pub size: u128,
    pub tweak: u64,
    /// Its place among its value's chunks.
    pub level: u32,
    pub last: bool,
    cells: (usize, usize),
}

impl Chunk {
    /// The number as a tweak for its neighbours.
    pub fn mixed(&self) -> u64 {
        let folded = self.value as u64 ^ (self.value >> 64) as u64;
        folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.value as u64
    }
}

/// All cells of a batch.
#[derive(Default)]
pub struct Plan {
    cells: Vec<Cell>,
    pub chunks: Vec<Chunk>,
    /// For each row, its cells; none where it has another form.
    rows: Vec<Option<(usize, usize)>>,
}

impl Plan {
    /// The cells of a row; none where it has another form.
    pub fn row(&self, row: usize) -> Option<&[Cell]> {
        let (from, to) = (*self.rows.get(row)?)?;
        Some(&self.cells[from..to])
    }

    /// Writes the chunks' numbers back into their cells.
    pub fn spread(&mut self) {
        for chunk in &self.chunks {
            let mut number = chunk.value;
            for cell in self.cells[chunk.cells.0..chunk.cells.1].iter_mut().rev() {
                cell.value = (number % u128::from(cell.size)) as u8;
                number /= u128::from(cell.size);
            }
        }
    }

    fn forget(&mut self, from: usize) {
        self.cells.truncate(from);
        self.rows.push(None);
    }

    fn take(&mut self, from: usize, tweak: u64) {
        let to = self.cells.len();
        let (mut begin, mut level) = (from, 0);
        while begin < to {
            let (mut size, mut value, mut end) = (1_u128, 0, begin);
            while end < to && size <= LARGEST / u128::from(self.cells[end].size) {
                size *= u128::from(self.cells[end].size);
                value = value * u128::from(self.cells[end].size) + u128::from(self.cells[end].value);
                end += 1;
            }
            self.chunks.push(Chunk { value, size, tweak, level, last: end == to, cells: (begin, end) });
            (begin, level) = (end, level + 1);
        }
        self.rows.push(Some((from, to)));
    }
}

/// How many there are of a character's kind, and which of them it is; none for what stays.
fn cell(character: char) -> Option<Cell> {
    let (size, first) = match character {
        '0'..='9' => (10, b'0'),
        'A'..='Z' => (26, b'A'),
        'a'..='z' => (26, b'a'),
        _ => return None,
    };
    Some(Cell { size, value: character as u8 - first })
}

impl Layout {
    /// Adds a row to a plan.
    pub fn add(&self, value: Option<&str>, plan: &mut Plan) {
        let from = plan.cells.len();
        let Some(value) = value else { return plan.rows.push(None) };
        let count = match self.count(value) {
            Some(count) => count,
            None => return plan.forget(from),
        };
        // FNV-1a over what stays: the rest is permuted differently for each.
        let mut tweak = 0xcbf2_9ce4_8422_2325_u64;
        let symbols = value.chars().filter_map(|character| Some((character, cell(character)?)));
        for (at, (character, cell)) in symbols.enumerate() {
            if self.changes(at, count) {
                plan.cells.push(cell);
            } else if !self.is_check(at, count) {
                tweak = (tweak ^ u64::from(u32::from(character))).wrapping_mul(0x100_0000_01b3);
            }
        }
        if plan.cells.len() == from { plan.forget(from) } else { plan.take(from, tweak) }
    }

    /// How many digits and letters a value has; none where it has another form.
    fn count(&self, value: &str) -> Option<usize> {
        if value.chars().any(|character| character.is_alphanumeric() && !character.is_ascii()) {
            return None;
        }
        let symbols = || value.bytes().filter(u8::is_ascii_alphanumeric);
        let count = symbols().count();
        match self.check {
            Check::None => Some(count),
            Check::Luhn => {
                let digits: Option<Vec<u8>> =
                    symbols().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect();
                let digits = digits.filter(|digits| digits.len() > 1)?;
                let (last, front) = digits.split_last()?;
                (luhn(front.iter().copied()) == *last).then_some(count)
            }
            Check::Iban => {
                let bytes: Vec<u8> = symbols().collect();
                let is_form = (15..=34).contains(&count)
                    && bytes[..2].iter().all(u8::is_ascii_alphabetic)
                    && bytes[2..4].iter().all(u8::is_ascii_digit);
                let check = is_form.then(|| iban(&bytes[..2], bytes[4..].iter().copied()))?;
                (check == (bytes[2] - b'0') * 10 + bytes[3] - b'0').then_some(count)
            }
        }
    }

    fn is_check(&self, at: usize, count: usize) -> bool {
        match self.check {
            Check::None => false,
            Check::Luhn => at + 1 == count,
            Check::Iban => at == 2 || at == 3,
        }
    }

    fn changes(&self, at: usize, count: usize) -> bool {
        let first = self.keep_first + if self.check == Check::Iban { 4 } else { 0 };
        at >= first && at + self.keep_last < count && !self.is_check(at, count)
    }

    /// Appends a value with its cells' new characters, and the check digits that fit them.
    pub fn write(&self, value: &str, cells: &[Cell], text: &mut String) {
        let from = text.len();
        let count = value.bytes().filter(u8::is_ascii_alphanumeric).count();
        let (mut at, mut cells) = (0, cells.iter());
        for character in value.chars() {
            let Some(old) = cell(character) else {
                text.push(character);
                continue;
            };
            let new = if self.changes(at, count) { cells.next().copied().unwrap_or(old) } else { old };
            let first = character as u8 - old.value;
            text.push(char::from(first + new.value));
            at += 1;
        }
        match self.check {
            Check::None => {}
            Check::Luhn => {
                let mut digits: Vec<u8> = digits(&text[from..]);
                digits.pop();
                let check = luhn(digits.iter().map(|byte| byte - b'0'));
                replace(text, from, count - 1, check);
            }
            Check::Iban => {
                let bytes = digits(&text[from..]);
                let check = iban(&bytes[..2], bytes[4..].iter().copied());
                replace(text, from, 2, check / 10);
                replace(text, from, 3, check % 10);
            }
        }
    }
}

fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).collect()
}

/// Writes a digit over the digit or letter of that number.
fn replace(text: &mut String, from: usize, number: usize, digit: u8) {
    let places = text[from..].char_indices().filter(|(_, character)| character.is_ascii_alphanumeric());
    if let Some((at, _)) = places.clone().nth(number) {
        let digit = char::from(b'0' + digit).to_string();
        text.replace_range(from + at..from + at + 1, &digit);
    }
}
