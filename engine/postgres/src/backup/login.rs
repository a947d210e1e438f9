//! How a program of PostgreSQL connects: to the server that answers us, and as us.

use crate::connect::{
    ConnectOptions, connect,
    hosts::{Host, Place},
    lookup::Spot,
    tls::{Mode, Roots, TlsOptions},
};
use confiture_model::backup::BackupError;
use std::ffi::OsString;

/// What libpq reads from the environment.
pub(super) struct Login {
    pub server_version: u32,
    database: String,
    variables: Vec<(&'static str, OsString)>,
}

impl Login {
    /// Connects once, to see who answers.
    pub async fn of(options: &ConnectOptions) -> Result<Self, BackupError> {
        let connection = connect(options).await.map_err(|error| BackupError(error.to_string()))?;
        let (place, mut variables) = place(&connection.canceller().spot);
        variables.push(("PGUSER", options.user.clone().into()));
        variables.push(("PGDATABASE", options.database.clone().into()));
        variables.push(("PGAPPNAME", options.application_name.clone().into()));
        if let Some(password) = options.password_for(&place) {
            variables.push(("PGPASSWORD", password.reveal().into()));
        }
        if let Some(startup) = &options.startup_options {
            variables.push(("PGOPTIONS", startup.clone().into()));
        }
        tls(&options.tls, &mut variables);
        Ok(Self { server_version: connection.server_version, database: options.database.clone(), variables })
    }

    pub fn variables(&self) -> Vec<(&'static str, OsString)> {
        self.variables.clone()
    }

    /// The database as a connection string, so that no name of one is taken for something else.
    pub fn database(&self) -> String {
        format!("dbname='{}'", self.database.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

fn place(spot: &Spot) -> (Place, Vec<(&'static str, OsString)>) {
    match spot {
        Spot::Tcp { address, name, port } => {
            let mut variables = vec![("PGHOSTADDR", address.to_string().into()), ("PGPORT", port.to_string().into())];
            variables.extend(name.clone().map(|name| ("PGHOST", name.into())));
            (Place { host: Host::Address { address: *address, name: name.clone() }, port: *port }, variables)
        }
        Spot::Socket { directory, port } => {
            let variables = vec![("PGHOST", directory.clone().into()), ("PGPORT", port.to_string().into())];
            (Place { host: Host::Socket(directory.clone()), port: *port }, variables)
        }
    }
}

fn tls(options: &TlsOptions, variables: &mut Vec<(&'static str, OsString)>) {
    let mode = match options.mode {
        Mode::Disable => "disable",
        Mode::Allow => "allow",
        Mode::Prefer => "prefer",
        Mode::Require => "require",
        Mode::VerifyCa => "verify-ca",
        Mode::VerifyFull => "verify-full",
    };
    variables.push(("PGSSLMODE", mode.into()));
    match &options.roots {
        Roots::File { path, .. } => variables.push(("PGSSLROOTCERT", path.clone().into())),
        Roots::System => variables.push(("PGSSLROOTCERT", "system".into())),
        Roots::None => {}
    }
    let files = [("PGSSLCRL", &options.revoked), ("PGSSLCERT", &options.certificate), ("PGSSLKEY", &options.key)];
    for (name, file) in files {
        variables.extend(file.as_ref().map(|file| (name, file.path.clone().into())));
    }
}
