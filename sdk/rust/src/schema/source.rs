//! Where a schema comes from: the host, or a snapshot in a test.

use crate::{
    catalog::{Overview, Parts, Relation, Routine, Sequence, Trigger, TypeDefinition},
    object::ObjectRef,
};

/// What a schema is read from, a page at a time: at most `count` records from `offset`; an empty page is the end.
#[allow(missing_docs)]
pub trait Source {
    fn overview(&self) -> Overview;
    fn relations(&self, offset: u32, count: u32, parts: Parts) -> Vec<Relation>;
    fn find(&self, schema: &str, name: &str) -> Option<Relation>;
    fn routines(&self, offset: u32, count: u32) -> Vec<Routine>;
    fn type_definitions(&self, offset: u32, count: u32) -> Vec<TypeDefinition>;
    fn sequences(&self, offset: u32, count: u32) -> Vec<Sequence>;
    fn triggers(&self, offset: u32, count: u32) -> Vec<Trigger>;
    fn masked_columns(&self) -> Vec<ObjectRef>;
    /// Answers a query; in a component this is the host's business.
    ///
    /// # Errors
    /// What the database, or the test in its place, said.
    #[cfg(not(target_arch = "wasm32"))]
    fn query(&self, sql: &str, params: &[crate::database::Value])
    -> Result<crate::database::Rows, crate::error::Error>;
}
