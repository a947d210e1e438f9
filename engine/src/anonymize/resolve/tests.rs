pub(crate) mod fake;
pub(crate) mod schema;

use super::*;
use crate::anonymize::profile::test_profile;
use fake::plugins;
use schema::snapshot;

fn env(name: &str) -> Option<String> {
    match name {
        "SHORT" => Some("pepper".to_owned()),
        "EMPTY" => Some(" ".to_owned()),
        "MISSING" => None,
        _ => Some("a secret of enough length".to_owned()),
    }
}

fn resolved_with(rules: &str, tables: &[&str], held: &[(String, String)]) -> Result<Resolved, String> {
    let profile = test_profile(&format!("anonymization_profile: p\n{rules}"));
    let (snapshot, plugins) = (snapshot(tables), plugins());
    let request = Request { profile: &profile, snapshot: &snapshot, plugins: &plugins, env: &env, held };
    let resolved = futures_util::FutureExt::now_or_never(resolve(request)).expect("waits for nothing");
    let directory = profile.source.name.clone();
    resolved.map_err(|problems| problems.to_string().replace(&format!("{directory}:"), ""))
}

pub(crate) fn resolved(rules: &str, tables: &[&str]) -> Result<Resolved, String> {
    resolved_with(rules, tables, &[])
}

/// Every message with its help, without the excerpts.
fn refused(rules: &str, tables: &[&str]) -> Vec<String> {
    let error = resolved(rules, tables).expect_err("is refused");
    let brief = |one: &str| one.lines().filter(|line| !line.contains(" | ")).collect::<Vec<_>>().join("\n");
    error.split("\n\n").map(brief).collect()
}

const USERS: &str = "users: id integer*, email character varying(100), name text, internal boolean";

#[test]
fn unknown_names_are_refused_all_at_once() {
    let said = refused(
        "rules:\n  - {table: usres, columns: {email: none}}\n  - table: users\n    columns:\n      emial: none\n      name: {type: fak}\n      email: {type: email_masking, prefx: x}\n  - {table: 'r_*', strategy: skip_table}\n  - {table: '*', columns: {'*_secret': none}}",
        &[USERS],
    );
    assert_eq!(
        said,
        [
            "3:13: there is no table `usres`\nhelp: the only known one is `users`",
            "6:7: there is no column `emial` in `public.users`\nhelp: the nearest known one is `email`; also known: `internal`, `id`, `name`",
            "9:13: no table matches `r_*`: this rule does nothing",
            "10:28: no column of `public.users` matches `*_secret`: it does nothing",
            "8:36: `prefx` is no option of the strategy `email_masking`\nhelp: the nearest known one is `prefix`; it takes `prefix`, `keep_domain`, `key`, `random`",
            "7:20: unknown strategy `fak`: no loaded plugin offers it\nhelp: the nearest is `fake`; `confiture plugin list` shows all",
        ]
    );
}

#[test]
fn secrets_have_to_be_there() {
    let rules = |name: &str| {
        format!(
            "key: '${{{name}}}'\nrules: [{{table: users, columns: {{email: {{type: email_masking, key: '${{{name}}}'}}}}}}]"
        )
    };
    let said = refused(&rules("MISSING"), &[USERS]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said.iter().all(|one| one.contains("the secret `MISSING` is not set\nhelp: set the environment variable")),
        "{said:?}"
    );
    let said = refused(&rules("EMPTY"), &[USERS]);
    assert!(said[0].starts_with("2:6: the secret `EMPTY` is empty: without one, anybody can compute"), "{said:?}");
    let short = resolved(&rules("SHORT"), &[USERS]).expect("is resolved");
    assert!(short.notices[0].contains("fewer than 16 bytes"), "{:?}", short.notices);
    let said = refused("rules: [{table: users, columns: {email: {type: email_masking, key: pepper}}}]", &[USERS]);
    assert!(said[0].contains("/key: expected exactly `${NAME}`") && !said[0].contains("pepper"), "{said:?}");
}

