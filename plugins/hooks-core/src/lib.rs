//! The bundled hooks. What they may do, the project grants them: the migration's database and backups by default, and
//! directories where it names them.
//!
//! To add a hook: one file in `hooks/`, with its documentation and examples inside, and one word in each list below.

mod backup_name;
mod hooks;
mod one_or_more;
mod stage;
mod statement;
mod table;

use confiture_sdk::{Capabilities, DatabaseAccess};
use hooks::{
    AnalyzeStatistics, BackfillReadModel, BackupDatabase, CaptureStatistics, DropTemporaryTables, RebuildIndex,
    RebuildReadModels, RestoreFromBackup, Sql, TestApplicationQueries, VerifyConsistency,
};

confiture_sdk::export_plugin! {
    name: "confiture:hooks-core",
    summary: "Backups, backfills, checks, rebuilds and clean-up around a migration",
    wants: Capabilities { database: DatabaseAccess::Write, backup: true, ..Capabilities::NONE },
    hooks: [
        AnalyzeStatistics,
        BackfillReadModel,
        BackupDatabase,
        CaptureStatistics,
        DropTemporaryTables,
        RebuildIndex,
        RebuildReadModels,
        RestoreFromBackup,
        Sql,
        TestApplicationQueries,
        VerifyConsistency,
    ],
}

#[cfg(test)]
mod tests {
    use confiture_sdk::testing::documentation_problems;

    #[test]
    fn every_hook_is_documented() {
        assert_eq!(documentation_problems(&super::plugin()), Vec::<String>::new());
    }

    #[test]
    fn options_that_nobody_knows_are_refused() {
        for hook in super::plugin().hooks {
            let error = hook.open(r#"{"no_such_option": 1}"#).map(|_| ()).unwrap_err();
            assert!(error.to_string().starts_with("option `/no_such_option`"), "{}: {error}", hook.meta().id);
        }
    }
}
