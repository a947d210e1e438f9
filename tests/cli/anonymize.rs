//! `confiture anonymize`: profiles tried on a real database, drafted, and reported. Planted values and secrets are printed
//! nowhere but on the terminal of who asks for a preview.

use confiture_postgres::session::PgSession;
use confiture_tests::{
    cluster::database,
    program::{Ran, confiture_bin, project, ran, run},
    skipped, target, workspace,
};
use std::{
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// In every value of a person that stands in a row.
const PLANTED: &str = "Zanzibar";
/// The value of every secret.
const SECRET: &str = "hush-hush-nobody-may-read-this";
const VARIABLES: [(&str, &str); 2] = [("QA_KEY", SECRET), ("ANONYMIZATION_KEY", SECRET)];

const SCHEMA: &[&str] = &[
    "CREATE DOMAIN zip AS text CHECK (VALUE ~ '^[0-9A-Za-z-]+$')",
    "CREATE TABLE customers (id int PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, full_name text, phone text, born date, \
     zip zip, notes text, tags text[], total numeric(10,2) CHECK (total >= 0))",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, ship_name text)",
    "CREATE TABLE audit_log (id int PRIMARY KEY, what text)",
    "INSERT INTO customers SELECT n, 'zanzibar.' || n || '@Zanzibar.test', 'Zanzibar Ada ' || n, '+49 30 ' || 1000000 + n, \
     date '1970-01-01' + n, 'Zanzibar-' || n, 'call +49 30 1234567 Zanzibar@mail.test', ARRAY['Zanzibar', NULL], n \
     FROM generate_series(1, 60) AS n",
    "INSERT INTO orders SELECT n, 61 - n, 'Zanzibar ' || n FROM generate_series(1, 60) AS n",
    "INSERT INTO audit_log VALUES (1, 'Zanzibar')",
];

const PROFILE: &str = "anonymization_profile: qa
description: For the tests of the shop
key: ${QA_KEY}
strategies:
  customer: {type: deterministic_hash}
rules:
  - table: customers
    columns:
      id: customer
      email: email_masking
      full_name: {type: fake, kind: full_name}
      phone: format_preserving
      born: {type: date_shift, by: [id]}
      zip: format_preserving
      notes: redact
      tags: deterministic_hash
  - table: orders
    columns:
      customer_id: customer
      ship_name: {type: fake, kind: full_name, person: [customer_id]}
  - {table: audit_log, strategy: skip_table, reason: Nobody tests with it}
";

/// A project with a profile, and a database with rows.
struct Shop {
    directory: TempDir,
    url: String,
    _session: PgSession,
}

impl Shop {
    async fn new(profile: &str) -> Self {
        let (url, _session) = database(SCHEMA).await;
        Self { directory: project(&[("anonymization/qa.yaml", profile), ("confiture.toml", "")]), url, _session }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// `confiture anonymize …` on the database. What it prints is searched for what must not be there.
    fn anonymize(&self, arguments: &[&str]) -> Ran {
        self.with(arguments, &VARIABLES)
    }

    fn with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let arguments = [&["anonymize"], arguments, &["--database-url", &self.url]].concat();
        let ran = run(self.path(), &arguments, variables);
        keeps_quiet(&ran.stdout);
        keeps_quiet(&ran.stderr);
        ran
    }

    /// The same on a terminal of its own, where rows may be shown; none without one.
    fn on_a_terminal(&self, arguments: &str) -> Option<Ran> {
        let line = format!("'{}' anonymize {arguments} --database-url '{}'", confiture_bin().display(), self.url);
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(self.path()).stdin(Stdio::null());
        match command.env("NO_COLOR", "1").envs(VARIABLES).output() {
            Ok(output) => Some(ran(output)),
            Err(_) => {
                skipped("there is no `script`, which makes a terminal");
                None
            }
        }
    }
}

