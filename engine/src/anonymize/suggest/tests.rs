use super::*;
use crate::anonymize::{profile::test_profile, resolve::tests::schema::snapshot};
use mask::Column as Values;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn sampled(table: &str, column: &str, values: &[&str]) -> Sampled {
    let values: Values = values.iter().map(|value| Some(*value)).collect();
    Sampled::from([(("public".to_owned(), table.to_owned(), column.to_owned()), values)])
}

fn found(table: &str) -> Vec<(String, Kind)> {
    suspicions(&snapshot(&[table]), &Sampled::new()).into_iter().map(|one| (one.column, one.kind)).collect()
}

#[test]
fn names_say_it_in_several_languages() {
    let names = [
        ("contactEmail", Kind::Email),
        ("vorname", Kind::FirstName),
        ("nom_de_famille", Kind::LastName),
        ("Straße", Kind::Address),
        ("fecha_nacimiento", Kind::BirthDate),
        ("codice_fiscale", Kind::NationalId),
        ("billing_postal_code", Kind::Postcode),
        ("password_hash", Kind::Password),
        ("last_login_ip", Kind::NetworkAddress),
    ];
    for (name, kind) in names {
        assert_eq!(found(&format!("t: {name} text")), [(name.to_owned(), kind)], "{name}");
    }
    for name in ["email_sent_at", "phone_type", "category_name", "ip_count", "address_id", "status", "composer"] {
        assert!(found(&format!("t: {name} text")).is_empty(), "{name}");
    }
    assert!(found("t: email boolean, birth_date text, photo bytea").len() == 2);
    assert!(found("products: name text").is_empty());
    assert_eq!(found("customers: name text"), [("name".to_owned(), Kind::FullName)]);
}

#[test]
fn values_say_it_where_names_do_not() {
    let of = |values: &[&str]| {
        let found = suspicions(&snapshot(&["t: c text"]), &sampled("t", "c", values));
        found.first().map(|one| (one.kind, one.reasons[0].clone()))
    };
    let (kind, reason) = of(&["a@b.org", "c@d.example", "e@f.example", "none"]).expect("is found");
    assert_eq!((kind, reason.as_str()), (Kind::Email, "3 of 4 different sampled values are e-mail addresses"));
    assert_eq!(of(&["4111 1111 1111 1111", "5500005555555559", "340000000000009"]).map(|one| one.0), Some(Kind::Card));
    assert_eq!(
        of(&["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"]).map(|one| one.0),
        Some(Kind::Iban)
    );
    assert_eq!(of(&["Maria Anders", "Ana Trujillo", "Thomas Hardy"]).map(|one| one.0), Some(Kind::FullName));
    assert_eq!(of(&["blue", "green", "red"]), None);
    assert_eq!(of(&["a@b.org"]), None);
}

#[test]
fn a_draft_loads_and_says_why() {
    let schema = snapshot(&[
        "users: email text#, name text, born date",
        "crm.people: id integer*, E-Mail text, ssn character varying(11)!",
        "orders: id integer*, user_email text>users.email",
    ]);
    let suspicions = suspicions(&schema, &Sampled::new());
    let text = draft("first", "ANON_KEY", &schema, &suspicions);
    assert!(
        text.contains("      # an e-mail address (0.85): its name says `email`; joined with public.orders.user_email"),
        "{text}"
    );
    assert!(text.contains("      user_email: deterministic_hash"), "{text}");
    let profile = test_profile(&text.replace("anonymization_profile: first", "anonymization_profile: p"));
    assert_eq!(profile.rules.len(), 3);
    assert!(draft("none", "K", &schema, &[]).ends_with("rules: []\n"));
}

/// What a person marked by hand, before anything was measured: names, addresses, towns, postcodes, numbers, dates of birth,
/// pictures and notes of people. Countries, regions, companies and titles are not.
const CHINOOK: &str = "customer: first_name last_name address city postal_code phone fax email
employee: last_name first_name birth_date address city postal_code phone fax email
invoice: billing_address billing_city billing_postal_code";
const NORTHWIND: &str = "customers: contact_name address city postal_code phone fax
employees: last_name first_name title_of_courtesy birth_date address city postal_code home_phone extension photo notes photo_path
orders: ship_name ship_address ship_city ship_postal_code
suppliers: contact_name address city postal_code phone fax
shippers: phone";

