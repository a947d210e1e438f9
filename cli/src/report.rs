//! What the commands print.

pub mod json;
pub mod ledger;
pub mod lint;
pub mod plan;
pub mod progress;
pub mod rehearsal;
pub mod run;
pub mod status;
pub mod sync;
pub mod text;
pub mod verification;
