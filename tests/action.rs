//! What the GitHub Action and the pre-commit hook run.

use confiture_tests::{
    program::{Ran, confiture_bin, project, ran},
    workspace,
};
use std::{path::Path, process::Command};

/// Runs the step of `action.yml` as a runner does: its text in bash, with the variable that says where the action is.
fn action(directory: &Path, variables: &[(&str, &str)]) -> Ran {
    let file = std::fs::read_to_string(workspace().join("action.yml")).expect("a file");
    let step = file.lines().find_map(|line| line.trim().strip_prefix("run: '")?.strip_suffix('\'')).expect("a step");
    let bin = confiture_bin();
    let path = format!("{}:/usr/bin:/bin", bin.parent().expect("a directory").display());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step]).current_dir(directory);
    command.env("PATH", path).env("GITHUB_ACTION_PATH", workspace()).env_remove("DATABASE_URL");
    ran(command.envs(variables.iter().copied()).output().expect("bash runs"))
}

#[test]
fn the_action_annotates() {
    let project = project(&[("db/a.sql", "CREATE TABLE a (id int);\n")]);
    let ran = action(project.path(), &[("LINT_PATHS", "db")]).expect(1);
    assert!(ran.stdout.contains("::error file=db/a.sql,line=1,"), "{}", ran.stdout);
    let inputs =
        [("LINT_PATHS", "db"), ("LINT_FAIL_ON", "never"), ("LINT_FORMAT", "sarif"), ("LINT_OUTPUT", "a.sarif")];
    let ran = action(project.path(), &inputs).expect(0);
    assert!(ran.stdout.is_empty() && project.path().join("a.sarif").exists());
}

#[test]
fn paths_may_stand_on_lines_of_their_own() {
    let project = project(&[("a/a.sql", "CREATE TABLE a (id int);\n"), ("b/b.sql", "CREATE TABLE b (id int);\n")]);
    for paths in ["a b", "a\nb\n", " a\t b "] {
        let ran = action(project.path(), &[("LINT_PATHS", paths)]).expect(1);
        assert!(
            ran.stdout.contains("file=a/a.sql") && ran.stdout.contains("file=b/b.sql"),
            "{paths:?}: {}",
            ran.stdout
        );
    }
}

#[test]
fn no_input_of_the_action_is_read_as_shell_or_as_an_option() {
    let project = project(&[("db/a.sql", "CREATE TABLE a (id int);\n")]);
    action(project.path(), &[("LINT_PATHS", "db $(touch stolen) ;touch stolen")]).expect(3);
    action(project.path(), &[("LINT_PATHS", "--write-baseline=stolen db")]).expect(3);
    action(project.path(), &[("LINT_PATHS", "db"), ("LINT_FAIL_ON", "error --write-baseline=stolen")]).expect(2);
    assert!(!project.path().join("stolen").exists());
}

#[test]
fn the_action_names_every_input_that_it_reads() {
    let read = |name: &str| std::fs::read_to_string(workspace().join(name)).expect("a file");
    let (file, script) = (read("action.yml"), read(".ci/action"));
    let inputs = file.split("${{ inputs.").skip(1).filter_map(|rest| rest.split(' ').next());
    for input in inputs {
        assert!(file.contains(&format!("\n  {input}:\n    description: ")), "{input}");
    }
    for variable in script.split("${LINT_").skip(1).filter_map(|rest| rest.split(':').next()) {
        assert!(file.contains(&format!("LINT_{variable}: ")), "{variable}");
    }
    assert!(read(".pre-commit-hooks.yaml").contains("entry: confiture lint\n"));
}
