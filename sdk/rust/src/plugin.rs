//! A plugin: who it is, what it asks for, and what it offers.

use crate::{
    catalog::Relation,
    error::Error,
    hook::AnyHook,
    masking::AnyStrategy,
    options::{self, OptionInfo},
    report::Report,
    rule::{Rule, RuleMeta},
    schema::Schema,
};

/// How much of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum DatabaseAccess {
    #[default]
    None,
    Read,
    Write,
}

/// What a plugin asks for. The project grants it, or does not: nothing here is given by asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// The database.
    pub database: DatabaseAccess,
    /// Directories by the name that the project gives them, and whether they are written.
    pub directories: &'static [(&'static str, bool)],
    /// Backups made by the host with PostgreSQL's own tools.
    pub backup: bool,
    /// Names of secrets that it may use without seeing them.
    pub secrets: &'static [&'static str],
}

impl Capabilities {
    /// Nothing: rules over the schema alone need no more.
    pub const NONE: Self = Self { database: DatabaseAccess::None, directories: &[], backup: false, secrets: &[] };
}

/// A plugin, as [`export_plugin!`](crate::export_plugin) makes it.
#[derive(Clone, Copy)]
pub struct Plugin {
    /// `namespace:name`, as registries know it.
    pub name: &'static str,
    /// Semantic version.
    pub version: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// An SPDX expression; empty for none.
    pub license: &'static str,
    /// Where to read more; empty for nowhere.
    pub homepage: &'static str,
    /// What it asks for.
    pub wants: Capabilities,
    /// The rules that it offers.
    pub rules: &'static [&'static dyn AnyRule],
    /// The hooks that it offers.
    pub hooks: &'static [&'static dyn AnyHook],
    /// What it masks columns with.
    pub strategies: &'static [&'static dyn AnyStrategy],
}

impl Plugin {
    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&'static dyn AnyRule> {
        self.rules.iter().copied().find(|rule| rule.meta().id == id)
    }

    /// A hook by its id.
    pub fn hook(&self, id: &str) -> Option<&'static dyn AnyHook> {
        self.hooks.iter().copied().find(|hook| hook.meta().id == id)
    }

    /// A strategy by its id.
    pub fn strategy(&self, id: &str) -> Option<&'static dyn AnyStrategy> {
        self.strategies.iter().copied().find(|strategy| strategy.meta().id == id)
    }
}

/// A rule whose options have no type of their own: what a list of rules holds. Every [`Rule`] is one.
pub trait AnyRule: Sync {
    /// What is known of it before it runs.
    fn meta(&self) -> RuleMeta;
    /// What it takes.
    fn options(&self) -> Vec<OptionInfo>;
    /// The rule with its options, a JSON object, ready to run.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] with the JSON pointer of the option that is wrong.
    fn open(&'static self, options: &str) -> Result<Box<dyn OpenRule>, Error>;
}

/// A rule with its options.
#[allow(missing_docs)]
pub trait OpenRule {
    /// [`Rule::check_relation`].
    ///
    /// # Errors
    /// Why the rule could not do its work.
    fn check_relation(&self, relation: &Relation, schema: &Schema, report: &mut Report) -> Result<(), Error>;
    /// [`Rule::check`].
    ///
    /// # Errors
    /// Why the rule could not do its work.
    fn check(&self, schema: &Schema, report: &mut Report) -> Result<(), Error>;
}

impl<R: Rule + 'static> AnyRule for R {
    fn meta(&self) -> RuleMeta {
        R::META
    }

    fn options(&self) -> Vec<OptionInfo> {
        options::describe::<R::Options>()
    }

    fn open(&'static self, options: &str) -> Result<Box<dyn OpenRule>, Error> {
        Ok(Box::new(Open { rule: self, options: options::read::<R::Options>(options)? }))
    }
}

struct Open<R: Rule + 'static> {
    rule: &'static R,
    options: R::Options,
}

impl<R: Rule + 'static> OpenRule for Open<R> {
    fn check_relation(&self, relation: &Relation, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        self.rule.check_relation(&self.options, relation, schema, report)
    }

    fn check(&self, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        self.rule.check(&self.options, schema, report)
    }
}
