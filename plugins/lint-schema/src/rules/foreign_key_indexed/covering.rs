//! Which indexes find the rows that a foreign key refers from.

use confiture_sdk::{catalog::Index, sql};

/// Whether an index finds the rows with given values in `columns`: they are its first keys, in any order, and no row
/// that has them is missing from it.
pub fn covers(index: &Index, columns: &[String]) -> bool {
    finds_by_equality(index) && leads_with(index, columns) && holds_all_rows(index, columns)
}

/// BRIN only skips ranges of blocks, and GIN indexes what is inside a value.
fn finds_by_equality(index: &Index) -> bool {
    !matches!(index.method.as_str(), "brin" | "gin")
}

fn leads_with(index: &Index, columns: &[String]) -> bool {
    let Some(leading) = index.keys.get(..columns.len()) else { return false };
    columns.iter().all(|column| leading.iter().any(|key| *key == *column || *key == sql::identifier(column)))
}

/// Rows with a null in the key refer to nothing, so an index `WHERE column IS NOT NULL` misses none that count.
fn holds_all_rows(index: &Index, columns: &[String]) -> bool {
    let Some(predicate) = &index.predicate else { return true };
    predicate.split(" AND ").all(|condition| {
        let condition = condition.trim_matches(['(', ')', ' ']);
        condition
            .strip_suffix(" IS NOT NULL")
            .is_some_and(|name| columns.iter().any(|column| name == sql::identifier(column) || name == column))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::Relation;
    use confiture_sdk::testing::Table;

    fn index(keys: [&str; 2], change: impl FnOnce(&mut Index)) -> Index {
        let table: Relation = Table::new("t").index_as("i", keys, change).into();
        table.indexes[0].clone()
    }

    fn covered(index: &Index, columns: &[&str]) -> bool {
        covers(index, &columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn leading_keys_in_any_order() {
        let index = index(["a", "b"], |_| {});
        assert!(covered(&index, &["a"]) && covered(&index, &["a", "b"]) && covered(&index, &["b", "a"]));
        assert!(!covered(&index, &["b"]) && !covered(&index, &["a", "b", "c"]) && !covered(&index, &["a", "c"]));
    }

    #[test]
    fn expressions_and_quoted_names() {
        let index = index(["lower(a)", "\"B\""], |_| {});
        assert!(!covered(&index, &["a"]));
        let quoted = self::index(["\"B\"", "a"], |_| {});
        assert!(covered(&quoted, &["B"]));
    }

    #[test]
    fn partial_indexes_cover_only_where_they_miss_no_row() {
        let partial = |predicate: &str| index(["a", "b"], |index| index.predicate = Some(predicate.to_owned()));
        assert!(!covered(&partial("(deleted_at IS NULL)"), &["a"]));
        assert!(covered(&partial("(a IS NOT NULL)"), &["a"]));
        assert!(covered(&partial("((a IS NOT NULL) AND (b IS NOT NULL))"), &["a", "b"]));
        assert!(!covered(&partial("((a IS NOT NULL) AND (b IS NOT NULL))"), &["a"]));
        assert!(!covered(&partial("((a IS NOT NULL) OR (c IS NOT NULL))"), &["a"]));
    }

    #[test]
    fn methods_that_cannot_find_a_row() {
        for (method, finds) in [("btree", true), ("hash", true), ("gist", true), ("gin", false), ("brin", false)] {
            assert_eq!(covered(&index(["a", "b"], |index| index.method = method.to_owned()), &["a"]), finds);
        }
    }
}
