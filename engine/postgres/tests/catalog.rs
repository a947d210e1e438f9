//! A schema with everything in it, as a snapshot, on a real PostgreSQL.

use confiture_model::schema::{
    Constraint, ConstraintKind, Index, Parts, Persistence, Relation, RelationKind, Snapshot,
};
use confiture_model::session::Session as _;
use confiture_postgres::{
    catalog::{self, CatalogError, Request},
    scratch::{Scratch, ScratchOptions},
};
use tokio_postgres::Client;

const EVERYTHING: &str = include_str!("everything.sql");

async fn everything() -> Scratch {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    scratch.create_database("app").await.unwrap();
    let session = scratch.session("app").await.unwrap();
    session.client().batch_execute(EVERYTHING).await.unwrap();
    scratch
}

async fn read(client: &Client, parts: Parts, live: bool) -> Snapshot {
    catalog::snapshot(client, &Request { parts, live, schemas: None }).await.unwrap()
}

fn relation<'a>(snapshot: &'a Snapshot, schema: &str, name: &str) -> &'a Relation {
    snapshot.relation(schema, name).unwrap_or_else(|| panic!("{schema}.{name}"))
}

fn constraint<'a>(relation: &'a Relation, name: &str) -> &'a Constraint {
    relation.constraints.iter().find(|constraint| constraint.name == name).unwrap()
}

fn index<'a>(relation: &'a Relation, name: &str) -> &'a Index {
    relation.indexes.iter().find(|index| index.name == name).unwrap()
}

#[tokio::test]
async fn a_schema_with_everything_in_it() {
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let all = read(session.client(), Parts::ALL, false).await;
    assert_eq!(all.server_version, scratch.server_version());
    relations(&all);
    columns(relation(&all, "app", "w_customer"));
    constraints(&all);
    indexes(&all);
    views_and_policies(&all);
    routines_and_types(&all);
    sequences_and_triggers(&all);
    some_parts(session.client(), &all).await;
    live(session.client(), &all).await;
    inside_a_transaction(session.client(), &all).await;
    schemas_by_name(session.client(), &all).await;
    rights(&scratch, &all).await;
    scratch.stop().await;
}

fn relations(all: &Snapshot) {
    let names: Vec<_> = all.relations.iter().map(|found| (found.schema.as_str(), found.name.as_str())).collect();
    let app = [
        "cache",
        "child",
        "far",
        "log",
        "log_2020",
        "log_rest",
        "m_names",
        "parent",
        "v_above",
        "v_count",
        "v_customer",
        "w_customer",
    ];
    let expected: Vec<_> =
        std::iter::once(("Quoted Schema", "Order.Line")).chain(app.into_iter().map(|name| ("app", name))).collect();
    assert_eq!(names, expected);
    for (name, kind) in [
        ("cache", RelationKind::Table),
        ("far", RelationKind::ForeignTable),
        ("log", RelationKind::PartitionedTable),
        ("log_2020", RelationKind::Partition),
        ("log_rest", RelationKind::Partition),
        ("m_names", RelationKind::MaterializedView),
        ("child", RelationKind::Table),
        ("v_above", RelationKind::View),
    ] {
        assert_eq!(relation(all, "app", name).kind, kind, "{name}");
    }
    assert_eq!(relation(all, "app", "cache").persistence, Persistence::Unlogged);
    assert_eq!(relation(all, "app", "log_rest").partition_of.as_deref(), Some("app.log"));
    assert_eq!(relation(all, "app", "child").partition_of, None);
    let customer = relation(all, "app", "w_customer");
    assert_eq!(customer.owner, "postgres");
    assert_eq!(customer.comment.as_deref(), Some("Who buys"));
    assert_eq!(customer.settings, ["fillfactor=70"]);
    assert!(customer.row_security && customer.row_security_forced);
    assert_eq!((customer.estimated_rows, customer.bytes, customer.sequential_scans), (None, None, None));
    assert_eq!(all.extensions.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["plpgsql"]);
}

