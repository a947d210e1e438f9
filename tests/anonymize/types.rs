//! Every bundled strategy on every type that it takes, end to end: rows of PostgreSQL go through the component, and PostgreSQL
//! takes what comes out into a column of the same type.

use super::{Site, mask_core};
use confiture_engine::anonymize::{
    open_table::{OpenTable, Values},
    resolve::Resolved,
    samples::sample,
};
use confiture_model::{
    mask::{Column, StrategyInfo},
    session::Session as _,
};
use confiture_postgres::text_queries::PgTextQueries;
use confiture_sql::quote::{identifier, literal};
use std::collections::BTreeSet;

/// What strategies are told of a type.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Date,
    Json,
    Network,
    Other,
}

/// A type: what strategies call it, how a column is declared, and values of it, as SQL writes them.
struct Type {
    word: &'static str,
    declared: &'static str,
    kind: Kind,
    values: &'static [&'static str],
}

const fn of(word: &'static str, declared: &'static str, kind: Kind, values: &'static [&'static str]) -> Type {
    Type { word, declared, kind, values }
}

const TEXTS: &[&str] =
    &["Ada Lovelace", "ada@example.com", "10.1.2.3", "", "Zoë 中𝕏", "+49 30 1234567", "it's \\ \"x\""];
const TIMES: &[&str] = &["2020-02-29 23:59:59.999999", "1969-12-31 00:00:00", "infinity", "0044-03-15 00:00:00 BC"];

