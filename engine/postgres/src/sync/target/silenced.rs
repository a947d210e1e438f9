//! What is switched off while rows come in, and on again behind them, each as it was.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{identifier, qualified},
};
use confiture_model::sync::Name;
use tokio_postgres::Row;

/// Triggers or rules that are switched off.
#[derive(Default)]
pub(super) struct Silenced {
    what: &'static str,
    wake: Vec<String>,
}

impl Silenced {
    /// Switches off what the rows name in `schema`, `name` (of the table) and `own`, with the state that `enabled` says of
    /// each. What does not apply in an ordinary session is left alone.
    pub async fn all(link: &Link, what: &'static str, keyword: &str, rows: &[Row]) -> Result<Self, SyncError> {
        let (mut sleep, mut wake) = (Vec::new(), Vec::new());
        for row in rows {
            let table = qualified(&Name { schema: get(row, "schema"), name: get(row, "name") });
            let own = identifier(get(row, "own"));
            let state = match get::<&str>(row, "enabled") {
                "O" => "ENABLE",
                "A" => "ENABLE ALWAYS",
                _ => continue,
            };
            sleep.push(format!("ALTER TABLE {table} DISABLE {keyword} {own}"));
            wake.push(format!("ALTER TABLE {table} {state} {keyword} {own}"));
        }
        if !sleep.is_empty() {
            link.run(&format!("switching {what} off"), &sleep.join("; ")).await?;
        }
        Ok(Self { what, wake })
    }

    /// Switches them on again.
    pub async fn wake(&self, link: &Link) -> Result<(), SyncError> {
        match self.wake.is_empty() {
            true => Ok(()),
            false => link.run(&format!("switching {} on again", self.what), &self.wake.join("; ")).await,
        }
    }
}
