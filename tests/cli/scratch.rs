//! `confiture scratch`.

use confiture_tests::program::{confiture, project};

#[test]
fn a_command_gets_a_database_and_gives_its_code() {
    let project = project(&[("migrations/1_a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")]);
    let program = confiture_tests::program::confiture_bin();
    let program = program.to_string_lossy();
    let ran = confiture(project.path(), &["scratch", "--", &program, "migrate", "up"]).expect(0);
    assert!(ran.stdout.contains("1 migration applied"), "{}", ran.stdout);
    confiture(project.path(), &["scratch", "--", &program, "migrate", "up", "--target", "9"]).expect(8);
    confiture(project.path(), &["scratch", "--", "no-such-program"]).expect(2).says(&["no-such-program"]);
    let ran = confiture(project.path(), &["scratch", "--", "sh", "-c", "echo \"$PGDATABASE\"; test -d \"$PGHOST\""]);
    assert_eq!(ran.expect(0).stdout, "scratch\n");
}
