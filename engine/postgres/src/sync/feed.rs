//! One half of a stream: a thread that reads the source and masks what it reads.

use super::{
    Shared,
    error::{End, SyncError},
    layout::{Form, Layout},
    link::Link,
    masker::Masker,
    rows::{BINARY_END, BINARY_HEAD, Rows},
    snapshot,
};
use bytes::{Bytes, BytesMut};
use confiture_model::{mask::next_batch, sync::MaskedCells};
use futures_util::StreamExt as _;
use std::{pin::pin, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// How many bytes of rows are masked and sent at once: about 800 rows of ten columns. Measured: smaller ones cost calls,
/// larger ones caches.
pub(super) const BATCH: usize = 256 << 10;
/// Batches that may lie between the two halves: what the target has not taken, the source does not send.
const AHEAD: usize = 2;

/// What goes from one half to the other.
pub(super) enum Piece {
    /// How the rows come.
    Begin(Box<Layout>),
    /// Whole rows.
    Rows { data: Bytes, rows: u64 },
    /// All of them were sent; what became of masked cells.
    End(Vec<MaskedCells>),
}

/// Rows to read, and where they go.
pub(super) struct Job {
    table: usize,
    range: Option<String>,
    out: mpsc::Sender<Result<Piece, SyncError>>,
}

/// What comes of a job.
pub(super) type Pieces = mpsc::Receiver<Result<Piece, SyncError>>;

/// The other half's hold on this one.
pub(super) struct Feed {
    jobs: mpsc::UnboundedSender<Job>,
    ready: Option<oneshot::Receiver<Result<String, SyncError>>>,
}

impl Feed {
    /// Starts the thread. It ends when this is dropped.
    pub fn start(shared: &Arc<Shared>) -> Result<Self, SyncError> {
        let (jobs, queue) = mpsc::unbounded_channel();
        let (tell, ready) = oneshot::channel();
        let shared = Arc::clone(shared);
        super::thread::spawn("sync-source", move || feed(shared, queue, tell))?;
        Ok(Self { jobs, ready: Some(ready) })
    }

    /// Waits until it takes part in the snapshot; answers the name by which it exports it again.
    pub async fn ready(&mut self) -> Result<String, SyncError> {
        match self.ready.take() {
            Some(ready) => ready.await.unwrap_or_else(|_| Err(gone())),
            None => Ok(String::new()),
        }
    }

    /// Asks for rows of a table: all of the plan's, or those for which a condition holds besides.
    pub fn read(&self, table: usize, range: Option<String>) -> Pieces {
        let (out, pieces) = mpsc::channel(AHEAD);
        // Where the thread is gone, the receiver is closed, which says so.
        let _ = self.jobs.send(Job { table, range, out });
        pieces
    }
}

/// The thread ended without a word.
pub(super) fn gone() -> SyncError {
    SyncError::Lost {
        end: End::Source,
        doing: "reading".to_owned(),
        why: "the thread that reads it has ended".to_owned(),
    }
}

async fn feed(
    shared: Arc<Shared>,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    ready: oneshot::Sender<Result<String, SyncError>>,
) {
    let link = match connect(&shared).await {
        Ok((link, id)) => {
            let _ = ready.send(Ok(id));
            link
        }
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let mut opened: Option<(usize, Masker)> = None;
    while let Some(job) = jobs.recv().await {
        if opened.as_ref().is_none_or(|(table, _)| *table != job.table) {
            drop(opened.take());
            let plan = &shared.plan.tables[job.table];
            match Masker::open(job.table, plan, shared.masks.as_ref(), &shared.source, &shared.target).await {
                Ok(masker) => opened = Some((job.table, masker)),
                Err(error) => {
                    let _ = job.out.send(Err(error)).await;
                    return;
                }
            }
        }
        let Some((_, masker)) = &mut opened else { return };
        match stream(&shared, &link, &job, masker).await {
            Ok(true) => {}
            // Nobody listens any more: what the server still sends is not waited for.
            Ok(false) => return,
            Err(error) => {
                let _ = job.out.send(Err(error)).await;
                return;
            }
        }
    }
}

async fn connect(shared: &Shared) -> Result<(Link, String), SyncError> {
    let link = Link::source(&shared.ends).await?;
    let id = snapshot::begin(&link, Some(&shared.snapshot)).await?;
    Ok((link, id))
}

/// Streams the rows of one job. False where nobody takes them any more.
async fn stream(shared: &Shared, link: &Link, job: &Job, masker: &mut Masker) -> Result<bool, SyncError> {
    let plan = &shared.plan.tables[job.table];
    let doing = || format!("reading {}", super::error::name(&plan.table));
    let failed = |error: &tokio_postgres::Error| SyncError::of(End::Source, doing(), error);
    let sql = masker.layout.copy_out(plan, job.range.as_deref());
    masker.cells.iter_mut().for_each(|cells| *cells = MaskedCells::default());
    if job.out.send(Ok(Piece::Begin(Box::new(masker.layout.clone())))).await.is_err() {
        return Ok(false);
    }
    let mut messages = pin!(link.client.copy_out(&sql).await.map_err(|error| failed(&error))?);
    let binary = masker.layout.form == Form::Binary;
    let mut at_head = binary;
    let mut sender = Sender { out: &job.out, masker, rows: Rows::default(), whole: BytesMut::new(), count: 0 };
    while let Some(message) = messages.next().await {
        let mut message = message.map_err(|error| failed(&error))?;
        if std::mem::take(&mut at_head) {
            if !message.starts_with(BINARY_HEAD) {
                return Err(SyncError::Broken(format!("{}: the source's binary form is not known", doing())));
            }
            message = message.slice(BINARY_HEAD.len()..);
        }
        if message.is_empty() || (binary && message == BINARY_END) {
            continue;
        }
        if !sender.push(message).await? {
            return Ok(false);
        }
    }
    sender.finish().await
}

/// Collects rows to batches, masks them and sends them on.
struct Sender<'a> {
    out: &'a mpsc::Sender<Result<Piece, SyncError>>,
    masker: &'a mut Masker,
    /// Rows that are to be masked.
    rows: Rows,
    /// Rows that go on as they came.
    whole: BytesMut,
    count: u64,
}

impl Sender<'_> {
    async fn push(&mut self, row: Bytes) -> Result<bool, SyncError> {
        if self.masker.is_idle() {
            return self.pass(row).await;
        }
        self.rows.push(row);
        let ready = match self.masker.batch_rows {
            Some(wanted) => next_batch(self.rows.len(), wanted, false),
            None => (self.rows.bytes() >= BATCH).then_some(self.rows.len()),
        };
        match ready {
            Some(count) => self.mask(count).await,
            None => Ok(true),
        }
    }

    async fn pass(&mut self, row: Bytes) -> Result<bool, SyncError> {
        self.count += 1;
        // A large row is not copied again.
        if row.len() >= BATCH && self.whole.is_empty() {
            return Ok(self.send(row).await);
        }
        if self.whole.capacity() == 0 {
            self.whole.reserve(BATCH + BATCH / 8);
        }
        self.whole.extend_from_slice(&row);
        if self.whole.len() < BATCH {
            return Ok(true);
        }
        let data = std::mem::take(&mut self.whole).freeze();
        Ok(self.send(data).await)
    }

    async fn mask(&mut self, count: usize) -> Result<bool, SyncError> {
        let rows = self.rows.take(count);
        if rows.len() == 0 {
            return Ok(true);
        }
        let data = self.masker.mask(&rows).await?;
        self.count += rows.len() as u64;
        drop(rows);
        Ok(self.send(data).await)
    }

    async fn send(&mut self, data: Bytes) -> bool {
        let rows = std::mem::take(&mut self.count);
        self.out.send(Ok(Piece::Rows { data, rows })).await.is_ok()
    }

    async fn finish(mut self) -> Result<bool, SyncError> {
        // Fewer than two windows are held where a strategy wants them: one batch.
        if !self.mask(self.rows.len()).await? {
            return Ok(false);
        }
        if !self.whole.is_empty() {
            let data = std::mem::take(&mut self.whole).freeze();
            if !self.send(data).await {
                return Ok(false);
            }
        }
        let cells = self.masker.cells.clone();
        Ok(self.out.send(Ok(Piece::End(cells))).await.is_ok())
    }
}
