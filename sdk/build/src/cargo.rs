//! Running cargo so that the module depends on nothing but the sources.

use crate::{BuildError, Request, Route, TARGET, package::Package, route};
use serde::Deserialize;
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Speed over size: an opt-level of `s` makes hashing 2.9 times slower for 14 KB saved.
const PROFILE: [&str; 6] =
    ["inherits=\"release\"", "opt-level=3", "lto=\"fat\"", "codegen-units=1", "panic=\"abort\"", "strip=\"symbols\""];

/// What the caller's environment must not change.
const CLEARED: [&str; 4] = ["RUSTFLAGS", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];

/// Compiles the crate; the path of its core module.
pub(crate) fn build(
    package: &Package,
    route: &Route,
    target_dir: &Path,
    request: &Request,
) -> Result<PathBuf, BuildError> {
    let mut command = command(package, route, target_dir);
    if request.quiet {
        command.arg("--quiet");
    }
    if request.locked {
        command.arg("--locked");
    }
    let program = PathBuf::from(command.get_program());
    let output = command
        .stderr(Stdio::inherit())
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| BuildError::Program { program, cause })?;
    if !output.status.success() {
        return Err(BuildError::Compile { name: package.name.clone() });
    }
    module_of(&output.stdout, &package.manifest)
        .ok_or_else(|| BuildError::NotALibrary { name: package.name.clone(), manifest: package.manifest.clone() })
}

fn command(package: &Package, route: &Route, target_dir: &Path) -> Command {
    let mut command = match route {
        Route::Installed { sysroot } => installed(sysroot),
        Route::BuildStd { rustc, cargo, linker, .. } => build_std(rustc, cargo, linker),
    };
    command.args(["build", "--lib", "--target", TARGET, "--profile", "plugin"]);
    command.args(["--message-format", "json-render-diagnostics", "--manifest-path"]).arg(&package.manifest);
    command.arg("--target-dir").arg(target_dir);
    if !package.has_plugin_profile {
        for setting in PROFILE {
            command.arg("--config").arg(format!("profile.plugin.{setting}"));
        }
    }
    for name in CLEARED {
        command.env_remove(name);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(package, route, target_dir));
    command
}

/// The toolchain's own cargo and rustc, not rustup's proxies: those would look for a toolchain again.
fn installed(sysroot: &Path) -> Command {
    let (cargo, rustc) = (sysroot.join("bin/cargo"), sysroot.join("bin/rustc"));
    let mut command = Command::new(if cargo.exists() { cargo } else { route::cargo() });
    command.env("RUSTC", rustc);
    command
}

fn build_std(rustc: &Path, cargo: &Path, linker: &Path) -> Command {
    let mut command = Command::new(cargo);
    command.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    command.arg("-Zbuild-std=std,panic_abort");
    command
}

/// The compiler's flags, as cargo reads them: each ends at a 0x1f.
fn flags(package: &Package, route: &Route, target_dir: &Path) -> String {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    // The last that fits is used, so the longest come last.
    let mut roots = vec![
        (cargo_home(), "/cargo"),
        (Some(route.sysroot().to_owned()), "/rust"),
        (source_root(&package.workspace_root), "/plugin"),
        (Some(target_dir.to_owned()), "/target"),
    ];
    roots.sort_by_key(|(path, _)| path.as_ref().map_or(0, |path| path.as_os_str().len()));
    for (path, name) in roots {
        if let Some(path) = path {
            flags.push(format!("--remap-path-prefix={}={name}", path.display()));
        }
    }
    flags.join("\u{1f}")
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The checkout around the crate's workspace, because path dependencies may lie beside it; else the workspace itself.
fn source_root(workspace_root: &Path) -> Option<PathBuf> {
    let checkout = workspace_root.ancestors().find(|directory| directory.join(".git").exists());
    Some(checkout.unwrap_or(workspace_root).to_owned())
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

fn module_of(messages: &[u8], manifest: &Path) -> Option<PathBuf> {
    let messages =
        messages.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    messages
        .filter(|message| message.reason == "compiler-artifact" && message.manifest_path.as_deref() == Some(manifest))
        .flat_map(|message| message.filenames)
        .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_the_crates_own() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","manifest_path":"/other/Cargo.toml","filenames":["/t/other.wasm"]}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/mine/Cargo.toml","filenames":["/t/mine.rlib","/t/mine.wasm"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let module = module_of(messages.as_bytes(), Path::new("/mine/Cargo.toml"));
        assert_eq!(module.as_deref(), Some(Path::new("/t/mine.wasm")));
        assert_eq!(module_of(messages.as_bytes(), Path::new("/none/Cargo.toml")), None);
    }
}
