use super::*;

fn names(sql: &str) -> Vec<String> {
    let query = check_read(sql).unwrap_or_else(|refused| panic!("{sql}: {refused}"));
    let name = |usage: FunctionUse| {
        let schema = usage.schema.map(|schema| format!("{schema}.")).unwrap_or_default();
        let sign = if usage.notation == Notation::Attribute { "." } else { "" };
        format!("{sign}{schema}{}", usage.name)
    };
    query.functions.into_iter().map(name).collect()
}

fn refused(sql: &str) -> String {
    match check_read(sql) {
        Ok(query) => panic!("not refused: {sql}: {query:?}"),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn statements_that_read() {
    for (sql, kind) in [
        ("SELECT 1", ReadKind::Query),
        ("select * from t where a = $1 order by b limit 10 offset 5", ReadKind::Query),
        ("  -- a comment\n/* another /* nested */ */ SELECT 1 -- and\r\n ; ;", ReadKind::Query),
        ("(SELECT 1) UNION ALL (SELECT 2)", ReadKind::Query),
        ("((select 1))", ReadKind::Query),
        ("VALUES (1, 'a'), (2, 'b')", ReadKind::Query),
        ("TABLE t", ReadKind::Query),
        ("table only s.\"T\"", ReadKind::Query),
        ("WITH x AS (SELECT 1 AS a), y AS MATERIALIZED (SELECT * FROM x) SELECT * FROM y", ReadKind::Query),
        (
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n",
            ReadKind::Query,
        ),
        ("SELECT 'DELETE FROM t; COMMIT' AS text", ReadKind::Query),
        ("SELECT $$ ; drop table t $$, $x$ $$ ; $x$", ReadKind::Query),
        ("SELECT E'it\\'s; ', U&'d\\0061t', B'01', X'ff'", ReadKind::Query),
        (
            "SELECT a.attname::text, format('%I', c.relname) FROM pg_catalog.pg_class c JOIN LATERAL (SELECT * FROM \
          pg_attribute x WHERE x.attrelid = c.oid) a ON true WHERE c.oid = 't'::regclass",
            ReadKind::Query,
        ),
        ("SELECT k.n FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS k(attnum, n)", ReadKind::Query),
        (
            "SELECT count(*) FILTER (WHERE a > 1), rank() OVER (PARTITION BY b ORDER BY c) FROM t GROUP BY b, c",
            ReadKind::Query,
        ),
        (
            "SELECT extract(epoch FROM now()), substring('abc' FROM 2 FOR 1), trim(both ' ' from a) FROM t",
            ReadKind::Query,
        ),
        (
            "SELECT ARRAY(SELECT 1), ROW(1, 2), (1, 2) = ANY (SELECT 1, 2), a -> 'b' ->> 'c', x @> y FROM t",
            ReadKind::Query,
        ),
        (
            "SELECT CASE WHEN EXISTS (SELECT 1) THEN 1 END, NOT a IS DISTINCT FROM b, a::numeric(10,2) FROM t",
            ReadKind::Query,
        ),
        ("SELECT * FROM t TABLESAMPLE bernoulli (1)", ReadKind::Query),
        ("SHOW server_version", ReadKind::Show),
        ("SHOW TRANSACTION ISOLATION LEVEL", ReadKind::Show),
        ("SHOW my.setting;", ReadKind::Show),
        ("EXPLAIN SELECT 1", ReadKind::Explain),
        ("EXPLAIN (FORMAT json, VERBOSE) SELECT * FROM t", ReadKind::Explain),
        ("EXPLAIN ANALYZE SELECT * FROM t", ReadKind::Explain),
        ("EXPLAIN DELETE FROM t WHERE a = 1", ReadKind::Explain),
        ("EXPLAIN UPDATE t SET a = 1", ReadKind::Explain),
    ] {
        let query = check_read(sql).unwrap_or_else(|refused| panic!("{sql}: {refused}"));
        assert_eq!(query.kind, kind, "{sql}");
    }
}

#[test]
fn the_text_is_the_statement_without_its_semicolon() {
    let query = check_read(" /* a */ SELECT 1 /* b */ ; -- c").expect("a query");
    assert_eq!(query.text, "SELECT 1");
}

#[test]
fn statements_that_do_not_read() {
    for (sql, part) in [
        ("", "an empty statement"),
        (" ; ", "an empty statement"),
        ("-- nothing", "an empty statement"),
        ("COMMIT", "COMMIT"),
        ("begin", "BEGIN"),
        ("START TRANSACTION READ WRITE", "START"),
        ("ROLLBACK TO s", "ROLLBACK"),
        ("SAVEPOINT s", "SAVEPOINT"),
        ("PREPARE TRANSACTION 'x'", "PREPARE"),
        ("SET ROLE postgres", "SET"),
        ("SET SESSION AUTHORIZATION DEFAULT", "SET"),
        ("SET TRANSACTION READ WRITE", "SET"),
        ("set local statement_timeout = 0", "SET"),
        ("RESET ROLE", "RESET"),
        ("RESET ALL", "RESET"),
        ("DISCARD ALL", "DISCARD"),
        ("COPY t TO PROGRAM 'sh'", "COPY"),
        ("COPY (SELECT 1) TO '/tmp/x'", "COPY"),
        ("DO $$ BEGIN COMMIT; END $$", "DO"),
        ("CALL p()", "CALL"),
        ("LISTEN x", "LISTEN"),
        ("NOTIFY x", "NOTIFY"),
        ("PREPARE p AS DELETE FROM t", "PREPARE"),
        ("EXECUTE p", "EXECUTE"),
        ("DEALLOCATE ALL", "DEALLOCATE"),
        ("DECLARE c CURSOR FOR SELECT 1", "DECLARE"),
        ("FETCH ALL FROM c", "FETCH"),
        ("LOCK TABLE t", "LOCK"),
        ("INSERT INTO t VALUES (1)", "INSERT"),
        ("UPDATE t SET a = 1", "UPDATE"),
        ("DELETE FROM t", "DELETE"),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("TRUNCATE t", "TRUNCATE"),
        ("CREATE TABLE x AS SELECT 1", "CREATE"),
        ("DROP TABLE t", "DROP"),
        ("ALTER SYSTEM SET a = 1", "ALTER"),
        ("GRANT ALL ON t TO PUBLIC", "GRANT"),
        ("VACUUM", "VACUUM"),
        ("REFRESH MATERIALIZED VIEW v", "REFRESH"),
        ("LOAD 'x'", "LOAD"),
        ("CHECKPOINT", "CHECKPOINT"),
        ("\\! sh", "does not begin with a command"),
        ("42", "does not begin with a command"),
        ("\"select\" 1", "does not begin with a command"),
        ("SELECT 1; SELECT 2", "a second statement"),
        ("COMMIT; DROP TABLE t", "a second statement"),
        ("SELECT 1; COMMIT; --", "a second statement"),
        ("SELECT 1 /* ; */ ; /* */ DROP TABLE t", "a second statement"),
        ("SELECT * INTO x FROM t", "SELECT INTO"),
        ("SELECT * INTO TEMP x FROM t", "SELECT INTO"),
        ("WITH q AS (SELECT 1) SELECT * INTO x FROM q", "SELECT INTO"),
        ("SELECT * FROM t FOR UPDATE", "FOR UPDATE"),
        ("SELECT * FROM t FOR SHARE", "FOR SHARE"),
        ("SELECT * FROM (SELECT * FROM t FOR UPDATE) x", "FOR UPDATE"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "DELETE inside"),
        ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x", "INSERT inside"),
        ("WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x", "UPDATE inside"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "inside"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "inside"),
        ("SELECT * FROM (WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x) y", "DELETE inside"),
        ("EXPLAIN ANALYZE DELETE FROM t", "EXPLAIN ANALYZE"),
        ("EXPLAIN (ANALYZE) UPDATE t SET a = 1", "EXPLAIN ANALYZE"),
        ("EXPLAIN (verbose, analyze false) DELETE FROM t", "EXPLAIN ANALYZE"),
        ("EXPLAIN ANALYZE WITH x AS (DELETE FROM t RETURNING *) SELECT 1", "DELETE inside"),
        ("EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1", "EXPLAIN of this"),
        ("EXPLAIN ANALYZE EXECUTE p", "refused"),
        ("SHOW a; DROP TABLE t", "a second statement"),
        ("SHOW a, b", "this SHOW"),
        ("TABLE t ORDER BY f(a)", "this TABLE"),
        ("TABLE", "this TABLE"),
        ("SELECT 'abc", "a string without its end"),
        ("SELECT $$ abc", "a dollar-quoted string"),
        ("SELECT 1 /* /* */", "a comment"),
        ("SELECT \"a", "a quoted name"),
        ("SELECT FROM t WHERE", "cannot be read with certainty"),
        ("SELECT 1 \0", "a zero byte"),
        ("SELECT\u{a0}1", "outside of ASCII"),
        ("SELECT 1 \u{1}", "control character"),
    ] {
        let text = refused(sql);
        assert!(text.contains(part), "{sql}: {text}");
    }
}

#[test]
fn settings_are_refused_however_the_function_is_written() {
    for sql in [
        "SELECT set_config('role', 'postgres', false)",
        "SELECT SET_CONFIG('role', 'postgres', false)",
        "SELECT \"set_config\"('role', 'postgres', false)",
        "SELECT pg_catalog.set_config('role', 'postgres', false)",
        "SELECT pg_catalog.\"set_config\" ('role', 'postgres', false)",
        "SELECT \"pg_catalog\" . /* here */ set_config -- and\n (E'ro\\x6ce', 'postgres', false)",
        "SELECT db.pg_catalog.set_config('a', 'b', false)",
        "SELECT U&\"set\\005fconfig\"('role', 'postgres', false)",
        "SELECT U&\"set!005fconfig\" UESCAPE '!' ('role', 'postgres', false)",
        "SELECT * FROM set_config('role', 'postgres', false)",
        "SELECT * FROM t, LATERAL set_config('role', 'postgres', false)",
        "SELECT 1 WHERE set_config('role', 'postgres', false) IS NOT NULL",
        "VALUES (set_config('role', 'postgres', false))",
        "SELECT 1 ORDER BY set_config('role', 'postgres', false)",
        "SELECT 1 LIMIT length(set_config('role', 'postgres', false))",
        // A carriage return ends a comment for PostgreSQL.
        "SELECT 1 -- \r, set_config('role', 'postgres', false)",
        "SELECT '\\', set_config('role', 'postgres', false), ''",
        "EXPLAIN SELECT set_config('role', 'postgres', false)",
    ] {
        assert!(refused(sql).contains("refused"), "{sql}");
    }
}

#[test]
fn a_few_functions_are_refused_by_name() {
    for call in [
        "pg_sleep(3600)",
        "pg_sleep_for('1 h')",
        "pg_advisory_lock(1)",
        "pg_try_advisory_xact_lock(1)",
        "nextval('s')",
        "setval('s', 1)",
        "currval('s')",
        "lo_create(0)",
        "lo_import('/etc/passwd')",
        "lowrite(1, '')",
        "dblink('a', 'b')",
        "dblink_exec('a')",
        "pg_read_file('x')",
        "pg_read_binary_file('x')",
        "pg_ls_dir('.')",
        "pg_terminate_backend(1)",
        "pg_notify('a', 'b')",
        "query_to_xml('delete from t', true, true, '')",
        "crosstab('select 1')",
        "pg_create_logical_replication_slot('a', 'b')",
        "pg_stat_reset()",
        "pg_file_write('a', 'b', true)",
        "pg_logical_emit_message(true, 'a', 'b')",
        "ts_stat('select 1')",
        "pg_reload_conf()",
    ] {
        assert!(refused(&format!("SELECT {call}")).contains("the function"), "{call}");
        assert!(refused(&format!("SELECT * FROM any_schema.{call}")).contains("the function"), "{call}");
    }
    // Columns of these names are no calls.
    assert_eq!(names("SELECT nextval, s.currval, 'set_config(' FROM s"), [".currval"]);
}

#[test]
fn every_function_is_found() {
    for (sql, expected) in [
        ("SELECT 1", &[][..]),
        ("SELECT f(1), F(2), \"F\"(3), s.g(4)", &["f", "F", "s.g"]),
        ("SELECT \"we\"\"ird\"(1)", &["we\"ird"]),
        ("SELECT count(*) FROM f(1) AS x", &["count", "f"]),
        ("SELECT rank() OVER (ORDER BY f(a)) FROM t", &["rank", "over", "f"]),
        ("SELECT a.b.c(1)", &[".b", "b.c"]),
        ("SELECT (t).f, t.g FROM t", &["select", ".f", ".g"]),
        ("SELECT f /* x */ -- y\n (1)", &["f"]),
        ("SELECT 'f(1)', $$ g(2) $$, E'\\'h(3)' ", &[]),
        ("SELECT * FROM a CROSS JOIN LATERAL s.f(a.x)", &["s.f", ".x"]),
        ("SELECT a FROM t WHERE b IN (SELECT f(c) FROM u)", &["in", "f"]),
        ("EXPLAIN (FORMAT json) SELECT f(1)", &["explain", "f"]),
        ("SELECT été(1)", &["été"]),
    ] {
        assert_eq!(names(sql), expected, "{sql}");
    }
    let long = format!("SELECT {}(1)", "a".repeat(64));
    assert!(refused(&long).contains("this long"));
}

#[test]
fn texts_made_to_exhaust_the_reader() {
    for sql in [
        format!("SELECT {}1{}", "(".repeat(9_000), ")".repeat(9_000)),
        format!("SELECT {}", "(".repeat(19_000)),
        format!("SELECT * FROM {}", "(".repeat(19_000)),
        format!("SELECT {} 1", "NOT ".repeat(19_000)),
        format!("SELECT {} 1", "- ".repeat(19_000)),
        format!("SELECT {}", "case when ".repeat(9_000)),
        format!("SELECT {}1", "f(".repeat(9_000)),
        format!("SELECT 1{}", ", 1".repeat(MAX_TOKENS)),
        format!("SELECT '{}'", "a".repeat(MAX_BYTES)),
        format!("SELECT {}1", "array[".repeat(9_000)),
    ] {
        refused(&sql);
    }
    // Long chains are deep trees: they are read on a stack that holds them.
    for sql in [
        format!("SELECT 1{}", " + 1".repeat(9_900)),
        format!("SELECT 1{}", "::int".repeat(6_600)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(6_600)),
        format!("SELECT a{}", " AND a".repeat(9_900)),
        format!("SELECT * FROM t{}", " NATURAL JOIN t".repeat(6_600)),
    ] {
        assert!(check_read(&sql).is_ok());
    }
}