#[test]
fn without_a_key_results_differ_and_that_is_said() {
    let plain = resolved("rules: [{table: users, columns: {email: email_masking}}]", &[USERS]).expect("is resolved");
    assert!(plain.notices[0].starts_with("the profile has no `key`"), "{:?}", plain.notices);
    let keyed = resolved("rules: [{table: users, columns: {email: {type: email_masking, key: '${K}'}}}]", &[USERS]);
    let keyed = keyed.expect("is resolved");
    assert!(keyed.notices.is_empty(), "{:?}", keyed.notices);
    assert_eq!(keyed.tables[0].columns[0].ready.options()["key"], "K");
}

#[test]
fn what_a_strategy_cannot_serve_is_refused() {
    let said = refused(
        "strategies: {digits: {type: pattern_masking, pattern: '##'}}\nrules:\n  - table: users\n    columns: {id: email_masking, email: email_masking, internal: set_null, name: digits}",
        &["users: id integer, email character varying(30), name text, internal boolean!"],
    );
    assert_eq!(
        said,
        [
            "5:19: `email_masking` cannot mask `public.users.id`, whose type is integer\nhelp: it takes text, character varying, citext",
            "5:41: `email_masking` cannot mask `public.users.email`: it has room for too few characters, and a masked address takes 40",
            "2:55: `digits` for `public.users.name`: `pattern`: expected at least one `*`",
            "5:66: `set_null` cannot mask `public.users.internal`: it is NOT NULL: use `fixed`",
        ]
    );
    let said = refused("rules: [{table: users, columns: {name: broken}}]", &[USERS]);
    assert!(said[0].contains("`broken` for `public.users.name` cannot be opened: plugin `mask-core`"), "{said:?}");
}

#[test]
fn unique_columns_need_an_injective_strategy() {
    let tables = ["users: id integer*, email text#"];
    let said = refused("rules: [{table: users, columns: {email: {type: pattern_masking, pattern: '*'}}}]", &tables);
    assert_eq!(
        said,
        [
            "2:41: `public.users.email` belongs to the UNIQUE constraint `users_email_key`, and `pattern_masking` may make one \
          value of two: it does not promise to be injective\nhelp: use a strategy that does, such as `deterministic_hash`, \
          `email_masking` or `format_preserving`"
        ]
    );
    assert!(resolved("rules: [{table: users, columns: {email: email_masking}}]", &tables).is_ok());
}

const ORDERS: &str = "orders: id integer*, user_id integer!>users.id, note text";

#[test]
fn both_ends_of_a_foreign_key_are_masked_alike() {
    let tables = [USERS, ORDERS];
    let said = refused("rules: [{table: orders, columns: {user_id: deterministic_hash}}]", &tables);
    assert_eq!(
        said,
        [
            "2:44: foreign key `orders_user_id_fkey` would not join: `public.orders.user_id` is masked by `deterministic_hash`, and \
          `public.users.id` is not\nhelp: add `id: deterministic_hash` to the rule for table `public.users`"
        ]
    );
    let said = refused("rules: [{table: users, columns: {id: deterministic_hash}}]", &tables);
    assert!(
        said[0].ends_with("help: add `user_id: deterministic_hash` to the rule for table `public.orders`"),
        "{said:?}"
    );
    let two = "strategies: {a: {type: deterministic_hash, salt: '${A}'}, b: {type: deterministic_hash, salt: '${B}'}}\n\
               rules: [{table: users, columns: {id: a}}, {table: orders, columns: {user_id: b}}]";
    let said = refused(two, &tables);
    assert!(said[0].contains("is masked by `b`, and `public.users.id` by `a`"), "{said:?}");
    let both = "rules: [{table: users, columns: {id: deterministic_hash}}, {table: orders, columns: {user_id: deterministic_hash}}]";
    let tables = [USERS, "orders: id integer*, user_id smallint!>users.id, note text"];
    let both = resolved(both, &tables).expect("is resolved");
    let info = &both.tables[1].columns[0].info;
    assert_eq!(
        (info.join_group.as_deref(), info.group_type.as_deref()),
        (Some("public.orders.user_id"), Some("smallint"))
    );
}

