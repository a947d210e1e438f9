//! Running a plugin's rules over a schema: one pass over the relations for all of them, then each rule by itself.

use crate::{
    catalog::Parts,
    error::Error,
    plugin::{AnyRule, OpenRule},
    report::{Finding, Report},
    schema::{PAGE, Schema, Source, pages},
};

/// A rule that the project switched on. One rule may be on several times under different instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// The name of this use of the rule; findings carry it.
    pub instance: String,
    /// The rule's id.
    pub id: String,
    /// Its options: a JSON object.
    pub options: String,
}

struct Running {
    rule: Box<dyn OpenRule>,
    reads: Parts,
    schema: Schema,
    report: Report,
}

/// Runs `settings`, uses of `rules`, over the schema that `source` reads. Findings come in the order of the settings, as
/// what the caller makes of them.
///
/// # Errors
/// What the first rule that could not do its work said; [`Error::Failed`] for a rule that is not among `rules`.
pub fn check_schema<F: From<Finding>>(
    rules: &[&'static dyn AnyRule],
    source: Box<dyn Source>,
    settings: &[RuleSetting],
) -> Result<Vec<F>, Error> {
    let schema = Schema::new(source, Parts::NONE);
    let mut running = settings.iter().map(|setting| open(rules, &schema, setting)).collect::<Result<Vec<_>, _>>()?;
    visit_relations(&schema, &mut running)?;
    for Running { rule, schema, report, .. } in &mut running {
        rule.check(schema, report)?;
    }
    // Once, at its full size: growing step by step, the list would need its memory twice.
    let mut findings = Vec::with_capacity(running.iter().map(|running| running.report.len()).sum());
    running.into_iter().for_each(|running| findings.extend(running.report.into_findings().into_iter().map(F::from)));
    Ok(findings)
}

fn open(rules: &[&'static dyn AnyRule], schema: &Schema, setting: &RuleSetting) -> Result<Running, Error> {
    let rule = rules
        .iter()
        .find(|rule| rule.meta().id == setting.id)
        .ok_or_else(|| Error::failed(format!("this plugin has no rule `{}`", setting.id)))?;
    let reads = rule.meta().reads;
    let (schema, report) = (schema.reading(reads), Report::new(&setting.instance));
    Ok(Running { rule: rule.open(&setting.options)?, reads, schema, report })
}

/// Shows every relation to every rule that still wants to see relations; ends when none does.
fn visit_relations(schema: &Schema, running: &mut [Running]) -> Result<(), Error> {
    let reads = running.iter().map(|running| running.reads).fold(Parts::NONE, Parts::and);
    for relation in pages(|offset| schema.source().relations(offset, PAGE, reads)) {
        let mut wanted = false;
        for Running { rule, schema, report, .. } in
            running.iter_mut().filter(|running| !running.report.skips_relations())
        {
            rule.check_relation(&relation, schema, report)?;
            wanted |= !report.skips_relations();
        }
        if !wanted {
            break;
        }
    }
    Ok(())
}
