//! Whose row it is: the columns that decide on what a whole row gets.

use confiture_sdk::{
    Error,
    masking::{Column, ColumnBuilder, ColumnInfo, ContextColumn, Digests, Secret, Written},
};

/// The columns whose values, as they are before masking, decide.
pub struct RowKey {
    columns: Vec<String>,
    own: String,
}

/// Between the values of several columns, and for a null among them: neither occurs in a value of a key.
const BETWEEN: char = '\u{1f}';
const NULL: char = '\u{1e}';

impl RowKey {
    /// The columns that were given in `option`; without any the primary key, else the first column that is unique and
    /// never null, else the masked column itself.
    pub fn resolve(given: Vec<String>, option: &str, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Self, Error> {
        let own = target.name.clone();
        if !given.is_empty() {
            let known = |name: &&String| **name == own || row.iter().any(|column| column.name == **name);
            return match given.iter().find(|name| !known(name)) {
                Some(name) => Err(Error::option(
                    format!("/{option}"),
                    format!("columns of `{}`: it has no `{name}`", target.table),
                )),
                None => Ok(Self { columns: given, own }),
            };
        }
        let names =
            |columns: Vec<&ColumnInfo>| columns.into_iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let all = || row.iter().chain([target]);
        let primary = names(all().filter(|column| column.is_primary_key()).collect());
        if !primary.is_empty() {
            return Ok(Self { columns: primary, own });
        }
        let unique = row.iter().find(|column| column.unique && !column.nullable);
        Ok(Self { columns: unique.map_or_else(|| vec![own.clone()], |column| vec![column.name.clone()]), own })
    }

    /// What [`Self::digests`] wants to see of the row.
    pub fn context(&self) -> Vec<ContextColumn> {
        self.columns.iter().filter(|name| **name != self.own).map(ContextColumn::original).collect()
    }

    /// One digest a row, equal where all these columns are equal: also in another table.
    pub fn digests(&self, key: &Secret, domain: &str, values: &Column, context: &[Column]) -> Result<Digests, Error> {
        let mut others = context.iter();
        let columns: Vec<&Column> = self
            .columns
            .iter()
            .map(|name| if *name == self.own { Some(values) } else { others.next() })
            .collect::<Option<_>>()
            .ok_or_else(|| Error::failed("fewer columns of the row came than were asked for"))?;
        if let [one] = columns.as_slice() {
            return key.hash(domain, one);
        }
        let mut joined = ColumnBuilder::with_capacity(values.len(), 0);
        for row in 0..values.len() {
            joined.write(|text| {
                for (at, column) in columns.iter().enumerate() {
                    if at > 0 {
                        text.push(BETWEEN);
                    }
                    match column.get(row) {
                        Some(value) => text.push_str(value),
                        None => text.push(NULL),
                    }
                }
                Ok(Written::Value)
            })?;
        }
        key.hash(domain, &joined.finish())
    }
}
