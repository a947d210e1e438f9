//! What a schema demands of masked values, beyond their types and lengths: CHECK constraints, domains, enums, partitions, and
//! what keeps rows apart.

mod apart;
mod partitions;

pub(super) use partitions::of_partitions;

use crate::anonymize::resolve::{ResolvedColumn, ResolvedTable, definition, element_of};
use confiture_model::schema::{Column, ConstraintKind, Relation, Snapshot};

/// What values of some columns have to keep, where at least one of them is masked.
pub(super) struct Demand<'a> {
    /// ``CHECK constraint `age_check` ``, `domain public.email`.
    pub what: String,
    /// `schema.table`, or `schema.table.column`.
    pub subject: String,
    /// The columns.
    pub columns: Vec<&'a Column>,
    /// Each with the type that a value is given before it is looked at.
    pub types: Vec<String>,
    /// What has to hold.
    pub rule: Rule,
    /// The column whose rule is to blame.
    pub masked: &'a ResolvedColumn,
}

/// What has to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    /// The expression of a CHECK constraint, over columns by their names.
    Check(String),
    /// The column's type takes the value. For a domain, with the expressions over `VALUE`; none of an array.
    Type(Vec<String>),
    /// One of the partitions takes the row: what they demand, joined by OR.
    Partition(String),
    /// The expression gives the masked value as it is: so what is injective stays unique under it.
    Same(String),
    /// The expression gives null.
    Null(String),
    /// A row that the condition does not hold for does not come to keep it.
    Outside(String),
}

impl Rule {
    /// SQL over the columns by their names; none where there are several, over `VALUE`.
    pub fn sql(&self) -> Option<&str> {
        match self {
            Self::Check(sql) | Self::Partition(sql) | Self::Same(sql) | Self::Null(sql) | Self::Outside(sql) => {
                Some(sql)
            }
            Self::Type(_) => None,
        }
    }

    /// Whether what cannot be tried is refused: nothing else says that the demand is kept.
    pub fn is_denied_unknown(&self) -> bool {
        matches!(self, Self::Same(_) | Self::Null(_) | Self::Outside(_))
    }

    /// What to do where it is not kept.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Check(_) | Self::Type(_) => None,
            Self::Partition(_) => Some(
                "choose options whose results stay within the partitions (`generalize` to the bounds, a smaller `date_shift`), \
                 keep the column with `none`, or give the target a DEFAULT partition",
            ),
            Self::Same(_) => Some(
                "use a strategy whose results the expression leaves as they are (`deterministic_hash` and `email_masking` write \
                 lower case alone), or keep the column with `none`",
            ),
            Self::Null(_) => Some("use a strategy that is injective, such as `deterministic_hash`"),
            Self::Outside(_) => Some(
                "keep the columns of the index's condition with `none`, or use a strategy that leaves alone what the condition \
                 is about",
            ),
        }
    }
}

/// Everything that a table demands of what is masked in it.
pub(super) fn demands<'a>(table: &'a ResolvedTable, relation: &'a Relation, snapshot: &Snapshot) -> Vec<Demand<'a>> {
    let masked: Vec<&ResolvedColumn> = table.columns.iter().filter(|column| !column.is_kept()).collect();
    let of = |column: &&ResolvedColumn| relation.columns.iter().find(|one| one.name == column.info.name);
    let types = masked.iter().filter_map(|one| of_type(one, of(one)?, snapshot));
    let checks = relation.constraints.iter().filter(|one| one.kind == ConstraintKind::Check);
    let checks = checks.filter_map(|constraint| {
        let columns: Vec<&Column> =
            relation.columns.iter().filter(|one| constraint.columns.contains(&one.name)).collect();
        // What a generated column is made from is not known: any masked column.
        let any = columns.iter().any(|column| column.generated);
        let blamed = |one: &&&ResolvedColumn| any || constraint.columns.contains(&one.info.name);
        Some(Demand {
            what: format!("CHECK constraint `{}`", constraint.name),
            subject: format!("{}.{}", relation.schema, relation.name),
            types: columns.iter().map(|column| under(&column.type_name, snapshot).0).collect(),
            columns,
            rule: Rule::Check(expression(&constraint.definition)?),
            masked: masked.iter().find(blamed)?,
        })
    });
    types.chain(checks).chain(apart::demands(&masked, relation, snapshot)).collect()
}

