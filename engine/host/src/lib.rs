//! Plugins in a sandbox.
//!
//! A [`Host`] opens a component ([`Host::open`]): it is compiled or found compiled, its imports and exports are compared
//! with the contract in `wit/v0.1`, and it describes itself in a throw-away instance that is given nothing. What it wants
//! is then compared with what the project grants ([`Plugin::check_grant`]); only after that is a working instance made
//! ([`Plugin::lint`], [`Plugin::hooks`], [`Plugin::anonymizer`]). Every call into a plugin is bounded in time, memory and the size of what it hands over, and every
//! way in which it can break is a [`Fault`](confiture_model::fault::Fault) of its own kind.
//!
//! Calls need a tokio runtime with its timer on.

mod backups;
mod bindings;
mod call;
mod contract;
mod convert;
mod describe;
mod directories;
mod fault;
mod grant;
mod hooks;
mod host;
mod imports;
mod limiter;
mod limits;
mod lint;
mod load;
mod log;
mod masking;
mod plugin;
mod state;

pub use directories::Directories;
pub use hooks::HookGrant;
pub use host::{Host, HostError, HostOptions};
pub use limits::Limits;
pub use lint::LintGrant;
pub use load::Loaded;
pub use log::{LogLevel, LogRecord, LogSink};
pub use masking::MaskGrant;
pub use plugin::Plugin;
