mod apply;
mod gather;
mod sources;

use super::{SourceFile, concatenate};
use confiture_model::{
    BoxFuture,
    database::DbError,
    schema::{Parts, Snapshot},
    session::{Session, SessionError, Touched},
};
use std::path::PathBuf;

/// Takes every statement, but for those that hold a text that fails.
#[derive(Default)]
struct FakeSession {
    ran: Vec<String>,
    fails_at: Option<(&'static str, DbError)>,
}

impl FakeSession {
    fn failing(at: &'static str, error: DbError) -> Self {
        Self { ran: Vec::new(), fails_at: Some((at, error)) }
    }

    fn answer(&mut self, text: String) -> Result<(), SessionError> {
        if let Some((at, error)) = &self.fails_at
            && text.contains(at)
        {
            return Err(SessionError::Database(error.clone()));
        }
        self.ran.push(text);
        Ok(())
    }
}

impl Session for FakeSession {
    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { self.answer(sql.to_owned()) })
    }
    fn copy_in<'a>(&'a mut self, sql: &'a str, data: &'a str) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move { self.answer(format!("{sql} <- {data}")) })
    }
    fn snapshot<'a>(&'a mut self, _: Parts) -> BoxFuture<'a, Result<Snapshot, SessionError>> {
        Box::pin(async { Ok(Snapshot::empty(150_000)) })
    }
    fn touched<'a>(&'a mut self) -> BoxFuture<'a, Result<Vec<Touched>, SessionError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

fn file(shown: &str, text: &str) -> SourceFile {
    SourceFile { path: PathBuf::from(shown), shown: shown.to_owned(), text: text.to_owned() }
}

#[test]
fn files_are_joined_under_their_names() {
    let files = [
        file("a.sql", "\u{feff}SELECT 1;\n"),
        file("b\n.sql", "SELECT 2 -- why"),
        file("c.sql", "-- nothing"),
        file("d.sql", "COPY t FROM stdin;\n1\n\\.\n"),
    ];
    let expected = "-- a.sql\nSELECT 1;\n\n-- b?.sql\nSELECT 2 -- why\n;\n\n-- c.sql\n-- nothing\n\n\
                    -- d.sql\nCOPY t FROM stdin;\n1\n\\.\n";
    assert_eq!(concatenate(&files), expected);
}