fn of_type<'a>(masked: &'a ResolvedColumn, column: &'a Column, snapshot: &Snapshot) -> Option<Demand<'a>> {
    let (element, array) = (element_of(&column.type_name).type_name, masked.array);
    let (_, checks) = under(&element, snapshot);
    let is_domain = definition(&element, snapshot).is_some_and(|one| one.kind == "domain");
    if !is_domain && masked.info.labels.is_empty() {
        return None;
    }
    let kind = if is_domain { "domain" } else { "enum" };
    Some(Demand {
        what: format!("{kind} {element}"),
        subject: masked.full_name(),
        columns: vec![column],
        types: vec![column.type_name.clone()],
        rule: Rule::Type(if array { Vec::new() } else { checks }),
        masked,
    })
}

/// The type under domains, as SQL names it, and the expressions of all of them, over `VALUE`.
pub(super) fn under(type_name: &str, snapshot: &Snapshot) -> (String, Vec<String>) {
    let (mut name, mut checks) = (type_name.to_owned(), Vec::new());
    // Domains cannot be over themselves: this ends before.
    for _ in 0..64 {
        match definition(&name, snapshot).filter(|one| one.kind == "domain") {
            Some(domain) if !name.ends_with(']') => {
                let Some(base) = &domain.base_type else { break };
                checks.extend(domain.checks.iter().map(|check| match check.as_str() {
                    "NOT NULL" => "VALUE IS NOT NULL".to_owned(),
                    check => expression(check).unwrap_or_else(|| "true".to_owned()),
                }));
                name = base.clone();
            }
            _ => break,
        }
    }
    (name, checks)
}

/// `CHECK ((a > 0)) NOT VALID` without what is around the expression.
fn expression(definition: &str) -> Option<String> {
    let rest = definition.strip_prefix("CHECK ")?;
    let rest = rest.strip_suffix(" NOT ENFORCED").unwrap_or(rest);
    let rest = rest.strip_suffix(" NOT VALID").unwrap_or(rest);
    let rest = rest.strip_suffix(" NO INHERIT").unwrap_or(rest);
    Some(rest.strip_prefix('(')?.strip_suffix(')')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_model::schema::TypeDefinition;

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
    fn domains_over_domains_demand_what_each_does() {
        let domain = |name: &str, base: &str, checks: &[&str]| TypeDefinition {
            schema: "public".to_owned(),
            name: name.to_owned(),
            kind: "domain".to_owned(),
            labels: Vec::new(),
            base_type: Some(base.to_owned()),
            checks: checks.iter().map(|check| (*check).to_owned()).collect(),
            comment: None,
            source: None,
            extra: None,
        };
        let mut snapshot = Snapshot::empty(150_000);
        snapshot.type_definitions = vec![
            domain("age", "integer", &["NOT NULL", "CHECK ((VALUE >= 0))"]),
            domain("adult", "public.age", &["CHECK ((VALUE >= 18))"]),
            domain("ages", "integer[]", &[]),
        ];
        let checks = ["(VALUE >= 18)", "VALUE IS NOT NULL", "(VALUE >= 0)"].map(str::to_owned).to_vec();
        assert_eq!(under("public.adult", &snapshot), ("integer".to_owned(), checks));
        assert_eq!(under("public.ages", &snapshot), ("integer[]".to_owned(), Vec::new()));
        assert_eq!(under("text[]", &snapshot), ("text[]".to_owned(), Vec::new()));
    }
}
