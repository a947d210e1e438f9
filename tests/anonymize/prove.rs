//! What masked values would break is refused before the rows of a run, and what can be, before any row is read.

use super::Site;
use confiture_engine::anonymize::{
    prove::{Unproven, prove},
    verify::Verification,
};
use confiture_model::{BoxFuture, mask::Column, sampling::TextQueries, session::SessionError};
use confiture_postgres::text_queries::PgTextQueries;

/// Remembers what was asked.
struct Watched<'a> {
    database: PgTextQueries<'a>,
    asked: Vec<String>,
}

impl TextQueries for Watched<'_> {
    fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>> {
        self.asked.push(sql.to_owned());
        self.database.read(sql)
    }
}

/// The refusal, and whether a row was read before it.
async fn proven(site: &Site) -> (Result<Verification, String>, bool) {
    let resolved = site.resolved().await;
    let mut database = Watched { database: PgTextQueries::new(site.session.client()), asked: Vec::new() };
    let proven = prove(&resolved, &site.snapshot, &mut database, 100).await;
    let read = database.asked.iter().any(|sql| sql.contains("FROM \"public\""));
    let refused = proven.map_err(|unproven| match unproven {
        Unproven::Broken(problems) => problems.to_string(),
        other => panic!("{other}"),
    });
    (refused, read)
}

/// Refused with all of `words`, before a row is read.
async fn refused(sql: &[&str], rules: &str, words: &[&str]) -> String {
    let (refused, read) = proven(&Site::new(sql, rules).await).await;
    let refused = refused.map(|found| found.remarks).expect_err("is refused");
    for word in words {
        assert!(refused.contains(word), "`{word}` is missing in:\n{refused}");
    }
    assert!(!read, "rows were read before:\n{refused}");
    refused
}

