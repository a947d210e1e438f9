use super::{Definition, Verb};
use crate::split::split;
use confiture_model::{
    object::ObjectKind,
    schema::{Constraint, ConstraintKind},
};

fn read(source: &str) -> Option<Definition> {
    Definition::read(split(source).expect("can be split").first()?)
}

fn name(source: &str) -> String {
    let definition = read(source).expect("is known");
    source[definition.name.expect("has a name").range].to_owned()
}

fn column<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    source.get(read(source)?.column(name)?)
}

fn constraint<'a>(source: &'a str, kind: ConstraintKind, name: &str, columns: &[&str]) -> Option<&'a str> {
    let wanted = Constraint {
        name: name.into(),
        kind,
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        definition: String::new(),
        validated: true,
        deferrable: false,
        references: None,
        source: None,
        extra: None,
    };
    source.get(read(source)?.constraint(&wanted)?)
}

const TABLE: &str = r#"CREATE UNLOGGED TABLE IF NOT EXISTS app."Orders" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- id, again
    "Name" varchar(50) NOT NULL DEFAULT 'a, check (b)' CHECK ("Name" <> ''),
    flag boolean DEFAULT (1 IS NOT NULL),
    price numeric(10, 2) CONSTRAINT positive CHECK (price > 0) CHECK (price < 10) CHECK (price <> 5),
    customer int REFERENCES app.customers (id) ON DELETE SET NULL,
    exclude int[],
    LIKE other INCLUDING ALL,
    UNIQUE NULLS NOT DISTINCT (customer, price),
    CHECK (price > id),
    CONSTRAINT fk FOREIGN KEY (id, customer) REFERENCES x,
    EXCLUDE USING gist (price WITH =)
) PARTITION BY RANGE (id)"#;

#[test]
fn names_of_objects_are_found() {
    assert_eq!(name(TABLE), "app.\"Orders\"");
    for (source, kind) in [
        ("create or replace view x.y as select 1", ObjectKind::View),
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS x.y AS SELECT 1", ObjectKind::MaterializedView),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x.y ON t (a)", ObjectKind::Index),
        ("CREATE OR REPLACE FUNCTION x.y(a int) RETURNS int RETURN 1", ObjectKind::Function),
        ("CREATE PROCEDURE x.y() LANGUAGE sql AS ''", ObjectKind::Procedure),
        ("CREATE TYPE x.y AS ENUM ('a')", ObjectKind::Type),
        ("CREATE DOMAIN x.y AS int", ObjectKind::Domain),
        ("CREATE FOREIGN TABLE x.y (a int) SERVER s", ObjectKind::ForeignTable),
        ("ALTER TABLE IF EXISTS ONLY x.y ADD a int", ObjectKind::Table),
    ] {
        assert_eq!(
            (name(source).as_str(), read(source).map(|definition| definition.kind)),
            ("x.y", Some(kind)),
            "{source}"
        );
    }
    assert_eq!(read("CREATE INDEX ON t (a)").expect("is known").name, None);
    assert_eq!(read("SELECT 1"), None);
    assert_eq!(read("CREATE"), None);
    assert_eq!(read("CREATE TABLE"), Some(Definition::of(Verb::Create, ObjectKind::Table, None)));
}

