//! The known name that somebody probably meant.

/// `known`, the most similar to `written` first.
pub fn by_likeness<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let written = plain(written);
    let mut ranked: Vec<_> = known.into_iter().map(|name| (likeness(&written, &plain(name)), name)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.dedup();
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// One sentence that leads from `written` to what is known: the nearest one, and the others where they are few.
pub fn hint<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let ranked = by_likeness(written, known);
    let (nearest, others) = ranked.split_first()?;
    if others.is_empty() {
        return Some(format!("the only known one is `{nearest}`"));
    }
    let shown = if others.len() > MANY { &others[..2] } else { others };
    let list = shown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let rest = if others.len() > MANY { "next nearest" } else { "also known" };
    Some(format!("the nearest known one is `{nearest}`; {rest}: {list}"))
}

/// Whether `written` is probably a typo of one of `known`.
pub fn is_near(written: &str, known: &[&str]) -> bool {
    known.iter().any(|name| strsim::normalized_damerau_levenshtein(written, name) > 0.6)
}

/// More names than this do not help anybody.
const MANY: usize = 8;

/// From 0 to 1. A name that holds all words of the other counts as near: `tenant` and `multi-tenant-column`.
fn likeness(written: &str, known: &str) -> f64 {
    let edits = strsim::normalized_damerau_levenshtein(written, known);
    let words = |text: &str| text.split('-').filter(|word| word.len() > 2).map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (words(written), words(known));
    if ours.is_empty() || theirs.is_empty() {
        return edits;
    }
    let near = |word: &str, others: &[String]| {
        others.iter().map(|other| strsim::jaro_winkler(word, other)).filter(|score| *score > 0.85).fold(0.0, f64::max)
    };
    let shared: f64 = ours.iter().map(|word| near(word, &theirs)).sum();
    let overlap = 2.0 * shared / (ours.len() + theirs.len()) as f64;
    edits.max(0.8 * overlap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 5] =
        ["column-comment", "foreign-key-indexed", "multi-tenant-column", "primary-key-required", "table-naming"];

    #[test]
    fn typos_and_shared_words_are_near() {
        for (written, meant) in [
            ("foreign_key_index", "foreign-key-indexed"),
            ("primry-key-required", "primary-key-required"),
            ("multi_tenant_write_tables", "multi-tenant-column"),
            ("TableNaming", "table-naming"),
            ("type-naming", "table-naming"),
        ] {
            assert_eq!(by_likeness(written, RULES)[0], meant);
        }
        assert_eq!(hint("x", []), None);
    }
}
