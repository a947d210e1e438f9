//! CHECK constraints and domains, judged by PostgreSQL on masked values: nothing is written anywhere.

use super::Verification;
use crate::anonymize::{
    resolve::ResolvedTable,
    samples::{MaskedSample, SampleError, identifier, literal, read_error},
};
use confiture_model::{
    finding::Severity,
    sampling::TextQueries,
    schema::{Constraint, ConstraintKind, Relation, Snapshot},
    session::SessionError,
};

pub(super) async fn check(
    table: &ResolvedTable,
    relation: &Relation,
    snapshot: &Snapshot,
    sample: &MaskedSample,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<(), SampleError> {
    if sample.rows == 0 {
        return Ok(());
    }
    let masked = |name: &str| table.columns.iter().any(|column| column.info.name == name && !column.is_kept());
    for column in table.columns.iter().filter(|column| !column.is_kept()) {
        let Some(of) = relation.columns.iter().find(|one| one.name == column.info.name) else { continue };
        let is_domain = column.info.type_name != column.info.base_type && column.info.labels.is_empty();
        if !is_domain && column.info.labels.is_empty() {
            continue;
        }
        let query = values(&[(&of.name, &of.type_name)], sample, "SELECT count(*)");
        let subject = format!("{}.{}.{}", table.schema, table.name, of.name);
        if let Some(code) = refusal(database, &query, &subject).await? {
            let message = format!("PostgreSQL refuses a masked value as {} ({code})", of.type_name);
            found.say(Severity::Error, &subject, message);
        }
    }
    let checks = relation
        .constraints
        .iter()
        .filter(|one| one.kind == ConstraintKind::Check && one.columns.iter().any(|name| masked(name)));
    for constraint in checks {
        check_one(constraint, relation, snapshot, sample, database, found).await?;
    }
    Ok(())
}

async fn check_one(
    constraint: &Constraint,
    relation: &Relation,
    _: &Snapshot,
    sample: &MaskedSample,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<(), SampleError> {
    let Some(expression) = expression(&constraint.definition) else { return Ok(()) };
    let typed: Vec<(&str, &str)> = relation
        .columns
        .iter()
        .filter(|column| constraint.columns.contains(&column.name))
        .map(|column| (column.name.as_str(), column.type_name.as_str()))
        .collect();
    let select = format!("SELECT count(*) FILTER (WHERE NOT ({expression}))");
    let query = values(&typed, sample, &select);
    let subject = format!("{}.{}", relation.schema, relation.name);
    let what = format!("constraint {} of {subject}", constraint.name);
    match database.read(&query).await {
        Ok(columns) => {
            let broken = columns.first().and_then(|column| column.get(0)).unwrap_or("0").to_owned();
            if broken != "0" {
                let message = format!(
                    "CHECK constraint `{}` is broken by {broken} of {} masked rows",
                    constraint.name, sample.rows
                );
                found.say(Severity::Error, &subject, message);
            }
            Ok(())
        }
        Err(error) => match about_data(&error) {
            Some(code) => {
                let message = format!(
                    "CHECK constraint `{}` cannot be judged: PostgreSQL refuses a masked value ({code})",
                    constraint.name
                );
                found.say(Severity::Error, &subject, message);
                Ok(())
            }
            None => Err(read_error(&what, &error)),
        },
    }
}

/// `CHECK ((a > 0)) NOT VALID` without what is around the expression.
fn expression(definition: &str) -> Option<String> {
    let rest = definition.strip_prefix("CHECK ")?;
    let rest = rest.strip_suffix(" NOT ENFORCED").unwrap_or(rest);
    let rest = rest.strip_suffix(" NOT VALID").unwrap_or(rest);
    let rest = rest.strip_suffix(" NO INHERIT").unwrap_or(rest);
    Some(rest.strip_prefix('(')?.strip_suffix(')')?.to_owned())
}

/// The masked rows as a relation of these columns and types.
fn values(columns: &[(&str, &str)], sample: &MaskedSample, select: &str) -> String {
    let row = |row: usize| {
        let cells = columns.iter().map(|(name, type_name)| {
            let value = sample.after.get(*name).and_then(|column| column.get(row));
            format!("{}::{type_name}", value.map_or_else(|| "NULL".to_owned(), literal))
        });
        format!("({})", cells.collect::<Vec<_>>().join(", "))
    };
    let rows = (0..sample.rows).map(row).collect::<Vec<_>>().join(", ");
    let names = columns.iter().map(|(name, _)| identifier(name)).collect::<Vec<_>>().join(", ");
    format!("{select} FROM (VALUES {rows}) AS masked ({names})")
}

async fn refusal(database: &mut dyn TextQueries, query: &str, what: &str) -> Result<Option<String>, SampleError> {
    match database.read(query).await {
        Ok(_) => Ok(None),
        Err(error) => about_data(&error).map(Some).ok_or_else(|| read_error(what, &error)),
    }
}

/// The code of an error about a value.
fn about_data(error: &SessionError) -> Option<String> {
    match error {
        SessionError::Database(error) if error.sqlstate.starts_with("22") || error.sqlstate.starts_with("23") => {
            Some(error.sqlstate.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_taken_out() {
        assert_eq!(expression("CHECK ((a > 0)) NOT VALID").as_deref(), Some("(a > 0)"));
        assert_eq!(
            expression("CHECK (((a)::text ~ 'x'::text)) NO INHERIT").as_deref(),
            Some("((a)::text ~ 'x'::text)")
        );
        assert_eq!(expression("UNIQUE (a)"), None);
    }

    #[test]
    fn values_are_literals() {
        let after = [("a b".to_owned(), [Some("it's \\"), None].into_iter().collect())];
        let sample = MaskedSample { rows: 2, after: after.into_iter().collect(), ..MaskedSample::default() };
        assert_eq!(
            values(&[("a b", "text")], &sample, "SELECT 1"),
            r#"SELECT 1 FROM (VALUES (E'it''s \\'::text), (NULL::text)) AS masked ("a b")"#
        );
    }
}
