//! What a strategy gave back, before anyone relies on it.

use crate::bindings::confiture::plugin::masking::Column as WitColumn;
use confiture_model::mask::{Column, ColumnInfo};

/// The masked column, where it is one and fits.
///
/// # Errors
/// Why it cannot be used; never with a value.
pub(super) fn masked_in(values: &Column, masked: WitColumn, target: &ColumnInfo) -> Result<Column, String> {
    let (given, got) = (values.len(), masked.ends.len());
    if got != given {
        return Err(format!("{got} values came out where {given} went in"));
    }
    let masked =
        Column::from_parts(masked.data, masked.ends, masked.nulls).map_err(|why| format!("it is no column: {why}"))?;
    check_nulls(values, &masked, target)?;
    if masked.holds_zero() {
        return Err("a value holds a zero byte, which PostgreSQL has no text for".to_owned());
    }
    check_length(&masked, target)?;
    Ok(masked)
}

fn check_nulls(values: &Column, masked: &Column, target: &ColumnInfo) -> Result<(), String> {
    if values.nulls().is_empty() && masked.nulls().is_empty() {
        return Ok(());
    }
    for row in 0..values.len() {
        match (values.is_null(row), masked.is_null(row)) {
            (true, false) => return Err(format!("row {} of the batch was null and became a value", row + 1)),
            (false, true) if !target.nullable => {
                return Err(format!("row {} of the batch became null, and `{}` is NOT NULL", row + 1, target.name));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_length(masked: &Column, target: &ColumnInfo) -> Result<(), String> {
    let Some(room) = target.room().map(|room| room as usize) else { return Ok(()) };
    for value in masked.iter().flatten() {
        // No text has more characters than bytes.
        if value.len() > room && value.chars().count() > room {
            let length = value.chars().count();
            return Err(format!(
                "a value of {length} characters does not fit into `{}`, which takes {room}",
                target.name
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(values: &[Option<&str>], parts: (&[u8], &[u32], &[u8]), target: &ColumnInfo) -> Result<Column, String> {
        let (data, ends, nulls) = (parts.0.to_vec(), parts.1.to_vec(), parts.2.to_vec());
        masked_in(&values.iter().copied().collect(), WitColumn { data, ends, nulls }, target)
    }

    fn column() -> ColumnInfo {
        ColumnInfo { name: "a".to_owned(), max_length: Some(2), nullable: true, ..ColumnInfo::default() }
    }

    #[test]
    fn each_lie_is_named() {
        let strict = ColumnInfo { nullable: false, ..column() };
        for (values, parts, target, why) in [
            (&[Some("x")][..], (&b"ab"[..], &[1, 2][..], &[][..]), column(), "2 values came out where 1 went in"),
            (&[Some("x")], (b"\xff", &[1], &[]), column(), "no UTF-8"),
            (&[Some("x"), Some("y")], (b"ab", &[2, 1], &[]), column(), "one behind the other"),
            (&[Some("x")], (b"ab", &[1], &[]), column(), "where the data ends"),
            (&[Some("x")], (b"a", &[1], &[0, 0]), column(), "one bit a row"),
            (&[Some("x"), None], (b"ab", &[1, 2], &[]), column(), "row 2 of the batch was null"),
            (&[Some("x")], (b"", &[0], &[1]), strict, "`a` is NOT NULL"),
            (&[Some("x")], (b"a\0", &[2], &[]), column(), "zero byte"),
            (
                &[Some("x")],
                ("äöü".as_bytes(), &[6], &[]),
                column(),
                "3 characters does not fit into `a`, which takes 2",
            ),
        ] {
            let refused = masked(values, parts, &target).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn what_fits_is_taken() {
        let parts = ("äö".as_bytes(), &[4, 4, 4][..], &[0b110][..]);
        let taken = masked(&[Some("x"), None, Some("y")], parts, &column()).unwrap();
        assert_eq!(taken.iter().collect::<Vec<_>>(), [Some("äö"), None, None]);
    }
}
