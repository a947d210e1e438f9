//! `function-naming`: functions whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Report, Rule, RuleMeta, Schema, Severity};
use std::collections::BTreeMap;

/// Functions whose names are not written as the project writes names.
pub struct FunctionNaming;

impl Rule for FunctionNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "function-naming",
        summary: "Functions and procedures whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, options: &Naming, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        // Several of one name are one name.
        let mut routines = BTreeMap::new();
        for mut routine in schema.routines() {
            // The text of a function may be long, and is not looked at.
            routine.definition = String::new();
            let name = (routine.schema.clone(), routine.name.clone());
            routines.entry(name).or_insert_with(|| (routine, 0_u32)).1 += 1;
        }
        for ((in_schema, name), (routine, overloads)) in &routines {
            let Some(complaint) = options.complaint(name) else { continue };
            let noun = if routine.kind == "procedure" { "Procedure" } else { "Function" };
            let finding = report.finding(routine, format!("{noun} '{name}' {complaint}"));
            if *overloads > 1 {
                finding.evidence(format!("{overloads} have this name"));
            }
            let taken = |name: &str| routines.contains_key(&(in_schema.clone(), name.to_owned()));
            if let Some(suggestion) = options.suggestion(name, taken) {
                finding.suggestion(suggestion);
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Functions and procedures whose names are not written in the project's style: `snake_case` unless the option `style` or
`pattern` says otherwise. Those that an extension brought are not looked at.

```sql fires
CREATE FUNCTION "getAnswer"() RETURNS integer LANGUAGE sql AS 'SELECT 42';
```

```sql fires {"pattern": "^fn_"}
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
```

```sql clean
CREATE FUNCTION get_answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
```

```sql clean {"pattern": "^fn_"}
CREATE FUNCTION fn_answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
```

## Why it hurts

PostgreSQL folds names that are not quoted to lower case. A function called `getAnswer` has to be written
`"getAnswer"()` in every query; without the quotes it is `getanswer()`, which does not exist.

## How to fix

Rename it. Views, triggers, defaults and policies follow by themselves; the text of other functions and of programs does
not. Until that has changed, a function of the old name can call the new one.

```sql
ALTER FUNCTION "getAnswer"() RENAME TO get_answer;
CREATE FUNCTION "getAnswer"() RETURNS integer LANGUAGE sql AS 'SELECT get_answer()';
```

## When to allow it

For functions whose names another program decides, such as those of a framework or of an imported schema.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Finding, ObjectKind,
        testing::{Snapshot, check},
    };

    fn found(options: &str, routines: &[(&str, &str)]) -> Vec<Finding> {
        let routines = routines.iter().map(|(kind, name)| {
            format!(
                r#"{{"schema": "public", "name": "{name}", "kind": "{kind}", "arguments": "", "language": "sql",
                    "volatility": "stable", "security_definer": false, "owner": "o", "definition": "..."}}"#
            )
        });
        let json = format!(
            r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [], "routines": [{}]}}"#,
            routines.collect::<Vec<_>>().join(",")
        );
        check(&FunctionNaming, options, &Snapshot::from_json(&json).unwrap()).unwrap()
    }

    #[test]
    fn functions_and_procedures_are_judged() {
        let found = found("{}", &[("function", "get_user"), ("function", "getUser"), ("procedure", "Tidy")]);
        assert_eq!(found[0].message, "Procedure 'Tidy' is not snake_case");
        assert_eq!(found[0].subject.kind, ObjectKind::Procedure);
        assert_eq!(found[1].message, "Function 'getUser' is not snake_case");
        assert_eq!(found[1].suggestion.as_deref(), Some("Rename it; 'get_user' is already taken"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn several_of_one_name_are_one_finding() {
        let found = found(r#"{"pattern": "^fn_"}"#, &[("function", "clv"), ("function", "clv")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Function 'clv' does not match '^fn_'");
        assert_eq!(found[0].evidence, ["2 have this name"]);
    }
}