fn columns(customer: &Relation) {
    let columns: Vec<_> = customer
        .columns
        .iter()
        .map(|c| {
            let default = c.default_expression.as_deref().unwrap_or("-");
            format!("{} | {} | {} | {default} | {} | {}", c.name, c.type_name, c.nullable, c.identity, c.generated)
        })
        .collect();
    let expected = [
        "tenant_id | bigint | false | - | false | false",
        "id | bigint | false | - | true | false",
        "name | character varying(50) | false | 'x''y'::character varying | false | false",
        "upper_name | text | true | upper((name)::text) | false | true",
        "feeling | app.mood | true | - | false | false",
        "amount | app.positive | true | - | false | false",
        "tags | text[] | true | '{}'::text[] | false | false",
        "Odd Name | timestamp(3) with time zone | true | now() | false | false",
        "code | text | true | - | false | false",
    ];
    assert_eq!(columns, expected);
    let odd = customer.columns.iter().find(|column| column.name == "Odd Name").unwrap();
    assert_eq!(odd.comment.as_deref(), Some("Odd"));
}

fn constraints(all: &Snapshot) {
    let customer = relation(all, "app", "w_customer");
    let names: Vec<_> = customer.constraints.iter().map(|found| (found.name.as_str(), found.kind)).collect();
    assert_eq!(
        names,
        [
            ("amount_check", ConstraintKind::Check),
            ("name_key", ConstraintKind::Unique),
            ("w_customer_pkey", ConstraintKind::PrimaryKey)
        ]
    );
    let key = constraint(customer, "name_key");
    assert!(key.deferrable && key.validated);
    assert_eq!(key.definition, "UNIQUE (name) DEFERRABLE INITIALLY DEFERRED");
    assert_eq!(constraint(customer, "w_customer_pkey").columns, ["tenant_id", "id"]);
    let line = relation(all, "Quoted Schema", "Order.Line");
    let foreign = constraint(line, "to_customer");
    let target = foreign.references.as_ref().unwrap();
    assert_eq!(foreign.columns, ["tenant_id", "customer_id"]);
    assert_eq!((target.schema.as_str(), target.table.as_str()), ("app", "w_customer"));
    assert_eq!(target.columns, ["tenant_id", "id"]);
    assert_eq!((target.on_delete.as_str(), target.on_update.as_str()), ("CASCADE", "SET NULL"));
    assert!(foreign.definition.contains("REFERENCES app.w_customer(tenant_id, id)"), "{}", foreign.definition);
    assert!(!constraint(line, "later").validated);
    assert_eq!(constraint(line, "no_overlap").kind, ConstraintKind::Exclusion);
    assert_eq!(relation(all, "app", "cache").constraints, []);
}

fn indexes(all: &Snapshot) {
    let customer = relation(all, "app", "w_customer");
    let expression = index(customer, "w_customer_expr");
    assert_eq!(expression.keys, ["lower((name)::text)", "((tenant_id + 1))", "code"]);
    assert_eq!(expression.key_options, ["", "DESC", "COLLATE \"POSIX\" text_pattern_ops"]);
    assert_eq!(expression.included, ["feeling"]);
    assert_eq!(expression.predicate.as_deref(), Some("(feeling IS NOT NULL)"));
    assert!(expression.definition.starts_with("CREATE INDEX w_customer_expr ON app.w_customer USING btree"));
    assert!(expression.valid && !expression.unique && !expression.primary);
    assert_eq!(index(customer, "w_customer_order").key_options, ["DESC NULLS LAST", "NULLS FIRST", "DESC"]);
    assert_eq!(index(customer, "w_customer_tags").method, "gin");
    assert!(index(customer, "w_customer_pkey").primary);
    assert_eq!((expression.bytes, expression.scans), (None, None));
    assert_eq!(relation(all, "app", "log_2020").indexes[0].keys, ["at"]);
    assert!(relation(all, "app", "m_names").indexes[0].unique);
}

