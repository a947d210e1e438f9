//! What a strategy's documentation looks like: Markdown with three sections, and examples that run as tests.
//!
//! The sections are level-two headings: *What it does*, *What it promises*, *When to use it*. Examples are fenced blocks
//! that start with `` ```mask TYPE {options} ``; each line of one is a value, an arrow and what becomes of it:
//! `` 123-45 -> ***-45 ``. `NULL` is null, `''` the empty text, `error` stands for a value that stops the run. Columns of
//! the row stand behind the value: `` 7 [internal boolean=true] -> 7 ``; of those that are masked, the masked value. A block
//! `` ```refused TYPE {options} `` holds words of the message with which the strategy refuses the column.

use super::strategy::StrategyMeta;

/// The sections of a strategy's documentation, in this order.
pub const SECTIONS: [&str; 3] = ["What it does", "What it promises", "When to use it"];

/// A fenced block of a documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The column's type.
    pub type_name: String,
    /// The strategy's options: a JSON object.
    pub options: String,
    /// The rows; empty where the column is refused.
    pub rows: Vec<Row>,
    /// Words of the refusal; none where the column is not refused.
    pub refused: Option<String>,
    /// The line on which it starts, counted from 1.
    pub line: usize,
}

/// One row of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The value; none for null.
    pub value: Option<String>,
    /// Other columns: name, type, value.
    pub context: Vec<(String, String, Option<String>)>,
    /// What becomes of it.
    pub masked: Option<String>,
    /// Whether it stops the run.
    pub fails: bool,
}

/// The examples of a documentation, in their order. Other fenced blocks are none.
pub fn examples(markdown: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(fence) = line.trim_start().strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
        let (word, head) = fence.trim().split_once(' ').unwrap_or((fence.trim(), ""));
        let (type_name, options) = head.find('{').map_or((head, "{}"), |brace| head.split_at(brace));
        let refused = match word {
            "mask" => None,
            "refused" => Some(body.join(" ").trim().to_owned()),
            _ => continue,
        };
        let rows = if refused.is_some() { Vec::new() } else { body.iter().filter_map(|line| row(line)).collect() };
        examples.push(Example {
            type_name: type_name.trim().to_owned(),
            options: options.trim().to_owned(),
            rows,
            refused,
            line: at + 1,
        });
    }
    examples
}

fn row(line: &str) -> Option<Row> {
    let (before, masked) = line.split_once(" -> ")?;
    // A document may hold brackets too; a context ends the line's left side with one.
    let context = before.strip_suffix(']').and_then(|before| before.rsplit_once(" ["));
    let (value, context) = context.unwrap_or((before, ""));
    let column = |given: &str| {
        let (head, value) = given.split_once('=')?;
        let (name, type_name) = head.split_once(' ').unwrap_or((head, "text"));
        Some((name.to_owned(), type_name.to_owned(), literal(value)))
    };
    Some(Row {
        value: literal(value),
        context: context.split("; ").filter_map(column).collect(),
        masked: literal(masked),
        fails: masked.trim() == "error",
    })
}

fn literal(text: &str) -> Option<String> {
    match text.trim() {
        "NULL" => None,
        "''" => Some(String::new()),
        other => Some(other.to_owned()),
    }
}

/// What is missing from a strategy's metadata or documentation; empty where all is well.
pub fn problems(meta: &StrategyMeta) -> Vec<String> {
    let mut problems = Vec::new();
    if !meta.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        problems.push(format!("the id `{}` is not snake_case", meta.id));
    }
    if meta.summary.trim().is_empty() {
        problems.push("it has no summary".to_owned());
    }
    let headings = meta.documentation.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim);
    if !headings.eq(SECTIONS) {
        problems.push(format!("its sections are not {}", SECTIONS.join(", ")));
    }
    let examples = examples(meta.documentation);
    if examples.iter().all(|example| example.rows.is_empty()) {
        problems.push("an example that starts with ```mask is missing".to_owned());
    }
    for Example { options, line, rows, refused, .. } in &examples {
        if !serde_json::from_str::<serde_json::Value>(options).is_ok_and(|options| options.is_object()) {
            problems.push(format!("line {line}: the options `{options}` are no JSON object"));
        }
        if rows.is_empty() && refused.as_ref().is_none_or(String::is_empty) {
            problems.push(format!("line {line}: the example is empty"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_the_blocks_that_say_so() {
        let text = "```mask varchar(5) {\"a\": 1}\na b [x boolean=true; y=NULL] -> ''\nNULL -> NULL\nz -> error\n```\n\
                    ```sql\nSELECT 1;\n```\n```refused integer\ntakes text\n```\n";
        let examples = examples(text);
        assert_eq!(examples.len(), 2);
        assert_eq!((examples[0].type_name.as_str(), examples[0].options.as_str()), ("varchar(5)", "{\"a\": 1}"));
        let first = &examples[0].rows[0];
        assert_eq!((first.value.as_deref(), first.masked.as_deref()), (Some("a b"), Some("")));
        assert_eq!(first.context[0], ("x".to_owned(), "boolean".to_owned(), Some("true".to_owned())));
        assert_eq!(first.context[1], ("y".to_owned(), "text".to_owned(), None));
        assert_eq!(examples[0].rows[1].value, None);
        assert!(examples[0].rows[2].fails);
        assert_eq!(examples[1].refused.as_deref(), Some("takes text"));
    }
}
