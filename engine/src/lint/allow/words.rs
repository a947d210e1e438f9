//! The words of a suppression: `confiture: allow(rule) reason`.

/// What is written in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// The rules; none where they cannot be read.
    pub(super) rules: Vec<String>,
    /// Why; none where nothing is said.
    pub(super) reason: Option<String>,
}

const MARK: &str = "confiture:";

/// The suppressions of a text, wherever in it they stand. Each ends with its line, or where the next one begins.
pub(super) fn within(text: &str) -> Vec<Words> {
    let mut found = Vec::new();
    for line in text.lines() {
        found.extend(line.split(MARK).skip(1).filter_map(after_mark));
    }
    found
}

/// The suppression that an SQL comment is.
pub(super) fn of_comment(comment: &str) -> Option<Words> {
    let inner = match comment.strip_prefix("--") {
        Some(line) => line,
        None => comment.strip_prefix("/*")?.strip_suffix("*/")?,
    };
    after_mark(inner.trim().strip_prefix(MARK)?)
}

/// Other words of Confiture's (`confiture: transaction = false`) are no suppressions.
fn after_mark(text: &str) -> Option<Words> {
    let rest = text.trim().strip_prefix("allow")?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    let unreadable = Words { rules: Vec::new(), reason: None };
    let Some((names, reason)) = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return Some(unreadable);
    };
    let rules: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'))
    };
    if !rules.iter().all(is_name) {
        return Some(unreadable);
    }
    let reason = reason.trim().trim_start_matches([':', '-', '–', '—']).trim();
    Some(Words { rules, reason: (!reason.is_empty()).then(|| reason.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::{Words, of_comment, within};

    fn words(rules: &[&str], reason: Option<&str>) -> Words {
        let rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
        Words { rules, reason: reason.map(str::to_owned) }
    }

    #[test]
    fn a_comment_names_rules_and_a_reason() {
        let cases = [
            ("-- confiture: allow(table-comment) legacy", Some(words(&["table-comment"], Some("legacy")))),
            ("--confiture:allow( a , b/c ): two", Some(words(&["a", "b/c"], Some("two")))),
            ("/* confiture: allow(a) — x */", Some(words(&["a"], Some("x")))),
            ("-- confiture: allow(a)", Some(words(&["a"], None))),
            ("-- confiture: allow(a) -", Some(words(&["a"], None))),
            ("-- confiture: allow a", Some(words(&[], None))),
            ("-- confiture: allow()", Some(words(&[], None))),
            ("-- confiture: allow(*) all", Some(words(&[], None))),
            ("-- confiture: allow(a", Some(words(&[], None))),
            ("-- confiture: transaction = false", None),
            ("-- confiture: allowed(a) b", None),
            ("-- see confiture: allow(a) b", None),
        ];
        for (text, expected) in cases {
            assert_eq!(of_comment(text), expected, "{text}");
        }
    }

    #[test]
    fn the_comment_of_an_object_may_say_other_things_too() {
        assert_eq!(
            within("Old orders. confiture: allow(a) until 2027 confiture: allow(b)\nconfiture: allow(c) x\nconfiture"),
            [words(&["a"], Some("until 2027")), words(&["b"], None), words(&["c"], Some("x"))]
        );
    }
}
