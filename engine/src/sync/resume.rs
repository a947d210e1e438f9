//! A run's name, and whether a run can go on with what another of the same plan has left.

use confiture_model::sync::Plan;
use std::fmt::Write as _;

/// A name that no other run has: 32 hexadecimal digits. Without random bytes from the system, the hash maps' own keys.
pub fn run_name() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        use std::hash::{BuildHasher as _, Hasher as _, RandomState};
        for half in bytes.chunks_mut(8) {
            half.copy_from_slice(&RandomState::new().build_hasher().finish().to_be_bytes());
        }
    }
    bytes.iter().fold(String::with_capacity(32), |mut name, byte| {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// Whether both plans do the same, whatever PostgreSQL estimates of sizes and however many copy at once.
pub fn goes_on(plan: &Plan, other: &Plan) -> bool {
    let bare = |plan: &Plan| {
        let mut plan = plan.clone();
        plan.run.clear();
        plan.workers = 0;
        for table in &mut plan.tables {
            (table.estimated_rows, table.bytes) = (None, None);
        }
        plan
    };
    bare(plan) == bare(other)
}
