//! `trigger-naming`: triggers whose names are not written as the project writes names.

use crate::names::Naming;
use confiture_sdk::{Error, Parts, Report, Rule, RuleMeta, Schema, Severity, sql};

/// Triggers whose names are not written as the project writes names.
pub struct TriggerNaming;

impl Rule for TriggerNaming {
    type Options = Naming;

    const META: RuleMeta = RuleMeta {
        id: "trigger-naming",
        summary: "Triggers whose names do not follow the project's style",
        category: "naming",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check(&self, options: &Naming, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        for trigger in schema.triggers() {
            let Some(complaint) = options.complaint(&trigger.name) else { continue };
            let message = format!("Trigger '{}' of '{}' {complaint}", trigger.name, trigger.table);
            let finding = report.finding(&trigger, message);
            // Names of triggers are their table's own; its other triggers are not at hand.
            if options.suggestion(&trigger.name, |_| false).is_some()
                && let Some(right) = options.style.write(&trigger.name)
            {
                let (table, name) = (sql::qualified(&trigger.schema, &trigger.table), sql::identifier(&trigger.name));
                finding.suggestion(format!("ALTER TRIGGER {name} ON {table} RENAME TO {};", sql::identifier(&right)));
            }
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Triggers whose names are not written in the project's style: `snake_case` unless the option `style` or `pattern` says
otherwise.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "TouchOrder" BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch_order BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
```

```sql clean {"pattern": "^trg_[0-9]{2}_"}
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER trg_10_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
```

## Why it hurts

Triggers of one event run in the order of their names, where capitals come before small letters. Names in one style, with a
number where the order matters, run in the order in which they are read.

## How to fix

Nothing refers to a trigger by its name but statements that enable, disable or drop it. Look at the order in which the table's
triggers run before and after.

```sql
ALTER TRIGGER "TouchOrder" ON orders RENAME TO touch_order;
```

## When to allow it

For triggers that another program makes, such as those of replication or of an audit tool.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, check};

    #[test]
    fn a_trigger_is_renamed_on_its_table() {
        let trigger = |name: &str| {
            format!(
                r#"{{"schema": "public", "table": "Orders", "name": "{name}", "row_level": true, "enabled": true,
                    "function": "public.touch", "definition": "..."}}"#
            )
        };
        let json = format!(
            r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [], "triggers": [{}, {}]}}"#,
            trigger("TouchOrder"),
            trigger("touch_order_2")
        );
        let schema = Snapshot::from_json(&json).unwrap();
        let found = check(&TriggerNaming, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Trigger 'TouchOrder' of 'Orders' is not snake_case");
        assert_eq!(
            found[0].suggestion.as_deref(),
            Some("ALTER TRIGGER \"TouchOrder\" ON public.\"Orders\" RENAME TO touch_order;")
        );
        assert_eq!(check(&TriggerNaming, r#"{"pattern": "^trg_"}"#, &schema).unwrap().len(), 2);
    }
}
