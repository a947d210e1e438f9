//! Rows of text `COPY`: fields between tabs, a newline behind them, backslashes before what would be one of these.

use super::{Gathered, Layout, Leading, NotARow, Spoilt, value};
use bytes::BytesMut;
use confiture_model::mask::Column;

/// The row without its newline, where that is the only one.
fn line(row: &[u8]) -> Option<&[u8]> {
    let line = row.strip_suffix(b"\n")?;
    (!line.contains(&b'\n')).then_some(line)
}

pub(super) fn gather(row: &[u8], expected: usize, heads: &mut [Gathered]) -> Option<()> {
    let line = line(row)?;
    if expected == 0 {
        return line.is_empty().then_some(());
    }
    let mut fields = line.split(|byte| *byte == b'\t');
    for head in heads.iter_mut() {
        let field = fields.next()?;
        if field == b"\\N" {
            head.null();
        } else {
            unescape(field, &mut head.data)?;
        }
        head.end();
    }
    (fields.count() == expected - heads.len()).then_some(())
}

pub(super) fn splice(
    row: &[u8],
    layout: &Layout,
    masked: &[Option<&Column>],
    number: usize,
    out: &mut BytesMut,
) -> Result<(), Spoilt> {
    let expected = layout.fields();
    let mut rest = line(row).ok_or(Spoilt::Row(NotARow { expected }))?;
    let mut behind = false;
    for (at, head) in layout.heads.iter().enumerate() {
        let end = rest.iter().position(|byte| *byte == b'\t');
        let (field, later) = end.map_or((rest, &rest[rest.len()..]), |end| (&rest[..end], &rest[end + 1..]));
        rest = later;
        if std::mem::replace(&mut behind, true) {
            out.extend_from_slice(b"\t");
        }
        match head.leading {
            Leading::Masked(_) => match value(masked, at, number) {
                None => out.extend_from_slice(b"\\N"),
                Some(text) => escape(text.as_bytes(), out),
            },
            Leading::Seen | Leading::Extra => out.extend_from_slice(field),
        }
    }
    if expected > layout.heads.len() {
        if behind {
            out.extend_from_slice(b"\t");
        }
        out.extend_from_slice(rest);
    }
    out.extend_from_slice(b"\n");
    Ok(())
}

/// As `COPY` writes: a backslash is never the last byte.
fn unescape(field: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = field;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        out.push(match rest.get(at + 1)? {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            // An octal or hexadecimal number, which no server writes.
            b'0'..=b'9' | b'x' => return None,
            other => *other,
        });
        rest = &rest[at + 2..];
    }
    out.extend_from_slice(rest);
    Some(())
}

fn escape(value: &[u8], out: &mut BytesMut) {
    for byte in value {
        let letter = match byte {
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            11 => b'v',
            b'\\' => b'\\',
            other => {
                out.extend_from_slice(&[*other]);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_is_escaped_comes_back() {
        let value: String = (1..=127_u8).map(char::from).collect::<String>() + "ä😀\\.\\N";
        let (mut written, mut read) = (BytesMut::new(), Vec::new());
        escape(value.as_bytes(), &mut written);
        assert!(!written.contains(&b'\n') && !written.contains(&b'\t'));
        unescape(&written, &mut read).unwrap();
        assert_eq!(read, value.as_bytes());
        assert_eq!(unescape(b"a\\", &mut Vec::new()), None);
    }
}
