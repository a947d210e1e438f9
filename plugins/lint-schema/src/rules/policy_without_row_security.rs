//! `policy-without-row-security`: policies that nobody asks.

use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Policies that nobody asks.
pub struct PolicyWithoutRowSecurity;

impl Rule for PolicyWithoutRowSecurity {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "policy-without-row-security",
        summary: "Tables with policies for which row level security is off",
        category: "security",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::POLICIES,
        documentation: DOCUMENTATION,
    };

    fn check_relation(&self, _: &NoOptions, relation: &Relation, _: &Schema, report: &mut Report) -> Result<(), Error> {
        if relation.row_security || relation.policies.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = relation.policies.iter().map(|policy| policy.name.as_str()).collect();
        let message =
            format!("Table '{}' has policies, and row level security is off: all rows are seen", relation.name);
        report
            .finding(relation, message)
            .suggestion(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", relation.sql_name()))
            .evidence("relrowsecurity = f")
            .evidence(format!("policies: {}", names.join(", ")));
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables that have policies and for which row level security is not enabled.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
```

## Why it hurts

A policy does nothing by itself. Whoever reads it believes that the rows are kept apart, and all roles with the right to read
the table see every one.

## How to fix

```sql
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
```

It is not run by `--fix`: from that moment on roles see less, and what they see depends on policies that were never tried.

## When to allow it

Between two migrations, of which the first brings the policies and the second turns them on.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn a_policy_needs_row_security() {
        let table = |name| Table::new(name).policy("mine", "(a = 1)").policy("ours", "(b = 1)");
        let schema = Snapshot::new().with(table("on").row_security()).with(table("Off")).with(Table::new("plain"));
        let found = check(&PolicyWithoutRowSecurity, "{}", &schema).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].suggestion.as_deref(), Some("ALTER TABLE public.\"Off\" ENABLE ROW LEVEL SECURITY;"));
        assert_eq!(found[0].evidence[1], "policies: mine, ours");
        assert!(found[0].fix.is_empty());
    }
}
