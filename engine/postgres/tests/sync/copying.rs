//! Rows, masks, and what belongs to them.

use super::support::{Masks, Steps, name, pair, pair_between, sum, trap, value};
use confiture_model::{
    mask::Column,
    sync::{ForeignKey, MaskedCells},
};
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    sync::{self, SyncError},
};
use std::sync::Arc;

const PEOPLE: &str =
    "CREATE TABLE people (id int PRIMARY KEY, name text, mail varchar(60) UNIQUE, born date, note text);";
const SOME_PEOPLE: &str =
    "INSERT INTO people SELECT n, 'name ' || n, nullif('m' || n || '@example.org', 'm7@example.org'),
    date '2000-01-01' + n, repeat('x', n % 50) FROM generate_series(1, 20000) n";

#[tokio::test]
async fn masked_columns_are_replaced_and_the_others_are_the_same() {
    let pair = pair(PEOPLE).await;
    pair.fill(SOME_PEOPLE).await;
    let mut plan = pair.plan(&[]).await;
    let see = |values: &Column, context: &[Column]| {
        let pairs = values.iter().zip(context[0].iter().zip(context[1].iter()));
        Ok(pairs.map(|(value, (id, mail))| value.map(|_| format!("{}/{}", id.unwrap(), mail.unwrap_or("-")))).collect())
    };
    let masks = Masks::default()
        .each("people", "mail", |mail| mail.replace("example", "masked"))
        .with("people", "name", see)
        .seeing(&[("id", false), ("mail", true)]);
    let copied = pair.run(&mut plan, masks).await.unwrap();
    assert_eq!(copied.tables[0].rows, 20_000);
    let cells = |cells| MaskedCells { cells, unchanged: 0 };
    assert_eq!(copied.tables[0].masked_cells, [cells(20_000), cells(19_999)]);
    let differing =
        "SELECT count(*) FROM people WHERE mail IS DISTINCT FROM nullif('m' || id || '@masked.org', 'm7@masked.org')
        OR name <> id || '/' || coalesce(mail, '-') OR born <> date '2000-01-01' + id OR length(note) <> id % 50";
    assert_eq!(value(&pair.target, differing).await, "0");
    let state = format!("SELECT state || client FROM confiture.sync_run WHERE run = '{}'", plan.run);
    assert_eq!(value(&pair.target, &state).await, "copiedada@läptop");
    sync::record_verdict(&pair.ends, &plan.run, true, "{}").await.unwrap();
    assert_eq!(value(&pair.target, &state).await, "verifiedada@läptop");
    assert_eq!(sync::unfinished(&pair.ends).await.unwrap(), None);
    // A plan is run once; another one finds rows.
    assert!(matches!(pair.run(&mut plan, Masks::default()).await, Err(SyncError::Refused(_))));
    let mut again = pair.plan(&[]).await;
    let Err(SyncError::Refused(why)) = pair.run(&mut again, Masks::default()).await else { panic!() };
    assert!(why.contains("public.people of the target holds rows"), "{why}");
    let mut replacing = pair.plan(&[]).await;
    replacing.replace = true;
    pair.copy_all(&mut replacing).await;
}

#[tokio::test]
async fn a_batch_that_a_strategy_asks_for_is_never_shorter() {
    let pair = pair(PEOPLE).await;
    pair.fill(SOME_PEOPLE).await;
    let mut plan = pair.plan(&[]).await;
    let shuffle = |values: &Column, _: &[Column]| {
        assert!(values.len() >= 3_000);
        Ok((0..values.len()).rev().map(|row| values.get(row)).collect())
    };
    let masks = Masks::default().with("people", "name", shuffle).batch_rows(3_000);
    pair.run(&mut plan, masks).await.unwrap();
    assert_eq!(value(&pair.target, "SELECT count(DISTINCT name) FROM people").await, "20000");
    assert_ne!(sum(&pair.source, "people").await, sum(&pair.target, "people").await);
}

#[tokio::test]
async fn what_is_asked_for_and_no_more() {
    let pair = pair(PEOPLE).await;
    pair.fill(SOME_PEOPLE).await;
    let mut plan = pair.plan(&[]).await;
    plan.tables[0].condition = Some("people.id > 100 -- of them".to_owned());
    plan.tables[0].limit = Some(10);
    pair.run(&mut plan, Masks::default()).await.unwrap();
    assert_eq!(
        value(&pair.target, "SELECT min(id) || ' ' || max(id) || ' ' || count(*) FROM people").await,
        "101 110 10"
    );
}

