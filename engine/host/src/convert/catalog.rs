//! What a schema holds beside its relations.

use super::age::days_since;
use crate::{bindings::confiture::plugin::catalog as wit, convert::object::span_out};
use confiture_model::{plugin::SchemaView, schema as model};

pub(crate) fn overview(view: &SchemaView) -> wit::Overview {
    let snapshot = &view.snapshot;
    wit::Overview {
        server_version: snapshot.server_version,
        environment: view.environment.clone(),
        relations: count(&snapshot.relations),
        routines: count(&snapshot.routines),
        type_definitions: count(&snapshot.type_definitions),
        sequences: count(&snapshot.sequences),
        triggers: count(&snapshot.triggers),
        extensions: snapshot.extensions.iter().map(extension).collect(),
        statistics_since: snapshot.statistics_since.clone(),
        extra: statistics_age(snapshot),
    }
}

/// How old the statistics of a database in use are: `{"statistics_days": 31.5}`.
fn statistics_age(snapshot: &model::Snapshot) -> Option<String> {
    let days = days_since(snapshot.statistics_since.as_deref().filter(|_| snapshot.live)?)?;
    Some(serde_json::json!({ "statistics_days": days }).to_string())
}

/// No catalog holds four thousand million of anything; one that did would still be read to its end, page by page.
fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

fn extension(extension: &model::Extension) -> wit::Extension {
    wit::Extension {
        name: extension.name.clone(),
        schema: extension.schema.clone(),
        version: extension.version.clone(),
    }
}

pub(crate) fn routine(routine: &model::Routine) -> wit::Routine {
    wit::Routine {
        schema: routine.schema.clone(),
        name: routine.name.clone(),
        kind: routine.kind.clone(),
        arguments: routine.arguments.clone(),
        language: routine.language.clone(),
        volatility: routine.volatility.clone(),
        security_definer: routine.security_definer,
        settings: routine.settings.clone(),
        owner: routine.owner.clone(),
        comment: routine.comment.clone(),
        definition: routine.definition.clone(),
        source: routine.source.as_ref().map(span_out),
        extra: routine.extra.clone(),
    }
}

pub(crate) fn type_definition(definition: &model::TypeDefinition) -> wit::TypeDefinition {
    wit::TypeDefinition {
        schema: definition.schema.clone(),
        name: definition.name.clone(),
        kind: definition.kind.clone(),
        labels: definition.labels.clone(),
        base_type: definition.base_type.clone(),
        checks: definition.checks.clone(),
        comment: definition.comment.clone(),
        source: definition.source.as_ref().map(span_out),
        extra: definition.extra.clone(),
    }
}

pub(crate) fn sequence(sequence: &model::Sequence) -> wit::Sequence {
    wit::Sequence {
        schema: sequence.schema.clone(),
        name: sequence.name.clone(),
        type_name: sequence.type_name.clone(),
        owned_by: sequence.owned_by.clone(),
        identity: sequence.identity,
        cycles: sequence.cycles,
        used_fraction: sequence.used_fraction,
        extra: sequence.extra.clone(),
    }
}

pub(crate) fn trigger(trigger: &model::Trigger) -> wit::Trigger {
    wit::Trigger {
        schema: trigger.schema.clone(),
        table: trigger.table.clone(),
        name: trigger.name.clone(),
        row_level: trigger.row_level,
        enabled: trigger.enabled,
        function: trigger.function.clone(),
        definition: trigger.definition.clone(),
        extra: trigger.extra.clone(),
    }
}
