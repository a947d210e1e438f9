//! Rules that do not end.

use crate::host::{beside_good_ones, limits};
use confiture_host::Limits;
use confiture_model::fault::FaultKind;
use std::time::Duration;

/// Long enough for the good rules on a busy machine.
fn short() -> Limits {
    Limits { call_timeout: Duration::from_secs(3), ..limits() }
}

#[test]
fn an_endless_loop_is_stopped() {
    assert_eq!(beside_good_ones("endless-loop", short()), FaultKind::TimedOut { seconds: 3.0 });
}

#[test]
fn endless_calls_of_the_host_are_stopped() {
    assert_eq!(beside_good_ones("endless-host-calls", short()), FaultKind::TimedOut { seconds: 3.0 });
}