#[tokio::test]
async fn cycles_self_references_and_triggers() {
    let schema = "CREATE TABLE a (id int PRIMARY KEY, b int, boss int);
        CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
        ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b ON DELETE CASCADE;
        COMMENT ON CONSTRAINT a_b ON a IS 'it''s a cycle';
        ALTER TABLE a ADD CONSTRAINT a_boss FOREIGN KEY (boss) REFERENCES a DEFERRABLE INITIALLY IMMEDIATE;
        CREATE TABLE log (what text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (TG_NAME); RETURN NEW; END';
        CREATE TRIGGER plain AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION note();
        CREATE TRIGGER always AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE a ENABLE ALWAYS TRIGGER always;
        CREATE TRIGGER never AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE a DISABLE TRIGGER never;";
    let pair = pair(schema).await;
    pair.fill(
        "SET session_replication_role = replica; INSERT INTO a SELECT n, n, n + 1 FROM generate_series(1, 999) n;
         INSERT INTO a VALUES (1000, 1, 1); INSERT INTO b SELECT n, n FROM generate_series(1, 1000) n",
    )
    .await;
    let catalog = "SELECT string_agg(x, E'\n' ORDER BY x) FROM (
        SELECT conname || pg_get_constraintdef(oid) || convalidated || coalesce(obj_description(oid, 'pg_constraint'), '') FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'a'::regclass) y (x)";
    let before = value(&pair.target, catalog).await;
    let key = |name: &str, deferrable| ForeignKey {
        table: self::name("a"),
        name: name.to_owned(),
        definition: String::new(),
        deferrable,
    };
    for fire in [false, true] {
        let mut plan = pair.plan(&["a", "b"]).await;
        plan.cycles = vec![key("a_b", false), key("a_boss", true)];
        plan.replace = true;
        plan.fire_triggers = fire;
        pair.copy_all(&mut plan).await;
        assert_eq!(value(&pair.target, catalog).await, before);
        let fired = if fire { "2000" } else { "0" };
        assert_eq!(value(&pair.target, "SELECT count(*) FROM log").await, fired);
    }
    // One row that refers to nothing: nothing changes.
    pair.fill("SET session_replication_role = replica; UPDATE a SET boss = -1 WHERE id = 5").await;
    let sums = (sum(&pair.target, "a").await, sum(&pair.target, "b").await);
    let mut plan = pair.plan(&["a", "b"]).await;
    plan.cycles = vec![key("a_b", false), key("a_boss", true)];
    plan.replace = true;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert!(matches!(&error, SyncError::Said { said, .. } if said.sqlstate == "23503"), "{error}");
    assert!(!error.to_string().contains("-1"), "{error}");
    assert_eq!((sum(&pair.target, "a").await, sum(&pair.target, "b").await), sums);
    assert_eq!(value(&pair.target, catalog).await, before);
}

