//! Arrays: `{a,"b c",NULL}`, `{{1,2},{3,4}}`, `[0:1]={1,2}`.

use super::Encoder;
use bytes::{BufMut as _, BytesMut};

/// The most dimensions that PostgreSQL's arrays have.
const DIMENSIONS: usize = 6;

pub(super) fn array(text: &str, element: &Encoder, oid: u32, out: &mut BytesMut) -> Option<()> {
    let (bounds, body) = bounds(text.trim())?;
    let mut reader = Reader { rest: body, sizes: Vec::new(), deepest: None, elements: Vec::new() };
    reader.level(0)?;
    if !reader.rest.is_empty() {
        return None;
    }
    let Reader { sizes, elements, .. } = reader;
    if elements.is_empty() {
        out.put_i32(0);
        out.put_i32(0);
        out.put_u32(oid);
        return Some(());
    }
    out.put_i32(i32::try_from(sizes.len()).ok()?);
    out.put_i32(i32::from(elements.iter().any(Option::is_none)));
    out.put_u32(oid);
    for (at, size) in sizes.iter().enumerate() {
        out.put_i32(i32::try_from(*size).ok()?);
        out.put_i32(bounds.get(at).copied().unwrap_or(1));
    }
    for value in elements {
        let Some(value) = value else {
            out.put_i32(-1);
            continue;
        };
        let at = out.len();
        out.put_i32(0);
        element.encode(&value, out).ok()?;
        let length = i32::try_from(out.len() - at - 4).ok()?;
        out[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    Some(())
}

/// Lower bounds that are not the usual stand before an equals sign.
fn bounds(text: &str) -> Option<(Vec<i32>, &str)> {
    if !text.starts_with('[') {
        return Some((Vec::new(), text));
    }
    let (before, body) = text.split_once('=')?;
    let lower = |part: &str| part.trim_start_matches('[').split(':').next()?.parse().ok();
    let lower: Option<Vec<i32>> = before.trim_end_matches(']').split(']').map(lower).collect();
    Some((lower?, body))
}

struct Reader<'t> {
    rest: &'t str,
    sizes: Vec<usize>,
    /// At which level elements stand: all of them at the same.
    deepest: Option<usize>,
    elements: Vec<Option<String>>,
}

impl Reader<'_> {
    /// What stands between one pair of braces: all levels of one depth have the same size.
    fn level(&mut self, depth: usize) -> Option<()> {
        self.rest = self.rest.strip_prefix('{')?;
        if depth >= DIMENSIONS || self.deepest.is_some_and(|deepest| depth > deepest) {
            return None;
        }
        if let Some(rest) = self.rest.strip_prefix('}') {
            self.rest = rest;
            return (depth == 0).then_some(());
        }
        let mut size = 0;
        loop {
            if self.rest.starts_with('{') {
                self.level(depth + 1)?
            } else {
                self.element(depth)?
            }
            size += 1;
            let separator = self.rest.chars().next()?;
            self.rest = &self.rest[separator.len_utf8()..];
            match separator {
                ',' => {}
                '}' => break,
                _ => return None,
            }
        }
        match self.sizes.get(depth) {
            Some(known) if *known != 0 => (*known == size).then_some(()),
            _ => {
                self.sizes.resize(self.sizes.len().max(depth + 1), 0);
                self.sizes[depth] = size;
                Some(())
            }
        }
    }

    fn element(&mut self, depth: usize) -> Option<()> {
        if *self.deepest.get_or_insert(depth) != depth {
            return None;
        }
        let quoted = self.rest.starts_with('"');
        let (mut value, mut escaped, mut end) = (String::new(), false, None);
        for (at, c) in self.rest.char_indices().skip(usize::from(quoted)) {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' if quoted => {
                    end = Some(at + 1);
                    break;
                }
                ',' | '}' if !quoted => {
                    end = Some(at);
                    break;
                }
                '"' | '{' if !quoted => return None,
                c => value.push(c),
            }
        }
        self.rest = &self.rest[end?..];
        let null = !quoted && value.eq_ignore_ascii_case("null");
        self.elements.push((!null).then_some(value));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Vec<u8>> {
        let mut out = BytesMut::new();
        array(text, &Encoder::Text, 25, &mut out).map(|()| out.to_vec())
    }

    #[test]
    fn shapes() {
        assert_eq!(of("{}"), Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25].to_vec()));
        let one = of(r#"{"a\"b",NULL}"#).unwrap();
        assert_eq!(&one[12..20], [0, 0, 0, 2, 0, 0, 0, 1]);
        assert!(one.ends_with(b"\0\0\0\x03a\"b\xff\xff\xff\xff"));
        assert_eq!(&of("[0:1]={x,y}").unwrap()[16..20], [0, 0, 0, 0]);
        assert_eq!(of("{{a,b},{c,d}}").unwrap()[..4], [0, 0, 0, 2]);
        for broken in ["", "{", "{a", "{a}}", "{{a},{b,c}}", "{a,{b}}", "{{a},b}", "{\"a}", "a"] {
            assert_eq!(of(broken), None, "{broken}");
        }
    }
}
