//! `restore_from_backup`: what a backup holds, back in its place.

use crate::backup_name::BackupName;
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a backup holds, back in its place.
pub struct RestoreFromBackup;

/// Options of `restore_from_backup`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The directory, by the name or the path with which the project grants it.
    #[schemars(extend("format" = "restore-directory"))]
    backup_dir: String,
    /// The backup's name: `pre_VERSION` where none is given. The last of those that a number was put behind is taken.
    #[serde(default)]
    backup_name: Option<BackupName>,
    /// The tables whose rows go back. The archive may hold more.
    #[serde(default)]
    tables: Vec<Name>,
}

impl Hook for RestoreFromBackup {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "restore_from_backup",
        summary: "Restores a backup, after the commit",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.tables.is_empty() {
            let expected = "the tables whose rows go back: a whole database is not restored by a hook";
            return Err(Error::option("/tables", expected));
        }
        let which = options.backup_name.as_ref().map_or_else(|| "pre_VERSION".to_owned(), BackupName::to_string);
        let tables = options.tables.len();
        let note =
            format!("{tables} table(s) of backup `{which}` in `{}` are restored after the commit", options.backup_dir);
        Ok(Placing::autocommit().note(note))
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let name = BackupName::or_default(options.backup_name.as_ref(), call);
        Ok(vec![Step::new(format!("restore backup `{name}`"))])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let name = BackupName::or_default(options.backup_name.as_ref(), call).last(&options.backup_dir, call)?;
        let tables: Vec<String> = options.tables.iter().map(Name::to_string).collect();
        let restored = call.backup.restore(&options.backup_dir, &name, &tables)?;
        Ok(Outcome::default()
            .note(format!("{} of {}", restored.file, tables.join(", ")))
            .statistic("file", restored.file)
            .statistic("tables", restored.tables)
            .statistic("seconds", restored.seconds))
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Has the host put the rows of some tables back from a backup that `backup_database` made, in one transaction, after the
migration has committed. It stands among the hooks of a `rollback`, and brings back what the migration upwards lost.

```yaml
type: restore_from_backup
config:
  backup_dir: /backups
  backup_name: pre_003_analytics
  tables: [w_orders, sales.customers]
```

## When to use it

To undo a migration that destroyed data. The tables are there and empty when it runs: the migration downwards creates or
truncates them. Somebody is asked before the migration runs: `--yes` answers, and without a terminal the answer is no.

## What it costs

The rows are written anew, and their indexes with them. All tables are restored or none; a failure after the commit is
reported and can be resumed. A dry-run names it and does not run it.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{Placement, testing::Script};

    #[test]
    fn it_runs_after_the_commit_and_is_not_rehearsed() -> Result<(), Error> {
        let script = Script::new().file("/backups", "pre_003.confiture.dump", "").file(
            "/backups",
            "pre_003_2.confiture.dump",
            "",
        );
        let named = r#"{"backup_dir": "/backups", "backup_name": "pre_003_analytics", "tables": ["a.b"]}"#;
        let placing = script.place(&RestoreFromBackup, named)?;
        assert_eq!((placing.placement, placing.rehearsable), (Placement::Autocommit, false));
        script.run(&RestoreFromBackup, named)?;
        script.run(&RestoreFromBackup, r#"{"backup_dir": "/backups", "tables": ["a"]}"#)?;
        assert_eq!(script.backups(), ["restore /backups/pre_003_analytics [a.b]", "restore /backups/pre_003_2 [a]"]);
        Ok(())
    }

    #[test]
    fn the_tables_are_named() {
        let error = Script::new().place(&RestoreFromBackup, r#"{"backup_dir": "b"}"#).unwrap_err();
        assert!(error.to_string().starts_with("option `/tables`"), "{error}");
    }
}
