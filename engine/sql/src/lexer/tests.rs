use super::{Lexer, Opened, Token, TokenKind};

fn tokens(source: &str) -> Vec<(TokenKind, &str)> {
    let mut lexer = Lexer::new(source);
    std::iter::from_fn(|| lexer.next_token().expect("ends well"))
        .map(|token| (token.kind, token.text(source)))
        .collect()
}

fn texts(source: &str) -> Vec<&str> {
    tokens(source).into_iter().map(|(_, text)| text).collect()
}

fn opened(source: &str) -> Option<(Opened, usize)> {
    let mut lexer = Lexer::new(source);
    loop {
        match lexer.next_token() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(unfinished) => return Some((unfinished.opened, unfinished.start)),
        }
    }
}

#[test]
fn strings_in_every_form_are_one_token() {
    for whole in [
        "'it''s'",
        r"'a\'",
        r"E'a\'b'",
        r"e'\\'",
        "U&'d\\0061t'",
        "B'01'",
        "X'1F'",
        "$$a'b$$",
        "$t$ $$ $t $t$",
        "$é$ ; $é$",
        "\"a\"\"b\"",
        "U&\"d\\0061\"",
        "/* a /* b */ c */",
        "E'a'\n  'b\\'c'",
        "'a' -- why\n  'b'",
    ] {
        assert_eq!(texts(whole), [whole], "{whole}");
    }
}

#[test]
fn tokens_that_only_look_like_quotes_are_told_apart() {
    assert_eq!(texts("a$b$c"), ["a$b$c"]);
    assert_eq!(texts("$1$2"), ["$1", "$2"]);
    assert_eq!(texts("$ a"), ["$", "a"]);
    assert_eq!(texts("$1a$"), ["$1", "a$"]);
    assert_eq!(texts("fe'x'"), ["fe", "'x'"]);
    assert_eq!(texts("'a' 'b'"), ["'a'", "'b'"]);
    assert_eq!(texts("1..2.5e3"), ["1", ".", ".", "2.5", "e3"]);
    assert_eq!(texts("a*/*c*/-b--d"), ["a", "*", "/*c*/", "-", "b", "--d"]);
    assert_eq!(texts("\u{feff}a\u{a0}b"), ["a\u{a0}b"]);
}

#[test]
fn backslashes_escape_only_when_they_should() {
    let mut lexer = Lexer::new(r"'a\'b' x");
    lexer.set_backslash_escapes(true);
    let token = lexer.next_token().expect("ends").expect("is there");
    assert_eq!(token, Token { kind: TokenKind::String, start: 0, end: 6 });
}

#[test]
fn what_is_never_closed_is_named_with_its_start() {
    assert_eq!(opened("a 'b"), Some((Opened::String, 2)));
    assert_eq!(opened("a E'b\\'"), Some((Opened::String, 2)));
    assert_eq!(opened("a \"b"), Some((Opened::QuotedName, 2)));
    assert_eq!(opened("a $x$ b $y$"), Some((Opened::DollarString, 2)));
    assert_eq!(opened("a /* /* */"), Some((Opened::Comment, 2)));
    assert_eq!(opened("'a' -- 'b"), None);
}

#[test]
fn names_fold_as_the_catalog_does() {
    let name = |source: &str| {
        let mut lexer = Lexer::new(source);
        lexer.next_token().expect("ends").and_then(|token| token.name(source))
    };
    assert_eq!(name("Foo").as_deref(), Some("foo"));
    assert_eq!(name("\"Fo\"\"o\"").as_deref(), Some("Fo\"o"));
    assert_eq!(name("'x'"), None);
    assert_eq!(name("U&\"x\""), None);
}
