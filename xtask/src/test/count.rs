//! What Rust's test runner prints, read while it runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// How the tests of one run ended.
#[derive(Default, Debug)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
    /// Those that are not run unless asked for, and those that said that they skip, in whole or in part.
    pub skipped: u64,
    /// The names of those that failed.
    pub failures: Vec<String>,
    /// What a test that skips said, and which did.
    pub skipped_because: BTreeMap<String, BTreeSet<String>>,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
        for (why, tests) in other.skipped_because {
            self.skipped_because.entry(why).or_default().extend(tests);
        }
    }
}

/// Runs `cargo test … -- --show-output`: shows what it prints, but for the output of tests that passed.
///
/// # Errors
/// Where it fails without a failed test: something did not compile, or a test ended its whole binary.
pub fn run(command: &mut Command) -> Result<Count, String> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("cargo could not be started: {error}"))?;
    let mut reader = Reader::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if reader.read(&line) {
                println!("{line}");
            }
        }
    }
    let status = child.wait().map_err(|error| format!("cargo test: {error}"))?;
    // A test binary that does not compile, or dies before its closing line, has counted nothing.
    if !status.success() && reader.count.failed == 0 {
        return Err(format!("cargo test failed ({status})"));
    }
    Ok(reader.count)
}

/// Where we are in what the runner prints.
#[derive(Default)]
struct Reader {
    count: Count,
    /// Inside of what passed tests printed: the test, once one is named.
    passed: Option<String>,
    /// Those that said so, of the binary that runs now.
    skipped: BTreeSet<String>,
}

impl Reader {
    /// Takes a line; says whether to show it.
    fn read(&mut self, line: &str) -> bool {
        if let Some(closing) = closing_line(line) {
            let said = std::mem::take(&mut self.skipped).len() as u64;
            self.count.passed += closing.passed.saturating_sub(said);
            self.count.failed += closing.failed;
            self.count.skipped += closing.skipped + said;
            self.passed = None;
        } else if line == "successes:" {
            self.passed = Some(String::new());
        } else if line == "failures:" {
            self.passed = None;
        } else if let Some(test) = &mut self.passed {
            if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
                name.clone_into(test);
            } else if let Some(why) = line.strip_prefix("skipped: ") {
                self.skipped.insert(test.clone());
                self.count.skipped_because.entry(why.to_owned()).or_default().insert(test.clone());
            }
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.count.failures.push(name.to_owned());
        }
        self.passed.is_none()
    }
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn closing_line(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut total = Count::default();
    for part in counts.split(';') {
        match part.trim().split_once(' ')? {
            (number, "passed") => total.passed = number.parse().ok()?,
            (number, "failed") => total.failed = number.parse().ok()?,
            (number, "ignored") => total.skipped = number.parse().ok()?,
            _ => {}
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        let count = closing_line(line).map(|count| (count.passed, count.failed, count.skipped));
        assert_eq!(count, Some((12, 2, 1)));
        assert!(closing_line("running 12 tests").is_none());
    }

    #[test]
    fn a_test_that_says_that_it_skips_has_not_passed() {
        let text = "running 3 tests\ntest a ... ok\ntest b ... FAILED\ntest c ... ok\n\nsuccesses:\n\n---- a stdout ----\n\
            skipped: no pooler\nnoise\nskipped: no pooler\n\n---- c stdout ----\nnoise\n\nsuccesses:\n    a\n    c\n\n\
            failures:\n\n---- b stdout ----\nskipped: not so\n\nfailures:\n    b\n\n\
            test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        let mut reader = Reader::default();
        let shown: Vec<&str> = text.lines().filter(|line| reader.read(line)).collect();
        let count = reader.count;
        assert_eq!((count.passed, count.failed, count.skipped), (1, 1, 2));
        assert_eq!(count.failures, ["b"]);
        let because: Vec<_> = count.skipped_because.iter().map(|(why, tests)| (why.as_str(), tests.len())).collect();
        assert_eq!(because, [("no pooler", 1)]);
        assert!(shown.contains(&"---- b stdout ----") && !shown.contains(&"noise"), "{shown:?}");
    }
}
