//! Everything that is known before anything is touched: schemas, rights, the profile, the plan.

use super::{
    Sync,
    ends::{Chosen, guarded, variable},
    print,
    run::failed,
    schema,
};
use crate::{
    commands::anonymize::work::{failure, look, plugins},
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    output,
    project::Project,
};
use confiture_engine::{
    anonymize::{
        profile::Profile,
        prove::{Unproven, prove},
        report::refuse_unclassified,
        resolve::{Request as Resolving, Resolved, resolve},
        verify::SAMPLE_ROWS,
    },
    sync::{self, Masks, Planned, RefusalKind, Refusals, Request, mark, report::Report, root_names},
};
use confiture_model::{
    sampling::TextQueries as _,
    schema::{Parts, Snapshot},
    session::Session as _,
    sync::{EndFacts, MaskedRule, Name, ProfileMark},
};
use confiture_postgres::{
    connect::connect,
    session::PgSession,
    sync::{Ends, SourceSnapshot, ask, ends::facts},
    text_queries::PgTextQueries,
};

/// One of the two databases, looked at.
pub struct Side {
    /// The connection.
    pub session: PgSession,
    /// Its schema.
    pub snapshot: Snapshot,
    /// What the login may do.
    pub facts: EndFacts,
}

/// A run that may be begun.
pub struct Prepared {
    /// The plan, and what to know.
    pub planned: Planned,
    /// The profile, resolved; none where nothing is masked.
    pub resolved: Option<Resolved>,
    /// What the proof may find.
    pub rules: Vec<Vec<MaskedRule>>,
    /// What masks.
    pub masks: Masks,
    /// The source.
    pub source: Side,
    /// The two databases.
    pub ends: Ends,
    /// For people.
    pub shown: (String, String),
    /// Rows of how many tables of the target are there already.
    pub held: usize,
}

/// A run that may not.
pub struct Refused {
    refusals: Refusals,
    shown: (String, String),
}

impl Refused {
    /// Says why.
    pub fn end(self, global: &Global, dry_run: bool) -> Result<Exit, Failure> {
        let kinds = |kind: RefusalKind| matches!(kind, RefusalKind::Usage | RefusalKind::Condition);
        let exit = if self.refusals.0.iter().all(|refusal| kinds(refusal.kind)) { Exit::Usage } else { Exit::Refused };
        if !dry_run && global.format.unwrap_or(Wanted::Text) == Wanted::Text {
            return Err(Failure::new(exit, format!("nothing was touched:\n{}", self.refusals)));
        }
        let (source, target) = self.shown;
        print(global, &Report::refused(self.refusals.0, source, target))?;
        Ok(exit)
    }
}

impl Prepared {
    /// Looks at both databases, resolves the profile, tries it on samples, and makes the plan.
    pub async fn load(global: &Global, command: &Sync) -> Result<Result<Self, Refused>, Failure> {
        let project = Project::load(global)?;
        let (from, to) = command.sides.choose(&project)?;
        let profile = command.sides.profile(&project, &to)?;
        let shown = (from.shown(), to.shown());
        let source = Side::open(&from, "source", false).await?;
        let mut target = Side::open(&to, "target", true).await?;
        let guard = guarded(&project, &to);
        let mut work = Work { command, guard, source: &source, run: sync::run_name(), mark: None, resolved: None };
        let refused = |refusals| Ok(Err(Refused { refusals, shown: shown.clone() }));
        let mut refusals = Refusals::default();
        if command.create_schema
            && let Err(found) = schema::build(&mut work, &mut target, (&from, &to)).await?
        {
            return refused(found);
        }
        let mut suspicions = Vec::new();
        if let Some(profile) = &profile {
            let resolved = resolve_for(&project, profile, &source, &target).await?;
            let sampled = source.copied(&resolved, &command.tables);
            work.mark = Some(mark(&resolved).map_err(Failure::with(Exit::Configuration))?);
            let resolved = work.resolved.insert(resolved);
            suspicions = look(&source.session, &sampled, SAMPLE_ROWS).await?;
            if command.strict {
                refuse_unclassified(profile, resolved, &suspicions).map_err(Failure::with(Exit::Configuration))?;
            }
            try_on_samples(resolved, &sampled, &source, &mut refusals).await?;
        }
        work.try_conditions(&mut refusals).await?;
        let planned = match work.plan(&target.snapshot, &target.facts) {
            Ok(planned) if refusals.0.is_empty() => planned,
            Ok(_) => return refused(refusals),
            Err(mut found) => {
                found.0.extend(refusals.0);
                return refused(found);
            }
        };
        let held =
            planned.plan.tables.iter().filter(|table| {
                target.facts.tables.get(&table.table).is_some_and(|facts| facts.holds_rows == Some(true))
            });
        let held = held.count();
        let (resolved, roots) = (work.resolved.take(), root_names(&source.snapshot));
        let root_of = |schema: &str, name: &str| roots(schema, name);
        let rules = sync::rules(&planned.plan, resolved.as_ref(), &suspicions, &root_of);
        let masks =
            Masks::new(&planned.plan, resolved.as_ref(), &root_of).map_err(Failure::with(Exit::Configuration))?;
        drop(roots);
        let ends = ends(&from, &to);
        Ok(Ok(Self { planned, resolved, rules, masks, source, ends, shown, held }))
    }
}

/// Both databases, as whoever copies wants them.
pub fn ends(from: &Chosen, to: &Chosen) -> Ends {
    Ends { source: from.options.clone(), target: to.options.clone(), client: crate::migrations::client() }
}

