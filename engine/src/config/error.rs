//! What is wrong with a configuration, and where.

use super::source::{Source, Span};
use confiture_model::object::SourceSpan;
use std::fmt;

/// A mistake found in a configuration whose file is known to whoever asked: it becomes a [`ConfigError`] there.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where; none about something that stands in no file.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The keys that lead to it, outermost first.
    pub path: Vec<String>,
    /// Whether the line may hold a secret, and does not show.
    pub hidden: bool,
}

impl Problem {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), help: None, path: Vec::new(), hidden: false }
    }

    /// About something that stands in no file, such as an option of the command line.
    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), help: None, path: Vec::new(), hidden: false }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The same problem, seen from the table or list that holds `key`.
    pub(crate) fn within(mut self, key: impl Into<String>, span: Span) -> Self {
        self.path.insert(0, key.into());
        self.span.get_or_insert(span);
        self
    }

    /// The JSON pointer to it.
    fn pointer(&self) -> String {
        self.path.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect()
    }

    pub(crate) fn in_source(self, source: &Source) -> ConfigError {
        let mut message = self.message.clone();
        if !self.path.is_empty() {
            message = format!("{}: {message}", self.pointer());
        }
        let Some(span) = self.span.filter(|_| !source.name.is_empty()) else {
            return ConfigError::about(&source.name, message, self.help);
        };
        let excerpt = (!source.text.is_empty() && !self.hidden).then(|| source.excerpt(span));
        let place = Some(source.locate(span));
        ConfigError(Box::new(Parts { file: source.name.clone(), place, message, excerpt, help: self.help }))
    }
}

/// A configuration that cannot be used: which file, where in it, what is wrong, what to do. Its text holds no value that
/// came from the environment and no password.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError(Box<Parts>);

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    file: String,
    place: Option<SourceSpan>,
    message: String,
    excerpt: Option<String>,
    help: Option<String>,
}

impl ConfigError {
    /// An error about a file as a whole; about none where `file` is empty.
    pub fn about(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self(Box::new(Parts { file: file.to_owned(), place: None, message: message.into(), excerpt: None, help }))
    }

    /// Where it is, where that is one place in a file.
    pub fn place(&self) -> Option<&SourceSpan> {
        self.0.place.as_ref()
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The line with the place underlined.
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }
}

/// `file:line:column: message`, the excerpt and the help on lines of their own.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.place {
            Some(place) => write!(f, "{place}: ")?,
            None if self.0.file.is_empty() => {}
            None => write!(f, "{}: ", self.0.file)?,
        }
        f.write_str(&self.0.message)?;
        if let Some(excerpt) = &self.0.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        if let Some(help) = &self.0.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
