//! `${VAR}` in a string of the configuration.

use super::{
    error::Problem,
    source::{Source, Span},
};
use std::fmt;

/// A string of the configuration: as it was written, and with its variables expanded. A missing variable is an error of
/// whoever needs the expanded form, so that what nobody uses need not be set.
#[derive(Clone, PartialEq)]
pub struct Text {
    written: String,
    expanded: Option<Result<String, Problem>>,
}

impl Text {
    /// A text whose variables have not been looked up yet.
    pub fn new(written: impl Into<String>) -> Self {
        Self { written: written.into(), expanded: None }
    }

    /// As it stands in the file.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// NAME, where the text is exactly `${NAME}`.
    pub fn variable(&self) -> Option<&str> {
        let name = self.written.strip_prefix("${")?.strip_suffix('}')?;
        is_name(name).then_some(name)
    }

    pub(crate) fn expanded(&self) -> Result<&str, Problem> {
        match &self.expanded {
            None => Ok(&self.written),
            Some(Ok(text)) => Ok(text),
            Some(Err(problem)) => Err(problem.clone()),
        }
    }

    pub(crate) fn expand(&mut self, span: Span, source: &Source, env: &dyn Fn(&str) -> Option<String>) {
        if self.written.contains("${") {
            self.expanded = Some(expand(&self.written, span, source, env));
        }
    }
}

/// As written: what variables hold is not shown.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&super::redact::redact(&self.written)).finish()
    }
}

fn expand(written: &str, span: Span, source: &Source, env: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    let at = |needle: &str| source.find_in(span, needle).unwrap_or(span);
    let mut expanded = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = &from[2..];
            continue;
        }
        expanded.push_str(before);
        let name = from[2..].split_once('}').map(|(name, _)| name).filter(|name| is_name(name)).ok_or_else(|| {
            Problem::new(at("${"), "`${` is not followed by the name of an environment variable and `}`")
                .help("write `$${` where you mean the characters themselves")
        })?;
        expanded.push_str(&env(name).ok_or_else(|| {
            Problem::new(at(&format!("${{{name}}}")), format!("the environment variable `{name}` is not set"))
                .help(format!("set `{name}`, or write `$${{` where you mean the characters themselves"))
        })?);
        rest = &from[name.len() + 3..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(written: &str) -> Result<String, String> {
        let env = |name: &str| (name == "A").then(|| "one".to_owned());
        let source = Source { name: "confiture.toml".into(), text: format!("x = \"{written}\"") };
        let mut text = Text::new(written);
        text.expand(Span { start: 4, end: source.text.len() }, &source, &env);
        text.expanded().map(str::to_owned).map_err(|problem| problem.in_source(&source).to_string())
    }

    #[test]
    fn variables_expand_and_the_escape_stays() {
        assert_eq!(expanded("<${A}${A}>").as_deref(), Ok("<oneone>"));
        assert_eq!(expanded("$${A} $5 ^a$ {b}").as_deref(), Ok("${A} $5 ^a$ {b}"));
        assert_eq!(expanded("").as_deref(), Ok(""));
    }

    #[test]
    fn a_missing_variable_is_named_where_it_stands() {
        assert_eq!(
            expanded("a/${NOPE}/b").unwrap_err(),
            "confiture.toml:1:8: the environment variable `NOPE` is not set\n\
             1 | x = \"a/${NOPE}/b\"\n  |        ^^^^^^^\n\
             help: set `NOPE`, or write `$${` where you mean the characters themselves"
        );
        for broken in ["${", "${}", "${1}", "${A", "${A-b}"] {
            assert!(expanded(broken).unwrap_err().contains("is not followed by"), "{broken}");
        }
    }

    #[test]
    fn a_secret_is_exactly_one_variable() {
        assert_eq!(Text::new("${SALT}").variable(), Some("SALT"));
        for other in ["SALT", "${SALT} ", "x${SALT}", "${}", "$${SALT}", "${A}${B}"] {
            assert_eq!(Text::new(other).variable(), None);
        }
    }
}
