//! The bundled rules over a schema. They ask for nothing: whatever they know, they read from the schema.
//!
//! To add a rule: one file in `rules/`, with its documentation and examples inside, and one word in each list below.

mod case;
mod gathered;
mod made_names;
mod missing_column;
mod names;
mod partitions;
mod pattern;
mod rules;
mod template;

use rules::{
    ColumnComment, ColumnNaming, ColumnRequired, ConstraintNaming, ForeignKeyIndexed, FunctionNaming, ImplicitCast,
    IndexNaming, LargeTableIndexed, MultiTenantColumn, NamePattern, PasswordHashed, PrimaryKeyRequired,
    ReadModelDerivation, SensitiveColumnMasked, SequenceNaming, SequentialScanPotential, TableComment, TableNaming,
    TriggerNaming, TypeNaming, UnloggedInProduction, ViewNaming,
};

confiture_sdk::export_plugin! {
    name: "confiture:lint-schema",
    summary: "Names, keys, comments, indexes and tenancy of a schema",
    rules: [
        ColumnComment,
        ColumnNaming,
        ColumnRequired,
        ConstraintNaming,
        ForeignKeyIndexed,
        FunctionNaming,
        ImplicitCast,
        IndexNaming,
        LargeTableIndexed,
        MultiTenantColumn,
        NamePattern,
        PasswordHashed,
        PrimaryKeyRequired,
        ReadModelDerivation,
        SensitiveColumnMasked,
        SequenceNaming,
        SequentialScanPotential,
        TableComment,
        TableNaming,
        TriggerNaming,
        TypeNaming,
        UnloggedInProduction,
        ViewNaming,
    ],
}

#[cfg(test)]
mod tests {
    use confiture_sdk::{Capabilities, testing::documentation_problems};

    #[test]
    fn every_rule_is_documented() {
        assert_eq!(documentation_problems(&super::plugin()), Vec::<String>::new());
    }

    #[test]
    fn it_asks_for_nothing() {
        assert_eq!(super::plugin().wants, Capabilities::NONE);
    }
}
