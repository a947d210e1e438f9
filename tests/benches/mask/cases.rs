//! What is masked: a strategy, its options, a column, and values as columns have them.

use crate::BATCH;
use confiture_model::mask::{Column, ColumnInfo, ContextColumn};
use confiture_sdk::masking;
use serde_json::{Value, json};

/// One strategy on one column.
pub struct Case {
    pub id: &'static str,
    pub options: Value,
    pub type_name: &'static str,
    value: fn(usize) -> String,
    bound: f64,
    batch: usize,
}

/// The same rows as both sides take them: the values, then each context column.
pub struct Batches {
    pub native: Vec<(masking::Column, Vec<masking::Column>)>,
    pub component: Vec<(Column, Vec<Column>)>,
}

/// Columnar work through the sandbox takes at most so many times what it takes natively.
const COLUMNAR: f64 = 2.0;
/// And hashing, which the host does.
const HASHING: f64 = 1.15;

pub fn all() -> Vec<Case> {
    let case = |id, options, type_name, value| Case { id, options, type_name, value, bound: COLUMNAR, batch: BATCH };
    let hashing = |case: Case| Case { bound: HASHING, ..case };
    let branches = json!({"condition": "row.internal == true", "if_true": "none", "if_false": "set_null"});
    let redacted = |row| format!("Call {} or write to {} today", phone(row), email(row));
    let document = |row| format!("{{\"name\": \"person {row}\", \"mail\": \"{}\"}}", email(row));
    vec![
        case("none", json!({}), "text", email),
        case("no_anonymization", json!({}), "text", email),
        case("set_null", json!({}), "text", email),
        case("fixed", json!({"value": "x"}), "text", email),
        case("pattern_masking", json!({"pattern": "***-***-9999"}), "varchar(12)", phone),
        hashing(case("email_masking", json!({}), "text", email)),
        hashing(case("deterministic_hash", json!({}), "text", email)),
        hashing(case("deterministic_hash", json!({}), "uuid", uuid)),
        case("deterministic_hash", json!({}), "integer", number),
        case("format_preserving", json!({}), "varchar(12)", phone),
        case("fake", json!({"kind": "full_name", "person": ["id"]}), "text", name),
        case("date_shift", json!({"by": ["id"]}), "date", date),
        case("noise", json!({"percent": 20}), "integer", number),
        case("generalize", json!({"band": 10}), "integer", number),
        case("network", json!({}), "inet", address),
        case("redact", json!({}), "text", redacted),
        case("random_in_range", json!({"min": 1, "max": 50_000}), "numeric(12,2)", number),
        case("random_decimal", json!({"min": 1, "max": 50_000}), "numeric(12,2)", number),
        case("custom", json!({"strategy": "random_in_range", "min": 1, "max": 9}), "integer", number),
        case("custom_function", json!({"function": "random_decimal(1, 50000)"}), "numeric(12,2)", number),
        case("template", json!({"template": "{id}"}), "text", name),
        case("json_paths", json!({"paths": {"$.mail": "email_masking"}}), "jsonb", document),
        case("conditional", branches, "text", email),
        Case { batch: 10_000, ..case("shuffle", json!({}), "text", email) },
    ]
}

pub fn email(row: usize) -> String {
    format!("person.{row}@mail.test")
}

fn phone(row: usize) -> String {
    format!("{:03}-{:03}-{:04}", row / 10_000_000 % 1000, row / 10_000 % 1000, row % 10_000)
}

fn name(row: usize) -> String {
    format!("Ada Lovelace {row}")
}

pub fn number(row: usize) -> String {
    (row + 1).to_string()
}

pub fn uuid(row: usize) -> String {
    format!("6f1b6f60-0000-4000-8000-{row:012x}")
}

fn date(row: usize) -> String {
    format!("{:04}-{:02}-{:02}", 1950 + row / 336 % 70, row / 28 % 12 + 1, row % 28 + 1)
}

fn address(row: usize) -> String {
    format!("10.{}.{}.{}", row >> 16 & 255, row >> 8 & 255, row & 255)
}

impl Case {
    /// A column whose values are `value(0)`, `value(1)`, ...
    pub fn of(id: &'static str, type_name: &'static str, value: fn(usize) -> String) -> Self {
        Self { id, options: json!({}), type_name, value, bound: COLUMNAR, batch: BATCH }
    }

    pub fn title(&self) -> String {
        format!("{}, {}", self.id, self.type_name)
    }

    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// Whether equal rows give equal results in every run.
    pub fn deterministic(&self) -> bool {
        !matches!(self.id, "random_in_range" | "random_decimal" | "custom" | "custom_function" | "shuffle" | "noise")
    }

    /// The column, and the others of its table.
    pub fn columns(&self) -> (ColumnInfo, Vec<ColumnInfo>) {
        let row = vec![column("id", "integer"), column("internal", "boolean")];
        (column("value", self.type_name), row)
    }

    /// Values of rows `from..to`.
    pub fn values(&self, from: usize, to: usize) -> Column {
        (from..to).map(|row| Some((self.value)(row))).collect()
    }

    pub fn batches(&self, count: usize) -> Batches {
        let context = crate::native::context(self);
        let mut batches = Batches { native: Vec::new(), component: Vec::new() };
        for from in (0..count).step_by(self.batch) {
            let to = (from + self.batch).min(count);
            let values = self.values(from, to);
            let context: Vec<Column> = context.iter().map(|wanted| other(wanted, from, to)).collect();
            batches.native.push((native(&values), context.iter().map(native).collect()));
            batches.component.push((values, context));
        }
        batches
    }
}

fn other(wanted: &ContextColumn, from: usize, to: usize) -> Column {
    let value = |row: usize| match wanted.name.as_str() {
        "internal" if row.is_multiple_of(10) => "t".to_owned(),
        "internal" => "f".to_owned(),
        _ => row.to_string(),
    };
    (from..to).map(|row| Some(value(row))).collect()
}

fn native(column: &Column) -> masking::Column {
    column.iter().collect()
}

fn column(name: &str, type_name: &str) -> ColumnInfo {
    let room = type_name.strip_prefix("varchar(").and_then(|rest| rest.strip_suffix(')'));
    ColumnInfo {
        schema: "public".to_owned(),
        table: "t".to_owned(),
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        base_type: type_name.to_owned(),
        max_length: room.and_then(|room| room.parse().ok()),
        nullable: true,
        primary_key: name == "id",
        ..ColumnInfo::default()
    }
}
