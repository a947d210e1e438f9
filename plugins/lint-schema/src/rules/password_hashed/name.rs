//! Which columns are called a person's password.

use crate::case::words;
use std::borrow::Cow;

/// What a column's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A password, hashed or not.
    Password,
    /// A password that is kept as it was typed.
    Readable,
}

const PASSWORD: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "contrasena",
    "senha",
    "wachtwoord",
];
/// Behind the word.
const HASH: &[&str] = &["hash", "digest", "hashed", "encrypted", "crypt"];
const READABLE: &[&str] = &["plain", "plaintext", "cleartext", "clear", "unhashed", "unencrypted"];
/// In front of the word: whose password it is, or which. Any other word makes it one for another machine.
const OWNERS: &[&str] = &[
    "user",
    "users",
    "login",
    "account",
    "customer",
    "client",
    "admin",
    "member",
    "employee",
    "person",
    "staff",
    "student",
    "patient",
    "guest",
    "web",
    "app",
    "my",
    "old",
    "new",
    "current",
    "previous",
    "temp",
    "temporary",
    "initial",
    "hashed",
    "encrypted",
    "crypted",
    "main",
    "portal",
    "site",
];
/// Tables whose rows are machines or links to them.
const MACHINES: &[&str] = &[
    "server",
    "servers",
    "smtp",
    "imap",
    "mail",
    "mailbox",
    "ftp",
    "sftp",
    "wifi",
    "wlan",
    "proxy",
    "device",
    "devices",
    "host",
    "hosts",
    "connection",
    "connections",
    "connector",
    "integration",
    "integrations",
    "endpoint",
    "endpoints",
    "datasource",
    "datasources",
    "vault",
    "relay",
    "relays",
    "network",
    "networks",
];

/// What a column of this name in this table is; none where it is no person's password.
pub fn meaning(column: &str, table: &str) -> Option<Meaning> {
    let mut words = words(column);
    if words.iter().any(|word| is_in(READABLE, word)) && words.iter().any(|word| is_in(PASSWORD, word)) {
        let only = |word: &Cow<'_, str>| {
            is_in(READABLE, word) || is_in(PASSWORD, word) || is_in(OWNERS, word) || word == "text"
        };
        return words.iter().all(only).then_some(Meaning::Readable);
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_in(HASH, word)) {
        words.pop();
    }
    let (last, before) = words.split_last()?;
    let of_a_person = before.iter().all(|word| is_in(OWNERS, word)) && !is_of_machines(table);
    (is_in(PASSWORD, last.trim_end_matches(|c: char| c.is_ascii_digit())) && of_a_person).then_some(Meaning::Password)
}

fn is_of_machines(table: &str) -> bool {
    words(table).iter().any(|word| is_in(MACHINES, word))
}

fn is_in(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_password_is_told_from_others() {
        for name in ["password", "Password", "user_password", "userPasswd", "pwd", "password_hash", "old_password2"] {
            assert_eq!(meaning(name, "users"), Some(Meaning::Password), "{name}");
        }
        for name in ["plain_password", "password_plain_text", "passwordCleartext"] {
            assert_eq!(meaning(name, "users"), Some(Meaning::Readable), "{name}");
        }
        for name in
            ["smtp_password", "password_changed_at", "has_password", "password_id", "pass", "clear_password_count"]
        {
            assert_eq!(meaning(name, "users"), None, "{name}");
        }
        assert_eq!(meaning("password", "mail_servers"), None);
    }
}
