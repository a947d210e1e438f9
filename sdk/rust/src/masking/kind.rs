//! What a column's type says about its values.

/// What a column's values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// text, varchar(n), char(n), citext.
    Text,
    /// boolean.
    Boolean,
    /// smallint, integer, bigint: how many bits.
    Integer(u32),
    /// numeric; its precision and scale where it has them.
    Numeric(Option<(u32, u32)>),
    /// real and double precision: how many bits.
    Float(u32),
    /// uuid.
    Uuid,
    /// date.
    Date,
    /// time, with a zone or without.
    Time,
    /// timestamp, with a zone or without.
    Timestamp,
    /// json and jsonb.
    Json,
    /// bytea.
    Bytes,
    /// inet.
    Inet,
    /// cidr: a network, so its host bits are zero.
    Cidr,
    /// macaddr and macaddr8: how many bits.
    Mac(u32),
    /// An enum.
    Enum,
    /// Anything else.
    Other,
}

/// Lists of types for [`super::StrategyMeta::accepts`].
pub mod types {
    /// Text of every sort.
    pub const TEXT: &[&str] = &["text", "character varying", "character", "citext"];
    /// Numbers.
    pub const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    /// Dates, with a time or without.
    pub const DATES: &[&str] = &["date", "timestamp without time zone", "timestamp with time zone"];
    /// json and jsonb.
    pub const JSON: &[&str] = &["json", "jsonb"];
    /// Addresses of machines.
    pub const NETWORK: &[&str] = &["inet", "cidr", "macaddr", "macaddr8"];
    /// Every type.
    pub const ANY: &[&str] = &["any"];
}

impl Kind {
    /// The kind of a type, as PostgreSQL's format_type writes it or with a usual short name.
    pub fn of(type_name: &str) -> Self {
        match word(type_name) {
            "text" | "character varying" | "character" | "citext" | "name" => Self::Text,
            "boolean" => Self::Boolean,
            "smallint" => Self::Integer(16),
            "integer" => Self::Integer(32),
            "bigint" => Self::Integer(64),
            "numeric" => Self::Numeric(match modifiers(type_name).as_slice() {
                [] => None,
                // Since PostgreSQL 15 a scale may be negative; such a number has no digits behind the point.
                [precision, rest @ ..] => {
                    let scale = rest.first().copied().unwrap_or(0).max(0);
                    Some((u32::try_from(*precision).unwrap_or(0), u32::try_from(scale).unwrap_or(0)))
                }
            }),
            "real" => Self::Float(32),
            "double precision" => Self::Float(64),
            "uuid" => Self::Uuid,
            "date" => Self::Date,
            "time without time zone" | "time with time zone" => Self::Time,
            "timestamp without time zone" | "timestamp with time zone" => Self::Timestamp,
            "json" | "jsonb" => Self::Json,
            "bytea" => Self::Bytes,
            "inet" => Self::Inet,
            "cidr" => Self::Cidr,
            "macaddr" => Self::Mac(48),
            "macaddr8" => Self::Mac(64),
            _ => Self::Other,
        }
    }

    /// The greatest number of an integer type; none for other kinds.
    pub fn greatest(self) -> Option<i64> {
        match self {
            Self::Integer(bits) => Some(i64::MAX >> 64_u32.saturating_sub(bits)),
            _ => None,
        }
    }
}

/// A type's name without what is in parentheses, in the spelling of format_type.
pub(crate) fn word(type_name: &str) -> &str {
    let bare = match type_name.split_once('(') {
        Some((before, after)) => match (before, after.split_once(')').map(|(_, rest)| rest.trim())) {
            ("timestamp", Some("with time zone")) => "timestamp with time zone",
            ("timestamp", Some("without time zone")) => "timestamp without time zone",
            ("time", Some("with time zone")) => "time with time zone",
            ("time", Some("without time zone")) => "time without time zone",
            _ => before,
        },
        None => type_name,
    };
    let bare = bare.trim();
    // An extension's type carries its schema where that is not in the search path.
    let bare = if bare.ends_with(".citext") { "citext" } else { bare };
    match bare {
        "varchar" => "character varying",
        "char" | "bpchar" => "character",
        "bool" => "boolean",
        "int2" => "smallint",
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "decimal" => "numeric",
        "float4" => "real",
        "float8" => "double precision",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        other => other,
    }
}

/// The numbers in a type's parentheses.
pub(crate) fn modifiers(type_name: &str) -> Vec<i32> {
    let inside = type_name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    inside.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_postgresql_writes_them() {
        assert_eq!(Kind::of("character varying(20)"), Kind::Text);
        assert_eq!(Kind::of("numeric(12,2)"), Kind::Numeric(Some((12, 2))));
        assert_eq!(Kind::of("numeric(5)"), Kind::Numeric(Some((5, 0))));
        assert_eq!(Kind::of("numeric(5,-2)"), Kind::Numeric(Some((5, 0))));
        assert_eq!(Kind::of("numeric"), Kind::Numeric(None));
        assert_eq!(Kind::of("timestamp(3) with time zone"), Kind::Timestamp);
        assert_eq!(Kind::of("time(0) without time zone"), Kind::Time);
        assert_eq!(Kind::of("extensions.citext"), Kind::Text);
        assert_eq!(Kind::of("geometry(Point,4326)"), Kind::Other);
        assert_eq!(Kind::of("int4").greatest(), Some(i64::from(i32::MAX)));
        assert_eq!(Kind::of("bigint").greatest(), Some(i64::MAX));
        assert_eq!(Kind::of("smallint").greatest(), Some(i64::from(i16::MAX)));
    }
}
