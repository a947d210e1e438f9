//! What a rule's documentation looks like: Markdown with four sections, and examples that run as tests.
//!
//! The sections are level-two headings: *What it finds*, *Why it hurts*, *How to fix*, *When to allow it*. A rule that rests
//! on statistics of a database in use has a fifth one, *Without statistics*: then a host does not take its silence about a
//! schema from files for a clean result. Examples are
//! fenced blocks of SQL that start with `` ```sql fires `` (the rule finds something) or `` ```sql clean `` (it finds
//! nothing), with the rule's options as a JSON object behind it where it needs any:
//! `` ```sql fires {"pattern": "^w_"} ``. They run in an empty database, in an environment called `production`.

//!
//! A hook's documentation has the sections *What it does*, *When to use it* and *What it costs*, and in one of them a
//! fenced block of YAML that starts with `type:`, as a migration would hold it.

use crate::{hook::HookMeta, rule::RuleMeta};

/// The sections of a rule's documentation, in this order.
pub const SECTIONS: [&str; 4] = ["What it finds", "Why it hurts", "How to fix", "When to allow it"];

/// The section of a rule that rests on statistics of a database in use: what it says of a schema without any.
pub const WITHOUT_STATISTICS: &str = "Without statistics";

/// The sections of a hook's documentation, in this order.
pub const HOOK_SECTIONS: [&str; 3] = ["What it does", "When to use it", "What it costs"];

/// What a rule makes of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It finds something.
    Fires,
    /// It finds nothing.
    Clean,
}

/// An example of a rule's documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the rule makes of it.
    pub expected: Expected,
    /// The rule's options: a JSON object.
    pub options: String,
    /// What creates the schema.
    pub sql: String,
    /// The line of the documentation on which it starts, counted from 1.
    pub line: usize,
}

/// The examples of a documentation, in their order. Other fenced blocks are none.
pub fn examples(markdown: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(fence) = line.trim_start().strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
        if let Some((expected, options)) = read_fence(fence) {
            examples.push(Example { expected, options, sql: body.join("\n"), line: at + 1 });
        }
    }
    examples
}

fn read_fence(fence: &str) -> Option<(Expected, String)> {
    let rest = fence.trim().strip_prefix("sql")?.trim_start();
    let (word, options) = rest.split_once(' ').unwrap_or((rest, ""));
    let expected = match word {
        "fires" => Expected::Fires,
        "clean" => Expected::Clean,
        _ => return None,
    };
    let options = if options.trim().is_empty() { "{}" } else { options.trim() };
    Some((expected, options.to_owned()))
}

/// What is missing from a rule's metadata or documentation; empty where all is well.
pub fn problems(meta: &RuleMeta) -> Vec<String> {
    let mut problems = Vec::new();
    if !is_kebab_case(meta.id) {
        problems.push(format!("the id `{}` is not kebab-case", meta.id));
    }
    if meta.summary.trim().is_empty() {
        problems.push("it has no summary".to_owned());
    }
    problems.extend(section_problems(meta.documentation, &SECTIONS));
    problems.extend(example_problems(meta.documentation));
    problems
}

/// What is missing from a hook's metadata or documentation; empty where all is well.
pub fn hook_problems(meta: &HookMeta) -> Vec<String> {
    let mut problems = Vec::new();
    if !is_kebab_case(&meta.id.replace('_', "-")) {
        problems.push(format!("the id `{}` is not snake_case", meta.id));
    }
    if meta.summary.trim().is_empty() {
        problems.push("it has no summary".to_owned());
    }
    if meta.phases.is_empty() {
        problems.push("it names no phase that it may stand in".to_owned());
    }
    problems.extend(section_problems(meta.documentation, &HOOK_SECTIONS));
    if yaml_examples(meta.documentation).is_empty() {
        problems.push("an example that starts with ```yaml and `type:` is missing".to_owned());
    }
    problems
}

/// The examples of a hook's documentation: fenced blocks of YAML that start with `type:`.
pub fn yaml_examples(markdown: &str) -> Vec<&str> {
    let blocks = markdown.split("```yaml\n").skip(1);
    let bodies = blocks.filter_map(|block| block.split_once("\n```").map(|(body, _)| body));
    bodies.filter(|body| body.trim_start().trim_start_matches("- ").starts_with("type:")).collect()
}

fn section_problems(markdown: &str, sections: &[&str]) -> Vec<String> {
    let headings: Vec<&str> = markdown.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim).collect();
    let missing = sections.iter().filter(|section| !headings.contains(section));
    let mut problems: Vec<_> = missing.map(|section| format!("the section `## {section}` is missing")).collect();
    let known: Vec<_> = headings.iter().filter(|heading| sections.contains(heading)).collect();
    if problems.is_empty() && !known.iter().zip(sections).all(|(found, expected)| *found == expected) {
        problems.push(format!("the sections are not in the order {}", sections.join(", ")));
    }
    problems
}

fn example_problems(markdown: &str) -> Vec<String> {
    let examples = examples(markdown);
    let mut problems = Vec::new();
    for (expected, word) in [(Expected::Fires, "fires"), (Expected::Clean, "clean")] {
        if examples.iter().all(|example| example.expected != expected) {
            problems.push(format!("an example that starts with ```sql {word} is missing"));
        }
    }
    for Example { options, sql, line, .. } in &examples {
        if !serde_json::from_str::<serde_json::Value>(options).is_ok_and(|options| options.is_object()) {
            problems.push(format!("line {line}: the options `{options}` are no JSON object"));
        }
        if sql.trim().is_empty() {
            problems.push(format!("line {line}: the example is empty"));
        } else if !sql.trim_end().ends_with(';') {
            problems.push(format!("line {line}: the example does not end with `;`"));
        }
    }
    let fences = markdown.lines().filter(|line| line.trim_start().starts_with("```")).count();
    if fences % 2 == 1 {
        problems.push("a fenced block is not closed".to_owned());
    }
    problems
}

fn is_kebab_case(id: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    id.split('-').all(word) && id.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Parts, Severity};

    const GOOD: &str = "## What it finds\nx\n## Why it hurts\n## How to fix\n```sql\nALTER TABLE a;\n```\n\
        ## When to allow it\n```sql fires {\"limit\": 3}\nCREATE TABLE a ();\n```\n\n```sql clean\n\nCREATE TABLE b ();\n```\n";

    fn meta(id: &'static str, documentation: &'static str) -> RuleMeta {
        RuleMeta {
            id,
            summary: "x",
            category: "naming",
            severity: Severity::Info,
            enabled_by_default: true,
            reads: Parts::NONE,
            documentation,
        }
    }

    #[test]
    fn examples_are_the_blocks_that_say_so() {
        let examples = examples(GOOD);
        assert_eq!(examples.len(), 2);
        assert_eq!(examples[0].expected, Expected::Fires);
        assert_eq!(examples[0].options, r#"{"limit": 3}"#);
        assert_eq!(examples[0].sql, "CREATE TABLE a ();");
        assert_eq!(examples[0].line, 9);
        assert_eq!((examples[1].expected, examples[1].options.as_str()), (Expected::Clean, "{}"));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(problems(&meta("table-named-2", GOOD)), Vec::<String>::new());
        assert_eq!(problems(&meta("Table_named", GOOD)), ["the id `Table_named` is not kebab-case"]);
        let problems = problems(&meta("a", "## How to fix\n## What it finds\n```sql fires nope\nCREATE TABLE a ()\n"));
        assert_eq!(problems.len(), 6, "{problems:?}");
    }
}
