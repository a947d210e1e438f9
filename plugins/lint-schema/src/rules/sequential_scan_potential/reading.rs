//! How often a table was read whole.

use confiture_sdk::{ObjectRef, Relation, Report, Severity, catalog::RelationKind};
use std::collections::BTreeMap;

/// What the statistics say of a table, or of a partitioned one with all its partitions.
#[derive(Debug)]
pub struct Reading {
    subject: ObjectRef,
    rows: u64,
    sequential: u64,
    by_index: u64,
    bytes: u64,
}

/// Below so many rows it is only an information.
const MANY_ROWS: u64 = 100_000;

impl Reading {
    /// Of a relation that holds rows; none where there are no statistics.
    pub fn of(relation: &Relation) -> Option<Self> {
        let holds_rows = matches!(relation.kind, RelationKind::Table | RelationKind::Partition);
        Some(Self {
            subject: ObjectRef::from(relation),
            rows: relation.estimated_rows?,
            sequential: relation.sequential_scans.filter(|scans| holds_rows && *scans > 0)?,
            by_index: relation.index_scans.unwrap_or_default(),
            bytes: relation.bytes.unwrap_or_default(),
        })
    }

    /// That of a partition, as a part of its parent's.
    pub fn add_to(self, parent: &Relation, parents: &mut BTreeMap<ObjectRef, Self>) {
        let subject = ObjectRef::from(parent);
        match parents.get_mut(&subject) {
            Some(whole) => {
                whole.rows += self.rows;
                whole.sequential += self.sequential;
                whole.by_index += self.by_index;
                whole.bytes += self.bytes;
            }
            None => {
                parents.insert(subject.clone(), Self { subject, ..self });
            }
        }
    }

    /// Whether it is large, and was read whole often enough.
    #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
    pub fn is_mostly_sequential(&self, min_rows: u64, min_scans: u64, share: f64) -> bool {
        let all = self.sequential.saturating_add(self.by_index);
        self.rows >= min_rows && self.sequential >= min_scans && self.sequential as f64 >= share * all as f64
    }

    /// Says so.
    pub fn tell(self, since: Option<&str>, report: &mut Report) {
        let all = self.sequential.saturating_add(self.by_index);
        let message = format!("Table '{}' was read whole in {} of {all} scans", self.subject.name, self.sequential);
        let finding = report.finding(self.subject, message);
        finding
            .evidence(format!("reltuples = {}", self.rows))
            .evidence(format!("seq_scan = {}, idx_scan = {}", self.sequential, self.by_index))
            .suggestion("Find the queries that read it whole, in pg_stat_statements, and index what they look for");
        if self.bytes > 0 {
            finding.evidence(format!("{} bytes with its indexes", self.bytes));
        }
        if let Some(since) = since {
            finding.evidence(format!("counted since {since}"));
        }
        if self.rows < MANY_ROWS {
            finding.severity(Severity::Info);
        }
    }
}
