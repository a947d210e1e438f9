//! What a rule gathers in the pass over all relations, for what it says at the end.

use std::cell::RefCell;

/// A rule's own notes, kept with its options: these live exactly as long as one run of one use of the rule. A field of
/// the options with `#[serde(skip)]`, which makes it no option.
///
/// A pass of its own would read every relation from the host a second time.
#[derive(Debug, Default)]
pub struct Gathered<T>(RefCell<T>);

impl<T: Default> Gathered<T> {
    /// Notes something.
    pub fn note(&self, write: impl FnOnce(&mut T)) {
        write(&mut self.0.borrow_mut());
    }

    /// All that was noted; nothing is left.
    pub fn take(&self) -> T {
        self.0.take()
    }
}
