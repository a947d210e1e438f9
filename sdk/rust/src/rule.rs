//! A rule: a type with metadata, options and a check.

use crate::{catalog::Parts, catalog::Relation, error::Error, report::Report, report::Severity, schema::Schema};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

/// What is known of a rule before it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuleMeta {
    /// kebab-case, named after the thing found, so that «allow X» reads well: `foreign-key-indexed`.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// `naming`, `security`, `performance`, ...
    pub category: &'static str,
    /// Unless the project or a finding says otherwise.
    pub severity: Severity,
    /// Whether it runs where the project does not mention it.
    pub enabled_by_default: bool,
    /// The parts of each relation that it reads. What it does not name arrives empty.
    pub reads: Parts,
    /// Markdown with the sections and examples that [`crate::documentation`] describes.
    pub documentation: &'static str,
}

/// A lint rule over a schema.
///
/// [`check_relation`](Self::check_relation) sees every table and view once, in one pass that all rules of a plugin share;
/// [`check`](Self::check) runs once, after it. A rule writes the one that suits it, or both.
pub trait Rule: Sync {
    /// What the project may set, as it arrives: deserialized before the check starts, so a wrong option never gets here.
    /// Each field's documentation becomes the option's summary. [`NoOptions`] where there are none.
    type Options: DeserializeOwned + JsonSchema;

    /// What is known of the rule before it runs.
    const META: RuleMeta;

    /// Looks at one relation. They come by schema, then by name.
    ///
    /// # Errors
    /// Why the rule could not do its work; a finding is not an error.
    fn check_relation(
        &self,
        options: &Self::Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let _ = (options, relation, schema);
        report.skip_relations();
        Ok(())
    }

    /// Looks at everything else: routines, types, sequences, triggers, the database; or at relations in an order of its
    /// own.
    ///
    /// # Errors
    /// As [`Self::check_relation`].
    fn check(&self, options: &Self::Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let _ = (options, schema, report);
        Ok(())
    }
}

/// The options of a rule or hook that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}
