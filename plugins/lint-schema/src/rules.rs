//! The rules, one a file.

mod column_comment;
mod column_naming;
mod column_required;
mod foreign_key_indexed;
mod multi_tenant_column;
mod name_pattern;
mod primary_key_required;
mod table_comment;
mod table_naming;
mod unlogged_in_production;

pub use column_comment::ColumnComment;
pub use column_naming::ColumnNaming;
pub use column_required::ColumnRequired;
pub use foreign_key_indexed::ForeignKeyIndexed;
pub use multi_tenant_column::MultiTenantColumn;
pub use name_pattern::NamePattern;
pub use primary_key_required::PrimaryKeyRequired;
pub use table_comment::TableComment;
pub use table_naming::TableNaming;
pub use unlogged_in_production::UnloggedInProduction;
