//! The JSON Schema of a configuration with what the loaded plugins offer: each rule with its options, so that an editor
//! completes them and says what they mean.

use crate::config;
use confiture_model::rule::{OptionInfo, RuleInfo, Subject};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a configuration file of a project with these plugins: the project's name for each,
/// and its rules.
pub fn configuration_schema(plugins: &[(&str, &[RuleInfo])]) -> Value {
    let mut schema = config::schema();
    let all = plugins.iter().flat_map(|(plugin, rules)| rules.iter().map(move |rule| (*plugin, rule)));
    let rules: Vec<(&str, &RuleInfo)> = all.filter(|(_, rule)| rule.subject == Subject::Schema).collect();
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else { return schema };
    if let Some(linting) = definitions.get_mut("LintingTable").and_then(|table| table.get_mut("properties")) {
        linting["rules"] = json!({ "$ref": "#/$defs/Rules", "description": "Rules by name." });
    }
    if let Some(rule) = definitions.get_mut("AllowTable").and_then(|table| table.pointer_mut("/properties/rule")) {
        rule["examples"] = rules.iter().map(|(_, rule)| json!(rule.id)).collect();
    }
    definitions.insert("RuleSeverity".to_owned(), json!({ "enum": ["error", "warning", "info", "off"] }));
    definitions.insert("Rules".to_owned(), table_of(&rules));
    definitions.insert("NamedRule".to_owned(), named(&rules));
    for (_, rule) in &rules {
        definitions.insert(definition(rule), rule_schema(rule));
    }
    schema
}

fn definition(rule: &RuleInfo) -> String {
    format!("rule-{}", rule.id)
}

/// What people may write for a name, as a pattern: in kebab-case or snake_case, and with its plugin in front.
fn spellings(plugin: &str, name: &str) -> String {
    let loose = |name: &str| -> String {
        let words: Vec<String> = name.split(['-', '_']).map(regex::escape).collect();
        words.join("[-_]")
    };
    format!("^({}/)?{}$", loose(plugin), loose(name))
}

fn table_of(rules: &[(&str, &RuleInfo)]) -> Value {
    let reference = |rule: &RuleInfo| json!({ "$ref": format!("#/$defs/{}", definition(rule)) });
    let listed: Map<String, Value> = rules.iter().map(|(_, rule)| (rule.id.clone(), reference(rule))).collect();
    let others: Map<String, Value> =
        rules.iter().map(|(plugin, rule)| (spellings(plugin, &rule.id), reference(rule))).collect();
    json!({
        "type": "object",
        "description": "Rules by name; a name of one's own with `type`; or a group.",
        // What an editor completes, and what else is the same.
        "properties": listed,
        "patternProperties": others,
        "additionalProperties": { "$ref": "#/$defs/NamedRule" },
    })
}

/// A use of a rule under a name of its own, or a group of rules.
fn named(rules: &[(&str, &RuleInfo)]) -> Value {
    let ids: Vec<&str> = rules.iter().map(|(_, rule)| rule.id.as_str()).collect();
    json!({
        "description": "A rule under a name of one's own, which `type` says; or a group of rules.",
        "type": ["object", "boolean", "string", "null"],
        "properties": { "type": { "type": "string", "examples": ids } },
    })
}

fn rule_schema(rule: &RuleInfo) -> Value {
    let mut properties = common(rule);
    properties.extend(rule.options.iter().map(|option| (option.name.clone(), option_schema(option))));
    let others: Map<String, Value> = rule
        .options
        .iter()
        .filter(|option| option.name.contains(['-', '_']))
        .map(|option| (spellings("", &option.name).replace("(/)?", ""), option.schema.clone()))
        .collect();
    let required: Vec<&str> =
        rule.options.iter().filter(|option| option.required).map(|option| option.name.as_str()).collect();
    json!({
        "description": rule.summary,
        "markdownDescription": format!("{}\n\n{}", rule.summary, rule.documentation.trim()),
        "anyOf": [
            { "type": ["boolean", "null"] },
            { "$ref": "#/$defs/RuleSeverity" },
            {
                "type": "object",
                "properties": properties,
                "patternProperties": others,
                "required": required,
                "additionalProperties": false,
            },
        ],
    })
}

/// What can be said of every rule.
fn common(rule: &RuleInfo) -> Map<String, Value> {
    let names = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    let with = |description: &str, mut schema: Value| {
        schema["description"] = json!(description);
        schema
    };
    let severity = with(
        &format!("Of its findings; {} unless it is said.", rule.default_severity),
        json!({ "$ref": "#/$defs/RuleSeverity" }),
    );
    let enabled = json!({ "type": "boolean", "default": rule.enabled_by_default });
    let pairs = [
        ("enabled", with("Whether it runs.", enabled)),
        ("severity", severity),
        ("type", with("The rule, where the name is another one.", json!({ "type": "string" }))),
        ("message", with("Stands in place of the rule's own message.", json!({ "type": "string" }))),
        ("description", with("Free text.", json!({ "type": "string" }))),
        (
            "exemptions",
            with("Names that it leaves alone: globs, or regular expressions that start with ^.", names.clone()),
        ),
        ("exempt_tables", with("As `exemptions`.", names.clone())),
        ("schemas", with("Schemas that it is limited to.", names.clone())),
        ("affected_schema", with("As `schemas`.", names.clone())),
        ("affected_dirs", with("Directories whose files' objects it is limited to.", names)),
        ("applicable_to", with("Where it applies, written otherwise.", json!({ "$ref": "#/$defs/ApplicableTo" }))),
    ];
    pairs.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn option_schema(option: &OptionInfo) -> Value {
    let mut schema = option.schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.entry("description").or_insert_with(|| json!(option.summary));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::configuration_schema;
    use crate::lint::tests::rule_info;
    use confiture_model::rule::{OptionInfo, Subject};
    use serde_json::json;

    fn valid(linting: serde_json::Value) -> bool {
        let mut rule = rule_info("my-rule", Subject::Schema);
        rule.options.push(OptionInfo {
            name: "required_column".into(),
            summary: "Which".into(),
            required: true,
            schema: json!({ "type": "string" }),
        });
        let rules = [rule, rule_info("other", Subject::Schema), rule_info("moving", Subject::Migration)];
        let schema = configuration_schema(&[("plug", &rules)]);
        let validator = jsonschema::validator_for(&schema).expect("is a schema");
        validator.is_valid(&json!({ "linting": linting }))
    }

    #[test]
    fn a_configuration_is_checked_down_to_the_options_of_rules() {
        for good in [
            json!({ "rules": { "my-rule": { "required_column": "a", "severity": "error", "exemptions": ["b"] } } }),
            json!({ "rules": { "my_rule": { "required-column": "a", "required_column": "a" } } }),
            json!({ "rules": { "plug/other": true, "other": "warning", "other_one": { "type": "other" } } }),
            json!({ "rules": { "security": { "rules": [{ "other": "error" }] } } }),
            json!({ "allow": [{ "rule": "other", "objects": ["a"], "reason": "r" }] }),
        ] {
            assert!(valid(good.clone()), "{good}");
        }
        for bad in [
            json!({ "rules": { "my-rule": { "required_column": 1 } } }),
            json!({ "rules": { "my-rule": {} } }),
            json!({ "rules": { "my_rule": { "required_column": "a", "colum": "b" } } }),
            json!({ "rules": { "other": "bad" } }),
            json!({ "allow": [{ "rule": "other" }] }),
            json!({ "ruels": {} }),
        ] {
            assert!(!valid(bad.clone()), "{bad}");
        }
    }
}
