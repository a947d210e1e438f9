//! Time, chance and Ctrl-C, as the program that runs us has them.

use super::identity::random;
use confiture_model::BoxFuture;
use std::time::Duration;

/// How often a migration is tried whose statements wait in vain for a lock.
pub const TRIES: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Time and interruption.
pub trait Pace: Send + Sync {
    /// Ends after so long.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;
    /// Ends when somebody asked us to stop; at once if that was before.
    fn interrupted(&self) -> BoxFuture<'_, ()>;
}

/// How long to wait after the `attempt`th try, from 1: twice as long each time, half of it by chance, so that two that got
/// into each other's way do not meet again.
pub(in crate::migrate) fn back_off(attempt: u32) -> Duration {
    let full = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    let half = full / 2;
    let chance = random() % (u64::try_from(half.as_millis()).unwrap_or(u64::MAX) + 1);
    half + Duration::from_millis(chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound() {
        for attempt in 1..40 {
            let wait = back_off(attempt);
            assert!(wait >= FIRST_WAIT / 2 && wait <= LONGEST_WAIT, "{attempt}: {wait:?}");
        }
        assert!(back_off(9) >= LONGEST_WAIT / 2);
    }
}