const TYPES: &[Type] = &[
    of("text", "text", Kind::Text, TEXTS),
    of("character varying", "varchar(80)", Kind::Text, TEXTS),
    of("character", "char(80)", Kind::Text, TEXTS),
    of("citext", "citext", Kind::Text, TEXTS),
    of("text", "words", Kind::Text, TEXTS),
    of("text", "text[]", Kind::Text, &["{}", "{Ada,NULL,\"x, y\"}", "{{a,b},{c,d}}", "{\"\",it's}"]),
    of("character varying", "varchar(80)[]", Kind::Text, &["{Ada,NULL}", "{ada@example.com}"]),
    of("uuid", "uuid", Kind::Other, &["6f1b6f60-0000-4000-8000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
    of("uuid", "uuid[]", Kind::Other, &["{6f1b6f60-0000-4000-8000-000000000001,NULL}"]),
    of("smallint", "smallint", Kind::Number, &["1", "-7", "32767", "-32768", "0"]),
    of("integer", "integer", Kind::Number, &["1", "-7", "2147483647", "-2147483648", "0"]),
    of("bigint", "bigint", Kind::Number, &["1", "-7", "9223372036854775807", "-9223372036854775808", "0"]),
    of("integer", "age", Kind::Number, &["1", "40", "120", "0"]),
    of("integer", "integer[]", Kind::Number, &["{1,2,NULL}", "{}"]),
    of("numeric", "numeric", Kind::Number, &["1.50", "-7", "123456789012345678901234567890.123", "0"]),
    of("numeric", "numeric(8,2)", Kind::Number, &["1.50", "-7.25", "999999.99", "0.00"]),
    of("real", "real", Kind::Number, &["1.5", "-3.25e+10", "0"]),
    of("double precision", "double precision", Kind::Number, &["1.5", "-1e+100", "0"]),
    of("date", "date", Kind::Date, &["2020-02-29", "1969-12-31", "infinity", "0044-03-15 BC"]),
    of("date", "date[]", Kind::Date, &["{2020-02-29,NULL}"]),
    of("timestamp without time zone", "timestamp", Kind::Date, TIMES),
    of("timestamp with time zone", "timestamptz", Kind::Date, TIMES),
    of("timestamp with time zone", "timestamptz(0)", Kind::Date, &["2020-02-29 23:59:59+02", "infinity"]),
    of("time without time zone", "time", Kind::Other, &["00:00:00", "23:59:59.5"]),
    of("interval", "interval", Kind::Other, &["1 day", "-2 years 3 mons 04:05:06"]),
    of("boolean", "boolean", Kind::Other, &["t", "f"]),
    of("json", "json", Kind::Json, &["{\"a\": {\"mail\": \"ada@example.com\"}}", "[]", "null", "\"ß\"", "1.50"]),
    of("jsonb", "jsonb", Kind::Json, &["{\"a\": {\"mail\": \"ada@example.com\"}}", "[]", "null", "\"ß\"", "1.50"]),
    of("jsonb", "jsonb[]", Kind::Json, &["{\"{\\\"mail\\\": \\\"x\\\"}\",NULL}"]),
    of("bytea", "bytea", Kind::Other, &["\\x", "\\x00ff", "\\xdeadbeef"]),
    of("inet", "inet", Kind::Network, &["10.1.2.3", "10.1.2.3/8", "2001:db8::ff/64", "::1"]),
    of("cidr", "cidr", Kind::Network, &["10.0.0.0/8", "192.168.1.0/24", "2001:db8::/32"]),
    of("macaddr", "macaddr", Kind::Network, &["08:00:2b:01:02:03"]),
    of("macaddr8", "macaddr8", Kind::Network, &["08:00:2b:01:02:03:04:05"]),
    of("enum", "mood", Kind::Other, &["calm", "cross", "sad"]),
    of("enum", "mood[]", Kind::Other, &["{calm,NULL,sad}"]),
];

/// A value that `fixed` may have for a type.
fn fixed(one: &Type) -> &'static str {
    let values = one.values;
    match one.declared {
        "text[]" | "varchar(80)[]" => "x",
        "uuid[]" => "6f1b6f60-0000-4000-8000-000000000001",
        "integer[]" => "1",
        "date[]" => "2020-01-01",
        "jsonb[]" => "{}",
        "mood[]" => "calm",
        _ => values[0],
    }
}

/// The strategy for a type, as a profile writes it.
fn written(id: &str, one: &Type) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let bounds = if one.kind == Kind::Date { ("2020-01-01", "2020-12-31") } else { ("1", "9") };
    let options = match id {
        "conditional" => "condition: \"row['id'] > 2\", if_true: set_null, if_false: none, columns: [id]".to_owned(),
        "custom" => format!("strategy: random_in_range, min: '{}', max: '{}'", bounds.0, bounds.1),
        "custom_function" => format!("function: 'random_in_range({}, {})'", bounds.0, bounds.1),
        "random_in_range" | "random_decimal" => format!("min: '{}', max: '{}'", bounds.0, bounds.1),
        "fake" => "kind: full_name".to_owned(),
        "fixed" => format!("value: {}", quoted(fixed(one))),
        "generalize" if one.kind == Kind::Date => "to: month".to_owned(),
        "generalize" if one.kind == Kind::Number => "band: 10".to_owned(),
        "generalize" => "keep: 2".to_owned(),
        "json_paths" => "paths: {'$..mail': {type: fixed, value: 'x@y.org'}}".to_owned(),
        "noise" if one.kind == Kind::Date => "amount: 3".to_owned(),
        "noise" if one.declared == "age" => "percent: 10, min: 0, max: 120".to_owned(),
        "noise" => "percent: 10".to_owned(),
        "pattern_masking" => "pattern: '**'".to_owned(),
        "template" => "template: 'row {id}'".to_owned(),
        _ => String::new(),
    };
    if options.is_empty() { format!("{{type: {id}}}") } else { format!("{{type: {id}, {options}}}") }
}

/// Values of a type for a strategy that takes only some: a document where a text is asked for one.
fn values<'a>(id: &str, one: &Type) -> Vec<&'a str> {
    match (id, one.kind, one.declared.ends_with(']')) {
        ("json_paths", Kind::Text, true) => vec!["{\"{}\",NULL}"],
        ("json_paths", Kind::Text, false) => vec!["{\"mail\": \"ada@example.com\"}", "{}", "null"],
        _ => one.values.to_vec(),
    }
}

fn takes(info: &StrategyInfo, one: &Type) -> bool {
    info.accepts.iter().any(|accepted| accepted == "any" || accepted == one.word)
}

