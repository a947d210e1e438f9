//! `a contains 'b'` as CEL writes it: `a.contains('b')`.

/// Rewrites every infix `contains`; what is none stays as it is.
pub(super) fn to_calls(text: &str) -> String {
    let tokens = tokens(text);
    let mut written: Vec<String> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let operand = tokens[index + 1..].iter().position(|token| !is_space(token)).map(|skip| index + 1 + skip);
        match operand.and_then(|at| tokens.get(at)).filter(|_| *token == "contains" && follows_value(&written)) {
            // The right side is one value: a string or a name with its fields.
            Some(first) if is_value(first) => {
                let start = operand.unwrap_or(index);
                let end = end_of_value(&tokens, start);
                while written.last().is_some_and(|last| is_space(last)) {
                    written.pop();
                }
                written.push(format!(".contains({})", tokens[start..end].concat()));
                index = end;
            }
            _ => {
                written.push((*token).to_owned());
                index += 1;
            }
        }
    }
    written.concat()
}

fn is_space(token: &str) -> bool {
    token.chars().all(char::is_whitespace)
}

fn is_value(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '\'' | '"'))
}

/// Whether the last thing before is a value, so that `contains` cannot be its method or a value itself.
fn follows_value(written: &[String]) -> bool {
    let last = written.iter().rev().find(|token| !is_space(token));
    last.is_some_and(|token| is_value(token) || token.ends_with([')', ']']))
}

fn end_of_value(tokens: &[&str], start: usize) -> usize {
    let mut end = start + 1;
    while tokens.get(end) == Some(&".") && tokens.get(end + 1).is_some_and(|next| is_value(next)) {
        end += 2;
    }
    end
}

/// Words, strings, runs of white space, and every other character alone.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => string(rest, first),
            _ if first.is_whitespace() => run(rest, char::is_whitespace),
            _ if first.is_alphanumeric() || first == '_' => run(rest, |c| c.is_alphanumeric() || c == '_'),
            _ => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token);
        rest = behind;
    }
    tokens
}

fn run(text: &str, is_in: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_in(c)).unwrap_or(text.len())
}

fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::to_calls;

    #[test]
    fn only_the_infix_form_is_rewritten() {
        for (written, expected) in [
            ("migration_name contains '01_write_side'", "migration_name.contains('01_write_side')"),
            ("a contains \"b\\\"c\" && d.e contains f.g", "a.contains(\"b\\\"c\") && d.e.contains(f.g)"),
            ("(a + b)  contains 'c'", "(a + b).contains('c')"),
            ("a.contains('b contains c')", "a.contains('b contains c')"),
            ("contains == 'x'", "contains == 'x'"),
            ("a contains", "a contains"),
            ("'ä contains", "'ä contains"),
        ] {
            assert_eq!(to_calls(written), expected);
        }
    }
}
