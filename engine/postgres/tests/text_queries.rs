//! Samples, read as text from a real PostgreSQL.

use confiture_model::{
    sampling::TextQueries as _,
    session::{Session as _, SessionError},
};
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    text_queries::PgTextQueries,
};

#[tokio::test]
async fn answers_are_text_and_nothing_is_written() {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    scratch.create_database("app").await.unwrap();
    let mut session = scratch.session("app").await.unwrap();
    session.execute("SET TimeZone = 'Asia/Tokyo'; SET bytea_output = escape").await.unwrap();
    session.execute("CREATE DOMAIN adult AS int CHECK (VALUE >= 18)").await.unwrap();
    session.execute("CREATE TABLE hidden (id int)").await.unwrap();
    let mut queries = PgTextQueries::new(session.client());
    let sql = "SELECT timestamptz '2024-05-01 12:00+00', '\\xdead'::bytea, ARRAY['a', NULL], NULL::int, ''";
    let columns = queries.read(sql).await.unwrap();
    let values: Vec<_> = columns.iter().map(|column| column.get(0)).collect();
    assert_eq!(values, [Some("2024-05-01 12:00:00+00"), Some("\\xdead"), Some("{a,NULL}"), None, Some("")]);
    let empty = queries.read("SELECT id, id FROM public.hidden").await.unwrap();
    assert_eq!((empty.len(), empty[0].len()), (2, 0));
    for (sql, code) in [("SELECT 17::public.adult", "23514"), ("CREATE TABLE public.t (a int)", "25006")] {
        match queries.read(sql).await.unwrap_err() {
            SessionError::Database(error) => assert_eq!(error.sqlstate, code, "{sql}"),
            other => panic!("{other}"),
        }
    }
    // The session is as it was.
    assert_eq!(queries.read("SELECT 1").await.unwrap()[0].get(0), Some("1"));
    let zone: String = session.client().query_one("SHOW TimeZone", &[]).await.unwrap().get(0);
    assert_eq!(zone, "Asia/Tokyo");
}

#[tokio::test]
async fn rows_that_a_policy_would_hide_are_an_error() {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    scratch.create_database("app").await.unwrap();
    let mut session = scratch.session("app").await.unwrap();
    session
        .execute(
            "CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE ROLE reader; \
             GRANT SELECT ON guarded TO reader",
        )
        .await
        .unwrap();
    session.execute("SET ROLE reader").await.unwrap();
    let mut queries = PgTextQueries::new(session.client());
    match queries.read("SELECT id FROM public.guarded").await.unwrap_err() {
        SessionError::Database(error) => assert_eq!(error.sqlstate, "42501"),
        other => panic!("{other}"),
    }
}
