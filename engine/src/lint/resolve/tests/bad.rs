//! Mistakes in rules, told exactly. The cases stand in `bad.txt`, each as the file and what is said of it.

use super::{lines, resolved};
use crate::config::cases;

#[test]
fn every_mistake_is_told_with_its_place() {
    let cases = cases(include_str!("bad.txt"));
    assert!(cases.len() > 40);
    for (name, text, says) in cases {
        match resolved(name, text) {
            Ok(rules) => panic!("this loads:\n{text}\n{:?}", lines(&rules)),
            Err(error) => assert_eq!(error.to_string(), says, "{text}"),
        }
    }
}
