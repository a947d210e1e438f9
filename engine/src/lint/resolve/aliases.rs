//! Other spellings of rules: those that projects already use. Only data.

/// What an alias stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// One rule under another name.
    Rule(&'static str),
    /// What names look like, by the kind of object.
    Naming,
    /// Comments on tables and columns.
    Documentation,
}

/// Aliases, in kebab-case. A rule that a plugin offers under such a name comes first.
pub(super) const ALIASES: &[(&str, Meaning)] = &[
    ("column-required", Meaning::Rule("column-required")),
    ("cqrs-validation", Meaning::Rule("read-model-derivation")),
    ("documentation", Meaning::Documentation),
    ("documentation-required", Meaning::Documentation),
    ("index-required-for-fk", Meaning::Rule("foreign-key-indexed")),
    ("large-table-has-indexes", Meaning::Rule("large-table-indexed")),
    ("multi-tenant", Meaning::Rule("multi-tenant-column")),
    ("naming-convention", Meaning::Naming),
    ("naming-conventions", Meaning::Naming),
    ("no-implicit-casts", Meaning::Rule("implicit-cast")),
    ("no-unlogged-tables-in-production", Meaning::Rule("unlogged-in-production")),
    ("password-fields-must-be-hashed", Meaning::Rule("password-hashed")),
    ("sensitive-columns-must-be-masked", Meaning::Rule("sensitive-column-masked")),
    ("table-prefix", Meaning::Rule(PATTERN_RULE)),
];

/// The rule for names of each kind of object.
pub(super) const NAMING: &[(&str, &str)] = &[
    ("tables", "table-naming"),
    ("columns", "column-naming"),
    ("views", "view-naming"),
    ("functions", "function-naming"),
    ("types", "type-naming"),
    ("indexes", "index-naming"),
    ("constraints", "constraint-naming"),
    ("sequences", "sequence-naming"),
    ("triggers", "trigger-naming"),
];

/// Styles of names that are called otherwise: those of functions in a procedural language are no others.
pub(super) const STYLES: &[(&str, &str)] = &[("snake_case_pl", "snake_case")];

/// What directories of the load order are called otherwise.
pub(super) const AREAS: &[(&str, &str)] =
    &[("read_side", "query_side"), ("query_side", "read_side"), ("write_side", "command_side")];

/// The rule of a custom pattern: over tables, unless its option [`PATTERN_TARGETS`] says otherwise.
pub(super) const PATTERN_RULE: &str = "name-pattern";
/// See [`PATTERN_RULE`].
pub(super) const PATTERN_TARGETS: &str = "targets";

/// The rule that somebody means who describes one in words: by a part of its name, the first that fits.
pub(super) const MEANT: &[(&str, &str)] = &[
    ("tenant", "multi-tenant-column"),
    ("read-model", "read-model-derivation"),
    ("derivation", "read-model-derivation"),
    ("cqrs", "read-model-derivation"),
    ("unlogged", "unlogged-in-production"),
    ("password", "password-hashed"),
    ("sensitive", "sensitive-column-masked"),
    ("mask", "sensitive-column-masked"),
    ("cast", "implicit-cast"),
    ("sequential", "sequential-scan-potential"),
    ("large", "large-table-indexed"),
    ("primary", "primary-key-required"),
    ("foreign", "foreign-key-indexed"),
    ("index", "foreign-key-indexed"),
    ("comment", "table-comment"),
    ("document", "table-comment"),
    ("column", "column-required"),
    ("prefix", "name-pattern"),
    ("naming", "name-pattern"),
];
