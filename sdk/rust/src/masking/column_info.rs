//! A column as a strategy sees it before any row.

use super::kind::{self, Kind};

/// A column of the table, as the catalog describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its table's schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its type, as PostgreSQL's format_type writes it: `character varying(20)`.
    pub type_name: String,
    /// The type under a domain, else the type itself.
    pub base_type: String,
    /// An enum's labels.
    pub labels: Vec<String>,
    /// For varchar(n) and char(n), in characters.
    pub max_length: Option<u32>,
    /// Whether null may stand in it.
    pub nullable: bool,
    /// Whether no two rows may have equal values.
    pub unique: bool,
    /// Columns that foreign keys join share a group.
    pub join_group: Option<String>,
    /// The narrowest type of the group.
    pub group_type: Option<String>,
    /// The shortest maximum length of the group, in characters.
    pub group_max_length: Option<u32>,
    /// How many rows the table has, as PostgreSQL estimates it.
    pub estimated_rows: Option<u64>,
    /// What later versions of the contract add, as a JSON object.
    pub extra: Option<String>,
}

impl ColumnInfo {
    /// A column of the table `public.t` that may be null: for tests. The type may have a length: `varchar(20)`.
    pub fn new(name: impl Into<String>, type_name: impl Into<String>) -> Self {
        let type_name = type_name.into();
        let is_text = types_of_length(&type_name);
        let max_length = kind::modifiers(&type_name).first().and_then(|length| u32::try_from(*length).ok());
        Self {
            schema: "public".to_owned(),
            table: "t".to_owned(),
            name: name.into(),
            base_type: type_name.clone(),
            max_length: max_length.filter(|_| is_text),
            type_name,
            nullable: true,
            ..Self::default()
        }
    }

    /// The type that decides what its values look like.
    pub fn kind(&self) -> Kind {
        if self.labels.is_empty() { Kind::of(self.base()) } else { Kind::Enum }
    }

    /// The kind that masked values have to fit: that of the join group's narrowest type, where there is one.
    pub fn narrowest_kind(&self) -> Kind {
        match self.group_type.as_deref() {
            Some(group_type) if self.labels.is_empty() => Kind::of(group_type),
            _ => self.kind(),
        }
    }

    /// The type's name as [`super::types`] spells it; `enum` for an enum.
    pub fn type_word(&self) -> &str {
        if self.labels.is_empty() { kind::word(self.base()) } else { "enum" }
    }

    /// How many characters a value may have, here and in every column that foreign keys join with it.
    pub fn room(&self) -> Option<usize> {
        let lengths = [self.max_length, self.group_max_length];
        lengths.into_iter().flatten().min().map(|length| length as usize)
    }

    /// Whether blanks at a value's end mean nothing, as in char(n).
    pub fn is_padded(&self) -> bool {
        kind::word(self.base()) == "character"
    }

    /// Whether equality ignores case.
    pub fn ignores_case(&self) -> bool {
        kind::word(self.base()) == "citext"
    }

    /// Whether it belongs to the table's primary key: `"primary_key": true` in [`Self::extra`].
    pub fn is_primary_key(&self) -> bool {
        let extra = self.extra.as_deref().and_then(|extra| serde_json::from_str::<serde_json::Value>(extra).ok());
        extra.is_some_and(|extra| extra.get("primary_key").is_some_and(|key| *key == true))
    }

    fn base(&self) -> &str {
        if self.base_type.is_empty() { &self.type_name } else { &self.base_type }
    }
}

fn types_of_length(type_name: &str) -> bool {
    matches!(kind::word(type_name), "character" | "character varying")
}
