//! What is sent ahead of a hook's first call.

use super::Terms;
use crate::{
    migration::{
        link::Link,
        literal,
        own_settings::rows_of,
        standing::{self, Standing},
    },
    plugin_database::{PluginDatabaseError, failure::plain, privileges},
};
use confiture_model::{migration::Footing, session::SessionError};

/// Whom a hook of a plugin that only reads reads as, where READ ONLY does not contain the login itself: the role that the
/// environment names, if it does.
pub(in crate::migration) struct Reader(pub Option<String>);

/// How far a loan has come.
#[derive(Clone, Debug, Default)]
pub(super) enum Opening {
    /// Nothing was sent.
    #[default]
    Before,
    /// Calls can be made.
    Open(Open),
    /// None can: why.
    Failed(SessionError),
}

/// What calls go by.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// How the session stood.
    pub standing: Standing,
    /// The role that is taken on for each call, to read as.
    pub role: Option<String>,
}

impl Opening {
    /// What calls go by; sends what has to be, the first time.
    ///
    /// # Errors
    /// Why no call can be made, whenever it is asked.
    pub async fn open(&mut self, link: &Link, terms: &Terms) -> Result<&Open, SessionError> {
        if matches!(self, Self::Before) {
            *self = match open(link, terms).await {
                Ok(open) => Self::Open(open),
                Err(error) => Self::Failed(error),
            };
        }
        match self {
            Self::Open(open) => Ok(open),
            Self::Failed(error) => Err(error.clone()),
            Self::Before => Err(SessionError::Connection("the loan did not begin".to_owned())),
        }
    }
}

async fn open(link: &Link, terms: &Terms) -> Result<Open, SessionError> {
    let ahead = match terms.footing {
        Footing::Savepoint => "SAVEPOINT confiture_step;",
        Footing::Transaction | Footing::Outside => "",
    };
    let standing = standing::read(link, terms.footing, ahead).await?;
    require_plain_session(&standing)?;
    let role = match &terms.reader {
        Some(reader) => reading_role(link, reader).await?,
        None => None,
    };
    Ok(Open { standing, role })
}

/// What a hook sends is judged by its tokens, and those depend on two settings that a migration's script can change.
fn require_plain_session(standing: &Standing) -> Result<(), SessionError> {
    let text = |name| standing.get(name).map_or("", String::as_str);
    let setting = match (text("standard_conforming_strings"), text("client_encoding")) {
        ("on", "UTF8") => return Ok(()),
        ("on", _) => "client_encoding = UTF8",
        _ => "standard_conforming_strings = on",
    };
    let mut error = plain("55000", format!("no hook can run in this session: it needs {setting}"));
    error.hint = Some(format!("the migration changed that; put `SET {setting}` behind the statements that need it"));
    Err(SessionError::Database(error))
}

/// The role that is taken on; none where READ ONLY contains the login itself.
async fn reading_role(link: &Link, reader: &Reader) -> Result<Option<String>, SessionError> {
    match (privileges::check(&link.client).await, &reader.0) {
        (Ok(()), _) => Ok(None),
        (Err(PluginDatabaseError::Privileged(_)), Some(reader)) => plain_role(link, reader).await.map(Some),
        (Err(PluginDatabaseError::Privileged(why)), None) => Err(SessionError::Database(plain("42501", why))),
        (Err(PluginDatabaseError::Database(error)), _) => Err(SessionError::Database(error)),
        (Err(PluginDatabaseError::Connection(error)), _) => Err(SessionError::Connection(error.to_string())),
    }
}

/// Refuses a reader that is as powerful as what it stands in for.
async fn plain_role(link: &Link, reader: &str) -> Result<String, SessionError> {
    let sql = format!(
        "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) {} AND NOT rolsuper AND NOT rolreplication",
        literal::text(reader)
    );
    match rows_of(link, &sql).await?.is_empty() {
        false => Ok(reader.to_owned()),
        true => {
            let why =
                format!("`reader` names `{reader}`, which is no role, or one that is a superuser or may replicate");
            Err(SessionError::Database(plain("42501", why)))
        }
    }
}
