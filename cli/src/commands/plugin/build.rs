//! `confiture plugin build`.

use crate::{exit::Exit, failure::Failure, global::Global, output, plugins};
use clap::Args;
use confiture_plugin_build::Request;
use std::path::PathBuf;

/// Build a Rust crate into a plugin, and check that it loads
#[derive(Debug, Args)]
#[command(after_help = "The component is written to --output FILE, or to NAME.wasm in the crate's directory.")]
pub struct Build {
    /// The crate's directory
    #[arg(value_name = "DIRECTORY", default_value = ".")]
    directory: PathBuf,
    /// Where cargo puts what it builds; plugins that share one share the standard library's build
    #[arg(long, value_name = "DIRECTORY")]
    target_dir: Option<PathBuf>,
}

impl Build {
    /// Builds, then opens the component as a run would.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let request =
            Request { out: global.output.clone(), target_dir: self.target_dir, ..Request::new(self.directory) };
        let built = confiture_plugin_build::build(&request).map_err(Failure::with(Exit::Failed))?;
        let name = built.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let wasm = std::fs::read(&built.path)
            .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", built.path.display())))?;
        let plugin = plugins::host()?.open(&name, &wasm, None).await.map_err(Failure::with(Exit::Plugin))?;
        output::say(format!(
            "{} {} is in {} ({} KiB)\nto use it, write in confiture.toml:\n\n[plugins.{name}]\nsource = \"{}\"",
            plugin.info().name,
            plugin.info().version,
            built.path.display(),
            wasm.len() / 1024,
            built.path.display(),
        ));
        Ok(Exit::Done)
    }
}
