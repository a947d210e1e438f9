use super::*;
use std::fs;

pub(super) const QA: &str = include_str!("tests/qa.yaml");
pub(super) const PRINTOPTIM_TEST: &str = include_str!("tests/printoptim-test.yaml");
pub(super) const PRINTOPTIM_QA: &str = include_str!("tests/printoptim-qa.yaml");

fn env(name: &str) -> Option<String> {
    match name {
        "QA_ANON_SALT" | "KEY" => Some("a secret of enough length".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("is made");
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().expect("has one")).expect("is made");
            fs::write(path, text).expect("is written");
        }
        Self(directory)
    }

    fn load(&self, name: &str, environment: Option<&str>) -> Result<Profile, String> {
        let profiles = Profiles::discover(self.0.path(), &env).map_err(|error| error.to_string())?;
        let root = format!("{}/", self.0.path().display());
        profiles.load(name, environment, &[]).map_err(|problems| problems.to_string().replace(&root, ""))
    }
}

/// A profile of one file, for tests elsewhere.
pub(crate) fn profile(text: &str) -> Profile {
    Project::new(&[("anonymization/p.yaml", text)]).load("p", None).expect("is a profile")
}

fn refused(text: &str) -> String {
    Project::new(&[("p.yaml", text)]).load("p", None).expect_err("is refused").replace("p.yaml:", "")
}

#[test]
fn the_profiles_in_use_are_read() {
    let project = Project::new(&[
        ("confiture-environments/qa-anonymization.yaml", QA),
        ("anonymization/test-printoptim.yaml", PRINTOPTIM_TEST),
    ]);
    for name in ["qa", "qa-anonymization"] {
        let profile = project.load(name, None).expect("is read");
        assert_eq!((profile.strategies.len(), profile.rules.len()), (4, 4));
        let TableRule::Columns(columns) = &profile.rules[2].what else { panic!("has columns") };
        assert_eq!(columns[0].strategy.name.value, "conditional");
        assert!(columns[0].strategy.is_type);
        assert!(matches!(profile.rules[3].what, TableRule::Skip));
    }
    let profile = project.load("test", None).expect("is read");
    let TableRule::Columns(columns) = &profile.rules[4].what else { panic!("has columns") };
    let custom = &columns[2].strategy;
    assert_eq!((custom.name.value.as_str(), custom.options.len()), ("custom", 3));
    let profile = Project::new(&[("q.yaml", PRINTOPTIM_QA)]).load("q", None).expect("is read");
    assert_eq!(profile.rules.len(), 5);
}

#[test]
fn toml_says_the_same() {
    let text = "anonymization_profile = \"qa\"\nkey = \"${KEY}\"\n[strategies.mail]\ntype = \"email_masking\"\n\
                [[rules]]\ntable = \"crm.users\"\n[rules.columns]\nemail = \"mail\"\nname = { type = \"fake\", kind = \"full_name\" }\n";
    let profile = Project::new(&[("anonymization/any.toml", text)]).load("qa", None).expect("is read");
    assert_eq!(profile.key.as_ref().map(|key| key.0.as_str()), Some("KEY"));
    assert_eq!(profile.rules[0].table.to_string(), "crm.users");
}

#[test]
fn what_is_nearer_counts() {
    let base = "anonymization_profile: base\ndescription: all\nstrategies: {a: {type: fixed, value: x}}\nrules: [{table: t, columns: {c: a}}]";
    let own = "anonymization_profile: own\nextends: base\nstrategies: {a: {type: fixed, value: y}}\n\
               environments: {staging: {key: '${KEY}', rules: [{table: u, strategy: skip_table}]}}";
    let project = Project::new(&[("a.yaml", base), ("b.yaml", own)]);
    let plain = project.load("own", None).expect("is read");
    assert_eq!((plain.description.as_deref(), plain.rules.len(), plain.key.is_some()), (Some("all"), 1, false));
    assert!(plain.strategies["a"].place.source.name.ends_with("b.yaml"));
    let staging = project.load("own", Some("staging")).expect("is read");
    assert_eq!(staging.rules.iter().map(|rule| rule.layer).collect::<Vec<_>>(), [0, 2]);
    assert!(staging.key.is_some());
    let profiles = Profiles::discover(project.0.path(), &env).expect("is read");
    let error = profiles.load("own", None, &["stage", "production"]).expect_err("is refused").to_string();
    assert!(
        error.contains("there is no environment `staging`") && error.contains("the nearest known one is `stage`"),
        "{error}"
    );
}

