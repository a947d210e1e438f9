//! The program from outside: what a user types, and what it answers.

mod anonymize;
mod bad_configuration;
mod bad_plugins;
mod bad_sql;
mod build;
mod connections;
mod lint;
mod lint_rules;
mod migrate;
mod plugin;
mod schema;
mod scratch;
mod snapshot;
