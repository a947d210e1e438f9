//! Closures along foreign keys, as common table expressions.

use super::{
    Edge, Wish,
    table::{Table, join},
};
use confiture_model::schema::Relation;
use confiture_sql::quote::identifier;
use std::collections::BTreeSet;

/// The expressions, each behind those that it reads.
#[derive(Debug, Default)]
pub(super) struct Closures(Vec<Expression>);

#[derive(Debug)]
struct Expression {
    name: String,
    /// What stands behind WITH: `name (columns) AS (…)`.
    sql: String,
}

/// Which way a closure goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// From a row to those that refer to it.
    Down,
    /// From a row to those that it refers to.
    Up,
}

/// Which way rows are followed, what the sets are called, and which rows stay out of them.
struct Going<'a> {
    way: Way,
    name: fn(usize) -> String,
    /// More conditions on rows of a table, each behind ` AND `.
    stays: &'a dyn Fn(usize) -> String,
}

/// What a closure of one circle, or of one table, starts with: by table.
type Seeds = Vec<(usize, Vec<String>)>;

impl Closures {
    /// The rows that are left out: by condition, by limit, and what refers to them. Answers the tables that lose rows.
    pub fn left_out(
        &mut self,
        tables: &[Table<'_>],
        wishes: &[Wish],
        edges: &[Edge],
        parts: &[Vec<usize>],
    ) -> BTreeSet<usize> {
        let mut narrowed = BTreeSet::new();
        for part in parts {
            let mut seeds: Seeds = Vec::new();
            for &place in part {
                let (table, wish) = (&tables[place], &wishes[place]);
                let mut own = Vec::new();
                if let Some(condition) = &wish.condition {
                    own.push(format!("SELECT {} {} WHERE ({condition}\n) IS NOT TRUE", table.list(), table.from()));
                }
                let refers: Vec<String> = edges
                    .iter()
                    .filter(|edge| edge.from == place && narrowed.contains(&edge.to) && !part.contains(&edge.to))
                    .map(|edge| format!("EXISTS ({})", referenced(table, edge, &left_out(edge.to))))
                    .collect();
                if let Some(limit) = wish.limit {
                    own.push(behind(table, wish, &refers, limit));
                }
                own.extend(
                    refers.iter().map(|refers| format!("SELECT {} {} WHERE {refers}", table.list(), table.from())),
                );
                seeds.push((place, own));
            }
            narrowed.extend(self.close(
                part,
                &seeds,
                tables,
                edges,
                &Going { way: Way::Down, name: left_out, stays: &|_| String::new() },
            ));
        }
        narrowed
    }

    /// The rows of a subset. Answers the tables that have any.
    pub fn wanted(
        &mut self,
        tables: &[Table<'_>],
        wishes: &[Wish],
        edges: &[Edge],
        parts: &[Vec<usize>],
        narrowed: &BTreeSet<usize>,
    ) -> BTreeSet<usize> {
        let stays = |place: usize| match narrowed.contains(&place) {
            true => format!(
                " AND NOT EXISTS (SELECT FROM {0} WHERE {1})",
                left_out(place),
                is_own(&tables[place], &left_out(place))
            ),
            false => String::new(),
        };
        let mut down = BTreeSet::new();
        for part in parts {
            let seed = |&place: &usize| {
                let (table, wish) = (&tables[place], &wishes[place]);
                let select = |condition: String| {
                    format!("SELECT {} {} WHERE {condition}{}", table.list(), table.from(), stays(place))
                };
                let begins = wish.subset.iter().map(|subset| select(format!("({subset}\n)")));
                let refers = edges
                    .iter()
                    .filter(|edge| edge.from == place && down.contains(&edge.to) && !part.contains(&edge.to))
                    .map(|edge| select(format!("EXISTS ({})", referenced(table, edge, &begun(edge.to)))));
                (place, begins.chain(refers).collect())
            };
            let seeds: Seeds = part.iter().map(seed).collect();
            let found = self.close(part, &seeds, tables, edges, &Going { way: Way::Down, name: begun, stays: &stays });
            down.extend(found);
        }
        let mut wanted = BTreeSet::new();
        for part in parts.iter().rev() {
            let seed = |&place: &usize| {
                let table = &tables[place];
                let own = down.contains(&place).then(|| format!("SELECT * FROM {}", begun(place)));
                let needed = edges
                    .iter()
                    .filter(|edge| edge.to == place && wanted.contains(&edge.from) && !part.contains(&edge.from))
                    .map(|edge| {
                        let refers = referring(table, edge, &self::wanted(edge.from));
                        format!("SELECT {} {} WHERE EXISTS ({refers})", table.list(), table.from())
                    });
                (place, own.into_iter().chain(needed).collect())
            };
            let seeds: Seeds = part.iter().map(seed).collect();
            let found = self.close(
                part,
                &seeds,
                tables,
                edges,
                &Going { way: Way::Up, name: self::wanted, stays: &|_| String::new() },
            );
            wanted.extend(found);
        }
        wanted
    }

    /// Adds the expressions of one circle, or of one table. Answers which tables have rows in it.
    fn close(
        &mut self,
        part: &[usize],
        seeds: &Seeds,
        tables: &[Table<'_>],
        edges: &[Edge],
        going: &Going<'_>,
    ) -> Vec<usize> {
        let Going { way, name, stays } = *going;
        if seeds.iter().all(|(_, seeds)| seeds.is_empty()) {
            return Vec::new();
        }
        let within: Vec<&Edge> =
            edges.iter().filter(|edge| part.contains(&edge.from) && part.contains(&edge.to)).collect();
        if within.is_empty() {
            for (place, seeds) in seeds.iter().filter(|(_, seeds)| !seeds.is_empty()) {
                let name = name(*place);
                self.0.push(Expression { sql: format!("{name} AS ({})", seeds.join("\nUNION ")), name });
            }
            return seeds.iter().filter(|(_, seeds)| !seeds.is_empty()).map(|(place, _)| *place).collect();
        }
        let all = format!("{}_all", name(part[0]));
        let circle = Circle { part, tables };
        let start: Vec<String> = seeds
            .iter()
            .flat_map(|(place, seeds)| seeds.iter().map(|seed| circle.wide(*place, &format!("({seed}) AS s"), "s", "")))
            .collect();
        let steps: Vec<String> = within.iter().map(|edge| circle.step(edge, way, stays)).collect();
        let sql = format!(
            "{all} ({}) AS (({})\nUNION SELECT n.* FROM {all} AS r CROSS JOIN LATERAL ({}) AS n)",
            circle.columns(),
            start.join("\nUNION ALL "),
            steps.join("\nUNION ALL ")
        );
        self.0.push(Expression { name: all.clone(), sql });
        for place in part {
            let table = &tables[*place];
            let columns =
                table.keys.iter().enumerate().map(|(at, key)| format!("{} AS {}", wide(*place, at), key.name));
            let columns = columns.collect::<Vec<_>>().join(", ");
            let name = name(*place);
            self.0
                .push(Expression { sql: format!("{name} AS (SELECT {columns} FROM {all} WHERE at = {place})"), name });
        }
        part.to_vec()
    }

    /// That a row of `leaf` is wanted.
    pub fn is_wanted(&self, table: &Table<'_>, leaf: &Relation) -> String {
        let name = wanted(table.place);
        format!("({}) IN ({} SELECT {} FROM {name})", table.row_of(leaf), self.with(&name), table.row_names())
    }

    /// That a row of `leaf` is not left out.
    pub fn is_not_left_out(&self, table: &Table<'_>, leaf: &Relation) -> String {
        let name = left_out(table.place);
        let (with, same) = (self.with(&name), table.is_row(leaf, "l"));
        format!("NOT EXISTS (SELECT FROM ({with} SELECT {} FROM {name}) AS l WHERE {same})", table.row_names())
    }

    /// Whether no other table makes this one lose rows.
    pub fn is_plain(&self, table: &Table<'_>) -> bool {
        let name = left_out(table.place);
        self.0.iter().any(|one| one.name == name && self.needs(&name).len() == 1 && !one.sql.contains("\nUNION "))
    }

    fn with(&self, name: &str) -> String {
        let all: Vec<&str> = self.needs(name).into_iter().map(|one| one.sql.as_str()).collect();
        format!("WITH RECURSIVE {}", all.join(",\n"))
    }

    /// The expressions that one reads, itself the last.
    fn needs(&self, name: &str) -> Vec<&Expression> {
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = self.0.iter().position(|one| one.name == name).into_iter().collect();
        while let Some(at) = open.pop() {
            if needed.insert(at) {
                let words = words(&self.0[at].sql);
                open.extend((0..at).filter(|other| words.contains(self.0[*other].name.as_str())));
            }
        }
        needed.into_iter().map(|at| &self.0[at]).collect()
    }
}

/// Names of expressions are words that stand alone. A condition of the user's that holds one costs no more than a
/// useless expression.
fn words(sql: &str) -> BTreeSet<&str> {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect()
}

fn left_out(place: usize) -> String {
    format!("confiture_left_out_{place}")
}

fn begun(place: usize) -> String {
    format!("confiture_begun_{place}")
}

fn wanted(place: usize) -> String {
    format!("confiture_wanted_{place}")
}

/// That a row of `other`, a closure of this table, is this row.
fn is_own(table: &Table<'_>, other: &str) -> String {
    table.is_row(table.root, other)
}

/// The rows of the closure `of`, of the referenced table, that this table's row refers to.
fn referenced(table: &Table<'_>, edge: &Edge, of: &str) -> String {
    let alias = identifier(&table.root.name);
    let pairs = edge.columns.iter().zip(&edge.referenced);
    let same = pairs.map(|(own, other)| format!("{of}.{} = {alias}.{}", identifier(other), identifier(own)));
    format!("SELECT FROM {of} WHERE {}", same.collect::<Vec<_>>().join(" AND "))
}

/// The rows of the closure `of`, of the referring table, that refer to this table's row.
fn referring(table: &Table<'_>, edge: &Edge, of: &str) -> String {
    let alias = identifier(&table.root.name);
    let pairs = edge.columns.iter().zip(&edge.referenced);
    let same = pairs.map(|(other, own)| format!("{of}.{} = {alias}.{}", identifier(other), identifier(own)));
    format!("SELECT FROM {of} WHERE {}", same.collect::<Vec<_>>().join(" AND "))
}

/// The rows behind the first `limit` of those that nothing else leaves out.
fn behind(table: &Table<'_>, wish: &Wish, refers: &[String], limit: u64) -> String {
    let mut conditions: Vec<String> = wish.condition.iter().map(|condition| format!("({condition}\n)")).collect();
    conditions.extend(refers.iter().map(|refers| format!("NOT {refers}")));
    let conditions = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    let alias = identifier(&table.root.name);
    let row = join(&table.row, ", ", |key| format!("{alias}.{} AS {}", key.own, key.name));
    let order = join(&table.row, ", ", |key| format!("{alias}.{}", key.own));
    format!(
        "SELECT {} {} WHERE NOT EXISTS (SELECT FROM (SELECT {row} {} WHERE {conditions} ORDER BY {order} LIMIT {limit}) \
         AS f WHERE {})",
        table.list(),
        table.from(),
        table.from(),
        is_own(table, "f")
    )
}

/// A column of a circle's rows: of which table, and which of its keys.
fn wide(place: usize, at: usize) -> String {
    format!("k{place}_{at}")
}

/// Tables that refer to each other: rows of all of them stand in one relation, side by side.
struct Circle<'c> {
    part: &'c [usize],
    tables: &'c [Table<'c>],
}

impl Circle<'_> {
    fn columns(&self) -> String {
        let own = |place: &usize| (0..self.tables[*place].keys.len()).map(|at| wide(*place, at)).collect::<Vec<_>>();
        format!("at, {}", self.part.iter().flat_map(own).collect::<Vec<_>>().join(", "))
    }