#[test]
fn a_name_means_one_file() {
    let text = |name: &str| format!("anonymization_profile: {name}\n");
    let project = Project::new(&[("a.yaml", &text("qa")), ("anonymization/b.toml", "anonymization_profile = 'qa'")]);
    let error = project.load("qa", None).expect_err("is refused");
    assert!(error.starts_with("two profiles are called `qa`: anonymization/b.toml and a.yaml"), "{error}");
    assert!(project.load("b", None).is_ok());
    let error = project.load("qaa", None).expect_err("is refused");
    assert!(
        error.starts_with("there is no anonymization profile `qaa`\nhelp: the nearest known one is `qa`"),
        "{error}"
    );
    let error = Project::new(&[]).load("qa", None).expect_err("is refused");
    assert!(error.contains("a profile is a YAML or TOML file with `anonymization_profile: qa`"), "{error}");
}

#[test]
fn circles_are_refused() {
    let project = Project::new(&[
        ("a.yaml", "anonymization_profile: a\nextends: b\n"),
        ("b.yaml", "anonymization_profile: b\nextends: a\n"),
    ]);
    let error = project.load("a", None).expect_err("is refused");
    assert!(
        error.starts_with("b.yaml:2:10: profiles cannot extend each other in a circle: `a` → `b` → `a`"),
        "{error}"
    );
    let error = refused("anonymization_profile: p\nextends: base\n");
    assert!(error.starts_with("2:10: there is no anonymization profile `base`"), "{error}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let error = refused(
        "anonymization_profile: p\nkey: pepper\nruels: []\nrules:\n  - table: t\n    columns:\n      a:\n      b: {stratgy: x}\n      c: skip_table\n  \
         - table: u\n    columms: {}\n  - columns: {x: none}\n  - table: v\n    strategy: none\n",
    );
    let said: Vec<_> = error.split("\n\n").map(|one| one.lines().next().unwrap_or_default()).collect();
    assert_eq!(
        said,
        [
            "3:1: `ruels` is no key of a profile",
            "2:6: /key: expected exactly `${NAME}`: a secret stands in the environment, not in this file",
            "7:8: /rules/0/columns/a: expected a strategy: its name, or a table with its `strategy` or `type`, found nothing",
            "8:10: /rules/0/columns/b: the key `strategy` is missing: what masks this?",
            "9:10: /rules/0/columns/c: `skip_table` is for a whole table, not for a column",
            "11:5: /rules/1: `columms` is no key of a rule",
            "10:5: /rules/1: this rule says nothing about its table",
            "12:5: /rules/2: the key `table` is missing: which table is this rule about?",
            "14:15: /rules/3/strategy: a whole table can only be `skip_table`",
        ]
    );
    assert!(error.contains("help: `stratgy` is not known here: did you mean `strategy` or `type`?"), "{error}");
    assert!(!error.contains("pepper"), "{error}");
}

#[test]
fn quasi_identifiers_have_a_table_and_columns() {
    let text = "anonymization_profile: p\nquasi_identifiers:\n  - {table: people, columns: [zip, birth]}\n  - {table: t, columns: [a], k: 1}\n";
    let error = refused(text);
    assert!(error.starts_with("4:33: /quasi_identifiers/1/k: expected a whole number from 2 on"), "{error}");
    let profile = profile("anonymization_profile: p\nquasi_identifiers: [{table: people, columns: [zip, birth]}]\n");
    assert_eq!((profile.quasi_identifiers[0].k, profile.quasi_identifiers[0].columns.len()), (5, 2));
}
