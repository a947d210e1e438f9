//! `password-hashed`: columns for passwords that cannot hold, or do not ask for, a hash.

mod column_type;
mod name;

use crate::partitions::stands_alone;
use column_type::Room;
use confiture_sdk::{
    Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{Column, ConstraintKind},
    sql,
};
use name::Meaning;
use schemars::JsonSchema;
use serde::Deserialize;

/// Columns for passwords that cannot hold, or do not ask for, a hash.
pub struct PasswordHashed;

/// Options of `password-hashed`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether a password of type text needs a CHECK that only lets hashes in.
    require_check: bool,
}

impl Rule for PasswordHashed {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "password-hashed",
        summary: "Password columns that cannot hold a hash, or hold readable passwords",
        category: "security",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::COLUMNS.and(Parts::CONSTRAINTS),
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !stands_alone(relation, schema) {
            return Ok(());
        }
        for column in &relation.columns {
            let Some(meaning) = name::meaning(&column.name, &relation.name) else { continue };
            let room = column_type::room(&column.type_name, schema);
            check_column(meaning, room, column, relation, report);
            if options.require_check && matches!(room, Room::Enough { checked: false }) && !has_check(column, relation)
            {
                tell_unchecked(column, relation, report);
            }
        }
        Ok(())
    }
}

fn check_column(meaning: Meaning, room: Room, column: &Column, relation: &Relation, report: &mut Report) {
    let name = &column.name;
    let problem = match (meaning, room) {
        // Not a password: whether there is one, or when it was changed.
        (_, Room::NoPassword) => return,
        (Meaning::Readable, _) => format!("Password column '{name}' says that it is readable"),
        (Meaning::Password, Room::Never) => {
            format!("Password column '{name}' is {}: no hash fits into it", column.type_name)
        }
        (Meaning::Password, Room::Characters(_)) => {
            format!("Password column '{name}' is {}: it is too short for the hash of a password", column.type_name)
        }
        (Meaning::Password, Room::Enough { .. }) if has_readable_default(column) => {
            format!("Password column '{name}' has a readable default")
        }
        (Meaning::Password, Room::Enough { .. }) => return,
    };
    let finding = report.finding((relation, column), problem);
    finding.evidence(format!("type: {}", column.type_name)).suggestion(
        "Store a salted hash (argon2id, scrypt or bcrypt) in a column of type text, never the password itself",
    );
    // 32 characters and more hold MD5, SHA-1 or one of their kin: a hash, if a bad one.
    if matches!((meaning, room), (Meaning::Password, Room::Characters(32..))) {
        finding.severity(Severity::Warning);
    }
}

fn has_check(column: &Column, relation: &Relation) -> bool {
    let of_column = |columns: &[String]| columns.contains(&column.name);
    relation.constraints.iter().any(|one| one.kind == ConstraintKind::Check && of_column(&one.columns))
}

fn tell_unchecked(column: &Column, relation: &Relation, report: &mut Report) {
    let message = format!("Nothing keeps a readable password out of column '{}'", column.name);
    report
        .finding((relation, column), message)
        .suggestion(format!(
            "ALTER TABLE {} ADD CHECK ({} ~ '^[$](2[aby]|argon2(id|i|d)|scrypt|pbkdf2)') NOT VALID;",
            relation.sql_name(),
            sql::identifier(&column.name)
        ))
        .severity(Severity::Warning);
}

