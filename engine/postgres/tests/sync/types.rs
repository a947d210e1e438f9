//! Every type, there and back: as it comes, and through a strategy that keeps what it sees.

use super::support::{Masks, Pair, pair};

/// A column of each type that can be written as a literal, with values.
const COLUMNS: [(&str, &[&str]); 52] = [
    ("bool", &["t", "f"]),
    ("int2", &["-32768", "32767", "0"]),
    ("int4", &["-2147483648", "2147483647"]),
    ("int8", &["-9223372036854775808", "9223372036854775807"]),
    ("oid", &["0", "4294967295"]),
    ("float4", &["NaN", "Infinity", "-Infinity", "-0", "1e-45", "3.4028235e38", "0.1"]),
    ("float8", &["NaN", "Infinity", "-Infinity", "-0", "5e-324", "1.7976931348623157e308", "0.1"]),
    ("numeric", &["NaN", "0", "0.00", "-0.000100", "12345678901234567890.00012300", "1e20", "9999", "10000", "1e-20"]),
    ("numeric(8,3)", &["-12345.678", "0"]),
    ("money", &["-12.34"]),
    ("text", &["", "\\", "\\N", "a\tb\nc\rd", "größe 😀", "{}"]),
    ("varchar(5)", &["", "äöüß."]),
    ("char(5)", &["a", ""]),
    ("\"char\"", &["x"]),
    ("name", &["a name"]),
    ("bytea", &["\\x", "\\x00ff5c0a09"]),
    ("uuid", &["6f9619ff-8b86-4d01-b42d-00cf4fc964ff"]),
    ("json", &["{\"a\" : [1, \"\\n\"] }", "null"]),
    ("jsonb", &["{\"a\": [1, \"\\n\"]}", "null"]),
    ("date", &["infinity", "-infinity", "2000-01-01", "1999-12-31", "0044-03-15 BC", "5874897-12-31", "2024-02-29"]),
    ("time", &["00:00", "24:00", "13:01:02.000001"]),
    ("time(0)", &["13:01:02"]),
    ("timetz", &["13:01:02+05:30"]),
    (
        "timestamp",
        &[
            "infinity",
            "-infinity",
            "2000-01-01",
            "1999-12-31 23:59:59.999999",
            "4713-01-01 00:00 BC",
            "294276-12-31 23:59:59",
        ],
    ),
    (
        "timestamptz",
        &[
            "infinity",
            "-infinity",
            "2000-01-01 12:00+02",
            "0001-01-01 00:00+00 BC",
            "1883-11-18 12:00 America/New_York",
        ],
    ),
    ("interval", &["1 year -2 mons +3 days 04:05:06.7", "0"]),
    ("inet", &["192.168.0.1", "192.168.0.1/24", "::1", "fe80::1/64"]),
    ("cidr", &["192.168.0.0/24", "10.0.0.0/8", "::/0"]),
    ("macaddr", &["08:00:2b:01:02:03"]),
    ("macaddr8", &["08:00:2b:01:02:03:04:05"]),
    ("bit(5)", &["10101"]),
    ("varbit", &["", "1"]),
    ("point", &["(1,-2.5)"]),
    ("box", &["(3,4),(1,2)"]),
    ("path", &["[(1,2),(3,4)]"]),
    ("polygon", &["((0,0),(1,1),(0,1))"]),
    ("circle", &["<(1,2),3>"]),
    ("tsvector", &["'a':1A 'b':2"]),
    ("tsquery", &["'a' & !'b'"]),
    ("xml", &["<a>ü</a>"]),
    ("int4range", &["empty", "[1,5)", "(,)"]),
    ("regclass", &["pg_class", "here"]),
    ("mood", &["sad", "very happy"]),
    ("address", &["(\"a street, 1\",,5)"]),
    ("posint", &["1"]),
    ("text[]", &["{}", "{a,NULL,\"\",\"b \\\" c\",\"NULL\"}", "{{a,b},{c,d}}", "[0:1]={x,y}"]),
    ("int4[]", &["{1,NULL,-3}", "{{{1},{2}}}"]),
    ("numeric[]", &["{1.50,NaN}"]),
    ("timestamptz[]", &["{\"2000-01-01 00:00:00+00\",infinity}"]),
    ("mood[]", &["{sad,\"very happy\"}"]),
    ("regclass[]", &["{here}"]),
    ("oidvector", &["1 2 3"]),
];

