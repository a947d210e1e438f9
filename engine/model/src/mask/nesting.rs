//! How far strategies inside strategies may go.

use crate::fault::PluginError;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The place of one open strategy among those that stand inside each other, across all their plugins. Whatever keeps the
/// strategy open keeps this: once dropped, another may take the place.
#[derive(Debug)]
pub struct Nesting {
    depth: u8,
    /// How many are open inside one outermost strategy.
    open: Arc<AtomicUsize>,
}

impl Nesting {
    /// How many strategies may stand inside each other, below a column's own one.
    pub const DEEPEST: u8 = 4;
    /// How many may be open at once inside of one, at all depths together. Each has an instance of its plugin.
    pub const MOST: usize = 256;

    /// The place of a column's own strategy.
    pub fn outermost() -> Arc<Self> {
        Arc::new(Self { depth: 0, open: Arc::default() })
    }

    /// A place inside of this one.
    ///
    /// # Errors
    /// [`PluginError::LimitExceeded`] where it would be too deep, or one too many.
    pub fn inner(&self) -> Result<Arc<Self>, PluginError> {
        let (deepest, most) = (Self::DEEPEST, Self::MOST);
        if self.depth >= deepest {
            return Err(PluginError::LimitExceeded(format!(
                "strategies stand inside each other at most {deepest} deep"
            )));
        }
        let inner = Arc::new(Self { depth: self.depth + 1, open: Arc::clone(&self.open) });
        match self.open.fetch_add(1, Ordering::Relaxed) >= most {
            true => Err(PluginError::LimitExceeded(format!("at most {most} strategies are open inside of one"))),
            false => Ok(inner),
        }
    }
}

impl Drop for Nesting {
    fn drop(&mut self) {
        if self.depth > 0 {
            self.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_bottom() {
        let mut place = Nesting::outermost();
        for _ in 0..Nesting::DEEPEST {
            place = place.inner().unwrap();
        }
        assert!(matches!(place.inner(), Err(PluginError::LimitExceeded(_))));
    }

    #[test]
    fn a_place_that_is_left_can_be_taken() {
        let outermost = Nesting::outermost();
        let mut taken: Vec<_> = (0..Nesting::MOST).map(|_| outermost.inner().unwrap()).collect();
        assert!(outermost.inner().is_err() && taken[0].inner().is_err());
        taken.pop();
        taken.push(taken[0].inner().unwrap());
        assert!(outermost.inner().is_err());
    }
}
