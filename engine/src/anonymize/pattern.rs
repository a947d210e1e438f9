//! Names of tables and columns as a profile writes them: exact, or with `*`, `?` and `[…]`.

use globset::{GlobBuilder, GlobMatcher};
use std::fmt;

/// One name, or a glob for many.
#[derive(Clone, Debug)]
pub struct Pattern {
    written: String,
    glob: Option<GlobMatcher>,
}

impl Pattern {
    /// Reads a name.
    ///
    /// # Errors
    /// Why the glob is none.
    pub fn new(written: &str) -> Result<Self, String> {
        if written.is_empty() {
            return Err("an empty name is no name".to_owned());
        }
        let glob = written.contains(['*', '?', '[', '{']).then(|| GlobBuilder::new(written).build());
        let glob = glob.transpose().map_err(|error| format!("this is no pattern: {}", error.kind()))?;
        Ok(Self { written: written.to_owned(), glob: glob.map(|glob| glob.compile_matcher()) })
    }

    /// Whether `name` is meant. Names are compared as PostgreSQL stores them: case counts.
    pub fn matches(&self, name: &str) -> bool {
        self.glob.as_ref().map_or(self.written == name, |glob| glob.is_match(name))
    }

    /// Whether only one name can be meant.
    pub fn is_exact(&self) -> bool {
        self.glob.is_none()
    }

    /// As it stands in the file.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A table: `users`, `crm.users`, `crm.*`.
#[derive(Clone, Debug)]
pub struct TablePattern {
    /// Its schema; none where the profile names none.
    pub schema: Option<Pattern>,
    /// Its name.
    pub name: Pattern,
}

impl TablePattern {
    /// Reads a table's name, the schema before the first point.
    ///
    /// # Errors
    /// Why it is none.
    pub fn new(written: &str) -> Result<Self, String> {
        match written.split_once('.') {
            None => Ok(Self { schema: None, name: Pattern::new(written)? }),
            Some((schema, name)) => Ok(Self { schema: Some(Pattern::new(schema)?), name: Pattern::new(name)? }),
        }
    }

    /// Whether the table is meant.
    pub fn matches(&self, schema: &str, name: &str) -> bool {
        self.schema.as_ref().is_none_or(|pattern| pattern.matches(schema)) && self.name.matches(name)
    }

    /// Whether it is one name, in one schema or in none that is said.
    pub fn is_exact(&self) -> bool {
        self.schema.as_ref().is_none_or(Pattern::is_exact) && self.name.is_exact()
    }
}

impl fmt::Display for TablePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        self.name.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_exact_or_globs_with_or_without_schema() {
        let table = |written| TablePattern::new(written).expect("is a pattern");
        assert!(table("users").is_exact() && table("users").matches("any", "users"));
        assert!(!table("users").matches("public", "Users"));
        assert!(table("crm.users").is_exact() && !table("crm.users").matches("public", "users"));
        assert!(!table("r_*").is_exact() && table("r_*").matches("public", "r_orders"));
        assert!(table("*.users").matches("crm", "users") && !table("tenant_?.users").matches("tenant_10", "users"));
        assert!(TablePattern::new("crm.").is_err() && TablePattern::new("a[").is_err());
    }
}
