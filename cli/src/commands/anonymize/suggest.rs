//! `confiture anonymize suggest`.

use super::work::{look, schema};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
    project::Project,
    report::{json, text::counted},
};
use clap::Args;
use confiture_engine::anonymize::{suggest::draft, verify::SAMPLE_ROWS};

/// Find columns that look personal, and draft a profile for them
///
/// By their names (in several languages), types, comments, and by what sampled values are. The draft says why for each
/// column, and holds no value.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  confiture anonymize suggest --env production --output anonymization/qa.yaml")]
pub struct Suggest {
    /// What to call the profile
    #[arg(long, value_name = "NAME", default_value = "draft")]
    profile: String,
    /// Variable of the environment that will hold its key
    #[arg(long, value_name = "NAME", default_value = "ANONYMIZATION_KEY")]
    key: String,
    /// How many rows of each table to look at; 0 for none
    #[arg(long, value_name = "N", default_value_t = SAMPLE_ROWS)]
    rows: u32,
}

impl Suggest {
    /// Reads the schema and samples; changes nothing.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let format = global.format()?;
        let project = Project::load(global)?;
        let (session, snapshot) = schema(&project).await?;
        let found = look(&session, &snapshot, self.rows).await?;
        let text = match format {
            Format::Text => draft(&self.profile, &self.key, &snapshot, &found),
            Format::Json => json::render(&serde_json::json!({ "schema_version": 1, "columns": found }))?,
        };
        output::result(global, &text)?;
        output::say(
            counted(found.len() as u64, "column") + if found.len() == 1 { " looks personal" } else { " look personal" },
        );
        if matches!(format, Format::Text) && !found.is_empty() {
            let file = match &global.output {
                Some(file) => format!("read {}", file.display()),
                None => "write it to a file (--output anonymization/draft.yaml) and read that".to_owned(),
            };
            output::say(format!(
                "next: {file}, set {} (`openssl rand -hex 32` makes a key), and try it with `confiture anonymize verify --profile {}`",
                self.key, self.profile
            ));
        }
        Ok(Exit::Done)
    }
}
