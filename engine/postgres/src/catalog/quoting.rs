//! How PostgreSQL writes names.

use super::reader::Reader;
use confiture_sql::quote::identifier;
use std::collections::HashSet;
use tokio_postgres::Error;

const KEYWORDS: &str = "SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'";

/// How names are written: PostgreSQL's `quote_identifier`.
#[derive(Debug, Default)]
pub(super) struct Quoting {
    keywords: HashSet<String>,
}

impl Quoting {
    pub async fn read(client: &Reader<'_>) -> Result<Self, Error> {
        let rows = client.query_typed(KEYWORDS, &[]).await?;
        Ok(Self { keywords: rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()? })
    }

    /// A name, in quotes where it needs them.
    pub fn quote(&self, name: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let safe = name.bytes().all(plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        if safe && !self.keywords.contains(name) { name.to_owned() } else { identifier(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::Quoting;

    #[test]
    fn names_are_quoted_as_postgresql_quotes_them() {
        let quoting = Quoting { keywords: ["select".to_owned()].into() };
        for (name, quoted) in [
            ("a_1", "a_1"),
            ("_a", "_a"),
            ("1a", "\"1a\""),
            ("A", "\"A\""),
            ("a$", "\"a$\""),
            ("é", "\"é\""),
            ("select", "\"select\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoting.quote(name), quoted);
        }
    }
}
