//! How far rules reach: one that is limited to what is not there, or rests on what nobody counted, would be found clean.

use super::{
    report::NotJudged,
    rule::{ActiveRule, NamePattern},
};
use confiture_model::{object::SourceSpan, rule::RuleInfo, schema::Snapshot};
use std::{collections::BTreeSet, fmt};

/// A rule that is limited to a schema that there is not: it checks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchSchema {
    /// `file:line:column: `, where it is known.
    place: String,
    rule: String,
    schema: String,
    known: String,
}

impl fmt::Display for NoSuchSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, rule, schema, known } = self;
        write!(
            f,
            "{place}the rule `{rule}` did not look at anything: it is limited to the schema `{schema}`, and neither a schema nor \
             a directory of the project is called so\nhelp: name one of the schemas ({known}), or a directory with `affected_dirs`"
        )
    }
}

/// Reads limits to schemas as people write them. Projects that have a directory for each part of a schema name that
/// (`affected_schema: 01_write_side`): where no schema is called so and a directory is, the rule is limited to the directory.
/// `directories` finds those of the project, relative to it. Answered is what is neither.
pub fn settle(
    rules: &mut [ActiveRule],
    snapshot: &Snapshot,
    directories: &dyn Fn(&NamePattern) -> Vec<String>,
) -> Vec<NoSuchSchema> {
    let known = schemas(snapshot);
    let mut neither = Vec::new();
    for rule in rules.iter_mut().filter(|rule| is_out_of_reach(rule, &known)) {
        let found: BTreeSet<String> = rule.scope.schemas.iter().flat_map(directories).collect();
        if !found.is_empty() {
            rule.scope.schemas.clear();
            rule.scope.directories.extend(found);
            continue;
        }
        // A pattern may fit tomorrow's schemas, and in an empty database nothing is anywhere.
        if let Some(name) = rule.scope.schemas.iter().find(|name| name.is_exact()).filter(|_| !known.is_empty()) {
            neither.push(NoSuchSchema {
                place: rule.origin.as_ref().map(|place| format!("{place}: ")).unwrap_or_default(),
                rule: rule.setting.instance.clone(),
                schema: name.as_str().to_owned(),
                known: known.iter().map(|schema| format!("`{schema}`")).collect::<Vec<_>>().join(", "),
            });
        }
    }
    neither
}

/// Why the silence of a rule says nothing.
pub(super) fn not_judged(rule: &ActiveRule, info: Option<&RuleInfo>, snapshot: &Snapshot) -> Option<NotJudged> {
    if !rule.scope.directories.is_empty() && !spans(snapshot).any(|span| rule.scope.covers_file(Some(span))) {
        return Some(NotJudged::NoFiles);
    }
    if is_out_of_reach(rule, &schemas(snapshot)) {
        return Some(NotJudged::NoSuchSchema);
    }
    let is_blind = !snapshot.live && info.is_some_and(RuleInfo::rests_on_statistics);
    is_blind.then_some(NotJudged::NoStatistics)
}

/// Every database has `public`, and it may be empty.
fn is_out_of_reach(rule: &ActiveRule, known: &BTreeSet<&str>) -> bool {
    let fits = |pattern: &NamePattern| pattern.matches("public") || known.iter().any(|schema| pattern.matches(schema));
    !rule.scope.schemas.is_empty() && !rule.scope.schemas.iter().any(fits)
}

/// The schemas in which there is something.
pub fn schemas(snapshot: &Snapshot) -> BTreeSet<&str> {
    let relations = snapshot.relations.iter().map(|one| one.schema.as_str());
    relations
        .chain(snapshot.routines.iter().map(|one| one.schema.as_str()))
        .chain(snapshot.type_definitions.iter().map(|one| one.schema.as_str()))
        .chain(snapshot.sequences.iter().map(|one| one.schema.as_str()))
        .collect()
}

fn spans(snapshot: &Snapshot) -> impl Iterator<Item = &SourceSpan> {
    let relations = snapshot.relations.iter().filter_map(|one| one.source.as_ref());
    relations
        .chain(snapshot.routines.iter().filter_map(|one| one.source.as_ref()))
        .chain(snapshot.type_definitions.iter().filter_map(|one| one.source.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tests::{active, rule_info, view};
    use confiture_model::rule::Subject;

    fn limited(schema: &str) -> ActiveRule {
        let mut rule = active("p", "a");
        rule.scope.schemas = vec![NamePattern::parse(schema).expect("a pattern")];
        rule
    }

    fn settled(schema: &str, directories: &[&str]) -> (ActiveRule, Vec<NoSuchSchema>) {
        let mut rules = vec![limited(schema)];
        let found = |pattern: &NamePattern| {
            let fits = |path: &&&str| path.rsplit('/').next().is_some_and(|name| pattern.matches(name));
            directories.iter().filter(fits).map(|path| (*path).to_owned()).collect()
        };
        let neither = settle(&mut rules, &view().snapshot, &found);
        (rules.remove(0), neither)
    }

    #[test]
    fn a_directory_in_place_of_a_schema_is_understood() {
        let directories = ["db/01_write_side", "db/02_query_side"];
        let (rule, _) = settled("01_write_side", &directories);
        assert_eq!((rule.scope.schemas.len(), rule.scope.directories), (0, vec!["db/01_write_side".to_owned()]));
        let (rule, _) = settled("0?_*", &directories);
        assert_eq!(rule.scope.directories, directories);
        let (schema, _) = settled("app", &["app"]);
        assert_eq!((schema.scope.schemas.len(), schema.scope.directories.len()), (1, 0));
    }

    #[test]
    fn what_is_neither_is_told() {
        let told = settled("01_write_side", &["db"]).1[0].to_string();
        assert!(
            told.starts_with("the rule `a` did not look at anything: it is limited to the schema `01_write_side`"),
            "{told}"
        );
        assert!(told.ends_with("name one of the schemas (`app`), or a directory with `affected_dirs`"), "{told}");
        for schema in ["tenant_*", "public"] {
            assert!(settled(schema, &[]).1.is_empty(), "{schema}");
        }
        let empty = Snapshot::empty(150_000);
        assert!(settle(&mut [limited("later")], &empty, &|_| Vec::new()).is_empty());
    }

    #[test]
    fn rules_that_cannot_judge_are_known() {
        let snapshot = Snapshot::clone(&view().snapshot);
        let mut blind = rule_info("a", Subject::Schema);
        blind.documentation = "## What it finds\n\nx\n\n## Without statistics\n\nNothing.\n".to_owned();
        let rule = active("p", "a");
        assert_eq!(not_judged(&rule, Some(&blind), &snapshot), Some(NotJudged::NoStatistics));
        let live = Snapshot { live: true, ..snapshot.clone() };
        assert_eq!(not_judged(&rule, Some(&blind), &live), None);
        assert_eq!(not_judged(&limited("tenant_*"), None, &snapshot), Some(NotJudged::NoSuchSchema));
        let mut in_files = active("p", "a");
        in_files.scope.directories.push("db".to_owned());
        assert_eq!(not_judged(&in_files, None, &snapshot), None);
        in_files.scope.directories = vec!["elsewhere".to_owned()];
        assert_eq!(not_judged(&in_files, None, &snapshot), Some(NotJudged::NoFiles));
        assert_eq!(not_judged(&in_files, None, &Snapshot::empty(150_000)), Some(NotJudged::NoFiles));
    }
}
