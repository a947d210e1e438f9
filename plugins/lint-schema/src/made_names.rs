//! What the rules share that judge names made of other names: of indexes and constraints.

use crate::{
    case::Case,
    pattern::Pattern,
    template::{Template, Values},
};

/// How the names of a kind of object are made: the first of these that is set.
pub struct MadeNames<'a> {
    /// `idx_{table}_{columns}`.
    pub template: Option<&'a Template>,
    /// A regular expression.
    pub pattern: Option<&'a Pattern>,
    /// A style.
    pub style: Option<Case>,
    /// The template where nothing is set.
    pub usual: Option<&'a Template>,
}

/// A wrong name.
pub struct Wrong {
    /// What is wrong with it, for the end of a sentence.
    pub complaint: String,
    /// The right name, where there is one.
    pub right: Option<String>,
}

impl MadeNames<'_> {
    /// What is wrong with a name; none where nothing is.
    pub fn wrong(&self, name: &str, values: &Values<'_>) -> Option<Wrong> {
        let by_template = |template: &Template| {
            let complaint = || format!("does not follow '{}'", template.as_str());
            (!template.fits(name, values)).then(|| Wrong { complaint: complaint(), right: template.write(values) })
        };
        match (self.template, self.pattern, self.style) {
            (Some(template), ..) => by_template(template),
            (_, Some(pattern), _) => {
                let complaint = format!("does not match '{}'", pattern.as_str());
                (!pattern.matches(name)).then_some(Wrong { complaint, right: None })
            }
            (_, _, Some(style)) => {
                let complaint = format!("is not {}", style.as_str());
                (!style.fits(name)).then(|| Wrong { complaint, right: style.write(name) })
            }
            _ => self.usual.and_then(by_template),
        }
    }
}
