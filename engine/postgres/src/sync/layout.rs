//! In which order and form the columns of a table travel: those that somebody looks at first, so that the rest of a row is
//! passed on as it came.

use super::{
    decode::Decoder,
    encode::Encoder,
    form::{Types, same_binary},
    name::{identifier, list, literal, qualified},
};
use confiture_model::sync::{ColumnMask, Name, TablePlan};

/// The form of `COPY` on both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Binary,
    Text,
}

/// What becomes of a column that somebody looks at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leading {
    /// The text of a column that the server has to write, and that goes on in its binary form elsewhere: looked at and left
    /// behind.
    Extra,
    /// Looked at and passed on.
    Seen,
    /// Replaced, and brought into the form of its type.
    Masked(Encoder),
}

/// A column at the head of the row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    /// Its place among [`TablePlan::columns`].
    pub column: usize,
    pub leading: Leading,
    /// What makes text of it where rows are binary.
    pub decoder: Decoder,
    /// What is selected.
    expression: String,
}

/// How a table's rows travel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub form: Form,
    pub heads: Vec<Head>,
    /// Places of the others.
    rest: Vec<usize>,
    plain: bool,
}

impl Layout {
    pub fn new(table: usize, plan: &TablePlan, masks: &[ColumnMask], source: &Types, target: &Types) -> Self {
        let columns = &plan.columns;
        let binary = columns.iter().all(|column| same_binary(source, target, table, &column.name));
        let seen: Vec<usize> = masks
            .iter()
            .flat_map(|mask| std::iter::once(mask.column).chain(mask.context.iter().map(|c| c.column)))
            .collect();
        let mut heads = Vec::new();
        let mut form = if binary { Form::Binary } else { Form::Text };
        if form == Form::Binary {
            match binary_heads(table, plan, masks, &seen, source, target) {
                Some(found) => heads = found,
                None => form = Form::Text,
            }
        }
        if form == Form::Text {
            heads = text_heads(plan, masks, &seen);
        }
        let travels = |at: &usize| !heads.iter().any(|head| head.column == *at && head.leading != Leading::Extra);
        let rest = (0..columns.len()).filter(travels).collect();
        let plain = heads.iter().all(|head| head.expression == identifier(&columns[head.column].name));
        Self { form, heads, rest, plain }
    }

    /// How many columns a row of the source has.
    pub fn fields(&self) -> usize {
        self.heads.len() + self.rest.len()
    }

    /// How many of them go on.
    pub fn sent(&self) -> usize {
        self.rest.len() + self.heads.iter().filter(|head| head.leading != Leading::Extra).count()
    }

    /// The statement that reads rows of the source. `range` is a condition on where they lie.
    pub fn copy_out(&self, plan: &TablePlan, range: Option<&str>) -> String {
        let columns = &plan.columns;
        let name = qualified(&plan.table);
        let whole = range.is_none() && plan.condition.is_none() && plan.limit.is_none();
        let options = self.options();
        if whole && self.plain && !columns.is_empty() {
            return format!("COPY {name} ({}) TO STDOUT {options}", self.names(plan));
        }
        let heads = self.heads.iter().map(|head| head.expression.clone());
        let rest = self.rest.iter().map(|at| identifier(&columns[*at].name));
        let selected: Vec<String> = heads.chain(rest).collect();
        let conditions: Vec<String> =
            range.map(str::to_owned).into_iter().chain(plan.condition.iter().map(|sql| format!("({sql}\n)"))).collect();
        let mut query = format!("SELECT {} FROM ONLY {name} AS {}", selected.join(", "), identifier(&plan.table.name));
        if !conditions.is_empty() {
            query.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        if let Some(limit) = plan.limit {
            if !plan.primary_key.is_empty() {
                query.push_str(&format!(" ORDER BY {}", list(plan.primary_key.iter().map(String::as_str))));
            }
            query.push_str(&format!(" LIMIT {limit}"));
        }
        format!("COPY ({query}) TO STDOUT {options}")
    }

    /// The statement that writes them.
    pub fn copy_in(&self, plan: &TablePlan, into: &Name) -> String {
        // A list of no columns cannot be written; a table without a list has all but the generated ones.
        let names = if plan.columns.is_empty() { String::new() } else { format!(" ({})", self.names(plan)) };
        format!("COPY {}{names} FROM STDIN {}", qualified(into), self.options())
    }

    fn options(&self) -> String {
        match self.form {
            Form::Binary => "(FORMAT binary)".to_owned(),
            Form::Text => format!("(FORMAT text, NULL {})", literal("\\N")),
        }
    }

    fn names(&self, plan: &TablePlan) -> String {
        let heads = self.heads.iter().filter(|head| head.leading != Leading::Extra).map(|head| head.column);
        list(heads.chain(self.rest.iter().copied()).map(|at| plan.columns[at].name.as_str()))
    }
}

/// The masked columns in the order of the plan, then those that are only looked at. None where a masked value could not be
/// brought into the binary form of its type.
fn binary_heads(
    table: usize,
    plan: &TablePlan,
    masks: &[ColumnMask],
    seen: &[usize],
    source: &Types,
    target: &Types,
) -> Option<Vec<Head>> {
    let mut heads = Vec::new();
    for (at, column) in plan.columns.iter().enumerate().filter(|(at, _)| seen.contains(at)) {
        let masked = masks.iter().any(|mask| mask.column == at);
        let (from, name) = (source.of(table, &column.name)?, identifier(&column.name));
        let decoder = Decoder::of(from);
        let leading = match (masked, decoder) {
            (true, _) => Leading::Masked(Encoder::of(target.of(table, &column.name)?, target)?),
            (false, Some(_)) => Leading::Seen,
            (false, None) => Leading::Extra,
        };
        let expression = if decoder.is_some() { name } else { from.text_of(&name) };
        heads.push(Head { column: at, leading, decoder: decoder.unwrap_or(Decoder::Text), expression });
    }
    Some(heads)
}

fn text_heads(plan: &TablePlan, masks: &[ColumnMask], seen: &[usize]) -> Vec<Head> {
    let heads = plan.columns.iter().enumerate().filter(|(at, _)| seen.contains(at));
    heads
        .map(|(at, column)| {
            let masked = masks.iter().any(|mask| mask.column == at);
            let leading = if masked { Leading::Masked(Encoder::Text) } else { Leading::Seen };
            Head { column: at, leading, decoder: Decoder::Text, expression: identifier(&column.name) }
        })
        .collect()
}

#[cfg(test)]
impl Layout {
    /// Heads of these kinds, and so many other columns.
    pub(super) fn for_test(form: Form, heads: &[&str], rest: usize) -> Self {
        let head = |(column, kind): (usize, &&str)| {
            let leading = match *kind {
                "extra" => Leading::Extra,
                "seen" => Leading::Seen,
                _ => Leading::Masked(Encoder::Text),
            };
            Head { column, leading, decoder: Decoder::Text, expression: String::new() }
        };
        let heads: Vec<Head> = heads.iter().enumerate().map(head).collect();
        let rest = (heads.len()..heads.len() + rest).collect();
        Self { form, heads, rest, plain: false }
    }
}
