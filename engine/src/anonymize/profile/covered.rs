//! Which columns of a schema some profile has a rule for.

use super::{Found, Problems, Profiles, Rule, TableRule, read::ProfileFile};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    schema::{Relation, Snapshot},
};

impl Profiles {
    /// The columns that some profile, in some environment, has a rule for: whatever it says, somebody decided. A profile
    /// that cannot be read covers nothing: see [`Self::broken`].
    pub fn covered(&self, snapshot: &Snapshot) -> Vec<ObjectRef> {
        let rules: Vec<&Rule> = self.found.iter().filter_map(|one| one.read.as_ref().ok()).flat_map(rules).collect();
        let mut covered = Vec::new();
        for relation in &snapshot.relations {
            let own: Vec<&TableRule> = rules
                .iter()
                .filter(|rule| rule.table.matches(&relation.schema, &relation.name))
                .map(|rule| &rule.what)
                .collect();
            if !own.is_empty() {
                covered.extend(columns(relation, &own));
            }
        }
        covered
    }

    /// Profiles that cannot be read, and what is wrong with each.
    pub fn broken(&self) -> impl Iterator<Item = (&Found, &Problems)> {
        self.found.iter().filter_map(|one| Some((one, one.read.as_ref().err()?)))
    }
}

fn rules(file: &ProfileFile) -> impl Iterator<Item = &Rule> {
    file.own.rules.iter().chain(file.environments.iter().flat_map(|(_, part)| &part.rules))
}

fn columns<'a>(relation: &'a Relation, rules: &'a [&TableRule]) -> impl Iterator<Item = ObjectRef> + 'a {
    let has_rule = |name: &str| {
        rules.iter().any(|rule| match rule {
            // No row is copied, and so no value.
            TableRule::Skip => true,
            TableRule::Columns(columns) => columns.iter().any(|rule| rule.column.matches(name)),
        })
    };
    let columns = relation.columns.iter().filter(move |column| has_rule(&column.name));
    columns.map(|column| ObjectRef {
        kind: ObjectKind::Column,
        schema: Some(relation.schema.clone()),
        parent: Some(relation.name.clone()),
        name: column.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "
anonymization_profile: base
rules:
  - table: users
    columns:
      email: {strategy: email_masking}
  - table: crm.*
    columns:
      '*_name': {strategy: none}
  - table: sessions
    strategy: skip_table
environments:
  staging:
    rules:
      - table: users
        columns:
          phone: {strategy: set_null}
";

    fn relation(name: &str, columns: &[&str]) -> String {
        let (schema, name) = name.split_once('.').unwrap();
        let columns =
            columns.iter().map(|name| format!(r#"{{"name": "{name}", "type_name": "text", "nullable": true}}"#));
        format!(
            r#"{{"schema": "{schema}", "name": "{name}", "kind": "table", "persistence": "permanent", "owner": "o",
                "columns": [{}]}}"#,
            columns.collect::<Vec<_>>().join(",")
        )
    }

    #[test]
    fn columns_with_a_rule_in_any_profile_and_environment() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("base.yaml"), BASE).unwrap();
        std::fs::write(folder.path().join("broken.yaml"), "anonymization_profile: broken\nrulez: 1\n").unwrap();
        let profiles = Profiles::discover(folder.path(), &|_| None).unwrap();
        let relations = [
            relation("public.users", &["id", "email", "phone", "name"]),
            relation("crm.leads", &["id", "first_name"]),
            relation("public.leads", &["first_name"]),
            relation("public.sessions", &["ip"]),
        ];
        let json = format!(
            r#"{{"snapshot_version": 1, "server_version": 150000, "live": false, "relations": [{}]}}"#,
            relations.join(",")
        );
        let covered = profiles.covered(&serde_json::from_str(&json).unwrap());
        let names: Vec<_> = covered.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["public.users.email", "public.users.phone", "crm.leads.first_name", "public.sessions.ip"]);
        let broken: Vec<_> = profiles.broken().map(|(found, _)| found.path.file_name().unwrap().to_owned()).collect();
        assert_eq!(broken, ["broken.yaml"]);
    }
}
