use super::{
    super::layout::{Form, Layout},
    *,
};
use bytes::BufMut as _;

fn binary(fields: &[Option<&str>]) -> Bytes {
    let mut row = BytesMut::new();
    row.put_u16(u16::try_from(fields.len()).unwrap());
    for field in fields {
        match field {
            None => row.put_i32(-1),
            Some(text) => {
                row.put_i32(i32::try_from(text.len()).unwrap());
                row.extend_from_slice(text.as_bytes());
            }
        }
    }
    row.freeze()
}

fn rows(all: &[Bytes]) -> Rows {
    let mut rows = Rows::default();
    all.iter().cloned().for_each(|row| rows.push(row));
    rows
}

#[test]
fn masked_fields_are_replaced_and_the_rest_is_passed_on() {
    for form in [Form::Binary, Form::Text] {
        let layout = Layout::for_test(form, &["extra", "masked", "seen"], 2);
        let (before, after) = match form {
            Form::Binary => (
                [
                    binary(&[Some("1"), Some("ada"), Some("x"), Some("rest"), None]),
                    binary(&[Some("2"), None, None, Some(""), Some("y")]),
                ],
                [binary(&[Some("A\tB\\"), Some("x"), Some("rest"), None]), binary(&[None, None, Some(""), Some("y")])],
            ),
            Form::Text => (
                [Bytes::from("1\tada\tx\trest\t\\N\n"), Bytes::from("2\t\\N\t\\N\t\ty\n")],
                // The text form has no extra columns: here it is passed on.
                [Bytes::from("1\tA\\tB\\\\\tx\trest\t\\N\n"), Bytes::from("2\t\\N\t\\N\t\ty\n")],
            ),
        };
        let rows = rows(&before);
        let mut heads = rows.gather(&layout).unwrap().into_iter().map(|head| head.finish().unwrap());
        assert_eq!(heads.next().unwrap().iter().collect::<Vec<_>>(), [Some("1"), Some("2")]);
        assert_eq!(heads.next().unwrap().iter().collect::<Vec<_>>(), [Some("ada"), None]);
        let masked: Column = [Some("A\tB\\"), None].into_iter().collect();
        let spliced = rows.splice(&layout, &[None, Some(&masked), None]).unwrap();
        assert_eq!(spliced, after.concat());
    }
}

#[test]
fn what_is_no_row_is_not_passed_on() {
    let layout = Layout::for_test(Form::Binary, &["masked"], 1);
    let whole = binary(&[Some("ada"), Some("x")]);
    let twice = [whole.clone(), whole.clone()].concat();
    for broken in [&whole[..whole.len() - 1], &twice, &[], &[0, 2, 0], &[0, 1, 0, 0, 0, 0]] {
        assert!(rows(&[Bytes::copy_from_slice(broken)]).gather(&layout).is_err(), "{broken:?}");
    }
    let layout = Layout::for_test(Form::Text, &["masked"], 1);
    for broken in ["a\tb", "a\n", "a\tb\tc\n", "a\tb\na\tb\n", "a\\\tb\n", ""] {
        assert!(rows(&[Bytes::from(broken)]).gather(&layout).is_err(), "{broken:?}");
    }
}

#[test]
fn a_part_of_a_batch_is_taken() {
    let mut all = rows(&[binary(&[Some("a")]), binary(&[Some("bc")]), binary(&[None])]);
    let first = all.take(2);
    assert_eq!((first.len(), all.len()), (2, 1));
    assert_eq!(first.bytes() + all.bytes(), 7 + 8 + 6);
}
