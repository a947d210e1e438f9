//! What is refused, before anything is touched.

use super::{pair::Pair, shop};
use confiture_tests::cluster::cluster;

#[tokio::test(flavor = "multi_thread")]
async fn what_forbids_a_run_is_said_before_anything_is_touched() {
    let pair = shop::shop().await;
    let to = |source: &str, target: &str| {
        pair.bare(&["--source", source, "--target", target, "--anonymization-profile", "qa"])
    };
    to("qa", "production").expect(8).says(&["the environment `production`, which is protected", "sync_target = true"]);
    // The same by its URL.
    to("qa", &pair.source_url).expect(8).says(&["the environment `production`, which is protected"]);
    to("production", &pair.source_url).expect(8).says(&["source and target are the same database"]);
    pair.bare(&["--source", "production", "--target", "qa"]).expect(8).says(&["--no-anonymization"]);
    pair.bare(&["--source", "production", "--target", "nowhere", "--no-anonymization"]).expect(3);
    pair.bare(&["--source", "production", "--target", "qa", "--anonymization-profile", "q"]).expect(3);
    pair.sync(&["--where", "people=nam = 1"]).expect(2).says(&["column \"nam\" does not exist"]);
    pair.sync(&["--where", "people"]).expect(2);
    pair.sync(&["--tables", "poeple"]).expect(2).says(&["the source has no such table"]);
    pair.sync(&["--tables", "people", "--replace"])
        .expect(8)
        .says(&["`public.orders`, which is not copied, refers to"]);
    pair.sync(&["--strict"]).expect(3).says(&["`public.orders.note` looks like text about a person"]);
    assert_eq!(pair.value("SELECT count(*)::text FROM people").await, "0");
    pair.sync(&[]).expect(0);
    pair.sync(&[]).expect(8).says(&["the target holds rows in", "--replace"]);
    pair.sync(&["--replace"]).expect(8).says(&["--yes"]);
    pair.execute("TRUNCATE people, orders, items, events, one, other; ALTER TABLE orders ALTER note TYPE varchar(9); DROP TABLE items").await;
    let ran = pair.sync(&[]).expect(8).says(&[
        "`public.items` is not in the target",
        "`public.orders.note` is text at the source and character varying(9) in the target",
    ]);
    assert!(!ran.stderr.contains("Quux"), "{}", ran.stderr);
    assert_eq!(pair.value("SELECT count(*)::text FROM people").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_need_rights() {
    let pair = shop::shop().await;
    let role = format!("reader_{}", std::process::id());
    pair.execute(&format!("CREATE ROLE {role} LOGIN")).await;
    let as_reader = |url: &str| url.replacen("postgres@", &format!("{role}@"), 1);
    let ends = |source: &str, target: &str| {
        pair.bare(&["--source", source, "--target", target, "--anonymization-profile", "qa"])
    };
    ends(&as_reader(&pair.source_url), &pair.target_url).expect(8).says(&["may not read `public.", "grant SELECT"]);
    ends(&pair.source_url, &as_reader(&pair.target_url)).expect(8).says(&["may not write to `public.", "grant INSERT"]);
    let grant =
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; ALTER TABLE orders ENABLE ROW LEVEL SECURITY");
    pair.source.client().batch_execute(&grant).await.expect("is granted");
    ends(&as_reader(&pair.source_url), &pair.target_url)
        .expect(8)
        .says(&["row security hides rows of `public.orders`"]);
    // Row security of the target, which COPY cannot write through; what it hides is not said to be empty.
    let grant = format!(
        "GRANT SELECT, INSERT, TRUNCATE ON ALL TABLES IN SCHEMA public TO {role};
         ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON orders USING (true)"
    );
    pair.execute(&grant).await;
    for more in [&[][..], &["--replace", "--yes"]] {
        let ends =
            ["--source", &pair.source_url, "--target", &as_reader(&pair.target_url), "--anonymization-profile", "qa"];
        let ran = pair.bare(&[&ends[..], more].concat()).expect(8);
        let ran = ran.says(&[
            "row security of `public.orders` in the target, by `mine`, applies to `reader_",
            "DISABLE ROW LEVEL SECURITY",
        ]);
        assert!(!ran.stderr.contains("whether they hold rows"), "{}", ran.stderr);
    }
    for session in [&pair.source, &pair.target] {
        session.client().batch_execute(&format!("DROP OWNED BY {role}")).await.expect("is dropped");
    }
    cluster()
        .await
        .session("postgres")
        .await
        .expect("connects")
        .client()
        .batch_execute(&format!("DROP ROLE {role}"))
        .await
        .expect("is dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_values_that_the_schema_refuses_are_refused() {
    let schema = ["CREATE TABLE t (id int PRIMARY KEY, mail text CHECK (mail LIKE '%@corp.example'), phone text)"];
    let rows = ["INSERT INTO t SELECT n, 'u' || n || '@corp.example', '030 ' || n FROM generate_series(1, 20) AS n"];
    let pair = Pair::alike(
        &schema,
        &rows,
        "rules:\n  - {table: t, columns: {mail: {type: email_masking, keep_domain: false}}}\n",
    )
    .await;
    pair.sync(&["--strict"]).expect(3).says(&["`public.t.phone` looks like a phone number"]);
    let ran = pair.sync(&[]).expect(8).says(&["t_mail_check"]);
    assert!(!ran.stderr.contains("@corp.example\"") && !ran.stderr.contains("u1@"), "{}", ran.stderr);
    assert_eq!(pair.value("SELECT count(*)::text FROM t").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_break_what_the_target_has_validated_are_counted_before_anything_is_copied() {
    let schema = [
        "CREATE TABLE people (id int PRIMARY KEY, boss int, mail text)",
        "CREATE TABLE orders (id int, region text, person int, total int, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
        "CREATE TABLE orders_n PARTITION OF orders FOR VALUES IN ('n')",
        "CREATE TABLE orders_s PARTITION OF orders FOR VALUES IN ('s')",
    ];
    let rows = [
        "INSERT INTO people SELECT n, CASE n WHEN 7 THEN 99 END, 'u' || n || '@quux.example' FROM generate_series(1, 20) AS n",
        "INSERT INTO orders SELECT n, CASE n % 2 WHEN 0 THEN 'n' ELSE 's' END, n, n - 2 FROM generate_series(1, 23) AS n",
        "ALTER TABLE people ADD CONSTRAINT boss_fkey FOREIGN KEY (boss) REFERENCES people NOT VALID",
        "ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID",
    ];
    let pair = Pair::alike(
        &schema,
        &rows,
        "rules:\n  - {table: people, columns: {mail: {type: email_masking, keep_domain: false}}}\n",
    )
    .await;
    pair.execute("ALTER TABLE people ADD CONSTRAINT boss_fkey FOREIGN KEY (boss) REFERENCES people").await;
    pair.execute("ALTER TABLE orders ADD CONSTRAINT person_fkey FOREIGN KEY (person) REFERENCES people").await;
    pair.execute("ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0)").await;
    let said = [
        "check `total_positive` of `public.orders` is validated in the target and not at the source, where 2 rows that are to",
        "the condition `public.orders=((total > 0)) IS NOT FALSE`",
        "foreign key `boss_fkey` of `public.people` is validated in the target and not at the source, where 1 row that is to",
        "the condition `public.people=\"boss\" IS NULL OR (\"boss\") IN (SELECT \"id\" FROM \"public\".\"people\")`",
        "foreign key `person_fkey` of `public.orders` is validated in the target and not at the source, where 3 rows that",
        "add it again NOT VALID",
    ];
    pair.sync(&[]).expect(8).says(&said).says(&["nothing was touched"]);
    pair.sync(&["--workers", "2"]).expect(8).says(&said);
    let report = pair.sync(&["--dry-run", "--format", "json"]).expect(8).json();
    assert_eq!(report["refusals"].as_array().map(Vec::len), Some(3), "{report}");
    assert_eq!(report["refusals"][0]["kind"], "constraint");
    assert_eq!(pair.value("SELECT count(*)::text FROM people").await, "0");
    // Rows that are not copied are not counted, and what it says to do does it.
    let leave = [
        "--where",
        "orders=((total > 0)) IS NOT FALSE",
        "--where",
        "public.orders=person IS NULL OR (person) IN (SELECT id FROM public.people)",
    ];
    let ran = pair.sync(&leave).expect(8).says(&["boss_fkey"]);
    assert!(!ran.stderr.contains("person_fkey") && !ran.stderr.contains("total_positive"), "{}", ran.stderr);
    let boss =
        ["--where", "public.people=boss IS NULL OR (boss) IN (SELECT id FROM public.people)", "--verify-consistency"];
    let ran = pair.sync(&[&leave[..], &boss].concat()).expect(0);
    assert!(!ran.stderr.contains("validated in the target"), "{}", ran.stderr);
    let counts = "SELECT (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM orders)";
    assert_eq!(pair.value(counts).await, "19 17");
    // Of what is masked in a way that may mend or break it, nobody knows before.
    pair.execute(
        "ALTER TABLE people ADD CONSTRAINT has_at CHECK (mail LIKE '%@%');
         ALTER TABLE people DROP CONSTRAINT boss_fkey; ALTER TABLE orders DROP CONSTRAINT person_fkey",
    )
    .await;
    // Nor of a check that is the target's alone: what it calls is not called at the source.
    pair.execute("ALTER TABLE people ADD CONSTRAINT few CHECK (boss IS NULL OR boss < 1000)").await;
    let ran = pair.sync(&["--replace", "--yes", "--where", "orders=total > 0"]).expect(0);
    ran.says(&[
        "check `few` of `public.people` is validated in the target and not at the source, and rows of",
        "check `has_at` of `public.people` is validated in the target and not at the source, and rows of",
    ]);
}
