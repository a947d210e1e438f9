//! Mistakes in rules, told exactly.

use super::resolved;

#[test]
fn show() {
    for text in [
        "primary_key_requird = true",
        "sequential_scan_potential = 'warning'",
        "'mine/primary-key-required' = true",
        "multi-tenant-column = { requird_column = 'x' }",
        "multi-tenant-column = { required_column = 3 }",
        "multi-tenant-column = { required_column = '${NOPE}' }",
        "unlogged-in-production = { environments = ['a', 3] }",
        "unlogged-in-production = { environments = 'a' }",
        "column-required = true",
        "table-naming = { style = 'snakecase' }",
        "table-naming = { pattern = '^(' }",
        "name-pattern = { pattern = 'x', target = 'tabel' }",
        "table-naming = 'eror'",
        "table-naming = { severity = 'eror' }",
        "table-naming = { severity = 3 }",
        "table-naming = 3",
        "table-naming = { enabled = 'no' }",
        "table-naming = { exemptions = ['^('] }",
        "table-naming = { exemptions = ['a[z'] }",
        "table-naming = { exemptions = [1] }",
        "table-naming = { affected_dirs = ['db/*/x'] }",
        "table-naming = { applicable_to = { schemapath = 'x' } }",
        "salted = { salt = 'pepper' }",
        "salted = { rounds = 0 }",
        "primary-key-required = true\nprimary_key_required = true",
        "cqrs = { type = 'custom', implementation = '''\nfor x in y:\n''' }",
        "naming_convention = { tables = 'snake_case', functions = 'snake_case' }",
        "naming_convention = { tabels = 'snake_case' }",
        "mine = { type = 'naming_convention', pattern = '^x' }",
        "documentation = { require_tabel_comments = true }",
        "documentation = { require_column_comments = 'yes' }",
        "performance = { rules = [{ primary_key_requird = 'error' }] }",
        "performance = { rules = 'x' }",
        "performance = { rules = [], ruels = [] }",
        "performance = { primary_key_required = 'error' }",
        "cqrs_validation = { read_model_sources = {} }",
    ] {
        let text = format!("[linting.rules]\n{text}\n");
        match resolved("c.toml", &text) {
            Ok(rules) => println!("----\n{text}LOADS {:?}", super::lines(&rules)),
            Err(error) => println!("----\n{error}"),
        }
    }
    for text in [
        "name: multi_tenant_write_tables\n      affected_dirs: [db]",
        "name: read_model_derivation\n      examples: [{source: x}]",
        "name: x\n      pattern: a\n      severity: eror",
        "name: x\n      pattern: a\n      target: tabel",
        "name: x\n      implementation: |\n        code",
        "name: x\n      pattern: a\n    - name: x\n      pattern: b",
    ] {
        let text = format!("linting:\n  custom_rules:\n    - {text}\n");
        match resolved("c.yaml", &text) {
            Ok(rules) => println!("----\n{text}LOADS {:?}", super::lines(&rules)),
            Err(error) => println!("----\n{error}"),
        }
    }
}
