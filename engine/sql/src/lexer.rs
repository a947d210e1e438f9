//! SQL text as tokens with their places, cut where PostgreSQL's own scanner cuts them.
//!
//! The scanner follows "Lexical Structure" of PostgreSQL's manual. It never looks further than a token needs, so reading a
//! text takes time linear in its length, and it does not allocate.

mod quoted;

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// `"name"` or `U&"name"`.
    QuotedName,
    /// `'...'` in any of its forms.
    String,
    /// `$tag$...$tag$`.
    DollarString,
    /// The digits of a number; a letter after them begins a word.
    Number,
    /// `$1`.
    Parameter,
    /// One character of an operator or of punctuation.
    Symbol(u8),
    /// `-- ...` without its line end, or `/* ... */`.
    Comment,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The byte at which it begins.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Token {
    /// The bytes that it covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its text in the source that it was read from.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.range()).unwrap_or_default()
    }

    /// Whether it is this keyword, given in lower case.
    pub fn is_word(&self, source: &str, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text(source).eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this character.
    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.kind == TokenKind::Symbol(symbol)
    }

    /// The name that it stands for, as the catalog has it: folded to lower case unless it is quoted. None for tokens
    /// that are no names, and for `U&"..."`, whose escapes are not read.
    pub fn name(&self, source: &str) -> Option<String> {
        let text = self.text(source);
        match self.kind {
            TokenKind::Word => Some(text.to_ascii_lowercase()),
            TokenKind::QuotedName => {
                Some(text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\"")).filter(|name| !name.is_empty())
            }
            _ => None,
        }
    }
}

/// What was opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Opened {
    Comment,
    String,
    QuotedName,
    DollarString,
}

/// The text ends inside of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// What was opened.
    pub opened: Opened,
    /// The byte at which it begins.
    pub start: usize,
}

/// Reads the tokens of a text, one after the other.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    source: &'a str,
    at: usize,
    backslash_escapes: bool,
}

impl<'a> Lexer<'a> {
    /// Begins at the start of a text, with `standard_conforming_strings` on. A byte order mark is passed over.
    pub fn new(source: &'a str) -> Self {
        let at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { source, at, backslash_escapes: false }
    }

    /// Where the next token is looked for.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Goes on elsewhere: after data that is no SQL. An offset inside a character moves to the next one.
    pub fn skip_to(&mut self, offset: usize) {
        self.at = offset.min(self.source.len());
        while !self.source.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// Whether a backslash escapes in `'...'`, as it does while `standard_conforming_strings` is off.
    pub fn set_backslash_escapes(&mut self, on: bool) {
        self.backslash_escapes = on;
    }

    /// The next token, comments included; none at the end.
    ///
    /// # Errors
    /// [`Unfinished`] where the text ends inside of a token.
    pub fn next_token(&mut self) -> Result<Option<Token>, Unfinished> {
        self.at = self.skip_space(self.at);
        let start = self.at;
        let Some(byte) = self.byte(start) else { return Ok(None) };
        let (kind, end) = self.token_at(start, byte)?;
        self.at = end;
        Ok(Some(Token { kind, start, end }))
    }

    /// As [`Self::next_token`], passing over comments.
    ///
    /// # Errors
    /// As [`Self::next_token`].
    pub fn next_significant(&mut self) -> Result<Option<Token>, Unfinished> {
        loop {
            match self.next_token()? {
                Some(token) if token.kind == TokenKind::Comment => {}
                token => return Ok(token),
            }
        }
    }

    fn token_at(&self, start: usize, byte: u8) -> Result<(TokenKind, usize), Unfinished> {
        match byte {
            b'-' if self.byte(start + 1) == Some(b'-') => Ok((TokenKind::Comment, self.line_end(start))),
            b'/' if self.byte(start + 1) == Some(b'*') => Ok((TokenKind::Comment, self.block_comment(start)?)),
            b'\'' => Ok((TokenKind::String, self.string(start, start, self.backslash_escapes)?)),
            b'"' => Ok((TokenKind::QuotedName, self.quoted_name(start, start)?)),
            b'$' => self.dollar(start),
            b'0'..=b'9' => Ok((TokenKind::Number, self.number(start))),
            byte if begins_word(byte) => self.word(start, byte),
            byte => Ok((TokenKind::Symbol(byte), start + 1)),
        }
    }

    /// A word, or the string or name whose prefix it is: `E'`, `B'`, `X'`, `U&'` and `U&"`.
    fn word(&self, start: usize, byte: u8) -> Result<(TokenKind, usize), Unfinished> {
        match (byte.to_ascii_lowercase(), self.byte(start + 1), self.byte(start + 2)) {
            (b'e', Some(b'\''), _) => Ok((TokenKind::String, self.string(start, start + 1, true)?)),
            (b'b' | b'x', Some(b'\''), _) => Ok((TokenKind::String, self.string(start, start + 1, false)?)),
            (b'u', Some(b'&'), Some(b'\'')) => Ok((TokenKind::String, self.string(start, start + 2, false)?)),
            (b'u', Some(b'&'), Some(b'"')) => Ok((TokenKind::QuotedName, self.quoted_name(start, start + 2)?)),
            _ => Ok((TokenKind::Word, self.while_byte(start, continues_word))),
        }
    }

    fn number(&self, start: usize) -> usize {
        let mut end = self.while_byte(start, |byte| byte.is_ascii_digit() || byte == b'_');
        // Not the two dots of a range.
        if self.byte(end) == Some(b'.') && self.byte(end + 1) != Some(b'.') {
            end = self.while_byte(end + 1, |byte| byte.is_ascii_digit() || byte == b'_');
        }
        end
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    fn while_byte(&self, from: usize, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len())
    }

    fn skip_space(&self, from: usize) -> usize {
        self.while_byte(from, is_space)
    }

    fn line_end(&self, from: usize) -> usize {
        self.while_byte(from, |byte| byte != b'\n' && byte != b'\r')
    }
}

/// What PostgreSQL passes over between tokens; everything outside of ASCII belongs to names.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

fn continues_word(byte: u8) -> bool {
    begins_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

#[cfg(test)]
mod tests;