    /// Rows of one table that carry the columns of a closure under `alias`, as rows of the circle.
    fn wide(&self, place: usize, from: &str, alias: &str, condition: &str) -> String {
        let mut columns = vec![format!("{place}")];
        for other in self.part {
            columns.extend(self.tables[*other].keys.iter().map(|key| match *other == place {
                true => format!("{alias}.{}::{}", key.name, key.type_name),
                false => format!("NULL::{}", key.type_name),
            }));
        }
        format!("SELECT {} FROM {from}{condition}", columns.join(", "))
    }

    /// From a row `r` of the circle, over a foreign key.
    fn step(&self, edge: &Edge, way: Way, stays: &dyn Fn(usize) -> String) -> String {
        let (from, to) = match way {
            Way::Down => (edge.to, edge.from),
            Way::Up => (edge.from, edge.to),
        };
        let (carried, sought) = match way {
            Way::Down => (&edge.referenced, &edge.columns),
            Way::Up => (&edge.columns, &edge.referenced),
        };
        let (table, alias) = (&self.tables[to], identifier(&self.tables[to].root.name));
        let place = |name: &String| {
            let quoted = identifier(name);
            let at = self.tables[from].keys.iter().position(|key| key.name == quoted).unwrap_or_default();
            wide(from, at)
        };
        let same: Vec<String> = carried
            .iter()
            .zip(sought)
            .map(|(carried, sought)| format!("{alias}.{} = r.{}", identifier(sought), place(carried)))
            .collect();
        let rows = format!(
            "(SELECT {} {} WHERE r.at = {from} AND {}{}) AS s",
            table.list(),
            table.from(),
            same.join(" AND "),
            stays(to)
        );
        self.wide(to, &rows, "s", "")
    }
}
