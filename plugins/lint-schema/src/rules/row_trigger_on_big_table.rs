//! `row-trigger-on-big-table`: functions that are called for each row of a statement that touches many.

use confiture_sdk::{
    Error, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity,
    catalog::{RelationKind, Trigger},
    sql,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// Functions that are called for each row of a statement that touches many.
pub struct RowTriggerOnBigTable;

/// Options of `row-trigger-on-big-table`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// From how many rows on a table is big; 0 asks for no statistics, and every table is.
    min_rows: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_rows: 1_000_000 }
    }
}

/// The rows of big tables, by schema and name.
type Big = HashMap<(String, String), Option<u64>>;

impl Rule for RowTriggerOnBigTable {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "row-trigger-on-big-table",
        summary: "Triggers that run for each row of a big table",
        category: "performance",
        severity: Severity::Info,
        enabled_by_default: false,
        reads: Parts::DEFINITION,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        _: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let holds_rows = relation.is_table() || relation.kind == RelationKind::ForeignTable;
        let is_big = options.min_rows == 0 || relation.estimated_rows.is_some_and(|rows| rows >= options.min_rows);
        if holds_rows && is_big {
            let name = (relation.schema.clone(), relation.name.clone());
            report.remember(|big: &mut Big| {
                big.insert(name, relation.estimated_rows);
            });
        }
        Ok(())
    }

    fn check(&self, _: &Options, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let big: Big = report.recall();
        if big.is_empty() {
            return Ok(());
        }
        for trigger in schema.triggers().filter(|trigger| trigger.row_level && trigger.enabled) {
            if let Some(rows) = big.get(&(trigger.schema.clone(), trigger.table.clone())) {
                tell(&trigger, *rows, report);
            }
        }
        Ok(())
    }
}

fn tell(trigger: &Trigger, rows: Option<u64>, report: &mut Report) {
    let message = format!("Trigger '{}' calls {} for each row of '{}'", trigger.name, trigger.function, trigger.table);
    let finding = report.finding(ObjectRef::from(trigger), message).suggestion(remedy(trigger));
    if let Some(rows) = rows {
        finding.evidence(format!("reltuples = {rows}"));
    }
    if !trigger.definition.is_empty() {
        finding.evidence(trigger.definition.clone());
    }
}

/// Which rows a trigger that runs once a statement can have as a table, by event: it can have but one event then.
const TABLES: [(&str, &str); 3] = [
    ("INSERT", "NEW TABLE AS new_rows"),
    ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ("DELETE", "OLD TABLE AS old_rows"),
];

fn remedy(trigger: &Trigger) -> String {
    let definition = trigger.definition.as_str();
    if definition.starts_with("CREATE CONSTRAINT TRIGGER ") {
        return "Let a WHEN condition leave out the rows that need nothing: a constraint trigger runs for each row"
            .to_owned();
    }
    let (is_before, events) = timing(trigger);
    let has = |event: &str| events.iter().any(|one| *one == event || one.starts_with(&format!("{event} OF ")));
    // One that runs before the row is stored may change it, which no trigger of a statement can.
    if is_before && !has("DELETE") {
        return "Let a default, a generated column or the program set the value, or a WHEN condition leave out the rows that need \
                nothing; what leaves the row as it is can run AFTER, once a statement"
            .to_owned();
    }
    let of_statements: Vec<String> = TABLES
        .iter()
        .filter(|(event, _)| has(event))
        .map(|(event, tables)| format!("AFTER {event} ... REFERENCING {tables} FOR EACH STATEMENT"))
        .collect();
    let before = if is_before { "Unless it changes or refuses rows: " } else { "" };
    let is_narrow = definition.contains(" WHEN (") || events.iter().any(|event| event.starts_with("UPDATE OF "));
    let narrow = if is_narrow { "; its function then asks what UPDATE OF and WHEN ask now" } else { "" };
    format!(
        "{before}CREATE TRIGGER ... {}: one call, which sees all rows as a table{narrow}",
        of_statements.join(", and one ")
    )
}

/// Whether it runs before the row is stored, and its events as PostgreSQL prints them: `INSERT`, `UPDATE OF a, b`.
fn timing(trigger: &Trigger) -> (bool, Vec<&str>) {
    let definition = trigger.definition.as_str();
    let name = format!(" TRIGGER {} ", sql::identifier(&trigger.name));
    let behind = definition.split_once(&name).map_or(definition, |(_, behind)| behind);
    let (is_before, events) = match behind.strip_prefix("BEFORE ") {
        Some(events) => (true, events),
        None => (false, behind.strip_prefix("AFTER ").unwrap_or_default()),
    };
    let events = events.split_once(" ON ").map_or(events, |(events, _)| events);
    let events: Vec<&str> = events.split(" OR ").filter(|event| !event.is_empty()).collect();
    // Where nothing is known, the commonest.
    (is_before, if events.is_empty() { vec!["INSERT"] } else { events })
}