#[test]
fn joined_columns_look_at_nothing_else() {
    let tables = ["users: id text*, name text", "orders: id integer*, user_id text>users.id"];
    let said =
        refused("rules: [{table: users, columns: {id: fake}}, {table: orders, columns: {user_id: fake}}]", &tables);
    assert!(
        said.iter().any(|one| one.contains("looks at other columns of its row (`id`): it would not join")),
        "{said:?}"
    );
    let said = refused(
        "strategies: {m: {type: email_masking, random: true}}\nrules: [{table: users, columns: {id: m}}, {table: orders, columns: {user_id: m}}]",
        &tables,
    );
    assert!(said[0].contains("does not promise equal results for equal values"), "{said:?}");
    let alone = ["users: id text*", "orders: id integer*, user_id text>users.id"];
    assert!(resolved("rules: [{table: orders, columns: {user_id: set_null}}]", &alone).is_ok());
}

#[test]
fn tables_that_others_need_are_not_skipped() {
    let rules = "rules: [{table: users, strategy: skip_table}]";
    let said = refused(rules, &[USERS, ORDERS]);
    assert_eq!(
        said,
        [
            "2:17: `public.users` cannot be skipped: `public.orders.user_id`, which is NOT NULL, refers to it by foreign key \
          `orders_user_id_fkey`\nhelp: copy it with its columns masked, or skip `public.orders` as well"
        ]
    );
    let held = [("public".to_owned(), "users".to_owned())];
    assert!(resolved_with(rules, &[USERS, ORDERS], &held).is_ok());
    let nullable = [USERS, "orders: id integer*, user_id integer>users.id"];
    let skipped = resolved(rules, &nullable).expect("is resolved");
    assert!(skipped.notices[0].contains("`user_id: set_null` would do without it"), "{:?}", skipped.notices);
    assert_eq!((skipped.skipped[0].name.as_str(), skipped.tables.len()), ("users", 1));
}

#[test]
fn what_is_nearer_counts_for_each_column() {
    let rules = "rules:\n  - {table: '*', columns: {'*': none}}\n  - {table: users, columns: {email: email_masking}}\n  - {table: '*_log', strategy: skip_table}";
    let all = resolved(rules, &[USERS, "audit_log: id integer, what text"]).expect("is resolved");
    let ids: Vec<_> =
        all.tables[0].columns.iter().map(|column| (column.info.name.as_str(), column.ready.id())).collect();
    assert_eq!(ids, [("id", "none"), ("email", "email_masking"), ("name", "none"), ("internal", "none")]);
    assert_eq!(all.tables[0].columns.iter().filter(|column| column.is_kept()).count(), 3);
    let said = refused(
        "rules: [{table: users, columns: {email: none}}, {table: users, columns: {email: set_null}}]",
        &[USERS],
    );
    assert!(said[0].contains("`public.users.email` has two rules, here and in "), "{said:?}");
}

#[test]
fn one_name_in_several_schemas_is_refused() {
    let said = refused("rules: [{table: t, columns: {a: none}}]", &["crm.t: a text", "shop.t: a text"]);
    assert_eq!(said, ["2:17: `t` is a table in several schemas: `crm.t`, `shop.t`\nhelp: name one, or all with `*.t`"]);
    assert!(resolved("rules: [{table: '*.t', columns: {a: none}}]", &["crm.t: a text", "shop.t: a text"]).is_ok());
}

#[test]
fn masked_context_orders_columns_and_circles_are_refused() {
    let rules = |name: &str| {
        format!("rules: [{{table: users, columns: {{email: {{type: template, of: name}}, name: {name}}}}}]")
    };
    let ordered = resolved(&rules("fake"), &[USERS]).expect("is resolved");
    let names: Vec<_> = ordered.tables[0].columns.iter().map(|column| column.info.name.as_str()).collect();
    assert_eq!(names, ["name", "email"]);
    let said = refused(&rules("{type: template, of: email}"), &[USERS]);
    assert!(
        said[0]
            .contains("columns of `public.users` wait for each other: `email`, `name` want to see each other masked"),
        "{said:?}"
    );
}

