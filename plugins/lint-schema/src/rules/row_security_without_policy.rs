//! `row-security-without-policy`: tables whose rows nobody may see.

use crate::partitions::stands_alone;
use confiture_sdk::{Error, NoOptions, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};

/// Tables whose rows nobody may see.
pub struct RowSecurityWithoutPolicy;

impl Rule for RowSecurityWithoutPolicy {
    type Options = NoOptions;

    const META: RuleMeta = RuleMeta {
        id: "row-security-without-policy",
        summary: "Tables with row level security and no policy",
        category: "security",
        severity: Severity::Warning,
        enabled_by_default: true,
        reads: Parts::POLICIES,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        _: &NoOptions,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !relation.row_security || !stands_alone(relation, schema) {
            return Ok(());
        }
        let permissive = relation.policies.iter().filter(|policy| policy.permissive).count();
        if permissive > 0 {
            return Ok(());
        }
        let restrictive = relation.policies.len();
        let what = if restrictive == 0 { "no policy" } else { "only restrictive policies" };
        report
            .finding(relation, format!("Table '{}' has row level security and {what}: it looks empty", relation.name))
            .suggestion(format!("CREATE POLICY ... ON {} USING (...);", relation.sql_name()))
            .evidence(format!("relrowsecurity = t, permissive policies = 0, restrictive policies = {restrictive}"));
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Tables for which row level security is enabled and that have no policy, or only restrictive ones, which take away and give
nothing. A partition is read through its parent and needs no policy of its own.

```sql fires
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
```

```sql clean
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
```

## Why it hurts

For everybody but the owner and superusers the table is empty, without an error: queries answer nothing, updates change
nothing, only inserts fail. It works on the developer's machine, who is a superuser.

## How to fix

```sql
CREATE POLICY of_tenant ON orders USING (tenant_id = current_setting('app.tenant_id')::bigint);
```

## When to allow it

Where a table is to be closed to all roles but its owner. Revoking their rights says so more plainly, with an error.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, Table, check};

    #[test]
    fn row_security_needs_a_permissive_policy() {
        let secured = |name| Table::new(name).row_security();
        let schema = Snapshot::new()
            .with(secured("none"))
            .with(secured("one").policy("p", "(a = 1)"))
            .with(secured("only").policy("p", "(a = 1)").changed(|table| table.policies[0].permissive = false))
            .with(secured("none_1").partition_of("none"))
            .with(Table::new("open"));
        let found = check(&RowSecurityWithoutPolicy, "{}", &schema).unwrap();
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "Table 'none' has row level security and no policy: it looks empty",
                "Table 'only' has row level security and only restrictive policies: it looks empty"
            ]
        );
    }
}
