use super::*;
use crate::guard::Notation;

fn shape(sql: &str) -> WriteShape {
    check_write(sql).unwrap_or_else(|refused| panic!("{sql}: {refused}")).shape
}

fn refused(sql: &str) -> String {
    match check_write(sql) {
        Ok(statement) => panic!("not refused: {sql}: {statement:?}"),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn what_hooks_do() {
    for (sql, expected) in [
        ("SELECT 1", WriteShape::Query),
        ("SELECT * FROM t FOR UPDATE", WriteShape::Query),
        ("SELECT nextval('s')", WriteShape::Query),
        ("SELECT name, setting FROM pg_settings", WriteShape::Query),
        ("WITH x AS (SELECT 1) SELECT * FROM x FOR NO KEY UPDATE", WriteShape::Query),
        ("WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x", WriteShape::Other),
        ("INSERT INTO t SELECT relname FROM pg_class ON CONFLICT (a) DO UPDATE SET b = excluded.b", WriteShape::Change),
        ("UPDATE ONLY t SET a = 1 RETURNING a", WriteShape::Change),
        ("DELETE FROM s.t USING u WHERE a = b;", WriteShape::Change),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = 1", WriteShape::Change),
        ("TRUNCATE t", WriteShape::Other),
        ("SELECT * INTO x FROM t", WriteShape::Other),
        ("CREATE TABLE x AS SELECT oid::regclass FROM pg_class", WriteShape::Other),
        ("CREATE TEMP TABLE x (a int) ON COMMIT DROP", WriteShape::Other),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(a))", WriteShape::Other),
        ("CREATE MATERIALIZED VIEW v AS SELECT * FROM pg_class", WriteShape::Other),
        ("CREATE OR REPLACE VIEW v AS SELECT a::pg_catalog.text FROM t", WriteShape::Other),
        ("CREATE TYPE mood AS ENUM ('sad')", WriteShape::Other),
        ("CREATE TRIGGER a BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", WriteShape::Other),
        ("ALTER TABLE t SET SCHEMA archive", WriteShape::Other),
        ("DROP TABLE IF EXISTS t CASCADE", WriteShape::Other),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", WriteShape::Other),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", WriteShape::Other),
        ("VACUUM (ANALYZE) t", WriteShape::Other),
        ("ANALYZE t", WriteShape::Other),
        ("GRANT SELECT, EXECUTE ON FUNCTION f() TO r", WriteShape::Other),
        ("SET CONSTRAINTS ALL IMMEDIATE", WriteShape::Other),
        ("LOCK TABLE t IN SHARE MODE", WriteShape::Other),
        ("EXPLAIN (FORMAT json) SELECT 1", WriteShape::Other),
        ("EXPLAIN ANALYZE DELETE FROM t", WriteShape::Other),
        ("CALL refresh_all(1)", WriteShape::Other),
        (
            "DO $$ DECLARE n int; BEGIN FOR n IN SELECT a FROM t LOOP UPDATE t SET b = n; END LOOP; END $$",
            WriteShape::Other,
        ),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $x$ <<l>> BEGIN \
             CREATE TEMP TABLE y () ON COMMIT DROP; IF NEW.a > 1 THEN new.b := 2; ELSE DELETE FROM u; END IF; \
             RETURN NEW; EXCEPTION WHEN others THEN RAISE; END $x$",
            WriteShape::Other,
        ),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE 'sql' AS 'SELECT ''x''::text; SELECT 1'", WriteShape::Other),
        ("INSERT INTO t VALUES ('COMMIT; confiture.migration')", WriteShape::Change),
    ] {
        assert_eq!(shape(sql), expected, "{sql}");
    }
}

