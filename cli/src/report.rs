//! What a lint run found, printed.

pub mod json;
pub mod text;
