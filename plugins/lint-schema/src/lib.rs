//! The bundled rules over a schema. They ask for nothing: whatever they know, they read from the schema.
//!
//! To add a rule: one file in `rules/`, with its documentation and examples inside, and one word in each list below.

mod case;
mod column_types;
mod index_shape;
mod made_names;
mod missing_column;
mod names;
mod partitions;
mod pattern;
mod rules;
mod template;
mod tenancy;

use rules::{
    AuditColumnMissing, CircularForeignKeys, ColumnComment, ColumnNaming, ColumnRequired, ConstraintNaming,
    ConstraintNotValid, CutIdentifier, DuplicateIndex, ExtensionInPublic, FixedLengthChar, FloatAmount,
    ForeignKeyIndexed, ForeignKeyWithoutTenant, FunctionNaming, ImplicitCast, IndexNaming, IntegerKey, InvalidIndex,
    IsolatedTable, JsonColumn, KeyRunningOut, LargeTableIndexed, MixedCaseName, MixedOwners, MoneyColumn,
    MultiTenantColumn, NamePattern, PasswordHashed, PolicyWithoutRowSecurity, PrimaryKeyRequired, ReadModelDerivation,
    ReadModelForeignKey, RedundantIndex, ReservedWordName, RowSecurityMissing, RowSecurityWithoutPolicy,
    RowTriggerOnBigTable, SecurityDefinerSearchPath, SecurityDefinerView, SensitiveColumnMasked, SequenceNaming,
    SequentialScanPotential, SerialColumn, TableComment, TableNaming, TenantColumnNullable, TenantColumnUnindexed,
    TimestampWithoutTimeZone, TooManyIndexes, TriggerNaming, TypeNaming, UniqueWithoutTenant, UnloggedInProduction,
    UnusedIndex, VarcharWithLength, ViewNaming, ViewSelectsAll,
};

confiture_sdk::export_plugin! {
    name: "confiture:lint-schema",
    summary: "Names, keys, comments, indexes and tenancy of a schema",
    rules: [
        AuditColumnMissing,
        CircularForeignKeys,
        ColumnComment,
        ColumnNaming,
        ColumnRequired,
        ConstraintNaming,
        ConstraintNotValid,
        CutIdentifier,
        DuplicateIndex,
        ExtensionInPublic,
        FixedLengthChar,
        FloatAmount,
        ForeignKeyIndexed,
        ForeignKeyWithoutTenant,
        FunctionNaming,
        ImplicitCast,
        IndexNaming,
        IntegerKey,
        InvalidIndex,
        IsolatedTable,
        JsonColumn,
        KeyRunningOut,
        LargeTableIndexed,
        MixedCaseName,
        MixedOwners,
        MoneyColumn,
        MultiTenantColumn,
        NamePattern,
        PasswordHashed,
        PolicyWithoutRowSecurity,
        PrimaryKeyRequired,
        ReadModelDerivation,
        ReadModelForeignKey,
        RedundantIndex,
        ReservedWordName,
        RowSecurityMissing,
        RowSecurityWithoutPolicy,
        RowTriggerOnBigTable,
        SecurityDefinerSearchPath,
        SecurityDefinerView,
        SensitiveColumnMasked,
        SequenceNaming,
        SequentialScanPotential,
        SerialColumn,
        TableComment,
        TableNaming,
        TenantColumnNullable,
        TenantColumnUnindexed,
        TimestampWithoutTimeZone,
        TooManyIndexes,
        TriggerNaming,
        TypeNaming,
        UniqueWithoutTenant,
        UnloggedInProduction,
        UnusedIndex,
        VarcharWithLength,
        ViewNaming,
        ViewSelectsAll,
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
