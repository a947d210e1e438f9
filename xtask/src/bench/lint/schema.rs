//! A schema of many tables as applications have them: tenants, keys, indexes, comments, checks, row security, views and
//! functions; one table in twenty has something to find.

use std::{fmt::Write, ops::Range};

/// Of every table.
const COLUMNS: [&str; 9] =
    ["id", "tenant_id", "parent_id", "state", "amount", "note", "data", "created_at", "updated_at"];

/// In one schema: whenever a foreign key is added, PostgreSQL reads all those anew that lead to the same table.
const IN_SCHEMA: usize = 1_000;
/// In one transaction: faster than one each, and few enough for the locks.
const AT_ONCE: usize = 50;

/// The DDL of so many tables: a script for each schema, which may run at the same time.
pub fn of(tables: usize) -> Vec<String> {
    (0..tables.div_ceil(IN_SCHEMA))
        .map(|schema| script(schema, schema * IN_SCHEMA + 1..tables.min((schema + 1) * IN_SCHEMA)))
        .collect()
}

fn script(schema: usize, numbers: Range<usize>) -> String {
    let schema = if schema == 0 { "app".to_owned() } else { format!("app_{schema}") };
    let mut text = format!(
        "SET client_min_messages = warning;\nCREATE SCHEMA {schema};\nSET search_path = {schema};\n\
         CREATE TABLE tenants (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);\n\
         COMMENT ON TABLE tenants IS 'Who pays';\n"
    );
    let numbers: Vec<usize> = numbers.collect();
    for some in numbers.chunks(AT_ONCE) {
        text.push_str("BEGIN;\n");
        some.iter().for_each(|number| table(&mut text, &schema, *number));
        text.push_str("COMMIT;\n");
    }
    text
}

fn table(text: &mut String, schema: &str, number: usize) {
    let name = format!("{}_{number:05}", ["orders", "invoices", "payments", "shipments", "messages"][number % 5]);
    let odd = number.is_multiple_of(20);
    let at = if odd { "timestamp" } else { "timestamptz" };
    let _ = write!(
        text,
        "CREATE TABLE {name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           tenant_id bigint NOT NULL REFERENCES tenants, parent_id bigint, state text NOT NULL DEFAULT 'new'
             CHECK (state IN ('new', 'open', 'done')),
           amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0), note text, data jsonb NOT NULL DEFAULT '{{}}',
           created_at {at} NOT NULL DEFAULT now(), updated_at {at} NOT NULL DEFAULT now(),
           UNIQUE (tenant_id, id));
         CREATE INDEX ON {name} (tenant_id, created_at);
         ALTER TABLE {name} ADD FOREIGN KEY (tenant_id, parent_id) REFERENCES {name} (tenant_id, id);
         ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
         CREATE POLICY of_tenant ON {name} USING (tenant_id = current_setting('app.tenant_id', true)::bigint);\n"
    );
    if !odd {
        let _ = write!(
            text,
            "CREATE INDEX ON {name} (tenant_id, parent_id);
             COMMENT ON TABLE {name} IS 'Number {number}';\n"
        );
        for column in COLUMNS {
            let _ = writeln!(text, "COMMENT ON COLUMN {name}.{column} IS 'The {column} of number {number}';");
        }
    }
    if number.is_multiple_of(10) {
        let _ = write!(
            text,
            "CREATE VIEW open_{name} AS SELECT id, tenant_id, amount FROM {name} WHERE state = 'open';
             CREATE FUNCTION count_{name}() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM {schema}.{name}';\n"
        );
    }
}
