//! The components of the bundled plugins, embedded.
