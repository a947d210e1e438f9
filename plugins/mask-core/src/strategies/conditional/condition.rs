//! A CEL expression over a row.

use crate::refusal;
use cel::{
    Context, Program, Value,
    common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators},
    objects::{Key, Map},
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind},
};
use std::{collections::HashMap, sync::Arc};

/// A condition, with the columns that it reads.
pub struct Condition {
    program: Program,
    pub columns: Vec<String>,
    own: String,
    /// Every column that the table has, with its kind.
    kinds: HashMap<String, Kind>,
}

impl Condition {
    /// Reads a condition, and refuses what reads anything but columns of the row.
    pub fn read(text: &str, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Self, Error> {
        let wrong = |what: String| Error::option("/condition", what);
        let program = Program::compile(text).map_err(|errors| {
            let said = errors.to_string();
            wrong(format!("an expression in CEL: {}", said.lines().next().unwrap_or("it cannot be read")))
        })?;
        let mut reads = Reads::default();
        reads.expression(program.expression()).map_err(|what| wrong(what.to_owned()))?;
        let kinds: HashMap<String, Kind> =
            row.iter().chain([target]).map(|column| (column.name.clone(), column.kind())).collect();
        if let Some(name) = reads.columns.iter().find(|name| !kinds.contains_key(*name)) {
            return Err(wrong(format!("columns of `{}`: it has no `{name}`", target.table)));
        }
        Ok(Self { program, columns: reads.columns, own: target.name.clone(), kinds })
    }

    /// Of which rows it is true. `columns` names those of the context.
    pub fn holds(&self, values: &Column, columns: &[String], context: &[Column]) -> Result<Vec<bool>, Error> {
        let read: Vec<(Arc<String>, Kind, &Column)> = self
            .columns
            .iter()
            .map(|name| {
                let column = if *name == self.own {
                    Some(values)
                } else {
                    columns.iter().position(|column| column == name).and_then(|at| context.get(at))
                };
                let column = column.ok_or_else(|| Error::failed("a column of the condition did not come"))?;
                Ok((Arc::new(name.clone()), self.kinds[name], column))
            })
            .collect::<Result<_, Error>>()?;
        let mut scope = Context::default();
        (0..values.len())
            .map(|row| {
                let cells =
                    read.iter().map(|(name, kind, column)| (Key::String(name.clone()), cell(*kind, column.get(row))));
                scope.add_variable_from_value("row", Value::Map(Map { map: Arc::new(cells.collect()) }));
                match self.program.execute(&scope) {
                    Ok(Value::Bool(holds)) => Ok(holds),
                    Ok(_) => Err(refusal::value(row, "the condition is neither true nor false")),
                    // What CEL says may hold the row's values.
                    Err(_) => Err(refusal::value(row, "the condition cannot be computed")),
                }
            })
            .collect()
    }
}

fn cell(kind: Kind, value: Option<&str>) -> Value {
    let Some(value) = value else { return Value::Null };
    let text = || Value::String(Arc::new(value.to_owned()));
    match kind {
        Kind::Boolean => Value::Bool(matches!(value, "t" | "true")),
        Kind::Integer(_) => value.parse().map_or_else(|_| text(), Value::Int),
        Kind::Numeric(_) | Kind::Float(_) => value.parse().map_or_else(|_| text(), Value::Float),
        _ => text(),
    }
}

/// What an expression reads.
#[derive(Default)]
struct Reads {
    columns: Vec<String>,
    /// Names that a macro such as `exists` introduces.
    local: Vec<String>,
}

impl Reads {
    fn column(&mut self, name: &str) {
        if !self.columns.iter().any(|column| column == name) {
            self.columns.push(name.to_owned());
        }
    }

    fn all<'a>(&mut self, expressions: impl IntoIterator<Item = &'a IdedExpr>) -> Result<(), &'static str> {
        expressions.into_iter().try_for_each(|expression| self.expression(expression))
    }

    fn expression(&mut self, expression: &IdedExpr) -> Result<(), &'static str> {
        let is_row = |expression: &IdedExpr| matches!(&expression.expr, Expr::Ident(name) if name == "row");
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) if self.local.contains(name) => Ok(()),
            Expr::Ident(name) if name == "row" => Err("`row['column']` or `row.column`, not `row` as a whole"),
            Expr::Ident(_) => Err("no name but `row`; texts stand in quotes"),
            Expr::Select(select) if is_row(&select.operand) => {
                self.column(&select.field);
                Ok(())
            }
            Expr::Select(select) => self.expression(&select.operand),
            Expr::Call(call) => {
                if let (operators::INDEX, [of, at]) = (call.func_name.as_str(), call.args.as_slice())
                    && is_row(of)
                {
                    let Expr::Literal(LiteralValue::String(name)) = &at.expr else {
                        return Err("columns named in quotes: `row['column']`");
                    };
                    self.column(name.inner());
                    return Ok(());
                }
                self.all(call.target.as_deref())?;
                self.all(&call.args)
            }
            Expr::List(list) => self.all(&list.elements),
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Struct(fields) => self.entries(fields.entries.iter().map(|entry| &entry.expr)),
            Expr::Comprehension(each) => {
                self.expression(&each.iter_range)?;
                let known = self.local.len();
                self.local.extend([each.iter_var.clone(), each.accu_var.clone()]);
                self.local.extend(each.iter_var2.clone());
                self.all([&each.accu_init, &each.loop_cond, &each.loop_step, &each.result])?;
                self.local.truncate(known);
                Ok(())
            }
        }
    }

    fn entries<'a>(&mut self, entries: impl Iterator<Item = &'a EntryExpr>) -> Result<(), &'static str> {
        for entry in entries {
            match entry {
                EntryExpr::StructField(field) => self.expression(&field.value)?,
                EntryExpr::MapEntry(entry) => self.all([&entry.key, &entry.value])?,
            }
        }
        Ok(())
    }
}
