//! `confiture lint` with the configurations that projects were promised, and a schema that breaks each of their rules.

use confiture_tests::{
    cluster::database,
    program::{confiture, project, run},
};
use serde_json::Value;

const RULES: &str = include_str!("../../engine/src/lint/resolve/tests/spec/rules.yaml");

const SCHEMA: &str = r#"
CREATE TYPE order_state AS ENUM ('placed');
CREATE FUNCTION "getAnswer"() RETURNS integer LANGUAGE sql AS 'SELECT 42';
CREATE TABLE customers (
    id bigint CONSTRAINT pk_customers_id PRIMARY KEY,
    tenant_id uuid NOT NULL,
    email text,
    phone text,
    password varchar(20)
);
CREATE TABLE orders (
    id bigint CONSTRAINT pk_orders_id PRIMARY KEY,
    tenant_id uuid NOT NULL,
    customer_id integer CONSTRAINT orders_customer REFERENCES customers,
    user_id bigint
);
CREATE TABLE users (id bigint CONSTRAINT pk_users_id PRIMARY KEY, tenant_id uuid NOT NULL);
CREATE INDEX by_customer ON orders (customer_id);
"#;

const PROFILE: &str =
    "anonymization_profile: qa\nrules:\n  - table: customers\n    columns:\n      phone: {strategy: none}\n";

/// `rule subject` of each finding, without those about comments.
fn told(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().expect("findings");
    let line =
        |finding: &Value| Some(format!("{} {}", finding["rule"].as_str()?, finding["subject"]["name"].as_str()?));
    let mut told: Vec<String> = findings.iter().filter_map(line).collect();
    told.retain(|line| !line.contains("-comment "));
    told.sort();
    told
}

#[test]
fn every_rule_of_the_specification_finds_its_violation() {
    let project =
        project(&[("confiture.yaml", RULES), ("db/schema.sql", SCHEMA), ("confiture-environments/qa.yaml", PROFILE)]);
    let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(1);
    assert_eq!(
        told(&ran.json()),
        [
            "constraint-naming orders_customer",
            "function-naming getAnswer",
            "implicit-cast orders_customer",
            "index-naming by_customer",
            "password-hashed password",
            "sensitive-column-masked email",
            "sequential-scan-potential user_id",
            "type-naming order_state",
        ]
    );
}

#[test]
fn a_profile_that_is_wrong_counts_for_nothing_and_is_told() {
    let broken = PROFILE.replace("columns:", "colums:");
    let project =
        project(&[("confiture.yaml", RULES), ("db/schema.sql", SCHEMA), ("anonymization/qa.yaml", broken.as_str())]);
    let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(1).says(&["qa.yaml", "colums"]);
    assert!(told(&ran.json()).contains(&"sensitive-column-masked phone".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_table_of_a_live_database_is_weighed_by_its_rows() {
    let (url, _session) = database(&[
        "CREATE TABLE measurement (tenant_id uuid NOT NULL, at timestamptz)",
        "INSERT INTO measurement SELECT gen_random_uuid(), now() FROM generate_series(1, 2000)",
        "ANALYZE measurement",
    ])
    .await;
    let configuration = "[linting.rules.large_table_has_indexes]\nmin_rows = 1000\n";
    let project = project(&[("confiture.toml", configuration)]);
    let arguments = ["lint", "--fail-on", "never", "--format", "json"];
    let ran = run(project.path(), &arguments, &[("DATABASE_URL", &url)]).expect(0);
    let document = ran.json();
    let found = document["findings"].as_array().expect("findings");
    let large = found.iter().find(|finding| finding["rule"] == "large-table-indexed").expect("the rule's finding");
    assert_eq!(large["evidence"][0], "reltuples = 2000");
}
