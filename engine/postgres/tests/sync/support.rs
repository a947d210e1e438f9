//! Two databases on one server, plans made from what they hold, and strategies written in Rust.

use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind},
    mask::{Column, ContextColumn, Masking},
    sync::{
        ColumnMask, ColumnPlan, ContextPlace, Name, PLAN_VERSION, Plan, Progress, TableCopied, TableMasks, TablePlan,
    },
};
use confiture_postgres::{
    connect::{ConnectOptions, Environment, connect},
    scratch::{Scratch, ScratchOptions},
    sync::{self, Copied, Ends, SourceSnapshot, SyncError},
};
use std::{
    ffi::OsString,
    future::pending,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, SimpleQueryMessage};

struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _name: &str) -> Option<OsString> {
        None
    }
    fn home(&self) -> Option<PathBuf> {
        None
    }
    fn user_name(&self) -> Option<String> {
        None
    }
}

/// A source and a target.
pub struct Pair {
    pub ends: Ends,
    pub source: Client,
    pub target: Client,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Two databases that have the same schema, on the server that all tests share.
pub async fn pair(schema: &str) -> Pair {
    static SERVER: OnceCell<Scratch> = OnceCell::const_new();
    let settings = [("max_connections", "200"), ("max_prepared_transactions", "0")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let start = || async { Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.unwrap() };
    pair_on(SERVER.get_or_init(start).await, schema).await
}

/// The same on a server of the test's own.
pub async fn pair_on(server: &Scratch, schema: &str) -> Pair {
    pair_between(server, server, schema).await
}

/// From one server to another: where nothing is written at the source, its transactions do not move.
pub async fn pair_between(source: &Scratch, target: &Scratch, schema: &str) -> Pair {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut both = Vec::new();
    for (end, server) in [("source", source), ("target", target)] {
        let name = format!("{end}_{number}");
        server.create_database(&name).await.unwrap();
        both.push(ConnectOptions::from_url(&server.url(&name), &Nothing).unwrap());
    }
    let (target, source) = (both.pop().unwrap(), both.pop().unwrap());
    let ends = Ends { source, target, client: "ada@läptop".to_owned() };
    let pair = Pair { source: open(&ends.source).await, target: open(&ends.target).await, ends };
    for client in [&pair.source, &pair.target] {
        client.batch_execute(schema).await.unwrap();
    }
    pair
}

pub async fn open(options: &ConnectOptions) -> Client {
    connect(options).await.unwrap().client
}

/// The only column of the only row of a query.
pub async fn value(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    row.unwrap_or_else(|| panic!("no row: {sql}"))
}

/// A sum of all rows of a table, whatever their order.
pub async fn sum(client: &Client, table: &str) -> String {
    let sql =
        format!("SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t");
    value(client, &sql).await
}

impl Pair {
    pub async fn fill(&self, sql: &str) {
        self.source.batch_execute(sql).await.unwrap();
    }

    /// All tables of schema public in the order of their names, or those that are named, in that order.
    pub async fn plan(&self, tables: &[&str]) -> Plan {
        let mut names: Vec<String> = tables.iter().map(|name| (*name).to_owned()).collect();
        if names.is_empty() {
            let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                ORDER BY relname";
            names = self.source.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        }
        let mut plans = Vec::new();
        for name in names {
            plans.push(table_plan(&self.source, &name).await);
        }
        static RUN: AtomicU64 = AtomicU64::new(1);
        let number = RUN.fetch_add(1, Ordering::Relaxed);
        Plan {
            plan_version: PLAN_VERSION,
            run: format!("{number:08x}{:024x}", std::process::id()),
            profile: None,
            tables: plans,
            sequences: Vec::new(),
            refresh: Vec::new(),
            cycles: Vec::new(),
            unchecked: Vec::new(),
            replace: false,
            fire_triggers: false,
            large_objects: false,
            workers: 1,
        }
    }

    /// Runs a plan with these masks.
    pub async fn run(&self, plan: &mut Plan, masks: Masks) -> Result<Copied, SyncError> {
        let snapshot = SourceSnapshot::take(&self.ends).await?;
        self.run_in(plan, masks, &snapshot).await
    }

    pub async fn run_in(&self, plan: &mut Plan, masks: Masks, snapshot: &SourceSnapshot) -> Result<Copied, SyncError> {
        let masks = masks.marked(plan);
        sync::run(plan, &self.ends, snapshot, Arc::new(masks), Arc::new(Steps::default()), pending()).await
    }

    /// Runs a plan of all tables without masks, and compares each table with the source.
    pub async fn copy_all(&self, plan: &mut Plan) -> Vec<TableCopied> {
        let copied = self.run(plan, Masks::default()).await.unwrap();
        self.compare(plan).await;
        copied.tables
    }

    pub async fn compare(&self, plan: &Plan) {
        for table in &plan.tables {
            let name = format!("\"{}\".\"{}\"", table.table.schema, table.table.name);
            assert_eq!(sum(&self.target, &name).await, sum(&self.source, &name).await, "{name}");
        }
    }
}

pub fn name(name: &str) -> Name {
    Name { schema: "public".to_owned(), name: name.to_owned() }
}

async fn table_plan(client: &Client, table: &str) -> TablePlan {
    let sql = "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type, attidentity = 'a' AS always
        FROM pg_attribute WHERE attrelid = ('public.' || quote_ident($1))::regclass AND attnum > 0 AND NOT attisdropped
        AND attgenerated = '' ORDER BY attnum";
    let rows = client.query(sql, &[&table]).await.unwrap();
    let columns = rows
        .iter()
        .map(|row| ColumnPlan {
            name: row.get("name"),
            type_name: row.get("type"),
            base_type: row.get("type"),
            identity_always: row.get("always"),
            masked: false,
        })
        .collect();
    let sql = "SELECT a.attname::text AS name FROM pg_constraint k, unnest(k.conkey) key, pg_attribute a
        WHERE k.conrelid = ('public.' || quote_ident($1))::regclass AND k.contype = 'p'
        AND a.attrelid = k.conrelid AND a.attnum = key";
    let key = client.query(sql, &[&table]).await.unwrap().iter().map(|row| row.get("name")).collect();
    let sql = "SELECT pg_relation_size(('public.' || quote_ident($1))::regclass)";
    let bytes: i64 = client.query_one(sql, &[&table]).await.unwrap().get(0);
    TablePlan {
        table: name(table),
        columns,
        condition: None,
        whole: false,
        limit: None,
        primary_key: key,
        estimated_rows: None,
        bytes: u64::try_from(bytes).ok(),
        masked: false,
    }
}

/// What a strategy of the tests does to a value.
pub type Rule = Arc<dyn Fn(&Column, &[Column]) -> Result<Column, Fault> + Send + Sync>;

#[derive(Clone)]
struct One {
    table: String,
    column: String,
    rule: Rule,
    context: Vec<(String, bool)>,
    array: bool,
    batch_rows: Option<u32>,
}

/// Strategies by table and column.
#[derive(Clone, Default)]
pub struct Masks {
    all: Vec<One>,
    plan: Vec<TablePlan>,
}

impl Masks {
    /// Replaces every value of a column, one by one.
    pub fn each(self, table: &str, column: &str, rule: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.with(table, column, move |values, _| Ok(values.iter().map(|value| value.map(&rule)).collect()))
    }

    /// Masks a column by the batch.
    pub fn with(
        mut self,
        table: &str,
        column: &str,
        rule: impl Fn(&Column, &[Column]) -> Result<Column, Fault> + Send + Sync + 'static,
    ) -> Self {
        let (table, column) = (table.to_owned(), column.to_owned());
        self.all.push(One { table, column, rule: Arc::new(rule), context: Vec::new(), array: false, batch_rows: None });
        self
    }

    /// The one before wants to see these: by name, and whether masked.
    pub fn seeing(mut self, context: &[(&str, bool)]) -> Self {
        let last = self.all.last_mut().unwrap();
        last.context = context.iter().map(|(name, masked)| ((*name).to_owned(), *masked)).collect();
        self
    }

    pub fn array(mut self) -> Self {
        self.all.last_mut().unwrap().array = true;
        self
    }

    pub fn batch_rows(mut self, rows: u32) -> Self {
        self.all.last_mut().unwrap().batch_rows = Some(rows);
        self
    }

    /// Marks in the plan what is masked.
    pub fn marked(mut self, plan: &mut Plan) -> Self {
        for table in &mut plan.tables {
            for column in &mut table.columns {
                column.masked = self.all.iter().any(|one| one.table == table.table.name && one.column == column.name);
                table.masked |= column.masked;
            }
        }
        self.plan = plan.tables.clone();
        self
    }
}

impl TableMasks for Masks {
    fn open<'a>(&'a self, table: usize) -> BoxFuture<'a, Result<Vec<ColumnMask>, Fault>> {
        let plan = &self.plan[table];
        let place = |name: &str| plan.columns.iter().position(|column| column.name == name).unwrap();
        let masks = self.all.iter().filter(|one| one.table == plan.table.name).map(|one| ColumnMask {
            column: place(&one.column),
            array: one.array,
            masking: Box::new(Fake(Arc::clone(&one.rule))),
            context: one
                .context
                .iter()
                .map(|(name, masked)| ContextPlace { column: place(name), masked: *masked })
                .collect(),
            batch_rows: one.batch_rows,
        });
        let masks = masks.collect();
        Box::pin(async move { Ok(masks) })
    }
}

struct Fake(Rule);

impl Masking for Fake {
    fn context_columns(&self) -> &[ContextColumn] {
        &[]
    }

    fn mask<'a>(&'a mut self, values: &'a Column, context: &'a [Column]) -> BoxFuture<'a, Result<Column, Fault>> {
        Box::pin(async move { (self.0)(values, context) })
    }
}

pub fn trap() -> Fault {
    Fault {
        plugin: "fake".to_owned(),
        item: Some("test".to_owned()),
        call: "mask".to_owned(),
        kind: FaultKind::Trap("unreachable".to_owned()),
    }
}

/// Remembers what it was told.
#[derive(Default)]
pub struct Steps {
    pub rows: AtomicU64,
    pub steps: Mutex<Vec<String>>,
}

impl Progress for Steps {
    fn copied(&self, _table: usize, rows: u64, _bytes: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
    fn table_done(&self, _table: usize) {}
    fn step(&self, what: &str) {
        self.steps.lock().unwrap().push(what.to_owned());
    }
}