async fn holds(sql: &[&str], rules: &str) -> Verification {
    proven(&Site::new(sql, rules).await).await.0.unwrap_or_else(|problems| panic!("{problems}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_masked_values_break_is_refused() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, age int CHECK (age BETWEEN 18 AND 120), status text NOT NULL \
                 CHECK (status IN ('new', 'paid')), mail text CHECK (mail LIKE '%@%'))";
    // The table is empty: what the constraints speak of is enough.
    let rules = "rules:\n  - table: t\n    columns:\n      age: {type: noise, percent: 50}\n      status: deterministic_hash\n      mail: email_masking\n";
    let said = refused(
        &[table],
        rules,
        &[
            "p.yaml:6:7: `public.t`: CHECK constraint `t_age_check` is broken by ",
            "p.yaml:7:7: `public.t`: CHECK constraint `t_status_check` is broken by ",
            "made-up rows that keep it unmasked",
            "help: choose a strategy, or options, whose results the column takes",
        ],
    )
    .await;
    assert!(!said.contains("mail"), "{said}");
    let bounded = "rules:\n  - table: t\n    columns:\n      age: {type: noise, percent: 50, min: 18, max: 120}\n      status: none\n      mail: email_masking\n";
    assert!(holds(&[table], bounded).await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_over_several_columns_sees_the_whole_row() {
    let table = "CREATE TABLE stays (id int PRIMARY KEY, arrival date NOT NULL, departure date NOT NULL, CHECK (arrival <= departure))";
    let rules = "rules: [{table: stays, columns: {departure: {type: date_shift, by: [id], days: 400}}}]";
    refused(&[table], rules, &["CHECK constraint `stays_check` is broken by"]).await;
    let together = "strategies: {shift: {type: date_shift, by: [id]}}\n\
                    rules: [{table: stays, columns: {arrival: shift, departure: shift}}]";
    assert!(holds(&[table], together).await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_masked_values_break_is_refused() {
    let domains =
        "CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z]+[.][0-9]+@'); CREATE DOMAIN short_code AS code NOT NULL";
    let table = "CREATE TABLE t (id int PRIMARY KEY, a short_code, b code)";
    let rules = "rules: [{table: t, columns: {a: set_null, b: deterministic_hash}}]";
    let said =
        refused(&[domains, table], rules, &["PostgreSQL refuses a masked value as domain public.code (23514)"]).await;
    assert!(said.contains("domain public.short_code (23502)"), "{said}");
    assert!(holds(&[domains, table], "rules: [{table: t, columns: {b: set_null}}]").await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enum_takes_its_labels_alone() {
    let sql =
        ["CREATE TYPE mood AS ENUM ('calm', 'cross')", "CREATE TABLE t (id int PRIMARY KEY, mood mood, moods mood[])"];
    assert!(
        holds(
            &sql,
            "rules: [{table: t, columns: {mood: {type: fixed, value: calm}, moods: {type: fixed, value: calm}}}]"
        )
        .await
        .holds()
    );
    let site = Site::new(&sql, "rules: [{table: t, columns: {mood: {type: fixed, value: merry}}}]").await;
    let refused = match site.resolve().await {
        Err(refused) => refused,
        Ok(_) => proven(&site).await.0.map(|found| found.remarks).expect_err("is refused"),
    };
    assert!(refused.contains("merry") || refused.contains("enum"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_masked_values_go_beyond_is_refused() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, mail varchar(20), name varchar(4), zip char(3))";
    // Before anything is proven, where the strategy can tell by itself.
    let site = Site::new(&[table], "rules: [{table: t, columns: {mail: email_masking}}]").await;
    let refused = site.resolve().await.expect_err("is refused");
    assert!(refused.contains("`public.t.mail`") && refused.contains("p.yaml:3"), "{refused}");
    // What is made of other columns is cut to its column.
    let rules = "rules: [{table: t, columns: {zip: {type: template, template: 'zip {id} of many'}}}]";
    assert!(holds(&[table], rules).await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_table_show_what_made_up_values_do_not() {
    // No made-up value keeps this one.
    let table = "CREATE TABLE t (id int PRIMARY KEY, code text CHECK (code ~ '^Zanzibar-[0-9]{4}-[A-Z]{2}$'))";
    let rows = "INSERT INTO t VALUES (1, 'Zanzibar-1234-XY'), (2, NULL)";
    let site = Site::new(&[table, rows], "rules: [{table: t, columns: {code: deterministic_hash}}]").await;
    let (refused, read) = proven(&site).await;
    let refused = refused.map(|found| found.remarks).expect_err("is refused");
    assert!(refused.contains("CHECK constraint `t_code_check` is broken by 1 of 2 masked rows") && read, "{refused}");
    assert!(!refused.contains("Zanzibar"), "{refused}");
    let kept =
        holds(&[table, rows], "rules: [{table: t, columns: {code: {type: fixed, value: Zanzibar-0000-AA}}}]").await;
    assert!(kept.holds() && kept.rows["public.t"] == 2, "{:?}", kept.remarks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_a_strategy_stops_at_is_refused_without_it() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, doc text)";
    let rows = "INSERT INTO t VALUES (1, '{\"mail\": \"Zanzibar@example.com\"'), (2, '{}')";
    let rules = "rules: [{table: t, columns: {doc: {type: json_paths, paths: {'$.mail': set_null}}}}]";
    let (refused, _) = proven(&Site::new(&[table, rows], rules).await).await;
    let refused = refused.map(|found| found.remarks).expect_err("is refused");
    assert!(refused.contains("`public.t.doc`: its strategy broke") && !refused.contains("Zanzibar"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_columns_are_computed_anew() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, first text, full_name text GENERATED ALWAYS AS (first || ' Smith') STORED \
                 CHECK (length(full_name) < 30))";
    let rows = "INSERT INTO t (id, first) VALUES (1, 'Ada')";
    assert!(
        holds(&[table, rows], "rules: [{table: t, columns: {first: {type: pattern_masking, pattern: '*'}}}]")
            .await
            .holds()
    );
    refused(
        &[table, rows],
        "rules: [{table: t, columns: {first: {type: deterministic_hash}}}]",
        &["CHECK constraint `t_full_name_check` is broken by"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shuffled_values_are_those_of_other_rows_that_could_be_there() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, age int NOT NULL CHECK (age BETWEEN 18 AND 120))";
    let rows = "INSERT INTO t SELECT n, 18 + n % 60 FROM generate_series(1, 300) AS n";
    assert!(holds(&[table, rows], "rules: [{table: t, columns: {age: shuffle}}]").await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_that_cannot_be_asked_about_is_said() {
    let function = "CREATE FUNCTION whole(anyelement) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'";
    let table = "CREATE TABLE t (id int PRIMARY KEY, name text); ALTER TABLE t ADD CHECK (whole(t.*) AND name <> 'x')";
    let rows = "INSERT INTO t VALUES (1, 'Ada')";
    let (proven, _) = proven(
        &Site::new(&[function, table, rows], "rules: [{table: t, columns: {name: {type: fake, kind: first_name}}}]")
            .await,
    )
    .await;
    let found = proven.unwrap_or_else(|problems| panic!("{problems}"));
    let said: Vec<_> = found.remarks.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|one| one.contains("cannot be judged: PostgreSQL refuses the question (42")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_expression_has_to_leave_masked_values_as_they_are() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, mail text, code text); \
                 CREATE UNIQUE INDEX t_mail ON t (lower(mail)); CREATE UNIQUE INDEX t_code ON t (substr(code, 1, 3))";
    // What it writes is lower case: `lower` changes nothing.
    assert!(holds(&[table], "rules: [{table: t, columns: {mail: email_masking}}]").await.holds());
    let rules =
        "rules:\n  - table: t\n    columns:\n      code: deterministic_hash\n      mail: {type: format_preserving}\n";
    let said = refused(
        &[table],
        rules,
        &[
            "p.yaml:6:7: `public.t.code`: the unique index `t_code` is over `substr(code, 1, 3)`, which changes ",
            "p.yaml:7:7: `public.t.mail`: the unique index `t_mail` is over `lower(mail)`, which changes ",
            "whether it stays unique cannot be said",
            "help: use a strategy whose results the expression leaves as they are",
        ],
    )
    .await;
    assert!(!said.contains("@mail.test"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_generated_column_is_judged_by_what_it_is_made_from() {
    let table =
        "CREATE TABLE t (id int PRIMARY KEY, mail text, small text GENERATED ALWAYS AS (lower(mail)) STORED UNIQUE)";
    assert!(holds(&[table], "rules: [{table: t, columns: {mail: email_masking}}]").await.holds());
    let rules = "rules: [{table: t, columns: {mail: {type: format_preserving}}}]";
    refused(&[table], rules, &["the UNIQUE constraint `t_small_key` is over `lower(mail)`, which changes "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn null_under_a_unique_expression_has_to_stay_null() {
    let table =
        "CREATE TABLE t (id int PRIMARY KEY, mail text); CREATE UNIQUE INDEX t_mail ON t (COALESCE(mail, 'none'))";
    let rules = "rules: [{table: t, columns: {mail: set_null}}]";
    refused(
        &[table],
        rules,
        &["the unique index `t_mail` is over `COALESCE(mail, 'none'::text)`, which is no null in "],
    )
    .await;
    let strict = "CREATE TABLE t (id int PRIMARY KEY, mail text); CREATE UNIQUE INDEX t_mail ON t (lower(mail))";
    assert!(holds(&[strict], rules).await.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_may_come_into_a_partial_unique_index() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, owner int NOT NULL, main bool NOT NULL, mail text); \
                 CREATE UNIQUE INDEX t_main ON t (owner) WHERE main; \
                 CREATE UNIQUE INDEX t_mail ON t (mail) WHERE mail IS NOT NULL";
    let rules = "rules: [{table: t, columns: {main: {type: fixed, value: true}, mail: email_masking}}]";
    let said = refused(
        &[table],
        rules,
        &[
            "p.yaml:3:30: `public.t.main`: the unique index `t_main` holds rows where `main`, and ",
            "would come to it: whether it stays unique cannot be said",
            "help: keep the columns of the index's condition with `none`",
        ],
    )
    .await;
    assert!(!said.contains("t_mail"), "{said}");
    let out = "rules: [{table: t, columns: {main: {type: fixed, value: false}, mail: email_masking, owner: none}}]";
    assert!(holds(&[table], out).await.holds());
    let key = "rules: [{table: t, columns: {mail: {type: pattern_masking, pattern: '*'}}}]";
    let said = Site::new(&[table], key).await.resolve().await.expect_err("is refused");
    assert!(said.contains("`public.t.mail` belongs to the unique index `t_mail`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusion_constraint_that_masked_rows_may_break_is_refused() {
    let table = "CREATE EXTENSION btree_gist; CREATE TABLE stays (id int PRIMARY KEY, room text NOT NULL, guest text NOT NULL, \
                 arrival date NOT NULL, departure date NOT NULL, \
                 CONSTRAINT one_guest EXCLUDE USING gist (room WITH =, daterange(arrival, departure) WITH &&), \
                 CONSTRAINT one_mail EXCLUDE (lower(guest) WITH =))";
    let rules = "strategies: {shift: {type: date_shift, by: [id]}}\n\
                 rules: [{table: stays, columns: {arrival: shift, departure: shift, room: {type: pattern_masking, pattern: '*'}}}]";
    let said = Site::new(&[table], rules).await.resolve().await.expect_err("is refused");
    for words in [
        "p.yaml:4:43: `public.stays.arrival` belongs to the EXCLUDE constraint `one_guest`, which compares \
         `daterange(arrival, departure)` with `&&`",
        "`public.stays.room` belongs to the EXCLUDE constraint `one_guest`, and `pattern_masking` may make one value of two",
    ] {
        assert!(said.contains(words), "`{words}` is missing in:\n{said}");
    }
    let rules = "rules: [{table: stays, columns: {room: deterministic_hash, guest: deterministic_hash}}]";
    assert!(holds(&[table], rules).await.holds());
    let rules = "rules: [{table: stays, columns: {guest: {type: format_preserving}}}]";
    refused(&[table], rules, &["the EXCLUDE constraint `one_mail` is over `lower(guest)`, which changes "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_row_has_to_find_a_partition() {
    let regions = "CREATE TABLE t (id int, region text, day date NOT NULL) PARTITION BY LIST (region); \
                   CREATE TABLE t_north PARTITION OF t FOR VALUES IN ('north', 'south') PARTITION BY RANGE (day); \
                   CREATE TABLE t_2024 PARTITION OF t_north FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')";
    let rules = "rules:\n  - table: t\n    columns:\n      region: deterministic_hash\n";
    refused(
        &[regions],
        rules,
        &[
            "p.yaml:6:7: `public.t.region`: no partition of `public.t` takes ",
            "help: choose options whose results stay within the partitions",
        ],
    )
    .await;
    // What takes everything else takes it.
    let other = "CREATE TABLE t_other PARTITION OF t DEFAULT";
    assert!(holds(&[regions, other], rules).await.holds());
    // Rows that are there are asked as well.
    let rows = "INSERT INTO t SELECT n, 'north', date '2024-01-01' + n FROM generate_series(1, 100) AS n";
    let rules = "rules: [{table: t, columns: {day: {type: date_shift, by: [id], days: 300}}}]";
    let (refused, _) = proven(&Site::new(&[regions, rows], rules).await).await;
    let refused = refused.map(|found| found.remarks).expect_err("is refused");
    assert!(refused.contains("`public.t.day`: no partition of `public.t` takes "), "{refused}");
    let hashed = "CREATE TABLE t (id int PRIMARY KEY, name text) PARTITION BY HASH (id); \
                  CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0); \
                  CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)";
    assert!(holds(&[hashed], "rules: [{table: t, columns: {id: deterministic_hash}}]").await.holds());
}
