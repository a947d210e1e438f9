//! How names are written: `snake_case`, `PascalCase` and their kin.

use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum Case {
    /// `user_account`.
    #[default]
    #[serde(rename = "snake_case")]
    Snake,
    /// `UserAccount`.
    #[serde(rename = "PascalCase")]
    Pascal,
    /// `userAccount`.
    #[serde(rename = "camelCase")]
    Camel,
    /// `user-account`.
    #[serde(rename = "kebab-case")]
    Kebab,
    /// `USER_ACCOUNT`.
    #[serde(rename = "SCREAMING_SNAKE_CASE")]
    ScreamingSnake,
}

impl Case {
    /// As it is written in the configuration, which shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Snake => "snake_case",
            Self::Pascal => "PascalCase",
            Self::Camel => "camelCase",
            Self::Kebab => "kebab-case",
            Self::ScreamingSnake => "SCREAMING_SNAKE_CASE",
        }
    }

    /// Whether a name is written so. Letters of any script count; those without case fit everywhere. Underscores in
    /// front are left alone.
    pub fn fits(self, name: &str) -> bool {
        let name = name.trim_start_matches('_');
        let first = name.chars().next();
        let all = |allowed: fn(char) -> bool| name.chars().all(allowed);
        match self {
            Self::Snake => all(|char| char == '_' || char.is_alphanumeric() && !char.is_uppercase()),
            Self::Kebab => all(|char| char == '-' || char.is_alphanumeric() && !char.is_uppercase()),
            Self::ScreamingSnake => all(|char| char == '_' || char.is_alphanumeric() && !char.is_lowercase()),
            Self::Pascal => all(char::is_alphanumeric) && !first.is_some_and(char::is_lowercase),
            Self::Camel => all(char::is_alphanumeric) && !first.is_some_and(char::is_uppercase),
        }
    }

    /// The name written so; none where it holds no letter or digit to write.
    pub fn write(self, name: &str) -> Option<String> {
        let words = words(name);
        if words.is_empty() {
            return None;
        }
        let front: String = name.chars().take_while(|char| *char == '_').collect();
        let body = match self {
            Self::Snake => words.join("_"),
            Self::Kebab => words.join("-"),
            Self::ScreamingSnake => words.join("_").to_uppercase(),
            Self::Pascal => words.iter().map(|word| capitalized(word)).collect(),
            Self::Camel => {
                let rest = words[1..].iter().map(|word| capitalized(word));
                std::iter::once(words[0].clone().into_owned()).chain(rest).collect()
            }
        };
        Some(front + &body)
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The words of a name, in lower case: `HTTPServer_id2` has `http`, `server` and `id2`.
pub fn words(name: &str) -> Vec<Cow<'_, str>> {
    // As nearly all names are: a large schema has hundreds of thousands.
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(plain) {
        return name.split('_').filter(|word| !word.is_empty()).map(Cow::Borrowed).collect();
    }
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, char) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        if !char.is_alphanumeric() || starts_word(before, *char, after) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| char.is_alphanumeric()) {
            word.extend(char.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).map(Cow::Owned).collect()
}

/// A capital starts a word behind a small letter or digit, and as the last of several before a small letter.
fn starts_word(before: Option<char>, char: char, after: Option<&char>) -> bool {
    let Some(before) = before else { return false };
    char.is_uppercase()
        && (before.is_lowercase()
            || before.is_numeric()
            || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_case() {
        for name in ["user_account", "_private", "a1", "größe", "東京", "order_2fa", ""] {
            assert!(Case::Snake.fits(name), "{name}");
        }
        for name in ["UserAccount", "user-account", "user account", "user$", "Größe", "a.b"] {
            assert!(!Case::Snake.fits(name), "{name}");
        }
        assert!(Case::Pascal.fits("UserAccount") && !Case::Pascal.fits("userAccount") && !Case::Pascal.fits("User_x"));
        assert!(Case::Camel.fits("userAccount") && !Case::Camel.fits("UserAccount"));
        assert!(Case::Kebab.fits("user-account") && !Case::Kebab.fits("user_account"));
        assert!(Case::ScreamingSnake.fits("USER_ACCOUNT") && !Case::ScreamingSnake.fits("User"));
    }

    #[test]
    fn names_are_rewritten() {
        for (name, snake, pascal) in [
            ("UserAccount", "user_account", "UserAccount"),
            ("userAccountID", "user_account_id", "UserAccountId"),
            ("HTTPServer", "http_server", "HttpServer"),
            ("order2Items", "order2_items", "Order2Items"),
            ("_Hidden", "_hidden", "_Hidden"),
            ("user account", "user_account", "UserAccount"),
            ("ÄpfelUndBirnen", "äpfel_und_birnen", "ÄpfelUndBirnen"),
            ("a.b-c", "a_b_c", "ABC"),
            ("ORDERS", "orders", "Orders"),
        ] {
            assert_eq!(Case::Snake.write(name).as_deref(), Some(snake));
            assert_eq!(Case::Pascal.write(name).as_deref(), Some(pascal));
        }
        assert_eq!(Case::Camel.write("user_account").as_deref(), Some("userAccount"));
        assert_eq!(Case::Kebab.write("UserAccount").as_deref(), Some("user-account"));
        assert_eq!(Case::ScreamingSnake.write("UserAccount").as_deref(), Some("USER_ACCOUNT"));
        assert_eq!(Case::Snake.write("§$"), None);
        assert_eq!(Case::Snake.write(""), None);
    }

    #[test]
    fn what_is_rewritten_fits() {
        for name in ["UserAccount", "x-y", "Ünïcode Name", "a$b", "ALL_CAPS", "MixedCase_With_2Digits"] {
            for case in [Case::Snake, Case::Pascal, Case::Camel, Case::Kebab, Case::ScreamingSnake] {
                let written = case.write(name).unwrap();
                assert!(case.fits(&written), "{name} as {} is {written}", case.as_str());
            }
        }
    }
}