fn views_and_policies(all: &Snapshot) {
    let view = relation(all, "app", "v_customer");
    assert_eq!(view.depends_on, ["Quoted Schema.Order.Line", "app.w_customer"]);
    assert_eq!(view.settings, ["security_barrier=true"]);
    assert!(view.definition.as_ref().unwrap().contains("JOIN \"Quoted Schema\".\"Order.Line\" l"), "{view:?}");
    assert_eq!(relation(all, "app", "v_above").depends_on, ["app.v_customer"]);
    assert_eq!(relation(all, "app", "v_above").comment.as_deref(), Some("On top"));
    assert_eq!(relation(all, "app", "v_count").depends_on, Vec::<String>::new());
    assert_eq!(relation(all, "app", "m_names").depends_on, ["app.w_customer"]);
    let [own, write] = relation(all, "app", "w_customer").policies.as_slice() else { panic!("two policies") };
    assert_eq!((own.name.as_str(), own.command.as_str(), own.permissive), ("own_rows", "ALL", true));
    assert_eq!(
        (own.roles.as_slice(), own.using_expression.as_deref()),
        (["public".to_owned()].as_slice(), Some("(tenant_id = app.tenant())"))
    );
    assert_eq!((write.command.as_str(), write.permissive), ("INSERT", false));
    assert_eq!(write.roles, ["reader", "writer"]);
    assert!(write.using_expression.is_none() && write.check_expression.is_some());
}

