//! The proof that a copy is what it should be: the same rows, the same values where nothing is masked, none of the source's
//! where something is, every foreign key whole. Both servers compute it with what any PostgreSQL has; values stay there,
//! only counts, sums and hashes come here.

mod foreign_keys;
mod histogram;
mod survivors;
mod table;

use super::{End, Ends, SourceSnapshot, SyncError, link::Link};
use confiture_model::sync::{Check, MaskedRule, Plan, Progress, TableCopied};
use tokio_postgres::{Client, Row, types::ToSql};

/// What is to be proved.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// What was copied.
    pub plan: &'a Plan,
    /// For each of its tables, what may be left of the source's values in masked columns.
    pub rules: &'a [Vec<MaskedRule>],
    /// What became of each table.
    pub copied: &'a [TableCopied],
}

/// Compares the target with the snapshot that the copy was made from.
///
/// # Errors
/// A database cannot be asked. What does not hold is a [`Check`].
pub async fn verify(
    ends: &Ends,
    snapshot: &SourceSnapshot,
    proof: Proof<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Check>, SyncError> {
    let link = Link::target(ends).await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog";
    link.run("beginning the proof", begin).await?;
    let source = Asked { client: snapshot.client(), end: End::Source };
    let target = Asked { client: &link.client, end: End::Target };
    let same_encoding = source.encoding().await? == target.encoding().await?;
    let pair = Pair { source, target, same_encoding };
    let mut checks = Vec::new();
    for (place, table) in proof.plan.tables.iter().enumerate() {
        progress.step(&format!("checking {}", table.table));
        checks.extend(table::check(&pair, table, proof.rules.get(place).map_or(&[], Vec::as_slice)).await?);
        let copied = proof.copied.get(place);
        for rule in proof.rules.get(place).into_iter().flatten() {
            checks.push(survivors::check(&pair, table, rule, copied).await?);
        }
    }
    progress.step("checking foreign keys");
    checks.extend(foreign_keys::check(&pair, proof.plan).await?);
    Ok(checks)
}

/// One of the two databases, in its transaction.
#[derive(Clone, Copy)]
struct Asked<'a> {
    client: &'a Client,
    end: End,
}

impl Asked<'_> {
    async fn rows(&self, doing: &str, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, SyncError> {
        self.client.query(sql, parameters).await.map_err(|error| SyncError::of(self.end, doing, &error))
    }

    async fn encoding(&self) -> Result<String, SyncError> {
        let rows = self.rows("asking for its encoding", "SELECT current_setting('server_encoding')", &[]).await?;
        Ok(rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default())
    }
}

/// Both databases.
struct Pair<'a> {
    source: Asked<'a>,
    target: Asked<'a>,
    same_encoding: bool,
}

impl Pair<'_> {
    /// 64 bits of a text, the same on every server: of its bytes, in one encoding.
    fn hash(&self, text: &str) -> String {
        match self.same_encoding {
            true => format!("('x' || substr(md5({text}), 1, 16))::bit(64)::bigint"),
            false => format!("('x' || substr(md5(convert_to({text}, 'UTF8')), 1, 16))::bit(64)::bigint"),
        }
    }

    /// Asks both the same at once.
    async fn both(&self, doing: &str, source: &str, target: &str) -> Result<(Vec<Row>, Vec<Row>), SyncError> {
        tokio::try_join!(self.source.rows(doing, source, &[]), self.target.rows(doing, target, &[]))
    }
}
