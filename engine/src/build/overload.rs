//! Which of several routines with one name a statement makes: by the parameters that it writes.

use confiture_sql::lexer::{Lexer, Token};

/// How much the parameters of a CREATE FUNCTION look like those that the catalog prints. Only good for comparing.
pub(super) fn likeness(identity: &str, written: &str) -> usize {
    let wanted = parameters(identity);
    let there = parameters(written.trim_start_matches('(').trim_end_matches(')'));
    let equal = wanted.iter().zip(&there).filter(|(one, other)| one == other).count();
    let alike = wanted.iter().zip(&there).filter(|(one, other)| one.last() == other.last()).count();
    let as_many = usize::from(wanted.len() == there.len());
    as_many * 1_000_000 + equal * 1_000 + alike
}

/// The words of each parameter that goes in, with PostgreSQL's own names of types and without its default.
fn parameters(text: &str) -> Vec<Vec<String>> {
    let mut lexer = Lexer::new(text);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next_significant().ok().flatten()).collect();
    let mut parameters = vec![Vec::new()];
    let mut depth = 0_i32;
    let mut in_default = false;
    for token in tokens {
        depth += i32::from(token.is_symbol(b'(')) - i32::from(token.is_symbol(b')'));
        if token.is_symbol(b',') && depth == 0 {
            parameters.push(Vec::new());
            in_default = false;
            continue;
        }
        in_default |= token.is_symbol(b'=') || token.is_word(text, "default");
        if let (false, 0, Some(parameter)) = (in_default, depth, parameters.last_mut()) {
            parameter.extend(words(token.name(text).unwrap_or_else(|| token.text(text).to_owned())));
        }
    }
    parameters.retain(|parameter| !parameter.is_empty() && parameter.first().is_none_or(|mode| mode != "out"));
    parameters
}

/// A word as the catalog prints it: none for what it leaves out.
fn words(word: String) -> Vec<String> {
    let printed: &[&str] = match word.as_str() {
        "in" | ")" => &[],
        "int" | "int4" => &["integer"],
        "int8" => &["bigint"],
        "int2" => &["smallint"],
        "bool" => &["boolean"],
        "float8" => &["double", "precision"],
        "float4" => &["real"],
        "decimal" => &["numeric"],
        "varchar" => &["character", "varying"],
        "timestamptz" => &["timestamp", "with", "time", "zone"],
        _ => return vec![word],
    };
    printed.iter().map(|&word| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn the_same_parameters_are_most_alike() {
        let written =
            ["(a int, b text DEFAULT 'x, y')", "(a int)", "(a bigint)", "(a numeric(10, 2), OUT b int)", "()"];
        let best = |identity: &str| written.iter().max_by_key(|other| likeness(identity, other)).copied();
        assert_eq!(best("a integer, b text"), Some(written[0]));
        assert_eq!(best("a integer"), Some(written[1]));
        assert_eq!(best("a bigint"), Some(written[2]));
        assert_eq!(best("a numeric"), Some(written[3]));
        assert_eq!(best(""), Some(written[4]));
    }
}
