//! The hooks, one file each.

mod analyze_statistics;
mod backfill_read_model;
mod backup_database;
mod capture_statistics;
mod drop_temporary_tables;
mod rebuild_index;
mod rebuild_read_models;
mod restore_from_backup;
mod sql;
mod test_application_queries;
mod verify_consistency;

pub use analyze_statistics::AnalyzeStatistics;
pub use backfill_read_model::BackfillReadModel;
pub use backup_database::BackupDatabase;
pub use capture_statistics::CaptureStatistics;
pub use drop_temporary_tables::DropTemporaryTables;
pub use rebuild_index::RebuildIndex;
pub use rebuild_read_models::RebuildReadModels;
pub use restore_from_backup::RestoreFromBackup;
pub use sql::Sql;
pub use test_application_queries::TestApplicationQueries;
pub use verify_consistency::VerifyConsistency;
