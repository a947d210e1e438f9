//! `security-definer-view`: views that show the rows that row security hides.

use crate::partitions::stands_alone;
use confiture_sdk::{
    Error, NoOptions, ObjectRef, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity, catalog::RelationKind,
};
use std::collections::{HashMap, HashSet};

/// Views that show the rows that row security hides.
pub struct SecurityDefinerView;

/// Tables with row security, and views: which view reads which table is known after all were seen.
#[derive(Default)]
struct Seen {
    secured: HashSet<String>,
    views: HashMap<String, View>,
}

struct View {
    subject: ObjectRef,
    sql_name: String,
    reads: Vec<String>,
    owner: String,
    as_invoker: bool,
}

impl Rule for SecurityDefinerView {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "security-definer-view",
        summary: "Views over tables with row level security that read with their owner's rights",
        category: "security",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::NONE,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let name = || format!("{}.{}", relation.schema, relation.name);
        // Forced, row security holds for the owner, too.
        if relation.row_security && !relation.row_security_forced && stands_alone(relation, schema) {
            report.remember(|seen: &mut Seen| {
                seen.secured.insert(name());
            });
        } else if relation.kind == RelationKind::View {
            report.remember(|seen: &mut Seen| {
                seen.views.insert(name(), View::of(relation));
            });
        }
        Ok(())
    }

    fn check(&self, _: &NoOptions, schema: &Schema, report: &mut Report) -> Result<(), Error> {
        let seen: Seen = report.recall();
        let mut names: Vec<&String> = seen.views.keys().collect();
        names.sort();
        for (name, view) in names.into_iter().filter_map(|name| seen.views.get_key_value(name)) {
            let Some(table) = seen.secured_below(view).filter(|_| !view.as_invoker) else { continue };
            let short = &view.subject.name;
            report
                .finding(&view.subject, format!("View '{short}' reads '{table}' past its row level security"))
                .suggestion(remedy(view, schema.server_version()))
                .evidence(format!("{name}: security_invoker is off, owner {}", view.owner))
                .evidence(format!("{table}: relrowsecurity = t, relforcerowsecurity = f"));
        }
        Ok(())
    }
}

impl View {
    fn of(relation: &Relation) -> Self {
        let is_on = |value: &str| matches!(value, "true" | "on" | "yes" | "1");
        let setting = relation.settings.iter().find_map(|setting| setting.strip_prefix("security_invoker="));
        Self {
            subject: ObjectRef::from(relation),
            sql_name: relation.sql_name(),
            reads: relation.depends_on.clone(),
            owner: relation.owner.clone(),
            as_invoker: setting.is_some_and(is_on),
        }
    }
}

impl Seen {
    /// A table with row security that a view reads with its owner's rights, itself or by way of other views.
    fn secured_below(&self, view: &View) -> Option<&String> {
        let (mut seen, mut next): (HashSet<&String>, Vec<&String>) = (HashSet::new(), view.reads.iter().collect());
        while let Some(name) = next.pop() {
            if let Some(table) = self.secured.get(name) {
                return Some(table);
            }
            // A view below that reads as the invoker reads as the owner of the one above, which is as bad.
            if let Some(below) = self.views.get(name).filter(|_| seen.insert(name)) {
                next.extend(&below.reads);
            }
        }
        None
    }
}

fn remedy(view: &View, server_version: u32) -> String {
    if server_version >= 150_000 {
        format!("ALTER VIEW {} SET (security_invoker = true);", view.sql_name)
    } else {
        format!("Before PostgreSQL 15: ALTER VIEW {} OWNER TO a role that row level security holds for", view.sql_name)
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Views without `security_invoker` that read, themselves or by way of other views, a table with row level security, unless it is
forced for the table's owner as well.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
CREATE VIEW order_count AS SELECT count(*) FROM orders;
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
CREATE VIEW order_count AS SELECT count(*) FROM orders;
```

## Why it hurts

A view reads its tables with the rights of its owner, and policies are those that hold for the owner: for the owner of the
tables, none. Whoever may read the view sees the rows of all tenants.

## How to fix

From PostgreSQL 15 on:

```sql
ALTER VIEW order_count SET (security_invoker = true);
```

Who reads the view then needs the right to read the tables.

## When to allow it

For views that are made to show everything, such as those of an administrator, and that nobody else may read.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    fn invoker(view: Table) -> Table {
        view.changed(|view| view.settings = vec!["security_invoker=true".to_owned()])
    }

    #[test]
    fn views_over_secured_tables_directly_and_not() {
        let schema = Snapshot::new()
            .with(Table::new("orders").row_security())
            .with(Table::new("open"))
            .with(Table::new("forced").row_security().changed(|table| table.row_security_forced = true))
            .with(Table::new("a").view(["public.orders"]))
            .with(Table::new("b").view(["public.open", "public.forced"]))
            .with(Table::new("c").view(["public.d"]))
            .with(invoker(Table::new("d").view(["public.orders"])));
        let found = check(&SecurityDefinerView, "{}", &schema).unwrap();
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "View 'a' reads 'public.orders' past its row level security",
                "View 'c' reads 'public.orders' past its row level security"
            ]
        );
        assert_eq!(found[0].suggestion.as_deref(), Some("ALTER VIEW public.a SET (security_invoker = true);"));
    }
}
