//! The project's own commands. `cargo xtask` lists them.

mod apt;
mod bench;
mod command;
mod demo;
mod plugins;
mod postgres;
mod test;
mod wasm;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo                     lints the example schema in a scratch PostgreSQL, rehearses, applies and undoes its migrations, and
                           syncs it masked
  test [--all-postgres] [FILTER]
                           formatting, lints, licences and every test; with --all-postgres on PostgreSQL 13 to 18,
                           with FILTER only the tests whose name contains it
  plugins                  builds the bundled plugins and the guests of the tests, and precompiles the bundled ones
  bench host               what crossing the plugin boundary costs, against the figures that decisions rest on
  bench migrate [HISTORY]  a history in diesel's form, by a release build of confiture and by psql
  bench hooks              a hook that does nothing, a backfill in batches, a dry-run against its run
  bench estimates          kinds of statements foretold for five million rows from smaller tables, then measured
  bench mask               every strategy through its component, against the same code compiled natively
  bench lint               every rule over 1,000 and 10,000 tables, against pg_dump --schema-only of the same
  bench sync [--rows N]    a table copied and masked, against psql COPY TO | psql COPY FROM of the same table as it is
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo"] => demo::demo(),
        ["test", rest @ ..] => test::test(rest),
        ["plugins"] => command::step("plugins", || wasm::ensure().and_then(|()| plugins::run())),
        ["bench", name, rest @ ..] => bench::bench(name, rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("unknown command: cargo xtask {}\n\n{USAGE}", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}