#[test]
fn strategies_stand_inside_strategies() {
    let rules = "strategies:\n  hash: {type: deterministic_hash, salt: '${SALT}'}\nrules:\n  - table: users\n    columns:\n      email:\n        type: conditional\n        condition: row['internal'] == true\n        if_true: {strategy: none}\n        if_false: {strategy: hash}\n";
    let nested = resolved(rules, &[USERS]).expect("is resolved");
    let options = nested.tables[0].columns[0].ready.options();
    assert_eq!(options["if_false"], serde_json::json!({"type": "mask-core/deterministic_hash", "salt": "SALT"}));
    let said = refused(&rules.replace("strategy: hash", "strategy: hsh"), &[USERS]);
    assert!(
        said[0].starts_with(
            "11:30: unknown strategy `hsh`: neither the profile nor a loaded plugin has it\nhelp: the nearest is `hash`"
        ),
        "{said:?}"
    );
    let said = refused("strategies: {a: {strategy: b}, b: {strategy: a}}\n", &[USERS]);
    assert!(said[0].contains("is made of itself"), "{said:?}");
}

/// The specification's profiles on schemas that have what they name.
mod in_use {
    use super::*;

    const QA: &str = include_str!("../profile/tests/qa.yaml");
    const TEST: &str = include_str!("../profile/tests/printoptim-test.yaml");
    const PRINTOPTIM_QA: &str = include_str!("../profile/tests/printoptim-qa.yaml");

    fn rules(text: &str) -> String {
        let from = text.find("strategies:").expect("has some");
        text[from..].to_owned()
    }

    #[test]
    fn qa_resolves_where_customers_are_joined_by_no_key() {
        let tables = [
            "users: id integer*, first_name text, last_name text, email text, phone text, ssn text, password_hash text",
            "customers: id integer*, contact_email text, contact_phone text, tax_id text",
            "orders: id integer*, customer_id integer, is_internal_customer boolean",
            "admin_logs: id integer*, what text",
        ];
        let qa = resolved(&rules(QA), &tables).expect("is resolved");
        assert_eq!((qa.tables.len(), qa.skipped.len()), (3, 1));
        let joined = tables.map(|table| table.replace("customer_id integer", "customer_id integer>customers.id"));
        let said = refused(&rules(QA), &joined.each_ref().map(String::as_str));
        assert!(
            said[0]
                .contains("`public.orders.customer_id` is masked by `conditional`, and `public.customers.id` is not"),
            "{said:?}"
        );
    }

    #[test]
    fn printoptim_test_names_a_strategy_that_it_does_not_have() {
        let tables = [
            "audit_log: id integer*",
            "entity_change_log: id integer*",
            "w_customers: id integer*, email text, phone text, tenant_id integer",
            "w_orders: id integer*, tenant_id integer, payment_method text, billing_address text",
            "r_customer_lifetime_value: tenant_id integer, customer_id integer, total_spent numeric(12,2)",
        ];
        let said = refused(&rules(TEST), &tables);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().all(|one| one.contains("unknown strategy `uuid_hash`")), "{said:?}");
        let defined = rules(TEST).replace("strategies:", "strategies:\n  uuid_hash: {type: deterministic_hash}");
        assert!(resolved(&defined, &tables).is_ok());
    }

    #[test]
    fn printoptim_qa_is_refused_where_orders_refer_to_customers() {
        let tables = |key: &str| {
            [
                "w_tenants: id integer*".to_owned(),
                "audit_log: id integer*".to_owned(),
                "w_customers: id integer*, tenant_id integer, first_name text, last_name text, email text, phone text, ssn text".to_owned(),
                format!("w_orders: id integer*, tenant_id integer, customer_id integer!{key}, shipping_address text, payment_token text, total numeric"),
                "r_customer_lifetime_value: tenant_id integer, customer_id integer, total_spent numeric".to_owned(),
            ]
        };
        let with = tables(">w_customers.id");
        let said = refused(&rules(PRINTOPTIM_QA), &with.each_ref().map(String::as_str));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("foreign key `w_orders_customer_id_fkey` would not join"), "{said:?}");
        assert!(said[0].ends_with("help: add `id: uuid_hash` to the rule for table `public.w_customers`"), "{said:?}");
        let without = tables("");
        assert!(resolved(&rules(PRINTOPTIM_QA), &without.each_ref().map(String::as_str)).is_ok());
    }
}

