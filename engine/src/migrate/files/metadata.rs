//! diesel's `metadata.toml` beside `up.sql`.

use super::{FileError, Text};
use crate::{
    config::{self, Source},
    migrate::script::Options,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    run_in_transaction: Option<bool>,
}

/// Reads the options that it stands for.
pub(super) fn read(file: &Text) -> Result<Options, FileError> {
    let source = Source { name: file.shown.clone(), text: file.text.trim_start_matches('\u{feff}').to_owned() };
    let metadata: Metadata = config::read_document(&source, config::DocumentFormat::Toml)?;
    Ok(Options { transaction: metadata.run_in_transaction, ..Options::default() })
}
