//! The forms of DDL, and the locks that PostgreSQL's manual states: on the page of the command, else under "Explicit
//! Locking".

/// One form.
pub struct Form {
    pub sql: &'static str,
    /// In the order of names.
    pub manual: &'static [&'static str],
    /// Why something else is seen, on some version at least.
    pub why: Option<&'static str>,
    /// The first version that knows it.
    pub since: u32,
}

/// What the forms work on.
pub const TABLES: &str = "
CREATE TABLE p (id int PRIMARY KEY);
INSERT INTO p SELECT generate_series(1, 10);
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL DEFAULT 0, b text, p int, n int, CONSTRAINT a_valid CHECK (a >= 0));
INSERT INTO t SELECT n, n, 'b', n, n FROM generate_series(1, 10) n;
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_n ON t (n);
ALTER TABLE t ADD CONSTRAINT b_checked CHECK (b <> '') NOT VALID;
CREATE TABLE c (id int, p int CONSTRAINT c_p REFERENCES p DEFERRABLE);
ALTER TABLE c ADD CONSTRAINT c_late FOREIGN KEY (id) REFERENCES p NOT VALID;
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
CREATE TABLE parts_new (id int);
CREATE TABLE kin (id int);
CREATE TABLE kind (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE UNIQUE INDEX m_id ON m (id);
CREATE SEQUENCE s;
CREATE DOMAIN d AS int;
CREATE TABLE of_d (d d);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE RULE r AS ON DELETE TO c DO ALSO NOTHING;
CREATE POLICY pol ON t;
CREATE STATISTICS st ON a, n FROM t;
CREATE SCHEMA other";

const fn form(sql: &'static str, manual: &'static [&'static str]) -> Form {
    Form { sql, manual, why: None, since: 13 }
}

impl Form {
    const fn because(self, why: &'static str) -> Self {
        Self { why: Some(why), ..self }
    }

    const fn since(self, since: u32) -> Self {
        Self { since, ..self }
    }
}

const ALL: &[&str] = &["t ACCESS EXCLUSIVE"];

/// All of them.
pub const FORMS: &[Form] = &[
    form("ALTER TABLE t ADD COLUMN x int", ALL),
    form("ALTER TABLE t ADD COLUMN x int DEFAULT 1", ALL),
    form("ALTER TABLE t ADD COLUMN x float DEFAULT random()", ALL),
    form("ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS IDENTITY", ALL),
    form("ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a + 1) STORED", ALL),
    form("ALTER TABLE t ADD COLUMN x int REFERENCES p", &["p SHARE ROW EXCLUSIVE", "t ACCESS EXCLUSIVE"]),
    form("ALTER TABLE t DROP COLUMN b", ALL),
    form("ALTER TABLE t ALTER a TYPE bigint", ALL),
    form("ALTER TABLE t ALTER b TYPE varchar", ALL),
    form("ALTER TABLE t ALTER a SET DEFAULT 1", ALL),
    form("ALTER TABLE t ALTER a DROP DEFAULT", ALL),
    form("ALTER TABLE t ALTER b SET NOT NULL", ALL),
    form("ALTER TABLE t ALTER a DROP NOT NULL", ALL),
    form("ALTER TABLE t ALTER a SET STATISTICS 500", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t ALTER a SET (n_distinct = 5)", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t ALTER b SET STORAGE EXTERNAL", ALL),
    form("ALTER TABLE t ALTER b SET COMPRESSION pglz", ALL).since(14),
    form("ALTER TABLE t ADD CHECK (a < 100)", ALL),
    form("ALTER TABLE t ADD CHECK (a < 100) NOT VALID", ALL),
    form("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p", &["p SHARE ROW EXCLUSIVE", "t SHARE ROW EXCLUSIVE"]),
    form("ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p NOT VALID", &["p SHARE ROW EXCLUSIVE", "t SHARE ROW EXCLUSIVE"]),
    form("ALTER TABLE c ADD PRIMARY KEY (id)", &["c ACCESS EXCLUSIVE"]),
    form("ALTER TABLE t ADD UNIQUE (p)", ALL),
    form("ALTER TABLE t ADD UNIQUE USING INDEX t_n", ALL),
    form("ALTER TABLE t ADD EXCLUDE (p WITH =)", ALL),
    form("ALTER TABLE c ALTER CONSTRAINT c_p NOT DEFERRABLE", &["c ACCESS EXCLUSIVE"]),
    form("ALTER TABLE t VALIDATE CONSTRAINT b_checked", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE c VALIDATE CONSTRAINT c_late", &["c SHARE UPDATE EXCLUSIVE", "p ROW SHARE"]),
    form("ALTER TABLE t DROP CONSTRAINT a_valid", ALL),
    form("ALTER TABLE c DROP CONSTRAINT c_p", &["c ACCESS EXCLUSIVE"])
        .because("the triggers that a foreign key has on the table that it leads to are dropped with it"),
    form("ALTER TABLE t RENAME COLUMN a TO x", ALL),
    form("ALTER TABLE t RENAME CONSTRAINT a_valid TO x", ALL),
    form("ALTER TABLE t RENAME TO x", ALL),
    form("ALTER TABLE t SET SCHEMA other", ALL),
    form("ALTER TABLE t OWNER TO CURRENT_USER", ALL),
    form("ALTER TABLE t SET (fillfactor = 70)", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t SET (autovacuum_enabled = off)", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t RESET (fillfactor)", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t DISABLE TRIGGER tr", &["t SHARE ROW EXCLUSIVE"]),
    form("ALTER TABLE t ENABLE ALWAYS TRIGGER tr", &["t SHARE ROW EXCLUSIVE"]),
    form("ALTER TABLE t ENABLE ROW LEVEL SECURITY", ALL),
    form("ALTER TABLE t FORCE ROW LEVEL SECURITY", ALL),
    form("ALTER TABLE t CLUSTER ON t_a", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE t SET WITHOUT CLUSTER", &["t SHARE UPDATE EXCLUSIVE"]),
    form("ALTER TABLE c SET UNLOGGED", &["c ACCESS EXCLUSIVE"]),
    form("ALTER TABLE t REPLICA IDENTITY FULL", ALL),
    form("ALTER TABLE kind INHERIT kin", &["kind ACCESS EXCLUSIVE"])
        .because("the parent must not change meanwhile; the manual speaks of the child"),
    form(
        "ALTER TABLE parts ATTACH PARTITION parts_new FOR VALUES FROM (10) TO (20)",
        &["parts SHARE UPDATE EXCLUSIVE", "parts_new ACCESS EXCLUSIVE", "parts_rest ACCESS EXCLUSIVE"],
    ),
    form("ALTER TABLE parts DETACH PARTITION parts_1", &["parts ACCESS EXCLUSIVE", "parts_1 ACCESS EXCLUSIVE"])
        .because("the rows that the default partition may hold change; version 13 locks the partition itself less than the rest of the command's forms"),
    form("ALTER TABLE parts ADD COLUMN x int", &["parts ACCESS EXCLUSIVE"])
        .because("partitions change with their table"),
    form("ALTER INDEX t_a RENAME TO x", &["t_a SHARE UPDATE EXCLUSIVE"]),
    form("ALTER INDEX t_a SET (fillfactor = 70)", &["t_a SHARE UPDATE EXCLUSIVE"]),
    form("CREATE INDEX ON t (b)", &["t SHARE"]),
    form("CREATE INDEX ON parts (id)", &["parts SHARE"])
        .because("each partition gets its index"),
    form("DROP INDEX t_a", ALL),
    form("REINDEX TABLE t", &["t SHARE", "t_a ACCESS EXCLUSIVE", "t_n ACCESS EXCLUSIVE", "t_pkey ACCESS EXCLUSIVE"]),
    form("REINDEX INDEX t_a", &["t SHARE", "t_a ACCESS EXCLUSIVE"]),
    form("CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", &["t SHARE ROW EXCLUSIVE"]),
    form("ALTER TRIGGER tr ON t RENAME TO x", ALL),
    form("DROP TRIGGER tr ON t", ALL),
    form("CREATE RULE x AS ON DELETE TO t DO INSTEAD NOTHING", ALL),
    form("DROP RULE r ON c", &["c ACCESS EXCLUSIVE"]),
    form("CREATE POLICY x ON t", ALL),
    form("ALTER POLICY pol ON t USING (true)", ALL),
    form("DROP POLICY pol ON t", ALL),
    form("CREATE STATISTICS x ON a, p FROM t", &["t SHARE UPDATE EXCLUSIVE"]),
    form("DROP STATISTICS st", &[])
        .because("the manual states none; what is planned for the table must not change meanwhile"),
    form("ANALYZE t", &["t SHARE UPDATE EXCLUSIVE"]),
    form("CLUSTER t USING t_a", ALL),
    form("TRUNCATE t", ALL),
    form("DROP TABLE kin", &["kin ACCESS EXCLUSIVE"]),
    form("DROP TABLE c", &["c ACCESS EXCLUSIVE"])
        .because("the triggers that a foreign key has on the table that it leads to are dropped with it"),
    form("DROP TABLE parts_1", &["parts_1 ACCESS EXCLUSIVE"])
        .because("the table that it is a partition of changes, and the rows that the default partition may hold"),
    form("CREATE TABLE x (p int REFERENCES p)", &["p SHARE ROW EXCLUSIVE"]),
    form("CREATE TABLE x PARTITION OF parts FOR VALUES FROM (10) TO (20)", &["parts ACCESS EXCLUSIVE"])
        .because("the rows that the default partition may hold change, and are read"),
    form("CREATE TABLE x () INHERITS (kin)", &[])
        .because("the manual states none; the parent must not change meanwhile"),
    form("CREATE TABLE x (LIKE t INCLUDING ALL)", &["t ACCESS SHARE"]),
    form("CREATE TABLE x AS SELECT * FROM t", &["t ACCESS SHARE"]),
    form("CREATE VIEW x AS SELECT * FROM t", &["t ACCESS SHARE"]),
    form("CREATE OR REPLACE VIEW v AS SELECT id, a FROM t", &["t ACCESS SHARE", "v ACCESS EXCLUSIVE"]),
    form("DROP VIEW v", &["v ACCESS EXCLUSIVE"]),
    form("REFRESH MATERIALIZED VIEW m", &["m ACCESS EXCLUSIVE", "t ACCESS SHARE"]),
    form("REFRESH MATERIALIZED VIEW CONCURRENTLY m", &["m EXCLUSIVE", "t ACCESS SHARE"]),
    form("DROP MATERIALIZED VIEW m", &["m ACCESS EXCLUSIVE"]),
    form("ALTER SEQUENCE s INCREMENT 2", &["s SHARE ROW EXCLUSIVE"]),
    form("DROP SEQUENCE s", &["s ACCESS EXCLUSIVE"]),
    form("ALTER DOMAIN d ADD CHECK (VALUE > 0)", &[])
        .because("the manual states none; the columns of the domain are read, and must not change meanwhile"),
    form("COMMENT ON TABLE t IS 'x'", &["t SHARE UPDATE EXCLUSIVE"]),
    form("COMMENT ON COLUMN t.a IS 'x'", &["t SHARE UPDATE EXCLUSIVE"]),
    form("GRANT SELECT ON t TO PUBLIC", &[])
        .because("the manual states none; from 18 on, the table is locked against being dropped meanwhile"),
    form("LOCK TABLE t", ALL),
    form("SELECT FROM t FOR UPDATE", &["t ROW SHARE"]),
    form("INSERT INTO c (p) VALUES (1)", &["c ROW EXCLUSIVE"])
        .because("its foreign key is checked, as SELECT FOR KEY SHARE does"),
    form("UPDATE t SET b = 'x'", &["t ROW EXCLUSIVE"]),
    form("DELETE FROM t", &["t ROW EXCLUSIVE"]),
];
