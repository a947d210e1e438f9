//! SQL text for suggestions and fixes: names quoted where PostgreSQL needs it, strings always.

mod keywords;
mod name;

pub use name::Name;

/// A name as SQL text, as PostgreSQL's `quote_ident` writes it: `orders` stays, `UserAccount` becomes `"UserAccount"`.
pub fn identifier(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A name with its schema in front, both quoted where they need it.
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// Names as a list, each quoted where it needs it: `a, "B"`.
pub fn identifiers<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ")
}

/// A string as an SQL literal, right whatever `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|first| first.is_ascii_lowercase() || first == b'_');
    starts
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && keywords::KEYWORDS.binary_search(&name).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_need_it_are_quoted() {
        assert_eq!(identifier("orders_2"), "orders_2");
        assert_eq!(identifier("UserAccount"), "\"UserAccount\"");
        assert_eq!(identifier("order"), "\"order\"");
        assert_eq!(identifier("name"), "name");
        assert_eq!(identifier("größe"), "\"größe\"");
        assert_eq!(identifier("2fa"), "\"2fa\"");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(identifier(""), "\"\"");
        assert_eq!(qualified("public", "user"), "public.\"user\"");
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(keywords::KEYWORDS.is_sorted());
    }

    #[test]
    fn literals_survive_quotes_and_backslashes() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\b"), r"E'a\\b'");
    }
}
