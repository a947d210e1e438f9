//! What EXPLAIN says of a query.

use confiture_sdk::{Error, database::Value};
use serde::Deserialize;

/// What EXPLAIN says of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Explained {
    /// In the planner's units.
    pub total_cost: f64,
    /// Whether it inserts, updates, deletes or merges.
    pub changes_rows: bool,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "Plan")]
    plan: Plan,
}

#[derive(Deserialize)]
struct Plan {
    #[serde(rename = "Node Type")]
    node_type: String,
    #[serde(rename = "Total Cost")]
    total_cost: f64,
    #[serde(rename = "Plans", default)]
    plans: Vec<Plan>,
}

impl Plan {
    fn changes_rows(&self) -> bool {
        self.node_type == "ModifyTable" || self.plans.iter().any(Self::changes_rows)
    }
}

impl Explained {
    /// Reads the answer to `EXPLAIN (FORMAT JSON)`.
    pub(super) fn read(answer: Option<Value>) -> Result<Self, Error> {
        let text = match answer {
            Some(Value::Text(text) | Value::Other { text, .. }) => text,
            _ => return Err(Error::failed("EXPLAIN returned no plan: is it a query?")),
        };
        let entries: Vec<Entry> =
            serde_json::from_str(&text).map_err(|_| Error::failed("EXPLAIN returned a plan of an unknown form"))?;
        let entry = entries.first().ok_or_else(|| Error::failed("EXPLAIN returned an empty plan"))?;
        Ok(Self { total_cost: entry.plan.total_cost, changes_rows: entry.plan.changes_rows() })
    }
}
