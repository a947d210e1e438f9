//! What a file is, before anything tries to compile it.

use confiture_model::fault::FaultKind;

/// The largest component that is compiled, in bytes: a Python one is 18 MB.
const LARGEST: usize = 256 << 20;

/// Refuses what is no component by its first bytes.
///
/// # Errors
/// [`FaultKind::Load`]: what it is instead, and what to do.
pub(crate) fn require_component(bytes: &[u8]) -> Result<(), FaultKind> {
    let refused = |why: &str| Err(FaultKind::Load(why.to_owned()));
    match bytes {
        [] => refused("the file is empty"),
        _ if bytes.len() > LARGEST => {
            refused(&format!("the file is larger than the {} MiB that a plugin may have", LARGEST >> 20))
        }
        [b'\0', b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => Ok(()),
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => refused(
            "it is a core WebAssembly module, not a component: build it with `confiture plugin build`, or make a component \
             of it with `wasm-tools component new`",
        ),
        [b'\0', b'a', b's', b'm', _, _, _, _, ..] => {
            refused("it is WebAssembly of a version that is not supported: expected a component")
        }
        [b'\0', b'a', b's', b'm', ..] => refused("it is cut short: only the first bytes of a component are there"),
        _ if is_text(bytes) => {
            refused("it is WebAssembly in text form: turn it into a component with `wasm-tools parse` first")
        }
        _ => refused("it is no WebAssembly component: it does not begin as one"),
    }
}

/// Whether it begins as WebAssembly text does, after comments and blanks.
fn is_text(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let code = start.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with(";;"));
    code.is_some_and(|line| line.starts_with("(module") || line.starts_with("(component") || line.starts_with("(;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(bytes: &[u8]) -> String {
        match require_component(bytes) {
            Err(FaultKind::Load(why)) => why,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn each_wrong_file_is_told_what_it_is() {
        assert!(why(b"").contains("empty"));
        assert!(why(b"\0asm\x01\0\0\0").contains("core WebAssembly module"));
        assert!(why(b"\0asm\x07\0\x01\0").contains("not supported"));
        assert!(why(b"\0asm\x0d").contains("cut short"));
        assert!(why(b"\n;; a comment\n  (component)").contains("text form"));
        assert!(why(&[0x7f, b'E', b'L', b'F', 2]).contains("no WebAssembly component"));
    }
}
