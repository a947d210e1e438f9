//! The plugin as a native crate, with the SDK's own host for native runs.

use crate::cases::Case;
use confiture_engine::anonymize::keyring::Keyring;
use confiture_model::mask::{ColumnInfo, ContextColumn, Keys as _};
use confiture_sdk::{
    masking::{self, Column, OpenStrategy},
    testing::masking::Masking,
};
use std::hash::{DefaultHasher, Hash, Hasher};

fn open(case: &Case) -> OpenStrategy {
    // The host's own hash: what is compared is where the strategy runs, not two hashes.
    let keys = Keyring::new(Some(b"")).expect("a keyring");
    let hash =
        move |key: &str, domain: &str, data: &[u8], ends: &[u32]| keys.hash(key, domain, data, ends).expect("a hash");
    let masking = Masking::new(&confiture_mask_core::plugin()).hashing_with(hash);
    let (target, row) = case.columns();
    let row: Vec<_> = row.iter().map(info).collect();
    masking.open(case.id, &case.options, &info(&target), &row).expect("the strategy opens")
}

fn info(from: &ColumnInfo) -> masking::ColumnInfo {
    let key = from.primary_key.then(|| r#"{"primary_key": true}"#.to_owned());
    let info = masking::ColumnInfo::new(&from.name, &from.type_name);
    masking::ColumnInfo { extra: key, max_length: from.max_length, ..info }
}

/// The other columns that it wants to see.
pub fn context(case: &Case) -> Vec<ContextColumn> {
    let column = |column: masking::ContextColumn| ContextColumn { name: column.name, masked: column.masked };
    open(case).context_columns().into_iter().map(column).collect()
}

/// Masks all batches; a digest of what was made.
pub fn mask(case: &Case, batches: &[(Column, Vec<Column>)]) -> u64 {
    let strategy = open(case);
    let mut made = DefaultHasher::new();
    for (values, context) in batches {
        let masked = strategy.mask(values, context).expect("the strategy masks");
        (masked.text(), masked.ends()).hash(&mut made);
    }
    made.finish()
}