#[test]
fn columns_are_found() {
    for name in ["id", "flag", "price", "customer", "exclude"] {
        assert_eq!(column(TABLE, name), Some(name));
    }
    assert_eq!(column(TABLE, "Name"), Some("\"Name\""));
    for absent in ["name", "check", "fk", "like", "other"] {
        assert_eq!(column(TABLE, absent), None, "{absent}");
    }
    assert_eq!(column("CREATE TABLE t (a, b) AS SELECT 1, 2", "b"), Some("b"));
    assert_eq!(column("CREATE TABLE t AS SELECT f(b)", "b"), None);
    assert_eq!(column("CREATE TABLE t PARTITION OF p FOR VALUES FROM (1) TO (2)", "1"), None);
    assert_eq!(column("CREATE TABLE t OF y (a WITH OPTIONS NOT NULL)", "a"), Some("a"));
    assert_eq!(column("ALTER TABLE t ADD a int, ADD COLUMN IF NOT EXISTS b int", "b"), Some("b"));
    assert_eq!(column("ALTER TABLE t ADD COLUMN a int", "a"), Some("a"));
    assert_eq!(column("ALTER TABLE t RENAME COLUMN a TO b", "b"), Some("b"));
    assert_eq!(column("ALTER TABLE t RENAME a TO b", "a"), None);
    assert_eq!(column("ALTER TABLE t RENAME TO a", "a"), None);
    assert_eq!(column("ALTER TABLE t ADD CONSTRAINT a CHECK (b > 0)", "b"), None);
}

#[test]
fn constraints_are_found_by_name_or_by_their_columns() {
    use ConstraintKind::{Check, Exclusion, ForeignKey, NotNull, PrimaryKey, Unique};
    assert_eq!(constraint(TABLE, PrimaryKey, "Orders_pkey", &["id"]), Some("PRIMARY KEY"));
    assert_eq!(constraint(TABLE, Check, "positive", &["price"]), Some("CONSTRAINT positive CHECK (price > 0)"));
    assert_eq!(constraint(TABLE, Check, "Orders_price_check", &["price"]), Some("CHECK (price < 10)"));
    assert_eq!(constraint(TABLE, Check, "Orders_price_check1", &["price"]), Some("CHECK (price <> 5)"));
    assert_eq!(constraint(TABLE, Check, "Orders_check", &["id", "price"]), Some("CHECK (price > id)"));
    assert_eq!(constraint(TABLE, Check, "Orders_Name_check", &["Name"]), Some("CHECK (\"Name\" <> '')"));
    assert_eq!(constraint(TABLE, ForeignKey, "x", &["customer"]), Some("REFERENCES app.customers (id)"));
    assert_eq!(constraint(TABLE, ForeignKey, "fk", &[]), Some("CONSTRAINT fk FOREIGN KEY (id, customer)"));
    assert_eq!(
        constraint(TABLE, Unique, "x", &["customer", "price"]),
        Some("UNIQUE NULLS NOT DISTINCT (customer, price)")
    );
    assert_eq!(constraint(TABLE, Exclusion, "x", &["price"]), Some("EXCLUDE USING gist (price WITH =)"));
    assert_eq!(constraint(TABLE, NotNull, "x", &["Name"]), Some("NOT NULL"));
    assert_eq!(constraint(TABLE, NotNull, "x", &["flag"]), None);
    assert_eq!(constraint(TABLE, Unique, "x", &["price"]), None);
    let added = "ALTER TABLE t ADD PRIMARY KEY (id), ADD CONSTRAINT u UNIQUE USING INDEX i, ALTER a SET NOT NULL";
    assert_eq!(constraint(added, PrimaryKey, "t_pkey", &["id"]), Some("PRIMARY KEY (id)"));
    assert_eq!(constraint(added, Unique, "u", &["a"]), Some("CONSTRAINT u UNIQUE"));
    assert_eq!(constraint(added, NotNull, "x", &["a"]), Some("a SET NOT NULL"));
    assert_eq!(constraint("ALTER TABLE t RENAME CONSTRAINT a TO b", Unique, "b", &["x"]), Some("a TO b"));
}

#[test]
fn torn_statements_are_no_trouble() {
    let whole = format!("{TABLE};ALTER TABLE t ADD CONSTRAINT x CHECK (a), RENAME CONSTRAINT a TO b");
    for end in 0..whole.len() {
        for statement in split(&whole[..end]).unwrap_or_default() {
            let definition = Definition::read(&statement);
            let columns = definition.iter().flat_map(|definition| &definition.columns);
            assert!(columns.into_iter().all(|column| statement.text.get(column.range.clone()).is_some()));
        }
    }
}
