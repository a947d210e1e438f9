//! Hooks in a list: their options have no type of their own there.

use super::{Call, Hook, HookMeta, Outcome, Placing, Step};
use crate::{
    error::Error,
    options::{self, OptionInfo},
};

/// A hook whose options have no type of their own: what a list of hooks holds. Every [`Hook`] is one.
pub trait AnyHook: Sync {
    /// What is known of it before it runs.
    fn meta(&self) -> HookMeta;
    /// What it takes.
    fn options(&self) -> Vec<OptionInfo>;
    /// The hook with its options, a JSON object, ready to run.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] with the JSON pointer of the option that is wrong.
    fn open(&'static self, options: &str) -> Result<Box<dyn OpenHook>, Error>;
}

/// A hook with its options.
#[allow(missing_docs)]
pub trait OpenHook {
    /// [`Hook::place`].
    ///
    /// # Errors
    /// As there.
    fn place(&self) -> Result<Placing, Error>;
    /// [`Hook::plan`].
    ///
    /// # Errors
    /// As there.
    fn plan(&self, call: &Call<'_>) -> Result<Vec<Step>, Error>;
    /// [`Hook::run`].
    ///
    /// # Errors
    /// As there.
    fn run(&self, step: &Step, call: &Call<'_>) -> Result<Outcome, Error>;
}

impl<H: Hook + 'static> AnyHook for H {
    fn meta(&self) -> HookMeta {
        H::META
    }

    fn options(&self) -> Vec<OptionInfo> {
        options::describe::<H::Options>()
    }

    fn open(&'static self, options: &str) -> Result<Box<dyn OpenHook>, Error> {
        Ok(Box::new(Open { hook: self, options: options::read::<H::Options>(options)? }))
    }
}

struct Open<H: Hook + 'static> {
    hook: &'static H,
    options: H::Options,
}

impl<H: Hook + 'static> OpenHook for Open<H> {
    fn place(&self) -> Result<Placing, Error> {
        self.hook.place(&self.options)
    }

    fn plan(&self, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        self.hook.plan(&self.options, call)
    }

    fn run(&self, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        self.hook.run(&self.options, step, call)
    }
}
