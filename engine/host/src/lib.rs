//! Plugins in a sandbox.
