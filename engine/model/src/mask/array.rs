//! Arrays in PostgreSQL's text form: `{a,"b c",NULL,{d}}`. Their elements are masked one by one, and their shape stays.

use super::{Column, Masking};
use crate::fault::Fault;

/// A part of an array's text.
#[derive(Debug, PartialEq)]
enum Part {
    /// Braces, commas, bounds and nulls, as they stand.
    Shape(String),
    /// An element, unquoted.
    Element(String),
}

/// Masks a column: value by value or, of an array, element by element.
///
/// # Errors
/// The strategy's [`Fault`].
pub async fn mask_column(
    masking: &mut dyn Masking,
    array: bool,
    values: &Column,
    context: &[Column],
) -> Result<Column, Fault> {
    match array {
        true => mask_elements(values, context, masking).await,
        false => masking.mask(values, context).await,
    }
}

/// Masks every element of every row's array; `context` comes with each element of its row.
///
/// # Errors
/// The strategy's [`Fault`].
async fn mask_elements(values: &Column, context: &[Column], masking: &mut dyn Masking) -> Result<Column, Fault> {
    let rows: Vec<Option<Vec<Part>>> = values.iter().map(|value| value.map(parts)).collect();
    let (mut elements, mut of_row): (Vec<Option<&str>>, Vec<usize>) = (Vec::new(), Vec::new());
    for (row, part) in
        rows.iter().enumerate().flat_map(|(row, parts)| parts.iter().flatten().map(move |part| (row, part)))
    {
        if let Part::Element(element) = part {
            elements.push(Some(element));
            of_row.push(row);
        }
    }
    let elements: Column = elements.into_iter().collect();
    let context: Vec<Column> =
        context.iter().map(|column| of_row.iter().map(|row| column.get(*row)).collect()).collect();
    let masked = masking.mask(&elements, &context).await?;
    let mut next = masked.iter();
    let written = rows.iter().map(|parts| {
        let parts = parts.as_ref()?;
        let text = parts.iter().map(|part| match part {
            Part::Shape(text) => text.clone(),
            Part::Element(_) => next.next().flatten().map_or_else(|| "NULL".to_owned(), quoted),
        });
        Some(text.collect::<String>())
    });
    Ok(written.collect())
}

fn parts(text: &str) -> Vec<Part> {
    let (mut parts, mut shape) = (Vec::new(), String::new());
    let mut rest = text;
    // Bounds that are not the usual stand before: `[0:1]={…}`.
    if let Some(equals) = text.find('=').filter(|_| text.starts_with('[')) {
        shape.push_str(&text[..=equals]);
        rest = &text[equals + 1..];
    }
    while let Some(c) = rest.chars().next() {
        if matches!(c, '{' | '}' | ',' | ';') {
            shape.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (element, length) = if c == '"' { in_quotes(rest) } else { bare(rest) };
        rest = &rest[length..];
        if c != '"' && element == "NULL" {
            shape.push_str("NULL");
            continue;
        }
        parts.extend([Part::Shape(std::mem::take(&mut shape)), Part::Element(element)]);
    }
    parts.push(Part::Shape(shape));
    parts
}

/// The element, and how many bytes it takes.
fn in_quotes(text: &str) -> (String, usize) {
    let (mut element, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return (element, at + 1),
            c => {
                element.push(c);
                escaped = false;
            }
        }
    }
    (element, text.len())
}

fn bare(text: &str) -> (String, usize) {
    let end = text.find(['{', '}', ',', ';']).unwrap_or(text.len());
    (text[..end].replace('\\', ""), end)
}

/// The array of one element, in text form.
pub fn array_of_one(element: &str) -> String {
    format!("{{{}}}", quoted(element))
}

fn quoted(element: &str) -> String {
    format!("\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_taken_out_and_put_back() {
        let texts = |text: &str| {
            let elements = parts(text).into_iter().filter_map(|part| match part {
                Part::Element(element) => Some(element),
                Part::Shape(_) => None,
            });
            elements.collect::<Vec<_>>()
        };
        assert_eq!(texts(r#"{a,"b, \"c\"",NULL,{"",d}}"#), ["a", "b, \"c\"", "", "d"]);
        assert_eq!(texts("[0:1]={1,2}"), ["1", "2"]);
        assert!(texts("{}").is_empty());
        assert_eq!(parts("{NULL}"), [Part::Shape("{NULL}".to_owned())]);
        assert_eq!(quoted(r#"a"\"#), r#""a\"\\""#);
    }
}