#[track_caller]
fn keeps_quiet(text: &str) {
    for word in [PLANTED, "zanzibar", SECRET, "1234567"] {
        assert!(!text.contains(word), "`{word}` stands in:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_profile_is_verified_and_nothing_of_a_row_is_said() {
    let shop = Shop::new(PROFILE).await;
    let text = shop.anonymize(&["verify", "--profile", "qa"]).expect(0).stdout;
    assert!(text.contains("✓ profile qa: 10 columns, 120 rows of 2 tables"), "{text}");
    let document = shop.anonymize(&["verify", "--profile", "qa", "--format", "json", "--rows", "20"]).expect(0).json();
    assert_eq!((&document["schema_version"], &document["rows"]["public.orders"]), (&1.into(), &20.into()));
    let remarks = document["remarks"].as_array().expect("remarks");
    assert!(remarks.iter().all(|remark| remark["severity"] != "error"), "{remarks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_profile_needs_no_name_and_of_several_one_is_asked_for() {
    let shop = Shop::new(PROFILE).await;
    assert!(shop.anonymize(&["verify"]).expect(0).stdout.contains("profile qa: "));
    std::fs::write(shop.path().join("anonymization/other.yaml"), "anonymization_profile: other\nrules: []\n")
        .expect("a file");
    let ran = shop.anonymize(&["verify"]).expect(2);
    assert!(ran.stderr.contains("name one with --profile: other, qa"), "{}", ran.stderr);
    for file in ["qa", "other"] {
        std::fs::remove_file(shop.path().join(format!("anonymization/{file}.yaml"))).expect("is there");
    }
    let ran = shop.anonymize(&["report"]).expect(2);
    assert!(ran.stderr.contains("`confiture anonymize suggest --output"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_key_is_found_with_its_rule_and_what_to_do() {
    let shop = Shop::new(PROFILE).await;
    shop._session.client().batch_execute("CREATE UNIQUE INDEX ON customers (upper(email))").await.expect("an index");
    let ran = shop.anonymize(&["verify", "--profile", "qa"]).expect(1);
    for words in [
        "error: public.customers.email: the unique index `customers_upper_idx` is over `upper(",
        "  rule: anonymization/qa.yaml:10",
        "  help: use a strategy whose results the expression leaves as they are",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is missing in:\n{}", ran.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_check_or_a_domain_is_found() {
    let profile = PROFILE
        .replace("      zip: format_preserving\n", "      zip: {type: fixed, value: 'no zip!'}\n")
        .replace("      tags:", "      total: {type: noise, amount: 500}\n      tags:");
    let shop = Shop::new(&profile).await;
    let text = shop.anonymize(&["verify", "--profile", "qa"]).expect(1).stdout;
    for words in [
        "error: public.customers.zip: PostgreSQL refuses a masked value as domain public.zip (23514)",
        "error: public.customers: CHECK constraint `customers_total_check` is broken by ",
        "✗ profile qa",
    ] {
        assert!(text.contains(words), "`{words}` is missing in:\n{text}");
    }
    let document = shop.anonymize(&["verify", "--profile", "qa", "--format", "json"]).expect(1).json();
    let remarks = document["remarks"].as_array().expect("remarks");
    let of_zip = remarks.iter().find(|remark| remark["subject"] == "public.customers.zip").expect("a remark");
    assert!(of_zip["rule"].as_str().is_some_and(|rule| rule.ends_with("anonymization/qa.yaml:14")), "{of_zip}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_that_stops_at_a_row_does_not_quote_it() {
    let shop = Shop::new(&PROFILE.replace("notes: redact", "notes: {type: json_paths, paths: {$.a: set_null}}")).await;
    let text = shop.anonymize(&["verify", "--profile", "qa"]).expect(1).stdout;
    assert!(text.contains("error: public.customers.notes: its strategy broke: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_named_with_its_place() {
    let shop = Shop::new(PROFILE).await;
    for command in ["verify", "report", "preview customers"] {
        let arguments: Vec<&str> = command.split(' ').chain(["--profile", "qa"]).collect();
        if command.starts_with("preview") {
            // It is asked for on a terminal alone, before anything else is looked at.
            shop.with(&arguments, &[]).expect(8).says(&["on a terminal only"]);
            continue;
        }
        let missing = shop.with(&arguments, &[("OTHER", SECRET)]).expect(3);
        missing.says(&["anonymization/qa.yaml:3:6: the secret `QA_KEY` is not set", "openssl rand -hex 32"]);
        shop.with(&arguments, &[("QA_KEY", "")]).expect(3).says(&["qa.yaml:3:6: the secret `QA_KEY` is empty"]);
    }
    // One that stands in the profile itself is refused, and not repeated.
    let shop = Shop::new(&PROFILE.replace("${QA_KEY}", SECRET)).await;
    shop.anonymize(&["verify", "--profile", "qa"]).expect(3).says(&["qa.yaml:3:6", "${NAME}"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_at_once() {
    let profile = PROFILE
        .replace("  - table: orders", "  - {table: 'nothing_*', strategy: skip_table}\n  - table: orders")
        .replace("      customer_id: customer\n", "")
        .replace("phone: format_preserving", "phone: formt_preserving\n      fax: none");
    let shop = Shop::new(&profile).await;
    shop.anonymize(&["verify", "--profile", "qa"]).expect(3).says(&[
        "no table matches `nothing_*`",
        "unknown strategy `formt_preserving`",
        "there is no column `fax` in `public.customers`",
        "foreign key `orders_customer_id_fkey` would not join",
        "help: add `customer_id: customer` to the rule for table `public.orders`",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn strict_wants_a_word_on_everything_that_looks_personal() {
    let shop = Shop::new(&PROFILE.replace("      phone: format_preserving\n", "")).await;
    shop.anonymize(&["verify", "--profile", "qa"]).expect(0);
    for command in ["verify", "report"] {
        shop.anonymize(&[command, "--profile", "qa", "--strict"]).expect(3).says(&[
            "`public.customers.phone` looks like a phone number (its name says `phone`",
            "no rule mentions it",
        ]);
    }
    let kept = PROFILE.replace("phone: format_preserving", "phone: {strategy: none, reason: All lines are closed}");
    let shop = Shop::new(&kept).await;
    shop.anonymize(&["verify", "--profile", "qa", "--strict"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_shown_on_a_terminal_alone_and_are_the_same_each_time() {
    let shop = Shop::new(PROFILE).await;
    for arguments in [
        &["preview", "customers", "--profile", "qa"][..],
        &["preview", "customers", "--profile", "qa", "--format", "json"],
    ] {
        shop.anonymize(arguments).expect(8).says(&["on a terminal only"]);
    }
    let Some(first) = shop.on_a_terminal("preview customers --profile qa --rows 60") else { return };
    let first = first.expect(0).stdout;
    let again =
        shop.on_a_terminal("preview public.customers --profile qa --rows 60").expect("a terminal").expect(0).stdout;
    assert_eq!(first, again);
    assert!(first.contains("public.customers, row 60") && !first.contains(SECRET), "{first}");
    // In another run, another table: what joined still joins.
    let orders = shop.on_a_terminal("preview orders --profile qa --rows 60").expect("a terminal").expect(0).stdout;
    let masked = |text: &str, column: &str, id: &str| {
        let start = format!("  {column} ");
        let mut lines = text.lines().filter_map(|line| line.strip_prefix(&start)?.trim().split_once(" → "));
        let (_, after) =
            lines.find(|(before, _)| *before == id).unwrap_or_else(|| panic!("no {column} {id} in:\n{text}"));
        after.to_owned()
    };
    for id in ["1", "17", "60"] {
        let customer = masked(&first, "id", id);
        assert_eq!(customer, masked(&orders, "customer_id", id));
        assert_ne!(customer, id);
    }
    let unknown = shop.on_a_terminal("preview audit_log --profile qa").expect("a terminal").expect(2);
    assert!(unknown.stdout.contains("no table `public.audit_log` whose rows are copied"), "{}", unknown.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_what_becomes_of_every_column() {
    let shop = Shop::new(PROFILE).await;
    let text = shop.anonymize(&["report", "--profile", "qa"]).expect(0).stdout;
    for words in [
        "Profile qa: 10 columns masked, 0 kept on purpose, 2 not mentioned",
        "mask-core/email_masking",
        "public.audit_log (skipped: none of its rows is copied)",
    ] {
        assert!(text.contains(words), "`{words}` is missing in:\n{text}");
    }
    let document = shop.anonymize(&["report", "--profile", "qa", "--format", "json"]).expect(0).json();
    assert_eq!((&document["schema_version"], &document["masked"]), (&1.into(), &10.into()));
    shop.anonymize(&["report", "--profile", "qa", "--format", "html", "--output", "qa.html"]).expect(0);
    let page = std::fs::read_to_string(shop.path().join("qa.html")).expect("the page");
    keeps_quiet(&page);
    assert!(page.starts_with("<!doctype html>") && page.contains("qa.yaml:10") && !page.contains("http"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_why_holds_no_value_and_verifies_as_it_stands() {
    let shop = Shop::new(PROFILE).await;
    let ran = shop.anonymize(&["suggest", "--output", "anonymization/draft.yaml"]).expect(0);
    ran.says(&["columns look personal"]);
    let draft = std::fs::read_to_string(shop.path().join("anonymization/draft.yaml")).expect("the draft");
    keeps_quiet(&draft);
    for words in ["key: ${ANONYMIZATION_KEY}", "its name says `phone`", "      email: ", "      born: "] {
        assert!(draft.contains(words), "`{words}` is missing in:\n{draft}");
    }
    let verified = shop.anonymize(&["verify", "--profile", "draft", "--strict"]).expect(0).stdout;
    assert!(verified.contains("✓ profile draft"), "{verified}");
    let document = shop.anonymize(&["suggest", "--format", "json", "--rows", "0"]).expect(0).json();
    assert_eq!(document["schema_version"], 1);
    assert!(document["columns"].as_array().is_some_and(|columns| columns.len() > 4), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn k_anonymity_is_of_this_database_or_of_masked_samples() {
    let named = "quasi_identifiers: [{table: customers, columns: [zip], k: 5}]\n";
    let profile = PROFILE.replace("zip: format_preserving", "zip: {type: fixed, value: '10115'}");
    let shop = Shop::new(&format!("{profile}{named}")).await;
    let text = shop.anonymize(&["verify", "--profile", "qa", "--k-anonymity"]).expect(1).stdout;
    assert!(text.contains("public.customers, by zip: k = 1 (wanted 5); 60 of 60 rows"), "{text}");
    let text = shop.anonymize(&["verify", "--profile", "qa", "--k-anonymity=masked"]).expect(0).stdout;
    assert!(text.contains("public.customers, by zip: k = 60 (wanted 5); 0 of 60 rows"), "{text}");
    let document = ["verify", "--profile", "qa", "--k-anonymity=database", "--format", "json"];
    assert_eq!(shop.anonymize(&document).expect(1).json()["k_anonymity"][0]["small_groups"], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_of_ones_own_masks_beside_the_bundled_ones() {
    let example = workspace().join("examples/custom-strategy");
    let folder = tempfile::tempdir().expect("a directory");
    let copied = Command::new("cp").arg("-r").arg(example.join(".")).arg(folder.path()).status().expect("cp");
    assert!(copied.success());
    let manifest = folder.path().join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).expect("the manifest");
    let sdk = workspace().join("sdk/rust");
    std::fs::write(&manifest, text.replace("../../sdk/rust", &sdk.to_string_lossy())).expect("a manifest");
    // The standard library is there already, where `cargo xtask plugins` built it.
    let guests = target().join("guests");
    let guests = guests.to_str().expect("UTF-8");
    run(folder.path(), &["plugin", "build", ".", "--target-dir", guests], &[]).expect(0).says(&["license-plates.wasm"]);
    let sql = [
        "CREATE TABLE cars (id int PRIMARY KEY, plate varchar(11), driver text)",
        "INSERT INTO cars SELECT n, 'WOB-ZZ ' || n, 'Zanzibar ' || n FROM generate_series(1000, 1100) AS n",
    ];
    let (url, _session) = database(&sql).await;
    let shop = Shop { directory: folder, url, _session };
    let secrets = [("FLEET_KEY", SECRET), ("PLATES", SECRET)];
    let text = shop.with(&["verify", "--profile", "fleet"], &secrets).expect(0).stdout;
    assert!(text.contains("✓ profile fleet: 2 columns, 100 rows of 1 tables") && !text.contains("WOB-ZZ"), "{text}");
    let report = shop.with(&["report", "--profile", "fleet"], &secrets).expect(0).stdout;
    assert!(report.contains("plates/german_plate") && report.contains("mask-core/fake"), "{report}");
    shop.with(&["verify", "--profile", "fleet"], &secrets[..1])
        .expect(3)
        .says(&["fleet.yaml:7:", "the secret `PLATES` is not set"]);
}
