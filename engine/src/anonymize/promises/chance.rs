//! How many values may come out as they went in by chance.
//!
//! A digit that becomes any digit stays what it was one time in ten. So each value has a chance of its own: the greater one
//! of what its characters give (1/10 a digit, 1/26 any other character but ASCII's signs, which formats keep; of numbers,
//! the digits that count) and of how
//! often its text stands among all results (a constant meets the values that equal it). Among values whose chances have the
//! same order of magnitude, the count of those that stay is then about Poisson-distributed around the sum of these chances,
//! and is too many where a strategy that keeps its promise would give as many less than once in 10⁹ times. A value of signs
//! alone, such as the empty one, has nothing to change and does not count; nor do infinity and NaN.

use super::{
    Pair,
    fit::{base, word},
};
use confiture_model::mask::ColumnInfo;
use std::collections::{BTreeMap, HashMap};

/// How seldom a strategy that keeps its promise is found to break it.
const BOUND: f64 = 1e-9;

/// That too many values came out as they went in, where that is so.
pub(super) fn kept(target: &ColumnInfo, pairs: &[Pair]) -> Option<String> {
    let counted: Vec<(&str, Option<&str>, f64)> = pairs
        .iter()
        .filter_map(|(value, masked)| {
            Some((value.as_deref()?, masked.as_deref(), of_characters(target, value.as_deref()?)?))
        })
        .collect();
    let mut results: HashMap<&str, f64> = HashMap::new();
    for masked in counted.iter().filter_map(|(_, masked, _)| *masked) {
        *results.entry(masked).or_default() += 1.0;
    }
    let all = counted.len() as f64;
    // What kept values themselves put among the results says nothing of chance.
    let of_results = |value: &str, masked: Option<&str>| {
        let own = if masked == Some(value) { 1.0 } else { 0.0 };
        (results.get(value).copied().unwrap_or(0.0) - own).max(0.0) / all
    };
    let mut classes: BTreeMap<i32, Class> = BTreeMap::new();
    for (value, masked, chance) in &counted {
        let chance = chance.max(of_results(value, *masked)).min(1.0);
        let class = classes.entry((chance.log10().floor() as i32).max(LEAST_CLASS)).or_default();
        class.values += 1;
        class.expected += chance;
        class.kept += usize::from(Some(*value) == *masked);
    }
    let broken = classes.values().find(|class| class.kept > most_by_chance(class.expected))?;
    let (kept, total, most) = (broken.kept, broken.values, most_by_chance(broken.expected));
    Some(format!("{kept} of {total} like values came out as they went in, and chance would leave at most {most}"))
}

/// Values whose chances have the same order of magnitude: short ones, of which some stay, hide no long one that does.
#[derive(Default)]
struct Class {
    values: usize,
    expected: f64,
    kept: usize,
}

/// Smaller chances are no chances.
const LEAST_CLASS: i32 = -12;

/// The chance that a value of other characters of the same kinds is the same one; none where it has none to change.
fn of_characters(target: &ColumnInfo, value: &str) -> Option<f64> {
    if !target.labels.is_empty() {
        return Some(1.0 / target.labels.len() as f64);
    }
    match word(base(target)).as_str() {
        "boolean" | "bool" => return Some(0.5),
        // The network may be kept, and then one of its 254 hosts stays.
        "inet" | "cidr" | "macaddr" => return Some(1.0 / 254.0),
        "text" | "character varying" | "varchar" | "character" | "bpchar" | "citext" => {}
        "numeric" | "decimal" | "real" | "float4" | "double precision" | "float8" if !value.contains('n') => {
            return of_number(value);
        }
        // Nobody's.
        _ if matches!(value, "infinity" | "-infinity" | "Infinity" | "-Infinity" | "NaN" | "null") => return None,
        _ => {}
    }
    let chance = |c: char| match c {
        '0'..='9' => 0.1,
        c if c.is_ascii() && !c.is_ascii_alphabetic() => 1.0,
        _ => 1.0 / 26.0,
    };
    let chance = value.chars().map(chance).product::<f64>();
    (chance < 1.0).then_some(chance)
}

/// Among numbers with as many digits that count: zeros at either end do not, and 1.50 is 1.5.
fn of_number(value: &str) -> Option<f64> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0').len();
    (digits > 0).then(|| 10_f64.powi(1 - i32::try_from(digits).unwrap_or(i32::MAX)) / 9.0)
}

/// The greatest count that a Poisson distribution around `expected` goes beyond less than once in 10⁹ times.
fn most_by_chance(expected: f64) -> usize {
    if expected > 700.0 {
        return (expected + 7.0 * expected.sqrt()) as usize;
    }
    let (mut term, mut below, mut count) = ((-expected).exp(), 0.0, 0_usize);
    loop {
        below += term;
        // Beyond the middle, what is left is less than the next terms' geometric sum.
        let next = term * expected / (count as f64 + 1.0);
        let ratio = expected / (count as f64 + 2.0);
        if ratio < 1.0 && next / (1.0 - ratio) < BOUND && below > 0.5 {
            return count;
        }
        term = next;
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> ColumnInfo {
        ColumnInfo { type_name: "text".to_owned(), base_type: "text".to_owned(), ..ColumnInfo::default() }
    }

    fn pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Vec<Pair> {
        pairs.into_iter().map(|(value, masked)| (Some(value), Some(masked))).collect()
    }

    #[test]
    fn chance_is_bounded() {
        assert_eq!(most_by_chance(0.0), 0);
        assert_eq!(most_by_chance(1e-10), 0);
        assert_eq!(most_by_chance(1e-4), 2);
        assert!((10..=14).contains(&most_by_chance(1.0)), "{}", most_by_chance(1.0));
        assert!((160..=175).contains(&most_by_chance(100.0)), "{}", most_by_chance(100.0));
    }

    #[test]
    fn long_values_do_not_stay_by_chance() {
        let one = pairs([("ada@example.com".to_owned(), "ada@example.com".to_owned())]);
        assert!(kept(&text(), &one).unwrap().contains("1 of 1"));
        let emoji = pairs([("🙂🙃🙂🙃🙂🙃🙂🙃".to_owned(), "🙂🙃🙂🙃🙂🙃🙂🙃".to_owned())]);
        assert!(kept(&text(), &emoji).is_some());
    }

    #[test]
    fn a_digit_may_stay() {
        let digits = (0..100).map(|row| (row.to_string(), if row % 10 == 0 { row } else { row + 1 }.to_string()));
        assert_eq!(kept(&text(), &pairs(digits.take(10))), None);
        assert_eq!(kept(&text(), &pairs([("--".to_owned(), "--".to_owned())])), None);
    }

    #[test]
    fn few_numbers_have_one_digit() {
        let numeric = ColumnInfo { type_name: "numeric(8,2)".to_owned(), ..ColumnInfo::default() };
        let stays = |values: &[&str]| pairs(values.iter().map(|value| ((*value).to_owned(), (*value).to_owned())));
        assert_eq!(kept(&numeric, &stays(&["0.07", "-7.00", "0.00", "70.00"])), None);
        assert!(kept(&numeric, &stays(&["123456.78", "123456.79"])).is_some());
    }

    #[test]
    fn a_constant_meets_its_equals() {
        let rows =
            |constant: &str| (0..1000).map(|row| (format!("name {row}"), constant.to_owned())).collect::<Vec<_>>();
        assert_eq!(kept(&text(), &pairs(rows("name 7"))), None);
        let same = (0..1000).map(|row| (format!("name {row}"), format!("name {row}")));
        assert!(kept(&text(), &pairs(same)).is_some());
    }
}
