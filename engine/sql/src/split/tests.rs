use super::{SplitErrorKind, StringSyntax, split, split_after};

fn texts(source: &str) -> Vec<&str> {
    split(source).expect("can be split").into_iter().map(|statement| statement.text).collect()
}

fn error(source: &str) -> (SplitErrorKind, usize) {
    let error = split(source).expect_err("cannot be split");
    assert!(!error.message.is_empty() && !error.help.is_empty());
    (error.kind, error.offset)
}

#[test]
fn statements_end_at_semicolons_outside_of_quotes() {
    for (source, expected) in [
        ("", vec![]),
        (" ;; -- nothing\n;/* ; */", vec![]),
        ("a;b", vec!["a", "b"]),
        ("\u{feff}-- why\r\na\r\n;\r\nb;\r\n", vec!["a", "b"]),
        (
            "a ';' \";\" $$;$$ $x$;$$;$x$ /* ; /* ; */ ; */ b; c",
            vec!["a ';' \";\" $$;$$ $x$;$$;$x$ /* ; /* ; */ ; */ b", "c"],
        ),
        (r"a 'b\'; c E'd\'; e'; f", vec![r"a 'b\'", r"c E'd\'; e'", "f"]),
        ("a U&'d\\' ; b", vec!["a U&'d\\'", "b"]),
        ("a /* b */ -- c\n; d -- e", vec!["a", "d"]),
        ("a$$;b$$", vec!["a$$", "b$$"]),
        ("select $1; select 2", vec!["select $1", "select 2"]),
    ] {
        assert_eq!(texts(source), expected, "{source}");
    }
}

#[test]
fn semicolons_in_parentheses_belong_to_the_statement() {
    let rule = "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b;)";
    assert_eq!(texts(&format!("{rule}; x")), [rule, "x"]);
    assert_eq!(texts("a ) ; b"), ["a )", "b"]);
}

#[test]
fn bodies_of_standard_routines_are_one_statement() {
    for body in [
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "create or replace procedure p() language sql begin atomic insert into t values (1); end",
        "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN CASE a WHEN 1 THEN 2 END ELSE 3 END; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT t.end FROM t; SELECT 1 end; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END",
        "CREATE FUNCTION f() RETURNS int BEGIN /* ; */ ATOMIC; ; END",
        "CREATE FUNCTION f(a int) RETURNS int RETURN CASE WHEN a > 0 THEN 1 END",
        "CREATE FUNCTION begin(begin int) RETURNS int LANGUAGE sql AS $$ BEGIN; $$",
    ] {
        assert_eq!(texts(&format!("{body}; x;")), [body, "x"]);
    }
    assert_eq!(
        texts("BEGIN; SELECT 1; END; CREATE TABLE atomic()"),
        ["BEGIN", "SELECT 1", "END", "CREATE TABLE atomic()"]
    );
}

#[test]
fn copy_takes_the_lines_after_it() {
    let source =
        "COPY t (a) FROM stdin; -- why\n1;\t'\r\n\\.\r\nSELECT 1;\nCOPY u FROM STDIN WITH (FORMAT csv);\n\\.\nx";
    let statements = split(source).expect("can be split");
    let data: Vec<_> = statements.iter().map(|statement| statement.copy_data.map(|data| data.text)).collect();
    assert_eq!(data, [Some("1;\t'\r\n"), None, Some(""), None]);
    assert_eq!(statements[0].copy_data.map(|data| data.start), Some(30));
    assert_eq!(statements[3].text, "x");
    for other in
        ["COPY t FROM '/tmp/x'", "COPY t TO stdout", "COPY (SELECT a FROM stdin) TO '/x'", "SELECT * FROM stdin"]
    {
        assert_eq!(split(other).expect("can be split")[0].copy_data, None, "{other}");
    }
}

#[test]
fn what_is_never_closed_is_reported_where_it_began() {
    assert_eq!(error("a; b $x$ c $y$"), (SplitErrorKind::DollarQuote, 5));
    assert_eq!(error("a /* b"), (SplitErrorKind::Comment, 2));
    assert_eq!(error("a 'b;"), (SplitErrorKind::String, 2));
    assert_eq!(error("a \"b;"), (SplitErrorKind::QuotedName, 2));
    assert_eq!(error("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 END;"), (SplitErrorKind::RoutineBody, 32));
    assert_eq!(error("x; COPY t FROM stdin;\n1\n"), (SplitErrorKind::CopyData, 3));
    assert_eq!(error("COPY t FROM stdin"), (SplitErrorKind::CopyData, 0));
    assert_eq!(error("COPY t FROM stdin; SELECT 1;\n1\n\\.\n"), (SplitErrorKind::CopyDataPlace, 19));
    assert_eq!(error("COPY t FROM stdin; /* a\n */\n1\n\\.\n"), (SplitErrorKind::CopyDataPlace, 19));
}

