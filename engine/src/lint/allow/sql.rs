//! Suppressions in SQL files. Before a statement, or behind its end, one covers what the statement makes; inside of a
//! statement it covers what is made in its line, or in the line after it where it has one of its own.

use super::{Allow, Reach, words};
use crate::{build::SourceFile, lint::report::SuppressionKind};
use confiture_model::object::{ObjectKind, ObjectRef};
use confiture_sql::{
    lexer::{Lexer, TokenKind},
    place::LineIndex,
    split::{Statement, StringSyntax, split_after},
};
use std::ops::Range;

/// The suppressions in files that were built, in their order.
pub fn of_files(files: &[SourceFile]) -> Vec<Allow> {
    let mut strings = StringSyntax::default();
    let mut allows = Vec::new();
    for file in files {
        // Files that were built can be cut into statements; others have nothing that a suppression could cover.
        let Ok(statements) = split_after(&file.text, &mut strings) else { return allows };
        if file.text.contains("confiture:") {
            Reading { file, statements: &statements, lines: LineIndex::new(&file.text) }.read(&mut allows);
        }
    }
    allows
}

struct Reading<'a> {
    file: &'a SourceFile,
    statements: &'a [Statement<'a>],
    lines: LineIndex<'a>,
}

impl Reading<'_> {
    fn read(&self, allows: &mut Vec<Allow>) {
        let mut end = 0;
        for (index, statement) in self.statements.iter().enumerate() {
            for comment in self.comments(end..statement.start, false) {
                self.add(allows, comment.clone(), self.reach_between(&comment, index));
            }
            for comment in self.comments(statement.range(), statement.backslash_escapes) {
                self.add(allows, comment.clone(), self.reach_inside(&comment));
            }
            end = statement.copy_data.map_or(statement.range().end, |data| data.start + data.text.len());
        }
        for comment in self.comments(end..self.file.text.len(), false) {
            self.add(allows, comment.clone(), self.reach_between(&comment, self.statements.len()));
        }
    }

    fn comments(&self, range: Range<usize>, backslash_escapes: bool) -> Vec<Range<usize>> {
        let text = self.file.text.get(range.clone()).unwrap_or_default();
        if !text.contains("confiture:") {
            return Vec::new();
        }
        let mut lexer = Lexer::new(text);
        lexer.set_backslash_escapes(backslash_escapes);
        let tokens = std::iter::from_fn(|| lexer.next_token().ok().flatten());
        let comments = tokens.filter(|token| token.kind == TokenKind::Comment);
        comments.map(|token| range.start + token.start..range.start + token.end).collect()
    }

    /// Of a comment between statements, `next` being the index of the one after it.
    fn reach_between(&self, comment: &Range<usize>, next: usize) -> Reach {
        let before = next.checked_sub(1).and_then(|index| self.statements.get(index));
        if let Some(before) = before.filter(|_| !self.has_line_of_its_own(comment)) {
            let between = self.file.text.get(before.range().end..comment.start).unwrap_or_default();
            if !between.contains('\n') {
                return self.statement(before);
            }
        }
        let Some(after) = self.statements.get(next) else { return Reach::Nothing };
        let between = self.file.text.get(comment.end..after.start).unwrap_or_default();
        // Other comments may stand between; an empty line parts them.
        // The first piece ends the comment's line, the last is what the statement is indented by.
        let lines: Vec<&str> = between.split('\n').collect();
        let is_parted = lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty());
        if is_parted { Reach::Nothing } else { self.statement(after) }
    }

    fn reach_inside(&self, comment: &Range<usize>) -> Reach {
        let (line, _) = self.lines.position(comment.start);
        if !self.has_line_of_its_own(comment) {
            return Reach::Line(self.file.shown.clone(), line);
        }
        let (last, _) = self.lines.position(comment.end);
        let after = self.file.text.lines().zip(1..).skip_while(|(_, number)| *number <= last);
        let next = after.map(|(text, number)| (text.trim(), number)).find(|(text, _)| !text.starts_with("--"));
        match next {
            Some((text, number)) if !text.is_empty() => Reach::Line(self.file.shown.clone(), number),
            _ => Reach::Nothing,
        }
    }

    fn has_line_of_its_own(&self, comment: &Range<usize>) -> bool {
        let before = self.file.text.get(..comment.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim_start_matches('\u{feff}').trim().is_empty()
    }

    fn statement(&self, statement: &Statement<'_>) -> Reach {
        Reach::Statement(self.lines.span(statement.range(), &self.file.shown))
    }

    fn add(&self, allows: &mut Vec<Allow>, comment: Range<usize>, reach: Reach) {
        let text = self.file.text.get(comment.clone()).unwrap_or_default();
        let Some(words) = words::of_comment(text) else { return };
        let span = self.lines.span(comment, &self.file.shown);
        let rules: Vec<Option<String>> = match words.rules.is_empty() {
            true => vec![None],
            false => words.rules.into_iter().map(Some).collect(),
        };
        allows.extend(rules.into_iter().map(|rule| Allow {
            subject: ObjectRef {
                kind: ObjectKind::Other,
                schema: None,
                parent: None,
                name: format!("allow({}) in {}", rule.as_deref().unwrap_or("?"), self.file.shown),
            },
            rule,
            reach: reach.clone(),
            reason: words.reason.clone(),
            kind: SuppressionKind::SqlComment,
            span: Some(span.clone()),
        }));
    }
}