/// A schema of one table, `t: a text, b text, c integer`, with this on it.
fn refused_with(rules: &str, add: impl Fn(&mut confiture_model::schema::Relation)) -> Result<(), String> {
    let profile = test_profile(&format!("anonymization_profile: p\n{rules}"));
    let (mut snapshot, plugins) = (snapshot(&["t: a text, b text, c integer"]), plugins());
    add(&mut snapshot.relations[0]);
    let request = Request { profile: &profile, snapshot: &snapshot, plugins: &plugins, env: &env, held: &[] };
    let resolved = futures_util::FutureExt::now_or_never(resolve(request)).expect("waits for nothing");
    resolved.map(drop).map_err(|problems| problems.to_string())
}

fn index(name: &str, keys: &[&str]) -> confiture_model::schema::Index {
    confiture_model::schema::Index {
        name: name.to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        key_options: Vec::new(),
        nulls_not_distinct: false,
        included: Vec::new(),
        method: "btree".to_owned(),
        unique: true,
        primary: false,
        valid: true,
        predicate: None,
        definition: String::new(),
        bytes: None,
        scans: None,
        source: None,
        extra: None,
    }
}

#[test]
fn an_exclusion_constraint_takes_what_is_known_to_keep_rows_apart() {
    let exclude = |definition: &'static str| {
        move |relation: &mut confiture_model::schema::Relation| {
            let mut constraint = schema::constraint("t_excl", confiture_model::schema::ConstraintKind::Exclusion, "a");
            constraint.columns.push("b".to_owned());
            constraint.definition = definition.to_owned();
            relation.constraints.push(constraint);
            relation.indexes.push(confiture_model::schema::Index { unique: false, ..index("t_excl", &["a", "b"]) });
        }
    };
    let masked = |strategy: &str| format!("rules: [{{table: t, columns: {{a: {strategy}}}}}]");
    let equal = exclude("EXCLUDE USING gist (a WITH =, b WITH &&)");
    assert_eq!(refused_with(&masked("deterministic_hash"), equal), Ok(()));
    let said = refused_with(&masked("{type: pattern_masking, pattern: '*'}"), equal).expect_err("is refused");
    assert!(
        said.contains("`public.t.a` belongs to the EXCLUDE constraint `t_excl`, and `pattern_masking` may"),
        "{said}"
    );
    let other = exclude("EXCLUDE USING gist (a WITH &&, b WITH =)");
    let said = refused_with(&masked("deterministic_hash"), other).expect_err("is refused");
    assert!(said.contains("t_excl`, which compares `a` with `&&`: nobody can say"), "{said}");
    assert!(said.contains("help: keep the column with `none`"), "{said}");
    for strategy in ["none", "set_null"] {
        assert_eq!(refused_with(&masked(strategy), other), Ok(()), "{strategy}");
    }
    let different = exclude("EXCLUDE USING gist (b WITH =, a WITH <>)");
    assert!(refused_with(&masked("{type: fake}"), different).is_err());
}

#[test]
fn expressions_over_several_columns_and_equal_nulls_are_refused() {
    let masked = |strategy: &str| format!("rules: [{{table: t, columns: {{a: {strategy}}}}}]");
    let over_both = |relation: &mut confiture_model::schema::Relation| {
        relation.indexes.push(index("both", &["lower((a || b))"]));
    };
    let said = refused_with(&masked("deterministic_hash"), over_both).expect_err("is refused");
    assert!(
        said.contains(
            "the unique index `both`, which is over `lower((a || b))`: of an expression over `a` and `b` nobody"
        ),
        "{said}"
    );
    let nulls = |relation: &mut confiture_model::schema::Relation| {
        relation.indexes.push(confiture_model::schema::Index { nulls_not_distinct: true, ..index("one_null", &["a"]) });
    };
    let said = refused_with(&masked("set_null"), nulls).expect_err("is refused");
    assert!(said.contains("the unique index `one_null`, to which nulls are equal"), "{said}");
    let generated = |relation: &mut confiture_model::schema::Relation| {
        let mut column = relation.columns[0].clone();
        column.name = "small".to_owned();
        column.generated = true;
        column.default_expression = Some("lower(a)".to_owned());
        relation.columns.push(column);
        relation.indexes.push(index("small_key", &["small"]));
    };
    let said = refused_with(&masked("{type: pattern_masking, pattern: '*'}"), generated).expect_err("is refused");
    assert!(said.contains("`public.t.a` belongs to the unique index `small_key`"), "{said}");
}
