use super::judge::judge;
use confiture_model::schema::{Routine, Snapshot};

fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::empty(150_000);
    snapshot.routines.push(Routine {
        schema: "public".into(),
        name: "f".into(),
        kind: "function".into(),
        arguments: String::new(),
        language: "plpgsql".into(),
        volatility: "volatile".into(),
        security_definer: false,
        settings: Vec::new(),
        owner: "me".into(),
        comment: None,
        definition: "BEGIN PERFORM 1 FROM Known_Table WHERE \"Known\" = 1; END".into(),
        source: None,
        extra: None,
    });
    snapshot
}

fn verdict(sql: &str) -> Result<bool, String> {
    judge(sql, &snapshot()).1
}

#[test]
fn what_is_safe_is_run() {
    for (sql, outside) in [
        ("COMMENT ON TABLE a IS 'It''s; one'", false),
        ("comment on column a.\"B\" is null;", false),
        ("CREATE INDEX CONCURRENTLY ON public.a (b)", true),
        ("REINDEX INDEX CONCURRENTLY public.\"A b\"", true),
        ("ALTER TABLE ONLY s.a VALIDATE CONSTRAINT c", false),
        ("ALTER TABLE \"Odd\" RENAME TO odd", false),
        ("ALTER TABLE a RENAME COLUMN \"Odd\" TO odd", false),
        ("ALTER TABLE a RENAME CONSTRAINT x TO y", false),
        ("ALTER MATERIALIZED VIEW a.b RENAME TO c", false),
    ] {
        assert_eq!(verdict(sql), Ok(outside), "{sql}");
    }
}

#[test]
fn anything_else_is_for_a_person() {
    for sql in [
        "",
        "DROP TABLE a",
        "COMMENT ON TABLE a IS 'b'; DROP TABLE a",
        "COMMENT ON TABLE a IS 'b",
        "COMMENT ON TABLE a",
        "CREATE INDEX ON a (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON a (b)",
        "DROP INDEX CONCURRENTLY a",
        "DROP INDEX a",
        "ALTER TABLE a VALIDATE CONSTRAINT b, DROP COLUMN c",
        "ALTER TABLE a RENAME TO b, c",
        "ALTER TABLE a DROP COLUMN b",
        "ALTER TABLE a RENAME COLUMN b",
        "ALTER ROLE a RENAME TO b",
        "ALTER TABLE known_table RENAME TO b",
        "ALTER TABLE a RENAME COLUMN \"Known\" TO known",
        "UPDATE a SET b = 1",
        "DO $$ BEGIN END $$",
        "COPY a FROM stdin;\n1\n\\.\n",
    ] {
        assert!(verdict(sql).is_err(), "{sql}");
    }
}
