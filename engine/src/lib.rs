//! The workflows of Confiture: configuration, build, lint.
