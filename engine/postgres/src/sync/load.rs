//! The other half of a stream: what writes to the target.

use super::{
    Shared,
    error::{End, SyncError},
    feed::{Piece, Pieces, gone},
    layout::Form,
    link::Link,
    rows::{BINARY_END, BINARY_HEAD},
};
use bytes::Bytes;
use confiture_model::sync::{MaskedCells, Name, TableCopied};
use futures_util::SinkExt as _;
use std::{pin::Pin, time::Instant};
use tokio_postgres::CopyInSink;

/// After so many bytes the target is asked whether it has taken them all: while a `COPY` runs it does not say what is wrong.
const ASK_AFTER: usize = 64 << 20;

/// Writes what comes of one job into a table; answers what it was.
pub(super) async fn load(
    shared: &Shared,
    link: &Link,
    table: usize,
    into: &Name,
    mut pieces: Pieces,
) -> Result<TableCopied, SyncError> {
    let begun = Instant::now();
    let plan = &shared.plan.tables[table];
    let Some(Piece::Begin(layout)) = pieces.recv().await.transpose()? else { return Err(gone()) };
    let writer = Writer {
        link,
        sql: layout.copy_in(plan, into),
        binary: layout.form == Form::Binary,
        doing: format!("copying into {}", super::error::name(&plan.table)),
    };
    let mut copied = TableCopied::default();
    let mut open: Option<(Pin<Box<CopyInSink<Bytes>>>, usize)> = None;
    loop {
        match pieces.recv().await.transpose()? {
            Some(Piece::Rows { data, rows }) => {
                let (mut sink, sent) = match open.take() {
                    Some(open) => open,
                    None => (writer.begin().await?, 0),
                };
                let bytes = data.len();
                writer.send(&mut sink, data).await?;
                copied.bytes += bytes as u64;
                shared.progress.copied(table, rows, bytes as u64);
                match sent + bytes >= ASK_AFTER {
                    true => copied.rows += writer.finish(sink).await?,
                    false => open = Some((sink, sent + bytes)),
                }
            }
            Some(Piece::End(cells)) => {
                copied.masked_cells = cells;
                break;
            }
            _ => return Err(gone()),
        }
    }
    if let Some((sink, _)) = open {
        copied.rows += writer.finish(sink).await?;
    }
    copied.seconds = begun.elapsed().as_secs_f64();
    Ok(copied)
}

struct Writer<'a> {
    link: &'a Link,
    sql: String,
    binary: bool,
    doing: String,
}

impl Writer<'_> {
    fn failed(&self, error: &tokio_postgres::Error) -> SyncError {
        SyncError::of(End::Target, &self.doing, error)
    }

    async fn begin(&self) -> Result<Pin<Box<CopyInSink<Bytes>>>, SyncError> {
        let client = &self.link.client;
        let statement = client.prepare(&self.sql).await.map_err(|error| self.failed(&error))?;
        let mut sink = Box::pin(client.copy_in(&statement).await.map_err(|error| self.failed(&error))?);
        if self.binary {
            self.send(&mut sink, Bytes::from_static(BINARY_HEAD)).await?;
        }
        Ok(sink)
    }

    async fn send(&self, sink: &mut Pin<Box<CopyInSink<Bytes>>>, data: Bytes) -> Result<(), SyncError> {
        sink.send(data).await.map_err(|error| self.failed(&error))
    }

    /// Ends a `COPY`; answers how many rows it took.
    async fn finish(&self, mut sink: Pin<Box<CopyInSink<Bytes>>>) -> Result<u64, SyncError> {
        if self.binary {
            self.send(&mut sink, Bytes::from_static(BINARY_END)).await?;
        }
        sink.as_mut().finish().await.map_err(|error| self.failed(&error))
    }
}

/// Adds what one part of a table was to what the others were.
pub(super) fn add(all: &mut TableCopied, part: &TableCopied) {
    all.rows += part.rows;
    all.bytes += part.bytes;
    all.seconds += part.seconds;
    all.masked_cells.resize(all.masked_cells.len().max(part.masked_cells.len()), MaskedCells::default());
    for (sum, cells) in all.masked_cells.iter_mut().zip(&part.masked_cells) {
        sum.cells += cells.cells;
        sum.unchanged += cells.unchanged;
    }
}
