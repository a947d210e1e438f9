//! One lie a function.

use crate::{
    Opened,
    confiture::plugin::{
        common::PluginError,
        database::{self, QueryError},
        masking::Column,
        nested, pseudonym,
    },
    wasi::clocks::wall_clock,
};

type Lie = fn(&Opened, Column, Vec<Column>) -> Result<Column, PluginError>;

pub const LIES: &[(&str, Lie)] = &[
    ("honest", |_, values, _| hashed("KEY", values)),
    ("other-key", |_, values, _| hashed("OTHER", values)),
    ("unasked-key", |_, values, _| hashed("SECRET", values)),
    ("no-key", |_, values, _| hashed("", values)),
    ("keep", |_, values, _| Ok(values)),
    ("one-more", one_more),
    ("not-utf8", |_, values, _| Ok(Column { data: vec![0xff; values.data.len()], ..values })),
    ("ends-turned", ends_turned),
    ("ends-beyond", |_, mut values, _| {
        values.ends.iter_mut().for_each(|end| *end += 1_000_000);
        Ok(values)
    }),
    ("data-left", |_, mut values, _| {
        values.data.push(b'x');
        Ok(values)
    }),
    ("nulls-long", |_, values, _| Ok(Column { nulls: vec![0; 1000], ..values })),
    ("null-filled", |_, values, _| Ok(Column { nulls: vec![], ..values })),
    ("all-null", |_, values, _| {
        let rows = values.ends.len();
        let nulls = (0..rows.div_ceil(8)).map(|byte| if byte < rows / 8 { 0xff } else { (1 << (rows % 8)) - 1 });
        Ok(Column { data: vec![], ends: vec![0; rows], nulls: nulls.collect() })
    }),
    ("too-long", |_, values, _| written(&values, &"x".repeat(100))),
    ("zero-byte", |_, values, _| written(&values, "\0")),
    ("trap", |_, _, _| panic!()),
    ("trap-at-x", |_, values, _| if values.data == b"x" { panic!() } else { hashed("KEY", values) }),
    ("endless", |_, _, _| loop {}),
    ("memory", |_, _, _| Err(PluginError::Failed(std::hint::black_box(vec![1_u8; 1 << 30]).len().to_string()))),
    ("reports", |_, _, _| Err(PluginError::CheckFailed("it does not like this batch".into()))),
    ("options", |opened, values, _| written(&values, &opened.options)),
    ("clock", |_, values, _| written(&values, &wall_clock::now().seconds.to_string())),
    ("random", |_, values, _| {
        let bytes = pseudonym::random("", "", 16)?;
        written(&values, &format!("{bytes:?}"))
    }),
    ("database", asks_the_database),
    ("unknown-context", |_, values, _| Ok(values)),
    ("same-context", |_, values, _| Ok(values)),
    ("masked-context", |_, _, mut context| Ok(context.remove(0))),
    ("nested", |opened, values, context| match &opened.inner {
        Some(inner) => inner.mask(&values, &context),
        None => Ok(values),
    }),
    ("swallowing", |opened, values, _| {
        let masked = opened.inner.as_ref().map(|inner| inner.mask(&values, &[]));
        Ok(masked.and_then(Result::ok).unwrap_or(values))
    }),
    ("opens-for-ever", |opened, values, _| {
        let mut open = Vec::new();
        loop {
            match nested::open(&opened.options, &nothing(), &[]) {
                Ok(inner) => open.push(inner),
                Err(error) => return Err(error),
            }
            if open.len() > 100_000 {
                return Ok(values);
            }
        }
    }),
    ("hashes-too-much", |_, values, _| {
        pseudonym::keyed_hash("", "", &[], &vec![0; 3_000_000])?;
        Ok(values)
    }),
    ("hashes-beyond", |_, values, _| {
        pseudonym::keyed_hash("", "", &[], &[7])?;
        Ok(values)
    }),
];

fn hashed(key: &str, values: Column) -> Result<Column, PluginError> {
    let digests = pseudonym::keyed_hash(key, "honest", &values.data, &values.ends)?;
    let mut data = Vec::new();
    let mut ends = Vec::new();
    for (row, digest) in digests.chunks(32).enumerate() {
        if values.nulls.get(row / 8).is_none_or(|bits| bits >> (row % 8) & 1 == 0) {
            digest[..8].iter().for_each(|byte| data.extend(format!("{byte:02x}").bytes()));
        }
        ends.push(data.len() as u32);
    }
    Ok(Column { data, ends, nulls: values.nulls })
}

fn written(values: &Column, text: &str) -> Result<Column, PluginError> {
    let rows = values.ends.len();
    let ends = (1..=rows).map(|row| (row * text.len()) as u32).collect();
    Ok(Column { data: text.repeat(rows).into_bytes(), ends, nulls: vec![] })
}

fn one_more(_: &Opened, mut values: Column, _: Vec<Column>) -> Result<Column, PluginError> {
    values.ends.push(values.data.len() as u32);
    Ok(values)
}

fn ends_turned(_: &Opened, mut values: Column, _: Vec<Column>) -> Result<Column, PluginError> {
    values.ends.reverse();
    Ok(values)
}

fn asks_the_database(_: &Opened, values: Column, _: Vec<Column>) -> Result<Column, PluginError> {
    match database::query("SELECT 1", &[]) {
        Ok(_) => Ok(values),
        Err(QueryError::Denied(why)) => Err(PluginError::Denied(why)),
        Err(_) => Err(PluginError::Failed("it was not denied".into())),
    }
}

fn nothing() -> crate::ColumnInfo {
    crate::ColumnInfo {
        schema: String::new(),
        table: String::new(),
        name: String::new(),
        type_name: "text".into(),
        base_type: "text".into(),
        labels: vec![],
        max_length: None,
        nullable: true,
        unique: false,
        join_group: None,
        group_type: None,
        group_max_length: None,
        estimated_rows: None,
        extra: None,
    }
}
