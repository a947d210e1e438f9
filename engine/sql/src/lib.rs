//! SQL text: statements with their places, and what a query of a plugin may be.

pub mod guard;
pub mod kind;
pub mod lexer;
pub mod locate;
pub mod place;
pub mod quote;
pub mod split;
pub mod transaction;
