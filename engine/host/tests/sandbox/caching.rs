//! Compiled components: made beforehand, found in the cache, or compiled.

use crate::{guest::Guest, limits, run};
use confiture_host::{Host, HostOptions, Loaded};
use std::{fs, path::Path};

fn host(cache: &Path) -> Host {
    Host::new(HostOptions { cache_dir: Some(cache.to_owned()), limits: limits() }).unwrap()
}

fn loaded(host: &Host, precompiled: Option<&[u8]>) -> Loaded {
    run(host.open("rules", &Guest::quiet().build(), precompiled)).unwrap().loaded()
}

#[test]
fn what_was_compiled_is_found_by_the_next_host() {
    let root = tempfile::tempdir().unwrap();
    let cache = root.path().join("cache");
    assert_eq!(loaded(&host(&cache), None), Loaded::Compiled);
    assert_eq!(loaded(&host(&cache), None), Loaded::Cache);
}

#[test]
fn another_content_is_compiled() {
    let root = tempfile::tempdir().unwrap();
    let host = host(&root.path().join("cache"));
    assert_eq!(loaded(&host, None), Loaded::Compiled);
    let other = Guest { rules: &["other-rule"], ..Guest::quiet() }.build();
    assert_eq!(run(host.open("rules", &other, None)).unwrap().loaded(), Loaded::Compiled);
}

#[test]
fn a_damaged_entry_is_compiled_again() {
    let root = tempfile::tempdir().unwrap();
    let cache = root.path().join("cache");
    loaded(&host(&cache), None);
    let entry = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&entry).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&entry, bytes).unwrap();
    assert_eq!(loaded(&host(&cache), None), Loaded::Compiled);
    assert_eq!(loaded(&host(&cache), None), Loaded::Cache);
}

#[test]
fn what_was_compiled_beforehand_is_loaded() {
    let root = tempfile::tempdir().unwrap();
    let host = host(&root.path().join("cache"));
    let native = host.precompile(&Guest::quiet().build()).unwrap();
    assert_eq!(loaded(&host, Some(&native)), Loaded::Precompiled);
    assert_eq!(fs::read_dir(root.path().join("cache")).unwrap().count(), 0);
}

#[test]
fn what_does_not_fit_is_compiled() {
    let root = tempfile::tempdir().unwrap();
    let host = host(&root.path().join("cache"));
    assert_eq!(loaded(&host, Some(b"\x7fELF and nothing else")), Loaded::Compiled);
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_may_enter_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let host = host(root.path());
    assert!(host.cache_notice().is_some_and(|notice| notice.contains("mode 777")));
    assert_eq!(loaded(&host, None), Loaded::Compiled);
    assert_eq!(loaded(&host, None), Loaded::Compiled);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}
