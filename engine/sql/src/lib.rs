//! SQL text: statements with their places, and what a query of a plugin may be.

pub mod lexer;
pub mod place;
pub mod split;