/// Types that a strategy says it takes, and does not with the declaration here, each with what it says.
const NOT_SERVED: &[(&str, &str, &str)] = &[
    // A domain's CHECK is found where a profile is proven.
    ("deterministic_hash", "age", "violates check constraint"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_strategy_serves_every_type_that_it_takes() {
    let plugin = mask_core().await;
    let (mut wrong, mut served) = (Vec::new(), BTreeSet::new());
    for info in plugin.strategies() {
        let types: Vec<&Type> = TYPES.iter().filter(|one| takes(info, one)).collect();
        served.extend(types.iter().map(|one| (info.id.clone(), one.declared)));
        wrong.extend(masked_and_taken(info, &types).await);
    }
    let words: BTreeSet<&str> = TYPES.iter().map(|one| one.word).collect();
    for info in plugin.strategies() {
        let unknown = info.accepts.iter().filter(|accepted| *accepted != "any" && !words.contains(accepted.as_str()));
        wrong.extend(unknown.map(|accepted| format!("{}: nobody tries it on {accepted}", info.id)));
    }
    assert!(wrong.is_empty(), "{} of {} pairs:\n{}", wrong.len(), served.len(), wrong.join("\n"));
    assert!(served.len() > 300, "{}", served.len());
}

/// Everything that is wrong with a strategy on these types, one table each.
async fn masked_and_taken(info: &StrategyInfo, types: &[&Type]) -> Vec<String> {
    let mut sql = vec![
        "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('calm', 'cross', 'sad'); CREATE DOMAIN words AS text; \
         CREATE DOMAIN age AS integer CHECK (VALUE BETWEEN 0 AND 120)"
            .to_owned(),
    ];
    let mut rules = String::from("rules:\n");
    for (at, one) in types.iter().enumerate() {
        let table = format!("t{at}");
        sql.push(format!(
            "CREATE TABLE {table} (id int PRIMARY KEY, v {}); CREATE TABLE {table}_copy (LIKE {table})",
            one.declared
        ));
        let rows =
            values(&info.id, one).into_iter().enumerate().map(|(row, value)| format!("({row}, {})", literal(value)));
        let rows = rows.chain(["(1000, NULL)".to_owned()]).collect::<Vec<_>>().join(", ");
        sql.push(format!("INSERT INTO {table} VALUES {rows}"));
        rules.push_str(&format!("  - {{table: {table}, columns: {{v: {}}}}}\n", written(&info.id, one)));
    }
    let sql: Vec<&str> = sql.iter().map(String::as_str).collect();
    let mut site = Site::new(&sql, &rules).await;
    let resolved = match site.resolve().await {
        Ok(resolved) => resolved,
        Err(problems) => return vec![format!("{}: {problems}", info.id)],
    };
    let mut wrong = Vec::new();
    for (at, one) in types.iter().enumerate() {
        if let Err(why) = through(&mut site, &resolved, &format!("t{at}"), info).await {
            let known = NOT_SERVED
                .iter()
                .any(|(id, declared, words)| *id == info.id && *declared == one.declared && why.contains(words));
            if !known {
                wrong.push(format!("{} on {}: {why}", info.id, one.declared));
            }
        }
    }
    wrong
}

/// One table through its strategy, and into its copy.
async fn through(site: &mut Site, resolved: &Resolved, name: &str, info: &StrategyInfo) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let table = resolved.tables.iter().find(|table| table.name == name).ok_or("it is not resolved")?;
    let relation = site.snapshot.relation("public", name).ok_or("there is no table")?;
    let before = sample(&mut PgTextQueries::new(site.session.client()), relation, 100).await.map_err(|e| said(&e))?;
    let mut open = OpenTable::open(table).await.map_err(|e| said(&e))?;
    let mut after: Values = before.clone();
    after.extend(open.mask(&before).await.map_err(|e| said(&e))?);
    let (values, masked) = (&before["v"], &after["v"]);
    if values.len() != masked.len() {
        return Err(format!("{} values became {}", values.len(), masked.len()));
    }
    let promises = table.columns[0].promises;
    let has_null = |column: &Column| column.iter().filter(Option::is_none).count();
    if info.id == "set_null" && has_null(masked) < masked.len() && !table.columns[0].array {
        return Err("a value stayed".to_owned());
    }
    if values.iter().zip(masked).any(|(value, masked)| value.is_none() && masked.is_some()) && info.id != "shuffle" {
        return Err("a null became a value".to_owned());
    }
    let kept = values.iter().zip(masked).filter(|(value, masked)| value.is_some() && value == masked).count();
    if kept == values.len() - has_null(values) && kept > 2 && !promises.may_keep {
        return Err("every value stayed as it was".to_owned());
    }
    let ids = before["id"].iter().map(|id| id.unwrap_or_default());
    let rows = ids.zip(masked).map(|(id, value)| format!("({id}, {})", value.map_or("NULL".to_owned(), literal)));
    let rows = rows.collect::<Vec<_>>().join(", ");
    let copy = identifier(&format!("{name}_copy"));
    site.session.execute(&format!("INSERT INTO {copy} VALUES {rows}")).await.map_err(|error| said(&error))?;
    Ok(())
}
