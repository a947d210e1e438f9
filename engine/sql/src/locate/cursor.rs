//! Walks along the tokens of a statement.

use super::Name;
use crate::lexer::{Token, TokenKind};
use std::ops::Range;

/// A place among tokens, and where they end.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    source: &'a str,
    tokens: &'a [Token],
    at: usize,
}

/// What stands in a pair of parentheses.
pub(super) struct Group<'a> {
    /// The tokens inside.
    pub(super) inside: Cursor<'a>,
    /// Both parentheses included.
    pub(super) range: Range<usize>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a [Token]) -> Self {
        Self { source, tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    /// Where the token that was passed last ends.
    pub(super) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end)
    }

    /// The keyword here, in lower case.
    pub(super) fn word(&self) -> Option<String> {
        self.peek()
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| token.text(self.source).to_ascii_lowercase())
    }

    pub(super) fn at_word(&self, keyword: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(self.source, keyword))
    }

    pub(super) fn at_words(&self, keywords: &[&str]) -> bool {
        let tokens = self.tokens.get(self.at..).unwrap_or_default();
        tokens.len() >= keywords.len()
            && tokens.iter().zip(keywords).all(|(token, keyword)| token.is_word(self.source, keyword))
    }

    pub(super) fn at_symbol(&self, symbol: u8) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    pub(super) fn take_word(&mut self, keyword: &str) -> bool {
        self.take_words(&[keyword])
    }

    /// Passes all of these keywords or none.
    pub(super) fn take_words(&mut self, keywords: &[&str]) -> bool {
        let there = self.at_words(keywords);
        if there {
            self.at += keywords.len();
        }
        there
    }

    /// A name of one part.
    pub(super) fn identifier(&mut self) -> Option<(String, Range<usize>)> {
        let token = self.peek()?;
        let name = token.name(self.source)?;
        self.advance();
        Some((name, token.range()))
    }

    /// A name of one or more parts.
    pub(super) fn name(&mut self) -> Option<Name> {
        let (mut name, range) = self.identifier()?;
        let mut whole = Name { schema: None, name: String::new(), range };
        while self.at_symbol(b'.') {
            self.advance();
            let (next, range) = self.identifier()?;
            whole.schema = Some(std::mem::replace(&mut name, next));
            whole.range.end = range.end;
        }
        whole.name = name;
        Some(whole)
    }

    /// Passes what stands in parentheses here.
    pub(super) fn parentheses(&mut self) -> Option<Group<'a>> {
        let open = self.peek().filter(|token| token.is_symbol(b'('))?;
        let first = self.at + 1;
        self.skip_one();
        let range = open.start..self.end();
        let last = self.at.saturating_sub(1).max(first);
        Some(Group { inside: Self { source: self.source, tokens: self.tokens.get(first..last)?, at: 0 }, range })
    }

    /// Passes one token, or everything to the matching one where it opens parentheses or brackets.
    pub(super) fn skip_one(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Symbol(b'(' | b'[') => depth += 1,
                TokenKind::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance();
            if depth == 0 {
                break;
            }
        }
    }

    /// What is left, cut at its commas outside of parentheses.
    pub(super) fn elements(mut self) -> Vec<Self> {
        let mut elements = Vec::new();
        let mut first = self.at;
        while self.peek().is_some() {
            if self.at_symbol(b',') {
                elements.push(self.part(first));
                first = self.at + 1;
            }
            self.skip_one();
        }
        elements.push(self.part(first));
        elements
    }

    fn part(&self, first: usize) -> Self {
        let tokens = self.tokens.get(first..self.at.min(self.tokens.len())).unwrap_or_default();
        Self { source: self.source, tokens, at: 0 }
    }

    /// Every name in what is left, at any depth.
    pub(super) fn names(&self) -> Vec<String> {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        rest.iter().filter_map(|token| token.name(self.source)).collect()
    }
}
