//! A strategy that is ready for one column.

use super::{
    MaskingPower, Parts,
    check::masked_in,
    instance::{Asked, Instance},
};
use crate::{
    call::bounded,
    convert::{
        column::{column_out, info_out},
        error::error_in,
    },
    fault::fault,
};
use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind, PluginError},
    mask::{Column, ColumnInfo, ContextColumn, Masking, Opening},
};
use std::{collections::HashSet, sync::Arc};
use wasmtime::component::ResourceAny;

/// An open strategy, and what it takes to open it again: the instance may be given up between two batches.
pub(super) struct Opened {
    parts: Arc<Parts>,
    power: MaskingPower,
    asked: Asked,
    target: ColumnInfo,
    context: Vec<ContextColumn>,
    /// None after a call that broke it, or that made it grow too far.
    ready: Option<Ready>,
}

struct Ready {
    instance: Instance,
    strategy: ResourceAny,
}

/// Why a call did not end well: the plugin's fault, or that of a plugin inside of it.
enum Broken {
    Own(FaultKind),
    Inner(Box<Fault>),
}

impl From<FaultKind> for Broken {
    fn from(kind: FaultKind) -> Self {
        Self::Own(kind)
    }
}

impl Opened {
    /// Makes an instance and opens the strategy in it.
    ///
    /// # Errors
    /// Why the strategy refuses, or how the plugin broke.
    pub(super) async fn open(parts: Arc<Parts>, wanted: Arc<[String]>, opening: Opening<'_>) -> Result<Self, Fault> {
        let power =
            MaskingPower { keys: opening.keys, strategies: opening.strategies, nesting: opening.nesting, wanted };
        let asked = Asked {
            strategy: opening.strategy.to_owned(),
            options: opening.options.to_string(),
            target: info_out(opening.target),
            row: opening.row.iter().map(info_out).collect(),
        };
        let target = opening.target.clone();
        let mut opened = Self { parts, power, asked, target, context: Vec::new(), ready: None };
        let (ready, context) = opened.start().await.map_err(|broken| opened.fault("open", broken))?;
        opened.context = context;
        opened.ready = Some(ready);
        Ok(opened)
    }

    // By `&mut`: an instance is not `Sync`, and futures of these calls move between threads.
    async fn start(&mut self) -> Result<(Ready, Vec<ContextColumn>), Broken> {
        let limit = self.parts.maker.limits.call_timeout;
        let mut instance = bounded(limit, Instance::make(&self.parts)).await?;
        instance.begin(Some(self.power.clone()));
        let opened = bounded(limit, async {
            Ok(match instance.open(&self.asked).await? {
                Ok(strategy) => Ok((strategy, instance.context_columns(strategy).await?)),
                Err(refused) => Err(refused),
            })
        })
        .await;
        instance.end();
        if let Some(inner) = instance.inner_fault() {
            return Err(Broken::Inner(Box::new(inner)));
        }
        let (strategy, context) = opened?.map_err(|refused| FaultKind::Reported(error_in(refused)))?;
        self.check_context(&context, &instance)?;
        Ok((Ready { instance, strategy }, context))
    }

    /// Every column that it wants to see is there, once; and what its inner strategies want to see masked it has masked
    /// itself: else they would be given the original, and might write it out.
    fn check_context(&self, context: &[ContextColumn], instance: &Instance) -> Result<(), FaultKind> {
        let mut seen = HashSet::new();
        for column in context {
            if !self.asked.row.iter().any(|other| other.name == column.name) {
                return Err(FaultKind::Malformed(format!(
                    "it wants to see column `{}`, which its row does not have",
                    crate::log::one_line(&column.name)
                )));
            }
            if !seen.insert(column) {
                return Err(FaultKind::Malformed(format!("it wants to see column `{}` twice", column.name)));
            }
        }
        require_masked(instance, context)
    }

    async fn work(&mut self, values: &Column, context: &[Column]) -> Result<Column, Broken> {
        self.check_batch(values, context)?;
        let mut ready = match self.ready.take() {
            Some(ready) => ready,
            None => self.restart().await?,
        };
        let (values_out, context_out) = (column_out(values), context.iter().map(column_out).collect::<Vec<_>>());
        let limit = self.parts.maker.limits.call_timeout;
        ready.instance.begin(Some(self.power.clone()));
        let answer = bounded(limit, ready.instance.mask(ready.strategy, &values_out, &context_out)).await;
        ready.instance.end();
        let (inner, answer) = (ready.instance.inner_fault(), answer);
        let asked_later = require_masked(&ready.instance, &self.context);
        if answer.is_ok() && asked_later.is_ok() && !ready.instance.is_worn() {
            self.ready = Some(ready);
        }
        if let Some(inner) = inner {
            return Err(Broken::Inner(Box::new(inner)));
        }
        asked_later?;
        let masked = answer?.map_err(|error| FaultKind::Reported(error_in(error)))?;
        Ok(masked_in(values, masked, &self.target).map_err(FaultKind::Malformed)?)
    }

    async fn restart(&mut self) -> Result<Ready, Broken> {
        let (ready, context) = self.start().await?;
        if context != self.context {
            let why = "opened again, it wants to see other columns than before";
            return Err(FaultKind::Malformed(why.to_owned()).into());
        }
        Ok(ready)
    }

    /// What is not the plugin's fault: a batch that was put together wrongly.
    fn check_batch(&self, values: &Column, context: &[Column]) -> Result<(), FaultKind> {
        let fits = context.len() == self.context.len() && context.iter().all(|column| column.len() == values.len());
        match fits {
            true => Ok(()),
            false => {
                let why = "the batch does not have the columns, or the rows, that the strategy was promised";
                Err(FaultKind::Reported(PluginError::Failed(why.to_owned())))
            }
        }
    }

    fn fault(&self, call: &str, broken: Broken) -> Fault {
        match broken {
            Broken::Inner(fault) => *fault,
            Broken::Own(kind) => {
                Fault { item: Some(self.asked.strategy.clone()), ..fault(&self.parts.maker.plugin, call, kind) }
            }
        }
    }
}

fn require_masked(instance: &Instance, context: &[ContextColumn]) -> Result<(), FaultKind> {
    let original = |name: &String| {
        let of_name = context.iter().filter(|column| column.name == *name);
        of_name.clone().count() == 0 || of_name.clone().any(|column| !column.masked)
    };
    match instance.wanted_masked().iter().find(|name| original(name)) {
        None => Ok(()),
        Some(name) => Err(FaultKind::Reported(PluginError::Failed(format!(
            "a strategy inside of it wants to see column `{name}` as it is after masking, and it passes on the original"
        )))),
    }
}

impl Masking for Opened {
    fn context_columns(&self) -> &[ContextColumn] {
        &self.context
    }

    fn mask<'a>(&'a mut self, values: &'a Column, context: &'a [Column]) -> BoxFuture<'a, Result<Column, Fault>> {
        Box::pin(async move { self.work(values, context).await.map_err(|broken| self.fault("mask", broken)) })
    }
}