#[test]
fn precision_and_recall_on_real_schemas() {
    let corpora = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let files = [
        ("chinook", CHINOOK, "chinook/sql/ChinookDatabase/DataSources/Chinook_PostgreSql.sql"),
        ("northwind", NORTHWIND, "northwind/sql/northwind.sql"),
    ];
    for (name, marked, file) in files {
        let Ok(bytes) = fs::read(corpora.join(file)) else {
            eprintln!("skipped: {name} is not there");
            continue;
        };
        let (snapshot, sampled) = dump::read(&String::from_utf8_lossy(&bytes));
        let marked: BTreeSet<String> = marked
            .lines()
            .filter_map(|line| line.split_once(": "))
            .flat_map(|(table, columns)| columns.split(' ').map(move |column| format!("{table}.{column}")))
            .collect();
        for (how, sampled) in [("names alone", &Sampled::new()), ("names and values", &sampled)] {
            let found: BTreeSet<String> =
                suspicions(&snapshot, sampled).iter().map(|one| format!("{}.{}", one.table, one.column)).collect();
            let hits = found.intersection(&marked).count();
            let (precision, recall) = (hits as f64 / found.len() as f64, hits as f64 / marked.len() as f64);
            eprintln!(
                "{name}, {how}: precision {precision:.2}, recall {recall:.2} ({hits} of {}, {} found)",
                marked.len(),
                found.len()
            );
            eprintln!(
                "  missed: {:?}\n  beyond: {:?}",
                marked.difference(&found).collect::<Vec<_>>(),
                found.difference(&marked).collect::<Vec<_>>()
            );
            assert!(precision >= 0.85 && recall >= 0.85, "{name}, {how}: {precision} {recall}");
        }
    }
}

/// The tables and rows of a dump, as far as `CREATE TABLE` and `INSERT INTO … VALUES` are simple.
mod dump {
    use super::*;

    pub(super) fn read(text: &str) -> (Snapshot, Sampled) {
        let mut tables = Vec::new();
        for part in text.split("CREATE TABLE ").skip(1) {
            let Some((name, rest)) = part.split_once('(') else { continue };
            let body = rest.split(");").next().unwrap_or_default();
            let columns: Vec<String> = body.lines().filter_map(column).collect();
            tables.push(format!("{}: {}", name.trim(), columns.join(", ")));
        }
        let snapshot = snapshot(&tables.iter().map(String::as_str).collect::<Vec<_>>());
        let mut values: BTreeMap<(String, String), Vec<Option<String>>> = BTreeMap::new();
        for part in text.split("INSERT INTO ").skip(1) {
            let Some((name, rest)) = part.split_once(' ') else { continue };
            let Some(table) = snapshot.relations.iter().find(|one| one.name == name.trim()) else { continue };
            let Some((before, rows)) = rest.split_once("VALUES") else { continue };
            let names: Vec<String> = match before.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')')) {
                Some(list) => list.split(',').map(|one| one.trim().to_owned()).collect(),
                None => table.columns.iter().map(|column| column.name.clone()).collect(),
            };
            for row in self::rows(rows).into_iter().take(100) {
                for (column, value) in names.iter().zip(row) {
                    let of = values.entry((table.name.clone(), column.clone())).or_default();
                    if of.len() < 100 {
                        of.push(value);
                    }
                }
            }
        }
        let keyed = values
            .into_iter()
            .map(|((table, column), values)| (("public".to_owned(), table, column), values.into_iter().collect()));
        (snapshot, keyed.collect())
    }

    fn column(line: &str) -> Option<String> {
        let line = line.trim().trim_end_matches(',');
        let (name, rest) = line.split_once(' ')?;
        if name == "CONSTRAINT" {
            return None;
        }
        let lower = rest.replace("NOT NULL", "").trim().to_lowercase().replace("varchar", "character varying");
        let kind = match lower.as_str() {
            "int" => "integer".to_owned(),
            "timestamp" => "timestamp without time zone".to_owned(),
            other => other.replace(", ", ","),
        };
        Some(format!("{name} {kind}"))
    }

    /// The rows of `(1, N'a', NULL), (…);`.
    fn rows(text: &str) -> Vec<Vec<Option<String>>> {
        let (mut rows, mut row, mut value) = (Vec::new(), Vec::new(), String::new());
        let (mut quoted, mut was_quoted, mut inside) = (false, false, false);
        let mut chars = text.chars().peekable();
        let finish = |value: &mut String, was_quoted: &mut bool| {
            let taken = std::mem::take(value);
            let bare = taken.trim().to_owned();
            let null = !std::mem::take(was_quoted) && bare == "NULL";
            (!null).then_some(bare)
        };
        while let Some(c) = chars.next() {
            match c {
                '\'' if quoted && chars.peek() == Some(&'\'') => value.extend(chars.next()),
                '\'' => {
                    if !quoted {
                        value.clear();
                        was_quoted = true;
                    }
                    quoted = !quoted;
                }
                _ if quoted => value.push(c),
                '(' => inside = true,
                ',' if inside => row.push(finish(&mut value, &mut was_quoted)),
                ')' => {
                    row.push(finish(&mut value, &mut was_quoted));
                    rows.push(std::mem::take(&mut row));
                    inside = false;
                }
                ';' => break,
                _ if inside => value.push(c),
                _ => {}
            }
        }
        rows
    }
}