fn routines_and_types(all: &Snapshot) {
    let routines: Vec<_> = all
        .routines
        .iter()
        .map(|r| format!("{} {}.{}({}) {} {}", r.kind, r.schema, r.name, r.arguments, r.language, r.volatility))
        .collect();
    let expected = [
        "function app.tenant() sql stable",
        "function app.tenant(a integer, OUT b text) sql immutable",
        "procedure app.tidy(INOUT n integer) plpgsql volatile",
        "aggregate app.total(integer) internal immutable",
        "function app.touch() plpgsql volatile",
    ];
    assert_eq!(routines, expected);
    let tenant = &all.routines[0];
    assert!(tenant.security_definer && tenant.definition.starts_with("CREATE OR REPLACE FUNCTION app.tenant()"));
    assert_eq!(
        (tenant.settings.as_slice(), tenant.comment.as_deref()),
        (["search_path=pg_catalog".to_owned()].as_slice(), Some("Whose"))
    );
    let types: Vec<_> = all.type_definitions.iter().map(|found| (found.name.as_str(), found.kind.as_str())).collect();
    assert_eq!(types, [("mood", "enum"), ("pair", "composite"), ("positive", "domain"), ("spans", "range")]);
    let [mood, pair, positive, spans] = all.type_definitions.as_slice() else { panic!("four types") };
    assert_eq!(mood.labels, ["sad", "it's ok", "so so", "happy"]);
    assert_eq!(mood.comment.as_deref(), Some("How one feels"));
    assert_eq!(positive.base_type.as_deref(), Some("numeric(10,2)"));
    assert_eq!(positive.checks[0], "NOT NULL");
    assert_eq!(positive.checks.len(), 3);
    assert_eq!(
        pair.extra.as_deref(),
        Some(r#"{"attributes":[{"name":"a","type":"integer"},{"name":"B b","type":"text"}]}"#)
    );
    assert_eq!(spans.extra.as_deref(), Some(r#"{"subtype":"date"}"#));
}

fn sequences_and_triggers(all: &Snapshot) {
    let sequences: Vec<_> = all
        .sequences
        .iter()
        .map(|s| {
            let owner = s.owned_by.as_deref().unwrap_or("-");
            format!("{}.{} {} {owner} {} {}", s.schema, s.name, s.type_name, s.identity, s.cycles)
        })
        .collect();
    let expected = [
        "Quoted Schema.Order.Line_id_seq integer Quoted Schema.Order.Line.id false false",
        "app.alone smallint - false true",
        "app.w_customer_id_seq bigint app.w_customer.id true false",
    ];
    assert_eq!(sequences, expected);
    assert!(all.sequences.iter().all(|sequence| sequence.used_fraction.is_none()));
    let triggers: Vec<_> = all
        .triggers
        .iter()
        .map(|t| format!("{}.{} {} {} {} {}", t.schema, t.table, t.name, t.row_level, t.enabled, t.function))
        .collect();
    let expected = [
        "app.cache checked true true app.touch",
        "app.log each_log true true app.touch",
        "app.w_customer touch true true app.touch",
        "app.w_customer truncated false false app.touch",
    ];
    assert_eq!(triggers, expected);
    assert!(all.triggers[0].definition.starts_with("CREATE CONSTRAINT TRIGGER checked"));
}

/// What was asked for is as in the whole, and what was not is empty.
async fn some_parts(client: &Client, all: &Snapshot) {
    for bits in 0..32_u32 {
        let bit = |place: u32| bits & (1 << place) != 0;
        let parts =
            Parts { columns: bit(0), constraints: bit(1), indexes: bit(2), policies: bit(3), definition: bit(4) };
        let mut expected = all.clone();
        for relation in &mut expected.relations {
            if !parts.columns {
                relation.columns.clear();
            }
            if !parts.constraints {
                relation.constraints.clear();
            }
            if !parts.indexes {
                relation.indexes.clear();
            }
            if !parts.policies {
                relation.policies.clear();
            }
            if !parts.definition {
                relation.definition = None;
            }
        }
        if !parts.definition {
            expected.routines.iter_mut().for_each(|routine| routine.definition.clear());
            expected.triggers.iter_mut().for_each(|trigger| trigger.definition.clear());
        }
        assert_eq!(read(client, parts, false).await, expected, "{parts:?}");
    }
}

async fn live(client: &Client, all: &Snapshot) {
    let live = read(client, Parts::ALL, true).await;
    assert!(live.live);
    let customer = relation(&live, "app", "w_customer");
    assert_eq!(customer.estimated_rows, Some(10));
    assert!(customer.bytes.unwrap() > 0 && customer.sequential_scans.is_some() && customer.index_scans.is_some());
    assert!(index(customer, "w_customer_pkey").bytes.unwrap() > 0);
    assert_eq!(relation(&live, "app", "cache").estimated_rows, None);
    assert_eq!(relation(&live, "app", "v_above").bytes, None);
    assert_eq!(live.sequences[0].used_fraction, Some(0.0));
    assert_eq!(live.sequences[1].used_fraction, Some(0.2));
    assert!(live.sequences[2].used_fraction.unwrap() > 0.0);
    assert_eq!(live.relations.len(), all.relations.len());
}

/// It sees what the transaction did, and leaves the transaction, its settings and itself as they were.
async fn inside_a_transaction(client: &Client, all: &Snapshot) {
    client.batch_execute("BEGIN; SET LOCAL search_path = app; CREATE TABLE app.fresh (id int)").await.unwrap();
    let inside = read(client, Parts::ALL, false).await;
    assert!(inside.relation("app", "fresh").is_some());
    let path: String = client.query_one("SHOW search_path", &[]).await.unwrap().get(0);
    assert_eq!(path, "app");
    client
        .batch_execute("ROLLBACK; SET search_path = app; SET quote_all_identifiers = on; SET timezone = 'Asia/Tokyo'")
        .await
        .unwrap();
    assert_eq!(read(client, Parts::ALL, false).await, *all);
    client.batch_execute("RESET ALL").await.unwrap();
}

async fn schemas_by_name(client: &Client, all: &Snapshot) {
    let names = ["Quoted Schema".to_owned()];
    let request = Request { parts: Parts::ALL, live: false, schemas: Some(&names) };
    let some = catalog::snapshot(client, &request).await.unwrap();
    assert_eq!(some.relations, all.relations[..1]);
    assert!(some.routines.is_empty() && some.type_definitions.is_empty() && some.triggers.is_empty());
    assert_eq!(some.sequences, all.sequences[..1]);
    let refused = async |name: &str| {
        let names = [name.to_owned()];
        catalog::snapshot(client, &Request { schemas: Some(&names), ..request }).await.unwrap_err()
    };
    let unknown = refused("ap").await;
    assert!(matches!(unknown, CatalogError::UnknownSchema { .. }));
    assert_eq!(unknown.to_string(), "there is no schema `ap` in database `app`; it has: Quoted Schema, app, public");
    assert!(matches!(refused("pg_catalog").await, CatalogError::SystemSchema(_)));
    assert!(matches!(refused("confiture").await, CatalogError::SystemSchema(_)));
}

/// Somebody without any rights reads the same, but may not ask for a schema by name.
async fn rights(scratch: &Scratch, all: &Snapshot) {
    let mut session = scratch.session("app").await.unwrap();
    session.execute("SET SESSION AUTHORIZATION reader").await.unwrap();
    assert_eq!(read(session.client(), Parts::ALL, false).await, *all);
    let live = read(session.client(), Parts::ALL, true).await;
    assert!(live.sequences.iter().all(|sequence| sequence.used_fraction.is_none()));
    let mut named = session.in_schemas(vec!["app".to_owned()]);
    let error = named.snapshot(Parts::NONE).await.unwrap_err().to_string();
    assert!(error.contains("GRANT USAGE ON SCHEMA app TO reader"), "{error}");
    assert!(error.contains("42501"), "{error}");
}

/// Most definitions of indexes are not PostgreSQL's own writing.
#[tokio::test]
async fn definitions_of_indexes_are_as_postgresql_writes_them() {
    const MORE: &str = r#"
        CREATE TABLE app."select" ("from" int, "Ä" text COLLATE "C", v varchar(3), m app.mood, n name, o oid, a int[], b bpchar,
          u uuid, j jsonb, r int4range, d app.positive, t timestamptz, "a""b" int, x1$ int);
        CREATE INDEX ON app."select" ("from", "Ä" DESC, v NULLS FIRST) INCLUDE (j, "a""b");
        CREATE UNIQUE INDEX "Odd.Name" ON app."select" USING btree (x1$ DESC NULLS LAST);
        CREATE INDEX ON app."select" USING hash (v);
        CREATE INDEX ON app."select" (m, n, o, a, b, u, r, d, t);
        CREATE INDEX ON app."select" (n text_ops);
        CREATE INDEX ON app."select" (v varchar_ops, b bpchar_pattern_ops, v text_pattern_ops);
        CREATE INDEX ON app."select" ("Ä" COLLATE "POSIX");
        CREATE INDEX ON app."select" (o int4_ops);
        CREATE INDEX ON app."select" USING gist (r) WITH (fillfactor = 80);
        CREATE INDEX ON app."select" ("from") WITH (fillfactor = 80);
        CREATE INDEX ON app."select" ("from") WHERE "from" > 1;
        CREATE INDEX ON app."select" USING brin (t timestamptz_minmax_ops);
        CREATE INDEX ON app."select" USING gin (j jsonb_path_ops);
        CREATE INDEX ON ONLY app.log (id);"#;
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let client = session.client();
    // An operator class that does not fit leaves nothing to compare.
    for sql in MORE.split(";\n") {
        let _ = client.batch_execute(sql).await;
    }
    let snapshot = read(client, Parts { indexes: true, ..Parts::NONE }, false).await;
    let mut compared = 0;
    for index in snapshot.relations.iter().flat_map(|relation| &relation.indexes) {
        let sql = "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = $1 AND relkind IN ('i', 'I')";
        assert_eq!(index.definition, client.query_one(sql, &[&index.name]).await.unwrap().get::<_, &str>(0));
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
    scratch.stop().await;
}

/// So are most definitions of keys.
#[tokio::test]
async fn definitions_of_constraints_are_as_postgresql_writes_them() {
    const MORE: &str = r#"
        CREATE TABLE app."select" ("from" int PRIMARY KEY, "Ä" int UNIQUE, a int, b int, CONSTRAINT ab UNIQUE (b, a));
        CREATE TABLE app.refers ("Order" int REFERENCES app."select", a int, b int, x int, CHECK (a > b));
        ALTER TABLE app.refers ADD FOREIGN KEY (a, b) REFERENCES app."select" (b, a) ON DELETE SET NULL ON UPDATE CASCADE;
        ALTER TABLE app.refers ADD FOREIGN KEY (a, b) REFERENCES app."select" (b, a) MATCH FULL ON UPDATE SET DEFAULT;
        ALTER TABLE app.refers ADD FOREIGN KEY (a, b) REFERENCES app."select" (b, a) ON DELETE SET NULL (a);
        ALTER TABLE app.refers ADD FOREIGN KEY (x) REFERENCES app."select" ON DELETE RESTRICT ON UPDATE RESTRICT;
        ALTER TABLE app.refers ADD FOREIGN KEY (x) REFERENCES app."select" ("Ä") NOT VALID;
        ALTER TABLE app.refers ADD FOREIGN KEY (x) REFERENCES app."select" DEFERRABLE INITIALLY DEFERRED;
        ALTER TABLE app.refers ADD UNIQUE (x) DEFERRABLE;
        ALTER TABLE app.refers ADD UNIQUE (x) INCLUDE (b);
        ALTER TABLE app.refers ADD UNIQUE NULLS NOT DISTINCT (x, b);
        ALTER TABLE app.refers ADD UNIQUE (x, a) WITH (fillfactor = 80);
        ALTER TABLE app.refers ADD FOREIGN KEY (x) REFERENCES app."select" NOT ENFORCED;
        ALTER TABLE app.refers ADD EXCLUDE USING btree (x WITH =)"#;
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let client = session.client();
    // What a version does not know leaves nothing to compare.
    for sql in MORE.split(";\n") {
        let _ = client.batch_execute(sql).await;
    }
    let schemas = Some(["app".to_owned()]);
    for request in [None, schemas.as_ref().map(|schemas| schemas.as_slice())] {
        let parts = Parts { constraints: true, ..Parts::NONE };
        let request = Request { parts, live: false, schemas: request };
        let snapshot = catalog::snapshot(client, &request).await.unwrap();
        client.batch_execute("SET search_path = pg_catalog").await.unwrap();
        let mut compared = 0;
        for relation in &snapshot.relations {
            for constraint in &relation.constraints {
                let sql = "SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                    JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = $1 AND t.relname = $2 AND conname = $3";
                let row = client.query_one(sql, &[&relation.schema, &relation.name, &constraint.name]).await.unwrap();
                assert_eq!(constraint.definition, row.get::<_, &str>(0), "{}", constraint.name);
                compared += 1;
            }
        }
        assert!(compared > 15, "{compared}");
    }
    scratch.stop().await;
}

/// Two connections read what one reads; where the second one is of another database, the first one reads alone.
#[tokio::test]
async fn two_connections_read_what_one_reads() {
    let scratch = everything().await;
    let (one, other) = (scratch.session("app").await.unwrap(), scratch.session("app").await.unwrap());
    let stranger = scratch.session("postgres").await.unwrap();
    for live in [false, true] {
        let request = Request { parts: Parts::ALL, live, schemas: None };
        let alone = catalog::snapshot(one.client(), &request).await.unwrap();
        for beside in [&other, &stranger] {
            let shared = catalog::snapshot_on_two(one.client(), beside.client(), &request).await.unwrap();
            assert_eq!(shared, alone);
        }
    }
    scratch.stop().await;
}

/// What VACUUM and ANALYZE have not seen is measured; what they have is as they left it.
#[tokio::test]
async fn sizes_are_of_the_last_count_or_measured() {
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let client = session.client();
    let fill = "CREATE TABLE app.sized (id int PRIMARY KEY, n int, t text);
        INSERT INTO app.sized SELECT n, n, CASE n WHEN 1 THEN (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 5000) n) END
          FROM generate_series(1, 10000) n; CREATE INDEX sized_n ON app.sized (n)";
    client.batch_execute(fill).await.unwrap();
    let sizes = async || {
        let live = read(client, Parts { indexes: true, ..Parts::NONE }, true).await;
        let sized = relation(&live, "app", "sized");
        let sql = "SELECT pg_total_relation_size('app.sized'), pg_relation_size('app.sized_n')";
        let row = client.query_one(sql, &[]).await.unwrap();
        let [total, of_index] = [0, 1].map(|column| row.get::<_, i64>(column).unsigned_abs());
        ((sized.bytes.unwrap(), total), (index(sized, "sized_n").bytes.unwrap(), of_index))
    };
    client.batch_execute("CREATE TABLE app.never (id int)").await.unwrap();
    let ((table, real_table), (of_index, real_index)) = sizes().await;
    // Making the index counted the table, but not its TOAST.
    assert!(table <= real_table && real_table - table < 100_000, "{table} {real_table}");
    assert_eq!(of_index, real_index);
    client.batch_execute("VACUUM ANALYZE app.sized").await.unwrap();
    let ((table, real_table), (of_index, real_index)) = sizes().await;
    // All but the maps of free space and of visibility.
    assert!(table <= real_table && real_table - table < 100_000, "{table} {real_table}");
    assert_eq!(of_index, real_index);
    client.batch_execute("INSERT INTO app.never SELECT generate_series(1, 10000)").await.unwrap();
    let live = read(client, Parts::NONE, true).await;
    assert!(relation(&live, "app", "never").bytes.unwrap() > 300_000);
    scratch.stop().await;
}

#[tokio::test]
async fn versions_have_what_they_have() {
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let client = session.client();
    if scratch.server_version() >= 150_000 {
        client.batch_execute("CREATE UNIQUE INDEX once ON app.cache (id) NULLS NOT DISTINCT").await.unwrap();
        let found = read(client, Parts::ALL, false).await;
        assert!(index(relation(&found, "app", "cache"), "once").nulls_not_distinct);
    }
    if scratch.server_version() >= 180_000 {
        let sql = "CREATE TABLE app.late (id int, n int NOT NULL, v int GENERATED ALWAYS AS (n + 1) VIRTUAL);
                   ALTER TABLE app.late ADD CONSTRAINT not_yet NOT NULL id NOT VALID";
        client.batch_execute(sql).await.unwrap();
        let found = read(client, Parts::ALL, false).await;
        let late = relation(&found, "app", "late");
        assert_eq!(
            late.columns.iter().map(|c| (c.nullable, c.generated)).collect::<Vec<_>>(),
            [(true, false), (false, false), (true, true)]
        );
        assert_eq!(late.constraints.len(), 1);
        assert_eq!((late.constraints[0].kind, late.constraints[0].validated), (ConstraintKind::NotNull, false));
    }
    scratch.stop().await;
}

#[tokio::test]
async fn what_belongs_to_an_extension_is_left_out() {
    let scratch = everything().await;
    let session = scratch.session("app").await.unwrap();
    let client = session.client();
    let before = read(client, Parts::ALL, false).await;
    // Objects become members of any extension, and there is always this one.
    for object in
        ["TABLE app.parent", "FUNCTION app.touch()", "TYPE app.mood", "SEQUENCE app.alone", "VIEW app.v_count"]
    {
        client.batch_execute(&format!("ALTER EXTENSION plpgsql ADD {object}")).await.unwrap();
    }
    let after = read(client, Parts::ALL, false).await;
    assert_eq!(after.relations.len(), before.relations.len() - 2);
    assert_eq!(after.routines.len(), before.routines.len() - 1);
    assert_eq!(after.type_definitions.len(), before.type_definitions.len() - 1);
    assert_eq!(after.sequences.len(), before.sequences.len() - 1);
    scratch.stop().await;
}
