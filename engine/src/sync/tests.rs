//! Plans of schemas that are written short.

use super::*;
use crate::anonymize::resolve::tests::schema::snapshot;
use confiture_model::sync::{Identity, TableFacts};

fn end(name: &str, snapshot: &Snapshot) -> EndFacts {
    let facts = TableFacts {
        readable: true,
        insertable: true,
        truncatable: true,
        owned: true,
        holds_rows: Some(false),
        ..TableFacts::default()
    };
    EndFacts {
        place: format!("database {name}"),
        user: "ada".to_owned(),
        identity: Identity { system: Some(name.to_owned()), ..Identity::default() },
        tables: snapshot.relations.iter().map(|relation| (name_of(relation), facts.clone())).collect(),
        ..EndFacts::default()
    }
}

fn options() -> Options {
    Options { no_anonymization: true, workers: 1, ..Options::default() }
}

/// Plans a sync between two databases of this schema, after `change`.
fn planned_with(
    tables: &[&str],
    options: &Options,
    change: impl FnOnce(&mut Snapshot, &mut EndFacts, &mut EndFacts),
) -> Result<Planned, Refusals> {
    let source = snapshot(tables);
    let mut target = source.clone();
    let (mut source_end, mut target_end) = (end("1", &source), end("2", &target));
    change(&mut target, &mut source_end, &mut target_end);
    plan(Request {
        source: &source,
        target: &target,
        source_end: &source_end,
        target_end: &target_end,
        guarded: None,
        resolved: None,
        profile: None,
        options,
        run: "00000000000000000000000000000000",
    })
}

fn planned(tables: &[&str], options: &Options) -> Planned {
    planned_with(tables, options, |_, _, _| {}).expect("is planned")
}

fn refused(
    tables: &[&str],
    options: &Options,
    change: impl FnOnce(&mut Snapshot, &mut EndFacts, &mut EndFacts),
) -> Vec<String> {
    let refusals = planned_with(tables, options, change).expect_err("is refused");
    refusals.0.into_iter().map(|refusal| refusal.message).collect()
}

fn order(plan: &Plan) -> Vec<&str> {
    plan.tables.iter().map(|table| table.table.name.as_str()).collect()
}

const SHOP: [&str; 4] = [
    "a_items: order_id integer>orders.id, product_id integer!>products.id, note text",
    "orders: id integer*, person integer>people.id",
    "people: id integer*, chief integer>people.id, email text",
    "products: id integer*, name text!",
];

fn facts<'e>(end: &'e mut EndFacts, table: &str) -> &'e mut TableFacts {
    end.tables.get_mut(&Name { schema: "public".to_owned(), name: table.to_owned() }).expect("is there")
}

#[test]
fn referenced_tables_come_first_and_circles_are_named() {
    let Planned { plan, notices, .. } = planned(&SHOP, &options());
    assert_eq!(order(&plan), ["people", "orders", "products", "a_items"]);
    assert!(notices.is_empty() && plan.tables.iter().all(|table| table.condition.is_none()));
    assert_eq!(plan.cycles.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["people_chief_fkey"]);
    let circle = ["a: id integer*, b integer>b.id", "b: id integer*, a integer>a.id", "c: id integer*, a integer>a.id"];
    let plan = planned(&circle, &options()).plan;
    assert_eq!(order(&plan), ["a", "b", "c"]);
    assert_eq!(plan.cycles.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["a_b_fkey", "b_a_fkey"]);
    let said = refused(&circle, &options(), |_, _, target| facts(target, "b").owned = false);
    assert_eq!(
        said,
        [
            "foreign key `b_a_fkey` of `public.b` closes a circle and is not deferrable: it has to be dropped and made again, \
          and `ada` does not own the table"
        ]
    );
}

#[test]
fn everything_that_forbids_a_run_is_said_at_once() {
    let said = refused(&SHOP, &Options { no_anonymization: false, ..options() }, |target, source, other| {
        other.identity = source.identity.clone();
        other.read_only = Some("it is a standby".to_owned());
        facts(source, "orders").readable = false;
        facts(source, "people").hides_rows = true;
        facts(other, "people").holds_rows = Some(true);
        facts(other, "products").insertable = false;
        target.relations.retain(|relation| relation.name != "orders");
        target.relations[1].columns[2].type_name = "character varying(10)".to_owned();
        target.relations[0].columns[2].nullable = false;
    });
    assert_eq!(
        said,
        [
            "source and target are the same database: database 2 (its system identifier and number are equal)",
            "the target cannot be written to: it is a standby",
            "there is no anonymization profile: every value would be copied as it is",
            "the target's schema differs from the source's:\n    `public.a_items.note` may be null at the source and is NOT NULL in \
             the target\n    `public.orders` is not in the target\n    `public.people.email` is text at the source and character \
             varying(10) in the target",
            "`ada` may not read `public.orders` at the source",
            "row security hides rows of `public.people` from `ada`: a copy would lack them",
            "`ada` may not write to `public.products` in the target",
            "the target holds rows in `public.people`",
        ]
    );
}