#[tokio::test]
async fn identities_generated_columns_sequences_views_and_partitions() {
    let schema =
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
        CREATE SEQUENCE s INCREMENT 5; CREATE SEQUENCE fresh;
        CREATE MATERIALIZED VIEW v AS SELECT sum(twice) AS sum FROM t;
        CREATE TABLE parts (id int, k text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
        CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
        CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b');
        CREATE TABLE refers (id int, k text, FOREIGN KEY (id, k) REFERENCES parts);
        CREATE TABLE nothing ();";
    let pair = pair(schema).await;
    pair.fill(
        "INSERT INTO t (n) SELECT generate_series(1, 100); SELECT nextval('s'), nextval('s');
         INSERT INTO parts SELECT n, substr('ab', n % 2 + 1, 1) FROM generate_series(1, 100) n;
         INSERT INTO refers SELECT * FROM parts; INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES",
    )
    .await;
    for _ in 0..2 {
        let mut plan = pair.plan(&["nothing", "t", "parts_a", "parts_b", "refers"]).await;
        plan.sequences = ["s", "fresh", "t_id_seq"].map(name).to_vec();
        plan.refresh = vec![name("v")];
        plan.replace = true;
        pair.copy_all(&mut plan).await;
    }
    assert_eq!(value(&pair.target, "SELECT sum FROM v").await, "10100");
    assert_eq!(value(&pair.target, "SELECT nextval('s')").await, "11");
    assert_eq!(value(&pair.target, "SELECT nextval('fresh')").await, "1");
    assert_eq!(value(&pair.target, "INSERT INTO t (n) VALUES (1) RETURNING id").await, "101");
    assert_eq!(value(&pair.target, "SELECT reltuples FROM pg_class WHERE relname = 'parts_a'").await, "50");
    // With the table that refers to it left out, nothing is emptied.
    let mut plan = pair.plan(&["parts_a", "parts_b"]).await;
    plan.replace = true;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert!(error.to_string().contains("while emptying the tables: cannot truncate"), "{error}");
    assert_eq!(value(&pair.target, "SELECT count(*) FROM refers").await, "100");
}

#[tokio::test]
async fn large_objects_with_their_numbers() {
    let pair = pair("").await;
    pair.fill(
        "SELECT lo_from_bytea(4711, decode(repeat('00ff5c', 1000000), 'hex')), lo_create(4712);
         CREATE ROLE lo_owner; CREATE ROLE lo_reader; ALTER LARGE OBJECT 4712 OWNER TO lo_owner;
         GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC; GRANT ALL ON LARGE OBJECT 4712 TO lo_reader WITH GRANT OPTION;
         REVOKE UPDATE ON LARGE OBJECT 4712 FROM lo_owner",
    )
    .await;
    pair.target.batch_execute("SELECT lo_from_bytea(4711, 'old')").await.unwrap();
    let mut plan = pair.plan(&[]).await;
    plan.large_objects = true;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert!(error.to_string().contains("making large object 4711"), "{error}");
    let mut plan = pair.plan(&[]).await;
    (plan.large_objects, plan.replace) = (true, true);
    assert_eq!(pair.run(&mut plan, Masks::default()).await.unwrap().large_objects, 2);
    let sum = "SELECT string_agg(md5(lo_get(oid)) || lomowner::regrole || lomacl::text, ' ' ORDER BY oid) FROM pg_largeobject_metadata";
    assert_eq!(value(&pair.target, sum).await, value(&pair.source, sum).await);
    // Who may not make others owners keeps them, and says so.
    let database = pair.ends.target.database();
    let role = format!("CREATE ROLE lo_writer LOGIN; GRANT CREATE ON DATABASE {database} TO lo_writer; SELECT lo_unlink(oid) FROM pg_largeobject_metadata;
        DROP SCHEMA confiture CASCADE");
    pair.target.batch_execute(&role).await.unwrap();
    let mut ends = pair.ends.clone();
    ends.target = ends.target.with_user("lo_writer");
    let mut plan = pair.plan(&[]).await;
    plan.large_objects = true;
    let snapshot = sync::SourceSnapshot::take(&ends).await.unwrap();
    let (masks, steps) = (Arc::new(Masks::default()), Arc::new(Steps::default()));
    let copied = sync::run(&plan, &ends, &snapshot, masks, steps, std::future::pending()).await.unwrap();
    let said = copied.remarks.join("\n");
    assert!(
        copied.remarks.len() == 2
            && said.contains("belong to `lo_writer` and not to `lo_owner`: 1; `lo_writer` may not"),
        "{said}"
    );
    let acl = "SELECT string_agg(lomowner::regrole || lomacl::text, ' ' ORDER BY oid) FROM pg_largeobject_metadata";
    let given =
        "lo_writer{lo_writer=rw/lo_writer,=r/lo_writer} lo_writer{lo_writer=rw/lo_writer,lo_reader=r*w*/lo_writer}";
    assert_eq!(value(&pair.target, acl).await, given);
}

#[tokio::test]
async fn the_copy_is_one_snapshot() {
    let pair = pair(PEOPLE).await;
    pair.fill(SOME_PEOPLE).await;
    let before = sum(&pair.source, "people").await;
    let snapshot = sync::SourceSnapshot::take(&pair.ends).await.unwrap();
    pair.fill("DELETE FROM people WHERE id % 3 = 0; UPDATE people SET name = 'later'").await;
    let mut plan = pair.plan(&[]).await;
    pair.run_in(&mut plan, Masks::default(), &snapshot).await.unwrap();
    assert_eq!(sum(&pair.target, "people").await, before);
}

#[tokio::test]
async fn indexes_of_large_tables_are_as_they_were() {
    let schema = "CREATE TABLE big (id int CONSTRAINT the_key PRIMARY KEY, pad char(4000), a int, b text, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED);
        ALTER TABLE big ALTER pad SET STORAGE PLAIN;
        ALTER TABLE big ADD CONSTRAINT included UNIQUE (b) INCLUDE (a) WITH (fillfactor = 70);
        CREATE INDEX partial ON big (lower(b) DESC, a) WHERE a > 5;
        CREATE INDEX counted ON big ((a + 1)); ALTER INDEX counted ALTER COLUMN 1 SET STATISTICS 500;
        CREATE INDEX hashed ON big USING hash (b);
        CREATE UNIQUE INDEX clustered ON big (a, id); ALTER TABLE big CLUSTER ON clustered;
        CREATE UNIQUE INDEX identity ON big (id, a); ALTER TABLE big ALTER a SET NOT NULL; ALTER TABLE big REPLICA IDENTITY USING INDEX identity;
        ALTER TABLE big ADD EXCLUDE USING btree (id WITH =);
        COMMENT ON INDEX partial IS 'it''s partial'; COMMENT ON CONSTRAINT included ON big IS 'a constraint';
        COMMENT ON INDEX included IS 'and its index';
        CREATE TABLE other (id int PRIMARY KEY, pad char(4000), big int REFERENCES big); ALTER TABLE other ALTER pad SET STORAGE PLAIN;
        CREATE VIEW grouped AS SELECT o.id, o.pad FROM other o GROUP BY o.id;";
    let pair = pair(schema).await;
    pair.fill(
        "INSERT INTO big SELECT n, '', n, 'text ' || n FROM generate_series(1, 10000) n;
         INSERT INTO other SELECT n, '', n FROM generate_series(1, 10000) n",
    )
    .await;
    let sql = "SELECT string_agg(x, E'\n' ORDER BY x) FROM (
        SELECT pg_get_indexdef(i.indexrelid) || i.indisclustered || i.indisreplident || i.indisprimary || i.indisvalid
            || coalesce(obj_description(i.indexrelid, 'pg_class'), '') FROM pg_index i WHERE indrelid IN ('big'::regclass, 'other'::regclass)
        UNION ALL SELECT conname || pg_get_constraintdef(oid) || condeferred || coalesce(obj_description(oid, 'pg_constraint'), '')
            FROM pg_constraint WHERE conrelid IN ('big'::regclass, 'other'::regclass)
        UNION ALL SELECT attname || attnotnull || attstattarget FROM pg_attribute WHERE attrelid IN ('big'::regclass, 'other'::regclass, 'counted'::regclass)
        ) y (x)";
    let numbers = "SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'big'::regclass";
    let (before, files) = (value(&pair.target, sql).await, value(&pair.target, numbers).await);
    for workers in [1, 2] {
        let mut plan = pair.plan(&["big", "other"]).await;
        (plan.replace, plan.workers) = (true, workers);
        pair.copy_all(&mut plan).await;
        assert_eq!(value(&pair.target, sql).await, before);
        assert_ne!(value(&pair.target, numbers).await, files);
    }
    // A row that the index cannot hold: as it was.
    pair.fill("ALTER TABLE big DROP CONSTRAINT included; UPDATE big SET b = 'secret' WHERE id < 3").await;
    let mut plan = pair.plan(&["big", "other"]).await;
    plan.replace = true;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err().to_string();
    assert!(error.contains("making the index included of public.big again: two rows have the same key"), "{error}");
    assert!(!error.contains("secret"));
    assert_eq!(value(&pair.target, sql).await, before);
}

#[tokio::test]
async fn a_server_that_need_not_write_rows_twice_does_not() {
    let schema = "CREATE TABLE big (id int PRIMARY KEY, pad char(4000)); ALTER TABLE big ALTER pad SET STORAGE PLAIN;
        CREATE TABLE referring (id int REFERENCES big);
        CREATE TABLE noted (what text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN INSERT INTO noted VALUES (tg_op); RETURN NULL; END$$;
        CREATE TABLE watched (id int); CREATE TRIGGER note AFTER TRUNCATE ON watched EXECUTE FUNCTION note()";
    // By default `wal_level` is minimal there.
    let server = Scratch::start(ScratchOptions::default()).await.unwrap();
    let replicated = [("wal_level".to_owned(), "replica".to_owned())].to_vec();
    let replicated =
        Scratch::start(ScratchOptions { settings: replicated, ..ScratchOptions::default() }).await.unwrap();
    let file = "SELECT pg_relation_filenode('big')";
    for (target, outside, expected) in [(&server, false, true), (&replicated, false, false), (&server, true, false)] {
        let pair = pair_between(&server, target, schema).await;
        pair.fill(
            "INSERT INTO big SELECT n, '' FROM generate_series(1, 3000) n;
             INSERT INTO referring VALUES (1); INSERT INTO watched VALUES (1)",
        )
        .await;
        if outside {
            pair.target.batch_execute("CREATE TABLE stranger (id int REFERENCES big)").await.unwrap();
        }
        let (before, begun) =
            (value(&pair.target, file).await, value(&pair.target, "SELECT pg_current_wal_lsn()").await);
        // A run that fails leaves the very file.
        let mut plan = pair.plan(&["big", "referring", "watched"]).await;
        pair.run(&mut plan, Masks::default().with("big", "pad", |_, _| Err(trap()))).await.unwrap_err();
        assert_eq!(value(&pair.target, file).await, before);
        let mut plan = pair.plan(&["big", "referring", "watched"]).await;
        pair.copy_all(&mut plan).await;
        assert_eq!(value(&pair.target, file).await != before, expected);
        assert_eq!(value(&pair.target, "SELECT count(*) FROM noted").await, "0");
        let sql = format!("SELECT pg_current_wal_lsn() - '{begun}' < 6000000");
        assert_eq!(value(&pair.target, &sql).await, if expected { "t" } else { "f" });
    }
}
