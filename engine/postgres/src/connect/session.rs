//! Whether the server that answered is one that we want.

use super::{OLDEST_SERVER, diagnosis, error::Reason, options::SessionAttributes};
use tokio_postgres::{Client, SimpleQueryMessage};

/// `server_version_num` from `server_version`: 150013 from `15.13 (Debian 15.13-0+deb12u1)`.
pub(super) fn version(text: &str) -> Result<u32, Reason> {
    let number = |part: Option<&str>| -> u32 {
        let digits: String = part.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    let mut parts = text.split('.');
    let version = number(parts.next()).saturating_mul(10_000).saturating_add(number(parts.next()));
    match version {
        0 => Err(Reason::Protocol("the server does not say which version it is".to_owned())),
        version if version < OLDEST_SERVER => {
            Err(Reason::TooOld(text.split_whitespace().next().unwrap_or_default().to_owned()))
        }
        version => Ok(version),
    }
}

/// `target_session_attrs`.
pub(super) async fn check_attributes(client: &Client, wanted: SessionAttributes) -> Result<(), Reason> {
    if wanted == SessionAttributes::Any {
        return Ok(());
    }
    let sql = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";
    let messages = client.simple_query(sql).await.map_err(|error| diagnosis::reason(&error))?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0) == Some("t"), row.get(1) == Some("on"))),
        _ => None,
    });
    let Some((standby, read_only)) = row else {
        return Err(Reason::Protocol("the server did not say whether it is a standby".to_owned()));
    };
    let missed = match wanted {
        SessionAttributes::ReadWrite if read_only => "it is read-only, and target_session_attrs asks for read-write",
        SessionAttributes::ReadOnly if !read_only => "it is writable, and target_session_attrs asks for read-only",
        SessionAttributes::Primary if standby => "it is a standby, and target_session_attrs asks for a primary",
        SessionAttributes::Standby if !standby => "it is a primary, and target_session_attrs asks for a standby",
        _ => return Ok(()),
    };
    Err(Reason::NotWanted(missed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(version("15.13 (Debian 15.13-0+deb12u1)"), Ok(150_013));
        assert_eq!(version("18beta1"), Ok(180_000));
        assert_eq!(version("13.0"), Ok(130_000));
        assert_eq!(version("9.6.24"), Err(Reason::TooOld("9.6.24".to_owned())));
        assert_eq!(version("12.22"), Err(Reason::TooOld("12.22".to_owned())));
        assert!(matches!(version(""), Err(Reason::Protocol(_))));
        assert!(version("99999999999.1").is_err());
    }
}
