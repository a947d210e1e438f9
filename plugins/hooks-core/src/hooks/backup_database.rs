//! `backup_database`: a backup before anything changes.

use crate::backup_name::BackupName;
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, hook::Compression, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;

/// A backup before anything changes.
pub struct BackupDatabase;

/// How a backup is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CompressionOption {
    /// Not at all.
    None,
    /// As every pg_dump can.
    #[default]
    Gzip,
    /// Faster and smaller.
    Zstd,
}

/// Options of `backup_database`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The directory, by the name or the path with which the project grants it for writing.
    #[schemars(extend("format" = "backup-directory"))]
    backup_dir: String,
    /// How the backup is compressed: `none`, `gzip` or `zstd`.
    #[serde(default)]
    compression: CompressionOption,
    /// After a backup succeeded, remove those that are older than so many days; none are removed without this.
    #[serde(default)]
    #[schemars(range(min = 1))]
    keep_backup_days: Option<u32>,
    /// The backup's name: `pre_VERSION` where none is given. One that is taken gets a number behind it.
    #[serde(default)]
    backup_name: Option<BackupName>,
    /// Only these tables; all of the database where none is named.
    #[serde(default)]
    tables: Vec<Name>,
}

impl Hook for BackupDatabase {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "backup_database",
        summary: "Backs up the database, or some of its tables, before anything changes",
        phases: &[Phase::BeforeValidation],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.keep_backup_days == Some(0) {
            return Err(Error::option("/keep_backup_days", "at least 1 day"));
        }
        let what = if options.tables.is_empty() { "the database" } else { "the tables" };
        let note = format!("{what} is backed up to `{}` before the transaction begins", options.backup_dir);
        Ok(Placing { rehearsable: false, ..Placing::in_transaction() }.note(note.replace("tables is", "tables are")))
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let name = BackupName::or_default(options.backup_name.as_ref(), call);
        Ok(vec![Step::new(format!("backup `{name}`"))])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let compression = match options.compression {
            CompressionOption::None => Compression::None,
            CompressionOption::Gzip => Compression::Gzip,
            CompressionOption::Zstd => Compression::Zstd,
        };
        let name = BackupName::or_default(options.backup_name.as_ref(), call).free(&options.backup_dir, call)?;
        let tables: Vec<String> = options.tables.iter().map(Name::to_string).collect();
        let made = call.backup.dump(&options.backup_dir, &name, compression, &tables)?;
        let mut outcome = Outcome::default()
            .note(format!("{} of {} tables, {} bytes", made.file, made.tables, made.bytes))
            .statistic("file", made.file)
            .statistic("bytes", made.bytes)
            .statistic("tables", made.tables)
            .statistic("seconds", made.seconds);
        if let Some(days) = options.keep_backup_days {
            let removed = call.backup.prune(&options.backup_dir, days)?;
            outcome = outcome.statistic("removed_backups", removed);
        }
        Ok(outcome)
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Has the host make a backup with pg_dump before the migration's transaction begins, and lists the archive to see that it
can be read. Older backups in the directory go only after the new one is there.

```yaml
type: backup_database
config:
  backup_dir: /backups
  compression: gzip
  keep_backup_days: 7
```

The project grants the directory for writing, by its name or by its path; nothing is written elsewhere:

```toml
[plugins.hooks-core]
grant = { database = "write", backup = true, directories = { "/backups" = "write" } }
```

## When to use it

Before a migration that drops or rewrites what cannot be computed again. A backup of the tables that it touches is
usually enough, and is made much sooner than one of everything.

## What it costs

A full read of what is backed up, in one long snapshot that holds back vacuum. Writers are not blocked, other DDL is. A
dry-run names the backup and does not make it.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Script;

    #[test]
    fn a_backup_is_made_and_old_ones_go() -> Result<(), Error> {
        let script = Script::new();
        let options = r#"{"backup_dir": "/backups", "keep_backup_days": 7, "compression": "zstd",
            "tables": ["w_orders", "\"Sales\".\"T\""]}"#;
        assert!(!script.place(&BackupDatabase, options)?.rehearsable);
        let outcomes = script.run(&BackupDatabase, options)?;
        assert_eq!(script.backups(), ["dump /backups/pre_003 zstd [w_orders, \"Sales\".\"T\"]", "prune /backups 7"]);
        assert_eq!(outcomes[0].statistics["tables"], 2);
        assert_eq!(outcomes[0].statistics["removed_backups"], 1);
        Ok(())
    }

    #[test]
    fn nothing_is_removed_unasked() -> Result<(), Error> {
        let script = Script::new();
        script.run(&BackupDatabase, r#"{"backup_dir": "/backups", "backup_name": "mine"}"#)?;
        assert_eq!(script.backups(), ["dump /backups/mine gzip []"]);
        Ok(())
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() -> Result<(), Error> {
        let script = Script::new().file("b", "pre_003.confiture.dump", "").file("b", "pre_003_2.confiture.dump", "");
        script.run(&BackupDatabase, r#"{"backup_dir": "b"}"#)?;
        assert_eq!(script.backups(), ["dump b/pre_003_3 gzip []"]);
        Ok(())
    }

    #[test]
    fn backups_are_kept_for_a_day_at_least() {
        let none_kept = r#"{"backup_dir": "b", "keep_backup_days": 0}"#;
        assert!(Script::new().place(&BackupDatabase, none_kept).is_err());
    }
}
