//! Passwords and keys do not show in an excerpt of the configuration.

use regex::Regex;
use std::sync::LazyLock;

/// The password of a URL and of a `key=value` connection string; what is written, quoted or not, behind a key that says
/// it is secret. One group each: what to hide.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"://[^/@\s:]*:([^@\s]+)@",
        r"(?i)\b(?:password|passwd|sslpassword)\s*=\s*([^\s&]+)",
        r#"(?i)(?:password|passwd|secret|salt|token|private_key)["']?\s*[:=]\s*["']([^"']+)"#,
        r#"(?i)(?:password|passwd|secret|salt|token|private_key)["']?\s*[:=]\s*([^\s"'$\[{]\S*)"#,
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// `line` with every secret covered by as many asterisks, so that what is underlined stays where it is. `${NAME}` is a
/// name and stays.
pub fn redact(line: &str) -> String {
    let mut redacted = line.to_owned();
    for pattern in SECRETS.iter() {
        let hidden: Vec<_> = pattern.captures_iter(&redacted).filter_map(|found| Some(found.get(1)?.range())).collect();
        for range in hidden.into_iter().rev() {
            let text = &redacted[range.clone()];
            if !text.starts_with("${") {
                let cover = "*".repeat(text.chars().count());
                redacted.replace_range(range, &cover);
            }
        }
    }
    redacted
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn passwords_are_covered_and_names_stay() {
        for (line, shown) in [
            ("database_url = \"postgres://me:hunter2@db/x\"", "database_url = \"postgres://me:*******@db/x\""),
            ("database_url: host=db password=hunter2 user=me", "database_url: host=db password=******* user=me"),
            ("salt = \"pepper\"", "salt = \"******\""),
            ("salt = \"${QA_SALT}\"", "salt = \"${QA_SALT}\""),
            ("url = \"postgres://me:${PW}@db/x\"", "url = \"postgres://me:${PW}@db/x\""),
            ("grant = { secrets = [\"QA_SALT\"] }", "grant = { secrets = [\"QA_SALT\"] }"),
            ("column = \"tenant_id\"", "column = \"tenant_id\""),
        ] {
            assert_eq!(redact(line), shown);
        }
    }
}
