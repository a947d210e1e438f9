//! `restore_from_backup`: what a backup holds, back in its place.

use crate::hooks::backup_database::{check_name, name};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a backup holds, back in its place.
pub struct RestoreFromBackup;

/// Options of `restore_from_backup`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The directory, by the name or the path with which the project grants it.
    backup_dir: String,
    /// The backup's name: `pre_VERSION` where none is given.
    #[serde(default)]
    backup_name: Option<String>,
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
        check_name(options.backup_name.as_deref())?;
        let which = options.backup_name.as_deref().unwrap_or("pre_VERSION");
        let note = format!("what backup `{which}` in `{}` holds is restored after the commit", options.backup_dir);
        Ok(Placing::autocommit().note(note))
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let name = name(options.backup_name.as_deref(), &call.context.version);
        Ok(vec![Step::new(format!("restore backup `{name}`"))])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let name = name(options.backup_name.as_deref(), &call.context.version);
        let restored = call.backup.restore(&options.backup_dir, &name)?;
        Ok(Outcome::default()
            .note(format!("{} of {} tables restored", restored.file, restored.tables))
            .statistic("file", restored.file)
            .statistic("tables", restored.tables)
            .statistic("seconds", restored.seconds))
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Has the host restore a backup that `backup_database` made, with pg_restore, after the migration has committed. It stands
among the hooks of a `rollback`, and brings back what the migration upwards could not undo.

```yaml
type: restore_from_backup
config:
  backup_dir: /backups
  backup_name: pre_003_analytics
```

## When to use it

To undo a migration that destroyed data. Whatever was written to those tables since the backup is lost, so the host asks
before it runs. Make the backup of few tables: it can then be restored by itself.

## What it costs

The tables are locked and written anew. It runs outside the transaction, so a failure leaves them as pg_restore left
them, and the run says so. A dry-run names it and does not run it.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{Placement, testing::Script};

    #[test]
    fn it_runs_after_the_commit_and_is_not_rehearsed() -> Result<(), Error> {
        let script = Script::new();
        let options = r#"{"backup_dir": "/backups", "backup_name": "pre_003_analytics"}"#;
        let placing = script.place(&RestoreFromBackup, options)?;
        assert_eq!((placing.placement, placing.rehearsable), (Placement::Autocommit, false));
        script.run(&RestoreFromBackup, options)?;
        script.run(&RestoreFromBackup, r#"{"backup_dir": "/backups"}"#)?;
        assert_eq!(script.backups(), ["restore /backups/pre_003_analytics", "restore /backups/pre_003"]);
        Ok(())
    }
}
