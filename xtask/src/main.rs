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

  demo                     lints the example schema in a scratch PostgreSQL, and applies and undoes its migrations
  test [--all-postgres] [FILTER]
                           formatting, lints, licences and every test; with --all-postgres on PostgreSQL 13 to 18,
                           with FILTER only the tests whose name contains it
  plugins                  builds the bundled plugins and the guests of the tests, and precompiles the bundled ones
  bench host               what crossing the plugin boundary costs, against the figures that decisions rest on
  bench sync [--rows N]    a table copied and masked, against psql COPY TO | psql COPY FROM of the same table as it is
  bench migrate [HISTORY]  a history in diesel's form, by a release build of confiture and by psql
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