impl Prepared {
    /// Asks the source's rows, in this snapshot or in a new one, whether they break what the target has validated. Answers
    /// what more there is to know.
    pub async fn judge(&mut self, snapshot: Option<&SourceSnapshot>) -> Result<Result<Vec<String>, Refused>, Failure> {
        let Planned { plan, doubts, notices } = &mut self.planned;
        if doubts.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let taken = match snapshot {
            Some(_) => None,
            None => Some(SourceSnapshot::take(&self.ends).await.map_err(|error| failed(&error))?),
        };
        let Some(snapshot) = snapshot.or(taken.as_ref()) else { return Ok(Ok(Vec::new())) };
        let answers = ask(plan, doubts, &self.ends, snapshot).await.map_err(|error| failed(&error))?;
        let (refusals, more) = sync::judge(plan, doubts, &answers);
        if !refusals.0.is_empty() {
            return Ok(Err(Refused { refusals, shown: self.shown.clone() }));
        }
        notices.extend(more.iter().cloned());
        Ok(Ok(more))
    }
}

impl Side {
    /// Connects, and looks.
    pub async fn open(chosen: &Chosen, what: &str, is_target: bool) -> Result<Self, Failure> {
        let said = |error: &dyn std::fmt::Display| Failure::new(Exit::Database, format!("the {what}: {error}"));
        let connection = connect(&chosen.options).await.map_err(|error| said(&error))?;
        let mut session = PgSession::new(connection.client).live();
        let snapshot = session.snapshot(Parts::ALL).await.map_err(|error| said(&error))?;
        let facts = facts(session.client(), &chosen.shown(), is_target).await.map_err(|error| said(&error))?;
        Ok(Self { session, snapshot, facts })
    }

    /// Its schema with the tables alone whose rows are copied and may be read: of no other is a sample taken. That one may
    /// not be read though it is copied is for the plan to say.
    fn copied(&self, resolved: &Resolved, tables: &[String]) -> Snapshot {
        let mut sampled = self.snapshot.clone();
        sampled.relations.retain(|one| {
            let name = Name { schema: one.schema.clone(), name: one.name.clone() };
            let readable = self.facts.tables.get(&name).is_none_or(|facts| facts.readable && !facts.hides_rows);
            let skipped = resolved.skipped.iter().any(|skip| skip.schema == one.schema && skip.name == one.name);
            readable && !skipped && sync::chosen(tables, &one.schema, &one.name)
        });
        sampled
    }

    /// Looks again.
    pub async fn again(&mut self) -> Result<(), Failure> {
        self.snapshot = self.session.snapshot(Parts::ALL).await.map_err(Failure::with(Exit::Database))?;
        let place = self.facts.place.clone();
        self.facts = facts(self.session.client(), &place, true).await.map_err(Failure::with(Exit::Database))?;
        Ok(())
    }
}

/// What is put together on the way.
pub struct Work<'a> {
    pub command: &'a Sync,
    guard: Option<String>,
    pub source: &'a Side,
    run: String,
    mark: Option<ProfileMark>,
    resolved: Option<Resolved>,
}

impl Work<'_> {
    /// The plan for a target of this schema and these rights.
    pub fn plan(&self, target: &Snapshot, facts: &EndFacts) -> Result<Planned, Refusals> {
        sync::plan(Request {
            source: &self.source.snapshot,
            target,
            source_end: &self.source.facts,
            target_end: facts,
            guarded: self.guard.as_deref(),
            resolved: self.resolved.as_ref(),
            profile: self.mark.as_ref(),
            options: &self.command.options(),
            run: &self.run,
        })
    }

    /// Conditions are tried where they will be asked: PostgreSQL plans them, and reads nothing.
    async fn try_conditions(&self, refusals: &mut Refusals) -> Result<(), Failure> {
        let options = self.command.options();
        let all = options.conditions.iter().map(|one| ("--where", one));
        let all = all.chain(options.subsets.iter().map(|one| ("--subset", one)));
        let mut queries = PgTextQueries::new(self.source.session.client());
        for (option, (written, condition)) in all {
            for relation in sync::tables_of(&self.source.snapshot, written) {
                let sql = sync::condition_query(relation, condition);
                if let Err(error) = queries.read(&sql).await {
                    let message = format!("{option} {written}: PostgreSQL does not take the condition: {error}");
                    let help = "write a condition on the table's own columns; functions and other tables with their \
                                schema";
                    refusals.say(RefusalKind::Condition, message, help.to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Resolves a profile for the source. Tables that are not copied and that the target has filled may be referred to.
pub async fn resolve_for(
    project: &Project,
    profile: &Profile,
    source: &Side,
    target: &Side,
) -> Result<Resolved, Failure> {
    let filled = target.facts.tables.iter().filter(|(_, facts)| facts.holds_rows == Some(true));
    let held: Vec<(String, String)> = filled.map(|(name, _)| (name.schema.clone(), name.name.clone())).collect();
    let plugins = plugins(project).await?;
    let request = Resolving { profile, snapshot: &source.snapshot, plugins: &plugins, env: &variable, held: &held };
    let resolved = resolve(request).await.map_err(Failure::with(Exit::Configuration))?;
    for notice in &resolved.notices {
        output::warn(notice);
    }
    Ok(resolved)
}

/// Every strategy on made-up values and on sampled rows: promises, lengths, CHECK constraints, domains.
async fn try_on_samples(
    resolved: &Resolved,
    sampled: &Snapshot,
    source: &Side,
    refusals: &mut Refusals,
) -> Result<(), Failure> {
    let mut queries = PgTextQueries::new(source.session.client());
    match prove(resolved, sampled, &mut queries, SAMPLE_ROWS).await {
        Ok(found) => found.remarks.iter().for_each(output::warn),
        Err(Unproven::Broken(problems)) => refusals.say(RefusalKind::Profile, problems.to_string(), None),
        Err(Unproven::Sample(error)) => return Err(failure(error)),
    }
    Ok(())
}