/// A literal that could be typed: neither empty, nor a mark such as `!`, nor a hash itself.
fn has_readable_default(column: &Column) -> bool {
    let literal = column.default_expression.as_deref().and_then(|default| default.strip_prefix('\''));
    let Some((text, _)) = literal.and_then(|rest| rest.split_once('\'')) else { return false };
    text.chars().any(char::is_alphanumeric) && !text.starts_with(['$', '{', '!', '*']) && text.len() < 32
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns for the password of a person that give it away:

- a type that no hash fits into: a number, or fewer than 32 characters; fewer than 60, which is a bcrypt hash, hold only an old
  kind of hash, and are a warning
- a name that says so: `plain_password`, `password_cleartext`
- a default that is a password that can be typed
- with `require_check`, text that no CHECK looks at: a warning

Passwords for other machines, `smtp_password`, have to be readable by the program that uses them, and are not looked at; nor
are flags and times such as `has_password` and `password_changed_at`.

```sql fires
CREATE TABLE users (id bigint PRIMARY KEY, password varchar(20));
```

```sql fires
CREATE TABLE users (id bigint PRIMARY KEY, plain_password text);
```

```sql fires {"require_check": true}
CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL);
```

```sql clean
CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL, password_changed_at timestamptz, has_password boolean);
CREATE TABLE relays (id bigint PRIMARY KEY, smtp_password varchar(20));
```

```sql clean {"require_check": true}
CREATE TABLE users (id bigint PRIMARY KEY, password text CHECK (password ~ '^[$]argon2id[$]'));
```

## Why it hurts

Whoever reads a row, in a backup, a log, a copy for tests, or through a hole in the program, can log in as that person: here,
and wherever they use the same password. A hash that is made for passwords takes years to undo, an old one minutes.

## How to fix

Hash with argon2id, scrypt or bcrypt, at the next login where the old value is a hash of another kind, and let the database
refuse what is not one:

```sql
ALTER TABLE users ALTER COLUMN password TYPE text;
ALTER TABLE users ADD CONSTRAINT ck_users_password_is_hash CHECK (password ~ '^[$]argon2id[$]') NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT ck_users_password_is_hash;
```

## When to allow it

For columns that are called so and hold something else, such as the password of a network that is shown to its users.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding,
        testing::{Snapshot, Table, check},
    };

    fn found(options: &str, schema: impl Into<Snapshot>) -> Vec<Finding> {
        check(&PasswordHashed, options, &schema.into()).unwrap()
    }

    fn messages(column: &str, type_name: &str) -> Vec<String> {
        found("{}", Table::new("users").column(column, type_name)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn types_that_hold_no_hash() {
        assert_eq!(
            messages("password", "character varying(20)"),
            ["Password column 'password' is character varying(20): it is too short for the hash of a password"]
        );
        assert_eq!(
            messages("user_password", "integer"),
            ["Password column 'user_password' is integer: no hash fits into it"]
        );
        for fits in
            ["text", "bytea", "character varying(255)", "character varying", "character(60)", "boolean", "jsonb"]
        {
            assert!(messages("password", fits).is_empty(), "{fits}");
        }
    }

    #[test]
    fn evidence_weighs() {
        let severity = |type_name| found("{}", Table::new("users").column("passwd", type_name))[0].severity;
        assert_eq!(severity("character varying(20)"), None);
        assert_eq!(severity("character varying(32)"), Some(Severity::Warning));
        assert_eq!(severity("character varying(59)"), Some(Severity::Warning));
    }

    #[test]
    fn a_domain_is_what_is_under_it() {
        let domain = |base: &str| {
            let json = format!(
                r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [], "type_definitions": [
                    {{"schema": "public", "name": "secret", "kind": "domain", "base_type": "{base}", "checks": ["CHECK (x)"]}}]}}"#
            );
            Snapshot::from_json(&json).unwrap().with(Table::new("users").column("password", "public.secret"))
        };
        assert_eq!(found("{}", domain("character varying(10)")).len(), 1);
        assert!(found(r#"{"require_check": true}"#, domain("text")).is_empty());
    }

    #[test]
    fn a_readable_default_is_not_shown() {
        let with = |default: &str| {
            let table = Table::new("users").column("password", "text");
            found("{}", table.changed(|table| table.columns[0].default_expression = Some(default.to_owned())))
        };
        let findings = with("'changeme'::text");
        assert_eq!(findings[0].message, "Password column 'password' has a readable default");
        assert!(!format!("{findings:?}").contains("changeme"));
        for fine in ["''::text", "'!'::text", "'$2b$12$abc'::text", "gen_salt('bf'::text)"] {
            assert!(with(fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn a_check_may_be_asked_for() {
        let findings = found(r#"{"require_check": true}"#, Table::new("users").column("Password", "text"));
        assert_eq!(findings[0].severity, Some(Severity::Warning));
        assert!(
            findings[0]
                .suggestion
                .as_deref()
                .unwrap()
                .starts_with("ALTER TABLE public.users ADD CHECK (\"Password\" ~")
        );
    }
}
