//! `security-definer-search-path`: functions with their owner's rights that look names up where the caller says.

use confiture_sdk::{Error, NoOptions, Parts, Report, Rule, RuleMeta, Schema, Severity, catalog::Routine, sql};

/// Functions with their owner's rights that look names up where the caller says.
pub struct SecurityDefinerSearchPath;

impl Rule for SecurityDefinerSearchPath {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "security-definer-search-path",
        summary: "SECURITY DEFINER functions that do not set their search_path",
        category: "security",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for routine in schema.routines().filter(takes_the_callers_path) {
            let mut path = vec!["pg_catalog".to_owned(), sql::identifier(&routine.schema), "pg_temp".to_owned()];
            path.dedup();
            let message = format!("SECURITY DEFINER {} '{}' does not set its search_path", routine.kind, routine.name);
            report
                .finding(&routine, message)
                .suggestion(format!(
                    "ALTER {} {}({}) SET search_path = {};",
                    routine.kind.to_uppercase(),
                    sql::qualified(&routine.schema, &routine.name),
                    routine.arguments,
                    path.join(", ")
                ))
                .evidence(format!("prosecdef = t, no search_path in proconfig, language {}", routine.language));
        }
        Ok(())
    }
}

fn takes_the_callers_path(routine: &Routine) -> bool {
    let sets_path = routine.settings.iter().any(|setting| setting.starts_with("search_path="));
    // In C names are looked up by the compiler.
    routine.security_definer && !sets_path && !matches!(routine.language.as_str(), "c" | "internal")
}

const DOCUMENTATION: &str = r#"
## What it finds

Functions and procedures that are SECURITY DEFINER and have no `SET search_path`.

```sql fires
CREATE TABLE account (id bigint PRIMARY KEY, balance numeric);
CREATE FUNCTION balance_of(account_id bigint) RETURNS numeric
    LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT balance FROM account WHERE id = account_id $$;
```

```sql clean
CREATE TABLE account (id bigint PRIMARY KEY, balance numeric);
CREATE FUNCTION balance_of(account_id bigint) RETURNS numeric
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    AS $$ SELECT balance FROM account WHERE id = account_id $$;
CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS $$ SELECT 42 $$;
```

## Why it hurts

The function runs with its owner's rights and looks names up along the caller's path. A caller who makes a table `account`, a
function or an operator of their own, be it in their temporary schema, has it read and called with the rights of the owner: of
a superuser, often.

## How to fix

```sql
ALTER FUNCTION balance_of(bigint) SET search_path = pg_catalog, public, pg_temp;
```

Name only schemas in which the callers may create nothing, and `pg_temp` last: otherwise it is searched first. It is not run by
`--fix`: the function may need names from another schema.

## When to allow it

For functions whose body is parsed when they are created (`BEGIN ATOMIC`), and which look nothing up later.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding, ObjectKind,
        testing::{Snapshot, check, routine},
    };

    fn found(change: impl FnOnce(&mut Routine)) -> Vec<Finding> {
        let mut definer = routine("App.f");
        definer.security_definer = true;
        change(&mut definer);
        check(&SecurityDefinerSearchPath, "{}", &Snapshot::new().changed(|schema| schema.routines.push(definer)))
            .unwrap()
    }

    #[test]
    fn the_path_has_to_be_set() {
        let told = found(|routine| routine.arguments = "a integer".to_owned());
        assert_eq!(told[0].message, "SECURITY DEFINER function 'f' does not set its search_path");
        assert_eq!(told[0].subject.kind, ObjectKind::Function);
        assert_eq!(
            told[0].suggestion.as_deref(),
            Some("ALTER FUNCTION \"App\".f(a integer) SET search_path = pg_catalog, \"App\", pg_temp;")
        );
        assert!(found(|routine| routine.settings = vec!["search_path=pg_catalog".to_owned()]).is_empty());
        assert_eq!(found(|routine| routine.settings = vec!["work_mem=4MB".to_owned()]).len(), 1);
    }

    #[test]
    fn others_are_left_alone() {
        assert!(found(|routine| routine.security_definer = false).is_empty());
        assert!(found(|routine| routine.language = "c".to_owned()).is_empty());
    }
}
