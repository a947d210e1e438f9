//! What is wrong with a file, told exactly. The cases stand in `bad.txt`, each as the file and what is said of it.

use super::{good, read};
use crate::config::load;

#[test]
fn every_mistake_is_told_with_its_place() {
    let cases = cases(include_str!("bad.txt"));
    assert!(cases.len() > 40);
    for (name, text, says) in cases {
        match read(name, text) {
            Ok(config) => panic!("this loads:\n{text}\n{config:?}"),
            Err(error) => assert_eq!(error.to_string(), says, "{text}"),
        }
    }
}

/// Name, text and expected error of each case of a file.
pub(crate) fn cases(file: &str) -> Vec<(&str, &str, &str)> {
    let cases = file.split("=== ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').expect("the name of a file");
        let (text, says) = rest.split_once("--- says\n").expect("what is said of it");
        (name, text, says.trim_end())
    });
    cases.collect()
}

#[test]
fn absurd_nesting_is_an_error() {
    let nested = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let error = read("c.yaml", &format!("a: {nested}")).unwrap_err();
    assert_eq!(error.message(), "this is not YAML: recursion limit exceeded");
    let error = read("c.toml", &format!("a = {nested}")).unwrap_err();
    assert!(error.message().starts_with("this is not TOML: cannot recurse further"), "{error}");
    let deep: String = (0..500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(read("c.yaml", &deep).is_err());
    assert!(read("c.toml", &format!("[{}a]\n", "a.".repeat(5000))).is_err());
}

#[test]
fn aliases_do_not_explode() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    let error = read("c.yaml", &text).unwrap_err();
    assert_eq!(error.message(), "the aliases of this file copy too much: write the values out");
}

#[test]
fn files_that_are_none() {
    let project = tempfile::tempdir().unwrap();
    let said = |name: &str| {
        let error = load(&project.path().join(name), &|_| None).unwrap_err().to_string();
        error.replace(&format!("{}/", project.path().display()), "")
    };
    let write = |name: &str, bytes: &[u8]| std::fs::write(project.path().join(name), bytes).unwrap();
    assert_eq!(said("confiture.toml"), "confiture.toml: there is no such file");
    write("confiture.json", b"{}");
    assert_eq!(
        said("confiture.json"),
        "confiture.json: a configuration file ends in `.toml`, `.yaml` or `.yml`: this one does not"
    );
    std::fs::create_dir(project.path().join("directory.toml")).unwrap();
    assert_eq!(said("directory.toml"), "directory.toml: this is a directory, not a file");
    write("latin.toml", b"[build]\nload_order = [\"db/\xe9t\xe9\"]\n");
    assert_eq!(
        said("latin.toml"),
        "latin.toml:2:19: this is not UTF-8: the byte 0xe9 cannot stand here\n\
         2 | load_order = [\"db/\n  |                   ^\n\
         help: save the file as UTF-8"
    );
    write("huge.yaml", &vec![b'#'; (4 << 20) + 1]);
    assert_eq!(said("huge.yaml"), "huge.yaml: this file is larger than 4 MiB: it is no configuration");
    write("marked.toml", b"\xef\xbb\xbf[linting]\nenabled = false\n");
    assert!(!load(&project.path().join("marked.toml"), &|_| None).unwrap().linting.enabled);
}

#[test]
fn a_missing_variable_of_an_environment_is_missed_when_it_is_used() {
    let config = good("confiture.toml", super::TOML);
    assert_eq!(
        config.environment("local").unwrap().database_url().unwrap_err().to_string(),
        "confiture.toml:8:17: the environment variable `NOT_SET` is not set\n\
         8 | database_url = \"${NOT_SET}\"\n  |                 ^^^^^^^^^^\n\
         help: set `NOT_SET`, or write `$${` where you mean the characters themselves"
    );
}