#[test]
fn what_no_hook_does() {
    for (sql, part) in [
        ("", "an empty statement"),
        ("COMMIT", "COMMIT"),
        ("COMMIT; DROP TABLE t", "a second statement"),
        ("begin", "BEGIN"),
        ("ROLLBACK TO s", "ROLLBACK"),
        ("SAVEPOINT s", "SAVEPOINT"),
        ("RELEASE s", "RELEASE"),
        ("PREPARE TRANSACTION 'x'", "PREPARE"),
        ("COMMIT PREPARED 'x'", "COMMIT"),
        ("END", "END"),
        ("SET ROLE postgres", "SET"),
        ("SET SESSION AUTHORIZATION DEFAULT", "SET"),
        ("SET LOCAL statement_timeout = 0", "SET"),
        ("SET search_path = x", "SET"),
        ("SET TRANSACTION READ WRITE", "SET"),
        ("RESET ALL", "RESET"),
        ("DISCARD ALL", "DISCARD"),
        ("SELECT set_config('ro'||'le', 'postgres', false)", "set_config"),
        ("UPDATE pg_settings SET setting = 'x' WHERE name = 'role'", "pg_settings"),
        ("CREATE VIEW v AS SELECT * FROM pg_settings", "pg_settings"),
        ("WITH x AS (UPDATE pg_catalog.pg_settings SET setting = 'x') SELECT 1", "catalogs"),
        ("UPDATE pg_authid SET rolsuper = true", "catalogs"),
        ("INSERT INTO \"pg_catalog\".\"pg_proc\" SELECT 1", "catalogs"),
        ("DELETE FROM ONLY pg_class", "catalogs"),
        ("TRUNCATE t, pg_statistic", "catalogs"),
        ("LOCK TABLE pg_class", "catalogs"),
        ("CREATE VIEW v AS SELECT * FROM pg_catalog.pg_authid", "view of a system catalog"),
        ("CREATE TRIGGER a AFTER INSERT ON pg_class EXECUTE FUNCTION f()", "catalogs"),
        ("COPY t TO PROGRAM 'sh'", "COPY"),
        ("COPY t FROM stdin", "COPY"),
        ("COPY (SELECT 1) TO '/tmp/x'", "COPY"),
        ("LISTEN x", "LISTEN"),
        ("NOTIFY x", "NOTIFY"),
        ("PREPARE p AS DELETE FROM t", "PREPARE"),
        ("EXECUTE p", "EXECUTE"),
        ("CREATE TABLE x AS EXECUTE p", "EXECUTE"),
        ("EXPLAIN ANALYZE EXECUTE p", "EXECUTE"),
        ("EXPLAIN (ANALYZE) COPY t TO PROGRAM 'sh'", "COPY"),
        ("DECLARE c CURSOR FOR SELECT 1", "DECLARE"),
        ("LOAD 'x'", "LOAD"),
        ("ALTER SYSTEM SET a = 1", "ALTER"),
        ("ALTER ROLE r SUPERUSER", "ALTER"),
        ("ALTER DATABASE d SET a = 1", "ALTER"),
        ("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC", "ALTER"),
        ("CREATE EXTENSION dblink", "CREATE"),
        ("CREATE OR REPLACE LANGUAGE c", "CREATE"),
        ("CREATE SERVER s FOREIGN DATA WRAPPER f", "CREATE"),
        ("CREATE FOREIGN TABLE t () SERVER s OPTIONS (program 'sh')", "CREATE"),
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", "CREATE"),
        ("CREATE OPERATOR === (FUNCTION = pg_read_file)", "CREATE"),
        ("CREATE AGGREGATE a (int) (SFUNC = pg_read_file)", "CREATE"),
        ("CREATE CAST (text AS int) WITH FUNCTION f", "CREATE"),
        ("CREATE RULE r AS ON INSERT TO t DO NOTIFY x", "CREATE"),
        ("CREATE TYPE t (INPUT = a, OUTPUT = b)", "base type"),
        ("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "CREATE"),
        ("CREATE DATABASE d", "CREATE"),
        ("CREATE ROLE r SUPERUSER", "CREATE"),
        ("GRANT postgres TO me", "GRANT"),
        ("IMPORT FOREIGN SCHEMA x FROM SERVER s INTO y", "IMPORT"),
        ("REASSIGN OWNED BY a TO b", "REASSIGN"),
        ("DROP OWNED BY a", "DROP"),
        ("SECURITY LABEL ON TABLE t IS 'x'", "SECURITY"),
        ("CHECKPOINT", "CHECKPOINT"),
        ("REINDEX DATABASE d", "REINDEX"),
        ("SELECT pg_read_file('x')", "pg_read_file"),
        ("SELECT lo_import('/etc/passwd')", "lo_import"),
        ("SELECT dblink_exec('a', 'b')", "dblink_exec"),
        ("SELECT pg_terminate_backend(1)", "pg_terminate_backend"),
        ("SELECT pg_sleep(3600)", "pg_sleep"),
        ("SELECT pg_advisory_lock(1)", "pg_advisory_lock"),
        ("INSERT INTO t VALUES (pg_catalog.\"pg_ls_dir\"('.'))", "pg_ls_dir"),
        ("SELECT query_to_xml('commit', true, true, '')", "query_to_xml"),
        ("SELECT U&\"set\\005fconfig\"('role', 'postgres', false)", "Unicode"),
        ("DELETE FROM confiture.migration", "confiture"),
        ("DROP SCHEMA a, \"confiture\" CASCADE", "confiture"),
        ("SELECT 1 FROM Confiture . event", "confiture"),
        ("DO $$ BEGIN COMMIT; END $$", "COMMIT"),
        ("DO $$ BEGIN IF true THEN ROLLBACK; END IF; END $$", "ROLLBACK"),
        ("DO $$ BEGIN <<x>> SET ROLE postgres; END $$", "SET"),
        ("DO $$ BEGIN EXECUTE 'COP' || 'Y t TO PROGRAM ''sh'''; END $$", "EXECUTE in code"),
        ("DO $$ DECLARE function text := 'x'; BEGIN EXECUTE function; END $$", "EXECUTE in code"),
        ("DO $$ BEGIN RETURN QUERY EXECUTE x; END $$", "EXECUTE in code"),
        ("DO $$ BEGIN COPY t TO PROGRAM 'sh'; END $$", "COPY"),
        ("DO 'BEGIN PERFORM set_config(''role'', ''postgres'', false); END'", "set_config"),
        ("DO E'BEGIN COMM\\x49T; END'", "escapes"),
        ("DO 'BEGIN PERFORM 1; COM'\n'MIT; END'", "several strings"),
        ("DO LANGUAGE plpython3u $$ x $$", "language"),
        ("DO $a$ BEGIN DO $b$ BEGIN COMMIT; END $b$; END $a$", "code inside of code"),
        ("DO $$ BEGIN UPDATE pg_settings SET setting = 'x'; END $$", "pg_settings"),
        ("DO $$ BEGIN DELETE FROM pg_authid; END $$", "catalogs"),
        ("DO $$ BEGIN DELETE FROM confiture.event; END $$", "confiture"),
        ("DO $$ BEGIN CREATE EXTENSION dblink; END $$", "CREATE"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'", "language"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE 'internal' AS 'x'", "language"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT pg_reload_conf(); SELECT 1 $$", "pg_reload_conf"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET role = postgres AS 'SELECT 1'", "setting of its own"),
        ("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT AND CHAIN; END $$", "COMMIT"),
        ("ALTER FUNCTION f() SET session_preload_libraries = 'x'", "setting of its own"),
        ("\\! sh", "does not begin with a command"),
    ] {
        let text = refused(sql);
        assert!(text.contains(part), "{sql}: {text}");
    }
}

#[test]
fn functions_of_code_are_found() {
    let statement = check_write("DO $$ BEGIN PERFORM s.f(g(1)); END $$").expect("a statement");
    let names: Vec<_> = statement.functions.iter().map(|usage| (usage.name.as_str(), usage.notation)).collect();
    assert_eq!(names, [("f", Notation::Call), ("g", Notation::Call)]);
}
