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