const DOCUMENTATION: &str = r#"
## What it finds

Enabled triggers FOR EACH ROW of tables with at least `min_rows` rows, as PostgreSQL estimates them; with
`min_rows: 0` every table counts as big. Triggers that keep foreign keys are left alone.

```sql fires {"min_rows": 0}
CREATE TABLE readings (id bigint PRIMARY KEY, value numeric);
CREATE TABLE totals (total numeric);
CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN UPDATE totals SET total = total + NEW.value; RETURN NULL; END $$;
CREATE TRIGGER add_up AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION add_up();
```

```sql clean {"min_rows": 0}
CREATE TABLE readings (id bigint PRIMARY KEY, value numeric);
CREATE TABLE totals (total numeric);
CREATE FUNCTION add_up() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN UPDATE totals SET total = total + (SELECT sum(value) FROM added); RETURN NULL; END $$;
CREATE TRIGGER add_up AFTER INSERT ON readings
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_up();
```

## Why it hurts

A statement that touches a million rows calls the function a million times, inside its transaction and while it holds its locks; a
migration that fills a new column does just that. COPY slows down to what the function takes.

## How to fix

Where the trigger runs AFTER, let it run once a statement, with all rows as a table:

```sql
CREATE TRIGGER add_up AFTER INSERT ON readings
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_up();
```

A trigger that has the rows as a table has one event (three of them take the place of `INSERT OR UPDATE OR DELETE`), no list of columns
and no condition on the row: its function asks for these. Where a trigger only sets a value, a default or a generated column does that
faster; and `WHEN (OLD.* IS DISTINCT FROM NEW.*)` saves the calls that change nothing.

## When to allow it

Where rows come one by one, and no statement touches many.

## Without statistics

In files no table has rows: this rule says nothing of them, unless `min_rows` is 0.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check, trigger};

    /// What is suggested for a trigger with this between its name and its table.
    fn suggested(events: &str, condition: &str) -> String {
        let mut touch = trigger("big", "touch");
        touch.definition = format!(
            "CREATE TRIGGER touch {events} ON public.big FOR EACH ROW {condition}EXECUTE FUNCTION public.touch()"
        );
        remedy(&touch)
    }

    #[test]
    fn each_event_has_a_trigger_and_the_tables_that_it_can_have() {
        assert_eq!(
            suggested("AFTER INSERT OR DELETE", ""),
            "CREATE TRIGGER ... AFTER INSERT ... REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT, and one AFTER DELETE \
             ... REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT: one call, which sees all rows as a table"
        );
        let update = suggested("AFTER UPDATE OF yanked", "WHEN ((old.yanked IS DISTINCT FROM new.yanked)) ");
        assert!(update.contains("AFTER UPDATE ... REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR"));
        assert!(update.ends_with("; its function then asks what UPDATE OF and WHEN ask now"), "{update}");
    }

    #[test]
    fn a_row_that_goes_has_no_value_to_set() {
        let suggestion = suggested("BEFORE INSERT OR DELETE", "");
        assert!(suggestion.starts_with("Unless it changes or refuses rows: CREATE TRIGGER ... AFTER INSERT"));
        assert!(suggested("BEFORE UPDATE OF \"DELETE\"", "").contains("generated column"));
    }

    #[test]
    fn a_constraint_trigger_runs_for_each_row() {
        let mut checks = trigger("big", "checks");
        checks.definition = "CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON public.big".to_owned();
        assert!(remedy(&checks).contains("WHEN condition"));
    }

    fn schema() -> Snapshot {
        Snapshot::new()
            .with(Table::new("big").estimated_rows(5_200_000))
            .with(Table::new("small").estimated_rows(12))
            .changed(|schema| {
                let mut before = trigger("big", "touch");
                before.definition = "CREATE TRIGGER touch BEFORE UPDATE ON public.big FOR EACH ROW".to_owned();
                let mut off = trigger("big", "off");
                off.enabled = false;
                let mut once = trigger("big", "once");
                once.row_level = false;
                schema.triggers = vec![trigger("big", "after"), before, off, once, trigger("small", "s")];
            })
    }

    #[test]
    fn enabled_row_triggers_of_big_tables() {
        let found = check(&RowTriggerOnBigTable, "{}", &schema()).unwrap();
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "Trigger 'after' calls public.after for each row of 'big'",
                "Trigger 'touch' calls public.touch for each row of 'big'"
            ]
        );
        assert!(found[0].suggestion.as_deref().unwrap().contains("FOR EACH STATEMENT"));
        assert!(found[1].suggestion.as_deref().unwrap().contains("generated column"));
        assert_eq!(found[0].evidence[0], "reltuples = 5200000");
        assert_eq!(check(&RowTriggerOnBigTable, r#"{"min_rows": 0}"#, &schema()).unwrap().len(), 3);
    }
}