#[test]
fn commands_of_psql_are_named() {
    assert_eq!(error("a;\n\\connect db"), (SplitErrorKind::MetaCommand("connect".into()), 3));
    assert_eq!(error("select 1 \\gset"), (SplitErrorKind::MetaCommand("gset".into()), 9));
    assert_eq!(error("\\.\n"), (SplitErrorKind::MetaCommand(".".into()), 0));
    assert!(split("\\c db").expect_err("is refused").to_string().contains("`\\c` is a command of psql"));
}

#[test]
fn backslashes_follow_the_setting() {
    let off = r"SET standard_conforming_strings = off; a '\'; b'; SET standard_conforming_strings TO 'on'; c '\'; d";
    assert_eq!(texts(off)[1..], [r"a '\'; b'", "SET standard_conforming_strings TO 'on'", r"c '\'", "d"]);
    let call =
        r"SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false); a '\'; b'; RESET ALL; '\'; d";
    assert_eq!(texts(call).len(), 5);
    let local = r"BEGIN; SET LOCAL standard_conforming_strings = 0; a '\'; b'; COMMIT; c '\'; d";
    assert_eq!(texts(local)[4..], [r"c '\'", "d"]);
    assert_eq!(texts(r"SET standard_conforming_strings = maybe; a '\'; b").len(), 3);
}

#[test]
fn the_setting_is_carried_to_the_next_file() {
    let mut strings = StringSyntax::default();
    split_after("SET standard_conforming_strings = off;", &mut strings).expect("can be split");
    let statements = split_after(r"a '\'; b'", &mut strings).expect("can be split");
    assert_eq!((statements.len(), statements[0].backslash_escapes), (1, true));
}

/// A small generator of our own: the same texts on every run.
fn pieces(seed: u64) -> impl Iterator<Item = &'static str> {
    const PIECES: [&str; 40] = [
        "'",
        "\"",
        "$$",
        "$a$",
        "$",
        "\\",
        "\\.",
        "\n",
        "\r\n",
        " ",
        "\t",
        ";",
        ";\n",
        "(",
        ")",
        "--",
        "/*",
        "*/",
        "E'",
        "U&'",
        "a",
        "é",
        "日",
        "1",
        ".",
        "CREATE ",
        "FUNCTION ",
        "BEGIN ",
        "ATOMIC ",
        "END",
        "CASE ",
        "COPY ",
        "FROM ",
        "stdin",
        "SET standard_conforming_strings = off",
        "\n\\.\n",
        "''",
        "\u{feff}",
        "::",
        "\0",
    ];
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        PIECES.get(usize::try_from(state >> 33).unwrap_or_default() % PIECES.len()).copied()
    })
}

#[test]
fn whatever_the_text_statements_and_gaps_make_the_source() {
    for seed in 0..20_000_u64 {
        let source: String = pieces(seed).take(usize::try_from(seed % 30).expect("small") + 1).collect();
        let Ok(statements) = split(&source) else { continue };
        let mut end = 0;
        for statement in statements {
            let range = statement.range();
            assert!(range.start >= end && !range.is_empty(), "{source:?}");
            assert_eq!(source.get(range.clone()), Some(statement.text), "{source:?}");
            end = range.end;
            if let Some(data) = statement.copy_data {
                assert!(data.start >= end, "{source:?}");
                end = data.start + data.text.len();
            }
        }
        assert!(end <= source.len());
    }
}

#[test]
fn a_large_file_is_read_in_one_pass() {
    let source = "INSERT INTO t VALUES ('it''s', $x$;$x$); -- ;\n".repeat(50_000);
    assert_eq!(split(&source).expect("can be split").len(), 50_000);
    let open = "(".repeat(1_000_000);
    assert_eq!(split(&open).expect("can be split").len(), 1);
    assert_eq!(error(&"/*".repeat(1_000_000)).0, SplitErrorKind::Comment);
}
