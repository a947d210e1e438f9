use super::{LineIndex, STRIDE, excerpt};

#[test]
fn positions_count_characters_from_one() {
    let index = LineIndex::new("ab\r\nçd\n\nx");
    assert_eq!(index.position(0), (1, 1));
    assert_eq!(index.position(3), (1, 4));
    assert_eq!(index.position(4), (2, 1));
    assert_eq!(index.position(6), (2, 2));
    assert_eq!(index.position(8), (3, 1));
    assert_eq!(index.position(9), (4, 1));
    assert_eq!(index.position(10), (4, 2));
    assert_eq!(index.position(99), (4, 2));
}

#[test]
fn a_byte_order_mark_is_no_character_and_nothing_has_one_place() {
    let index = LineIndex::new("\u{feff}ab");
    assert_eq!(index.position(0), (1, 1));
    assert_eq!(index.position(3), (1, 1));
    assert_eq!(index.position(4), (1, 2));
    assert_eq!(LineIndex::new("").position(0), (1, 1));
}

#[test]
fn columns_are_right_however_long_the_line_is() {
    for length in [STRIDE - 1, STRIDE, STRIDE + 1, 3 * STRIDE] {
        let source = "é".repeat(length);
        let index = LineIndex::new(&source);
        for character in [0, 1, length / 2, length - 1, length] {
            assert_eq!(index.position(2 * character), (1, u32::try_from(character).expect("small") + 1));
        }
    }
}

#[test]
fn spans_end_after_their_last_character() {
    let span = LineIndex::new("a\nbcd\n").span(2..5, "x.sql");
    assert_eq!((span.line, span.column, span.end_line, span.end_column), (2, 1, 2, 4));
    assert_eq!(span.to_string(), "x.sql:2:1");
}

#[test]
fn the_caret_stands_under_the_place() {
    assert_eq!(excerpt("x\nSELECT foo;\n", "a.sql", 2, 8, 3), "a.sql:2:8\n2 | SELECT foo;\n  |        ^^^");
    assert_eq!(excerpt("\t日本 x", "a.sql", 1, 5, 1), "a.sql:1:5\n1 |     日本 x\n  |          ^");
    assert_eq!(excerpt("日本", "a.sql", 1, 2, 1), "a.sql:1:2\n1 | 日本\n  |   ^^");
    assert_eq!(excerpt("ab", "a.sql", 1, 3, 1), "a.sql:1:3\n1 | ab\n  |   ^");
    assert_eq!(excerpt("a\u{1b}[31mb", "a.sql", 1, 1, 1), "a.sql:1:1\n1 | a\u{fffd}[31mb\n  | ^");
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let source = format!("{}here{}", "a".repeat(500), "b".repeat(500));
    let shown = excerpt(&source, "a.sql", 1, 501, 4);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[1].starts_with("1 | …aaa") && lines[1].ends_with("bbb…"), "{shown}");
    assert!(lines[1].chars().count() < 110, "{shown}");
    let caret = lines[2].find('^').expect("has a caret");
    let under: String = lines[1].chars().skip(caret).take(4).collect();
    assert_eq!((under.as_str(), lines[2].matches('^').count()), ("here", 4));
}

#[test]
fn places_outside_of_the_source_are_no_trouble() {
    assert_eq!(excerpt("", "a.sql", 7, 9, 0), "a.sql:7:9\n7 | \n  | ^");
}
