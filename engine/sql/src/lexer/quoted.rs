//! Where the tokens end that may hold anything: strings, quoted names, dollar quotes and nested comments.

use super::{Lexer, Opened, TokenKind, Unfinished, begins_word};

impl Lexer<'_> {
    /// The end of a string whose quote stands at `quote`, the pieces that continue it on later lines included: they are
    /// read as the first one is.
    pub(super) fn string(&self, start: usize, quote: usize, backslash_escapes: bool) -> Result<usize, Unfinished> {
        let mut end = self.string_piece(start, quote, backslash_escapes)?;
        while let Some(next) = self.continuation(end) {
            end = self.string_piece(start, next, backslash_escapes)?;
        }
        Ok(end)
    }

    fn string_piece(&self, start: usize, quote: usize, backslash_escapes: bool) -> Result<usize, Unfinished> {
        let mut at = quote + 1;
        loop {
            match (self.byte(at), self.byte(at + 1)) {
                (None, _) => return Err(Unfinished { opened: Opened::String, start }),
                (Some(b'\''), Some(b'\'')) => at += 2,
                (Some(b'\''), _) => return Ok(at + 1),
                // The escaped byte may begin a longer character; its others are no quotes.
                (Some(b'\\'), Some(_)) if backslash_escapes => at += 2,
                _ => at += 1,
            }
        }
    }

    /// The quote that goes on with a string that ended at `from`: only space with a line end, and `--` comments, may
    /// stand between.
    fn continuation(&self, from: usize) -> Option<usize> {
        let mut at = from;
        let mut new_line = false;
        loop {
            let next = self.skip_space(at);
            new_line |= self.source.as_bytes()[at..next].iter().any(|byte| matches!(byte, b'\n' | b'\r'));
            at = next;
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b'-'), Some(b'-')) => at = self.line_end(at),
                (Some(b'\''), _) if new_line => return Some(at),
                _ => return None,
            }
        }
    }

    pub(super) fn quoted_name(&self, start: usize, quote: usize) -> Result<usize, Unfinished> {
        let mut at = quote + 1;
        loop {
            match (self.byte(at), self.byte(at + 1)) {
                (None, _) => return Err(Unfinished { opened: Opened::QuotedName, start }),
                (Some(b'"'), Some(b'"')) => at += 2,
                (Some(b'"'), _) => return Ok(at + 1),
                _ => at += 1,
            }
        }
    }

    /// A dollar quote, a parameter, or a dollar that is neither.
    pub(super) fn dollar(&self, start: usize) -> Result<(TokenKind, usize), Unfinished> {
        if self.byte(start + 1).is_some_and(|byte| byte.is_ascii_digit()) {
            return Ok((TokenKind::Parameter, self.while_byte(start + 1, |byte| byte.is_ascii_digit())));
        }
        let Some(body) = self.dollar_tag_end(start) else { return Ok((TokenKind::Symbol(b'$'), start + 1)) };
        let tag = &self.source[start..body];
        match self.source[body..].find(tag) {
            Some(length) => Ok((TokenKind::DollarString, body + length + tag.len())),
            None => Err(Unfinished { opened: Opened::DollarString, start }),
        }
    }

    fn dollar_tag_end(&self, start: usize) -> Option<usize> {
        let end = self.while_byte(start + 1, |byte| begins_word(byte) || byte.is_ascii_digit());
        (self.byte(end) == Some(b'$')).then_some(end + 1)
    }

    pub(super) fn block_comment(&self, start: usize) -> Result<usize, Unfinished> {
        let mut at = start + 2;
        let mut depth = 1_usize;
        while depth > 0 {
            match (self.byte(at), self.byte(at + 1)) {
                (None, _) => return Err(Unfinished { opened: Opened::Comment, start }),
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        Ok(at)
    }
}