/// Types of another number in each database, which is what user types are.
async fn both(schema: &str) -> Pair {
    let pair = pair("").await;
    pair.source.batch_execute("CREATE TYPE other AS ENUM ('x'); CREATE TABLE first (a other)").await.unwrap();
    let types = "CREATE TABLE here (n int); CREATE TYPE mood AS ENUM ('sad', 'very happy');
        CREATE TYPE address AS (street text, mood mood, number int); CREATE DOMAIN posint AS int CHECK (value > 0);";
    for client in [&pair.source, &pair.target] {
        client.batch_execute(&format!("{types}{schema}")).await.unwrap();
    }
    pair
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A table for each type, so that each takes its own form.
#[tokio::test]
async fn every_type_by_itself_as_it_comes_and_through_a_strategy() {
    let table =
        |(at, (type_name, _)): (usize, &(&str, &[&str]))| format!("CREATE TABLE t{at} (id int, v {type_name});");
    let pair = both(&COLUMNS.iter().enumerate().map(table).collect::<String>()).await;
    let rows = |(at, (type_name, values)): (usize, &(&str, &[&str]))| {
        let insert = |value: &&str| format!("INSERT INTO t{at} VALUES (1, {}::{type_name});", literal(value));
        values.iter().map(insert).collect::<String>() + &format!("INSERT INTO t{at} VALUES (2, NULL);")
    };
    pair.fill(&COLUMNS.iter().enumerate().map(rows).collect::<String>()).await;
    let names: Vec<String> = (0..COLUMNS.len()).map(|at| format!("t{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut plan = pair.plan(&names).await;
    plan.replace = true;
    pair.copy_all(&mut plan).await;
    for array in [false, true] {
        let mut masks = Masks::default();
        for (name, (type_name, _)) in names.iter().zip(&COLUMNS) {
            masks = masks.each(name, "v", str::to_owned);
            if array && type_name.ends_with("[]") {
                masks = masks.array();
            }
        }
        let mut plan = pair.plan(&names).await;
        plan.replace = true;
        let copied = pair.run(&mut plan, masks).await.unwrap();
        pair.compare(&plan).await;
        for (table, (type_name, values)) in copied.tables.iter().zip(&COLUMNS) {
            let cells = table.masked_cells[0];
            let elements_kept = array && type_name.ends_with("[]");
            assert!(
                cells.cells == values.len() as u64 && (elements_kept || cells.unchanged == cells.cells),
                "{type_name}"
            );
        }
    }
}

/// A strategy that looks at another column sees the text that PostgreSQL writes of it, whoever writes it on the way.
#[tokio::test]
async fn what_a_strategy_looks_at_is_what_postgresql_writes() {
    let table =
        |(at, (type_name, _)): (usize, &(&str, &[&str]))| format!("CREATE TABLE t{at} (id text, v {type_name});");
    let pair = both(&COLUMNS.iter().enumerate().map(table).collect::<String>()).await;
    let rows = |(at, (type_name, values)): (usize, &(&str, &[&str]))| {
        let insert = |value: &&str| format!("INSERT INTO t{at} VALUES ('1', {}::{type_name});", literal(value));
        values.iter().map(insert).collect::<String>() + &format!("INSERT INTO t{at} VALUES ('2', NULL);")
    };
    let many = "INSERT INTO t7 SELECT '3', (n - 500) * 10.0 ^ (n % 40 - 20) FROM generate_series(1, 1000) n;
        INSERT INTO t19 SELECT '3', date '0004-01-01 BC' + n * 97 FROM generate_series(1, 9000) n;
        INSERT INTO t23 SELECT '3', timestamp '1600-01-01' + n * interval '123 days 4.0567 s' FROM generate_series(1, 3000) n;";
    pair.fill(&(COLUMNS.iter().enumerate().map(rows).collect::<String>() + many)).await;
    let names: Vec<String> = (0..COLUMNS.len()).map(|at| format!("t{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut plan = pair.plan(&names).await;
    let copies =
        |masks: Masks, name: &&str| masks.with(name, "id", |_, context| Ok(context[0].clone())).seeing(&[("v", false)]);
    pair.run(&mut plan, names.iter().fold(Masks::default(), copies)).await.unwrap();
    pair.target.batch_execute("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET bytea_output = 'hex'").await.unwrap();
    // How the name of an object is written depends on the search path.
    for (name, (type_name, values)) in names.iter().zip(&COLUMNS).filter(|(_, (name, _))| !name.starts_with("reg")) {
        let same = format!(
            "SELECT count(*) FILTER (WHERE id IS NOT DISTINCT FROM CASE WHEN v IS DISTINCT FROM NULL THEN format('%s', v) END)
                = count(*) AND count(*) > {} FROM {name}",
            values.len()
        );
        assert_eq!(super::support::value(&pair.target, &same).await, "t", "{type_name}");
    }
}

/// All in one table: one column without a binary form in common sends the others by text, too. And with all of them as
/// what a strategy looks at.
#[tokio::test]
async fn all_types_in_one_table() {
    let columns = |of: &[usize]| of.iter().map(|at| format!("c{at} {}", COLUMNS[*at].0)).collect::<Vec<_>>().join(", ");
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    let binary: Vec<usize> =
        all.iter().copied().filter(|at| !["regclass", "regclass[]", "address"].contains(&COLUMNS[*at].0)).collect();
    let pair = both(&format!(
        "CREATE TABLE mixed (id text, {}); CREATE TABLE plain (id text, {});",
        columns(&all),
        columns(&binary)
    ))
    .await;
    for (table, columns) in [("mixed", &all), ("plain", &binary)] {
        for row in 0..10 {
            let value = |at: &usize| match COLUMNS[*at].1.get(row) {
                Some(value) => format!("{}::{}", literal(value), COLUMNS[*at].0),
                None => "NULL".to_owned(),
            };
            let values: Vec<String> = columns.iter().map(value).collect();
            pair.fill(&format!("INSERT INTO {table} VALUES ('{row}', {})", values.join(", "))).await;
        }
    }
    let mut plan = pair.plan(&["mixed", "plain"]).await;
    plan.replace = true;
    pair.copy_all(&mut plan).await;
    let seen: Vec<(String, bool)> = binary.iter().map(|at| (format!("c{at}"), false)).collect();
    let seen: Vec<(&str, bool)> = seen.iter().map(|(name, masked)| (name.as_str(), *masked)).collect();
    let masks = Masks::default()
        .each("mixed", "id", str::to_owned)
        .seeing(&seen)
        .with("plain", "id", |values, context| {
            // What is looked at is the text that PostgreSQL writes.
            assert_eq!(context[0].get(0), Some("t"));
            assert_eq!(context[5].get(0), Some("NaN"));
            assert_eq!(context[12].get(0), Some("a    "));
            assert_eq!(context[26].get(0), Some("192.168.0.1"));
            Ok(values.clone())
        })
        .seeing(&seen);
    let mut plan = pair.plan(&["mixed", "plain"]).await;
    plan.replace = true;
    pair.run(&mut plan, masks).await.unwrap();
    pair.compare(&plan).await;
}

#[tokio::test]
async fn many_columns_large_values_and_every_byte() {
    let columns: Vec<String> = (0..1600).map(|n| format!("c{n} int2")).collect();
    let pair =
        pair(&format!("CREATE TABLE wide ({}); CREATE TABLE large (id int, v text, w bytea);", columns.join(", ")))
            .await;
    pair.fill(
        "DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE 'INSERT INTO wide SELECT ' || (SELECT string_agg((n % 7)::text, ',') FROM generate_series(1, 1600) n); END LOOP; END $$;
         INSERT INTO large SELECT 1, repeat('0123456789', 10000000), NULL;
         INSERT INTO large SELECT 2, string_agg(chr(n), ''), decode(string_agg(lpad(to_hex(n % 256), 2, '0'), ''), 'hex') FROM generate_series(1, 2000) n;",
    )
    .await;
    let mut plan = pair.plan(&[]).await;
    pair.copy_all(&mut plan).await;
    let mut plan = pair.plan(&[]).await;
    plan.replace = true;
    let masks = Masks::default().each("wide", "c1599", |_| "5".to_owned()).each("large", "v", str::to_owned);
    pair.run(&mut plan, masks).await.unwrap();
    assert_eq!(super::support::value(&pair.target, "SELECT min(c1599) || ' ' || sum(c0) FROM wide").await, "5 50");
    pair.compare(&pair.plan(&["large"]).await).await;
}