#[test]
fn tables_outside_are_not_touched() {
    let only = |tables: &[&str], replace: bool| Options {
        tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        replace,
        ..options()
    };
    assert_eq!(order(&planned(&SHOP, &only(&["people", "pro*"], false)).plan), ["people", "products"]);
    assert_eq!(
        refused(&SHOP, &only(&["people", "poeple"], true), |_, _, _| {}),
        [
            "--tables poeple: the source has no such table",
            "--replace: `public.orders`, which is not copied, refers to `public.people` by foreign key `orders_person_fkey`",
        ]
    );
    assert_eq!(
        refused(&SHOP, &only(&["a_items"], false), |_, _, _| {}),
        [
            "`public.a_items` refers to `public.products` by foreign key `a_items_product_id_fkey`, and that table is not copied \
          and empty in the target"
        ]
    );
    let held = planned_with(&SHOP, &only(&["a_items"], false), |_, _, target| {
        facts(target, "products").holds_rows = Some(true);
    });
    assert_eq!(held.expect("is planned").notices.len(), 2);
}

#[test]
fn a_condition_takes_what_refers_to_the_others_with_it() {
    let options = Options { conditions: vec![("products".to_owned(), "name <> 'x' -- y".to_owned())], ..options() };
    let plan = planned(&SHOP, &options).plan;
    let conditions: Vec<bool> = plan.tables.iter().map(|table| table.condition.is_some()).collect();
    assert_eq!(
        (order(&plan), conditions),
        (vec!["people", "orders", "products", "a_items"], vec![false, false, true, true])
    );
    assert_eq!(plan.tables[2].condition.as_deref(), Some("(name <> 'x' -- y\n)"));
    assert_eq!((plan.tables[2].whole, plan.tables[3].whole), (false, true));
    let items = plan.tables[3].condition.as_deref().expect("is narrowed");
    assert!(items.starts_with("NOT EXISTS (SELECT FROM (WITH RECURSIVE confiture_left_out_3 AS (SELECT "), "{items}");
}

#[test]
fn a_subset_without_a_way_to_a_table_takes_none_of_its_rows() {
    let options = Options { subsets: vec![("orders".to_owned(), "id < 10".to_owned())], ..options() };
    let Planned { plan, notices, .. } = planned(&[&SHOP[..], &["z_other: id integer*"]].concat(), &options);
    let of =
        |name: &str| plan.tables.iter().find(|table| table.table.name == name).expect("is there").condition.clone();
    assert_eq!(of("z_other").as_deref(), Some("false"));
    assert!(of("people").is_some_and(|condition| condition.contains("CROSS JOIN LATERAL")));
    assert!(notices[0].contains("no row of the subset leads to `public.z_other`"), "{notices:?}");
}

#[test]
fn keys_that_are_not_valid_are_taken_off_where_the_login_may() {
    let not_valid = |target: &mut Snapshot| {
        let orders = target.relations.iter_mut().find(|one| one.name == "orders").expect("is there");
        let key = orders.constraints.iter_mut().find(|one| one.references.is_some()).expect("has one");
        (key.validated, key.deferrable) = (false, true);
    };
    let planned = planned_with(&SHOP, &options(), |target, _, _| not_valid(target)).expect("is planned");
    assert_eq!(planned.plan.unchecked.len(), 1);
    assert!(planned.notices.is_empty(), "{:?}", planned.notices);
    let change = |target: &mut Snapshot, _: &mut EndFacts, end: &mut EndFacts| {
        not_valid(target);
        facts(end, "people").owned = false;
    };
    let options =
        Options { fire_triggers: true, tables: vec!["orders".to_owned(), "products".to_owned()], ..options() };
    let planned = planned_with(&SHOP, &options, change).expect("is planned");
    assert!(
        planned.plan.unchecked.is_empty() && planned.notices[1].contains("does not own both"),
        "{:?}",
        planned.notices
    );
}

#[test]
fn row_security_of_the_target_is_said_with_its_policies() {
    let secure = |_: &mut Snapshot, _: &mut EndFacts, end: &mut EndFacts| {
        (facts(end, "orders").hides_rows, facts(end, "orders").holds_rows) = (true, None);
    };
    let said = refused(&SHOP, &options(), secure);
    let [message] = &said[..] else { panic!("{said:?}") };
    assert!(message.contains("`public.orders` in the target, which no policy opens, applies to `ada`"), "{message}");
}
