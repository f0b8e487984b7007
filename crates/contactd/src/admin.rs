//! `contactd workspace` and `contactd key`: beside a server that may be running.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use app::{
    App, Error, KeyRequest, Location, Missing, Rate, Settings, Store, SystemClock, Workspace, WorkspaceNumber,
};
use model::{Catalog, KeyId, OnHeldBack, Policy, Precondition, Timestamp, Violation};

use crate::cli::{DatabaseArgs, KeyChangeArgs, KeyCommand, KeyCreateArgs, WorkspaceCommand};
use crate::config::location;

async fn open(database: &DatabaseArgs) -> anyhow::Result<App> {
    let location = location(&database.database)?;
    // Not the text that was given, which may hold a password.
    let opened = Store::open_beside(&location).await;
    let store = opened.with_context(|| format!("cannot open the database {location}"))?;
    Ok(App::new(store, Arc::new(SystemClock), Settings::default()))
}

/// Opens a database that must be there already.
pub(crate) async fn open_existing(database: &DatabaseArgs) -> anyhow::Result<App> {
    check_exists(&location(&database.database)?)?;
    open(database).await
}

/// Passes if a file is there, so that a mistyped path makes no new one.
pub(crate) fn check_exists(location: &Location) -> anyhow::Result<()> {
    match location {
        Location::Sqlite(path) if !path.exists() => {
            Err(anyhow!("hint: `contactd workspace create` makes one; --database names it")
                .context(format!("there is no database at {}", path.display())))
        }
        _ => Ok(()),
    }
}

/// The workspace with this name or id.
pub(crate) async fn find_workspace(app: &App, name: &str) -> anyhow::Result<Workspace> {
    app.find_workspace(name).await.map_err(no_workspace)
}

fn no_workspace(fault: Error) -> anyhow::Error {
    match fault {
        Error::NotFound(Missing::Workspace) => {
            anyhow!("hint: `contactd workspace list` shows them").context("no such workspace")
        }
        fault => anyhow::Error::new(fault),
    }
}

pub(crate) async fn verify(database: &DatabaseArgs) -> anyhow::Result<()> {
    let verified = open_existing(database).await?.verify().await?;
    if verified.faults.is_empty() {
        return print(&[format!("ok: {} contacts, {} events", verified.contacts, verified.events)]);
    }
    bail!("the database is damaged:\n{}", verified.faults.join("\n"))
}

pub(crate) async fn workspace(command: WorkspaceCommand) -> anyhow::Result<()> {
    match command {
        WorkspaceCommand::Create { name, database } => {
            let made = open(&database).await?.create_workspace(&name).await;
            print(&[made.with_context(|| format!("cannot make the workspace '{name}'"))?.id.to_string()])
        }
        WorkspaceCommand::Rename { workspace, name, database } => {
            let app = open_existing(&database).await?;
            let caller = app.operator(&find_workspace(&app, &workspace).await?);
            let renamed = app.rename_workspace(&caller, &Precondition::default(), &name).await;
            renamed.with_context(|| format!("cannot rename the workspace '{workspace}'"))?;
            Ok(())
        }
        WorkspaceCommand::Set { workspace, filterable, database } => {
            let app = open_existing(&database).await?;
            let caller = app.operator(&find_workspace(&app, &workspace).await?);
            let set = |catalog: &mut Catalog| {
                let set = catalog.set_filterable_members(filterable.clone());
                set.map_err(|kind| Violation::new("filterable", kind).into())
            };
            let changed = app.update_settings(&caller, &Precondition::default(), set).await;
            let what = || format!("cannot change the workspace '{workspace}'");
            match changed {
                Err(Error::Rejected(why)) => {
                    Err(anyhow!(api_native::reasons(&why).join("; ")).context(what()))
                }
                changed => changed.map(drop).with_context(what),
            }
        }
        WorkspaceCommand::List { database } => {
            let all = open_existing(&database).await?.list_workspaces().await?;
            let line = |each: &Workspace| {
                format!("{}  {}  {}", each.id, each.created_at.to_rfc3339_seconds(), each.name)
            };
            print(&all.iter().map(line).collect::<Vec<_>>())
        }
    }
}

pub(crate) async fn key(command: KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create(args) => create(args).await,
        KeyCommand::List { database } => list(&database).await,
        KeyCommand::Change(args) => change(args).await,
        KeyCommand::Rotate { id, overlap, database } => {
            let overlap = Duration::from_secs(u64::from(overlap) * 3600);
            let app = open_existing(&database).await?;
            let rotated = app.rotate_key(None, (key_id(&id)?, &Precondition::default()), overlap).await;
            print(&[rotated.map_err(|fault| no_key(fault, &id))?.secret])
        }
        KeyCommand::History { id, database } => {
            let app = open_existing(&database).await?;
            let history = app.key_history(None, key_id(&id)?, None, u32::MAX).await;
            let history = history.map_err(|fault| no_key(fault, &id))?;
            let (keys, workspaces) = (app.list_keys(None).await?, app.list_workspaces().await?);
            print(&api_native::key_changes(&history, keys, &workspaces))
        }
        KeyCommand::Undo { id, revision, on_conflict, database } => {
            let app = open_existing(&database).await?;
            let key = (key_id(&id)?, &Precondition::default());
            match app.undo_key_change(None, key, revision, on_conflict).await {
                Err(Error::NotFound(Missing::Change)) => {
                    Err(anyhow!("hint: `contactd key history {id}` shows the revisions")
                        .context(format!("no change of the key made revision {revision}")))
                }
                Err(Error::Rejected(why)) => {
                    Err(anyhow!(api_native::reasons(&why).join("; "))
                        .context("the change was not taken back"))
                }
                undone => undone.map(drop).map_err(|fault| no_key(fault, &id)),
            }
        }
        KeyCommand::Revoke { id, database } => {
            let app = open_existing(&database).await?;
            let revoked = app.revoke_key(None, (key_id(&id)?, &Precondition::default())).await;
            revoked.map_err(|fault| no_key(fault, &id))
        }
    }
}

fn key_id(text: &str) -> anyhow::Result<KeyId> {
    uuid(text).ok_or_else(|| no_key(Error::NotFound(Missing::Key), text))
}

fn no_key(fault: Error, id: &str) -> anyhow::Error {
    match fault {
        Error::NotFound(Missing::Key) => {
            anyhow!("hint: `contactd key list` shows the ids").context(format!("no key has the id '{id}'"))
        }
        fault => no_workspace(fault),
    }
}

async fn change(args: KeyChangeArgs) -> anyhow::Result<()> {
    let expires_at = args.expires.as_deref().map(instant).transpose()?;
    let id = key_id(&args.id)?;
    let rate = args.rate.map(|rate| Rate { burst: args.burst.unwrap_or(rate.burst), ..rate });
    let edit = |request: &mut KeyRequest| {
        replace(&mut request.workspaces, &args.workspaces);
        replace(&mut request.scopes, &args.scopes);
        replace(&mut request.dialects, &args.dialects);
        request.policy.retain(|member, _| !args.no_policy.contains(member));
        request.policy.extend(args.policy.iter().cloned());
        request.on_held_back = args.on_held_back.unwrap_or(request.on_held_back);
        request.demand_version = args.demand_version.unwrap_or(request.demand_version);
        request.rate = rate.or(request.rate).filter(|_| !args.no_rate);
        request.expires_at = expires_at.or(request.expires_at);
        request.name = args.name.clone().unwrap_or(std::mem::take(&mut request.name));
        Ok(())
    };
    let app = open_existing(&args.database).await?;
    let changed = app.update_key(None, (id, &Precondition::default()), edit).await;
    changed.map(drop).map_err(|fault| no_key(fault, &args.id))
}

fn replace<T: Clone>(slot: &mut Vec<T>, given: &[T]) {
    if !given.is_empty() {
        *slot = given.to_vec();
    }
}

async fn create(args: KeyCreateArgs) -> anyhow::Result<()> {
    let expires_at = args.expires.as_deref().map(instant).transpose()?;
    let secret = if args.secret_from_stdin { Some(secret_from_stdin()?) } else { None };
    let request = KeyRequest {
        name: args.name,
        workspaces: args.workspaces,
        scopes: args.scopes,
        dialects: args.dialects,
        compat: args.compat,
        strict: args.strict,
        policy: args.policy.into_iter().collect(),
        on_held_back: args.on_held_back,
        demand_version: args.demand_version,
        rate: args.rate.map(|rate| Rate { burst: args.burst.unwrap_or(rate.burst), ..rate }),
        expires_at,
        secret,
    };
    let issued =
        open_existing(&args.database).await?.create_key(None, request).await.map_err(
            |fault| match fault {
                Error::InUse(_) => anyhow!("a key with this secret exists already"),
                fault => no_workspace(fault),
            },
        )?;
    print(&[issued.secret])
}

async fn list(database: &DatabaseArgs) -> anyhow::Result<()> {
    let app = open_existing(database).await?;
    let workspaces = app.list_workspaces().await?;
    let name = |number: &WorkspaceNumber| {
        workspaces.iter().find(|each| each.number == *number).map_or("?", |each| each.name.as_str())
    };
    let lines: Vec<_> = app
        .list_keys(None)
        .await?
        .iter()
        .map(|key| {
            let state = match (key.revoked_at, key.expires_at) {
                (Some(at), _) => format!("revoked {}", at.to_rfc3339_seconds()),
                (None, Some(at)) => format!("expires {}", at.to_rfc3339_seconds()),
                (None, None) => "active".to_owned(),
            };
            let compat = key.compat.map(|compat| format!("  {compat}")).unwrap_or_default();
            let strict = match key.strict {
                Some(true) => "  strict",
                Some(false) => "  lenient",
                None => "",
            };
            let used =
                key.used_at.map(|at| format!("  used {}", at.to_rfc3339_seconds())).unwrap_or_default();
            let version = if key.demand_version { "  demand-version" } else { "" };
            let rate = key.rate.map(|rate| format!("  {rate}")).unwrap_or_default();
            let policy = key.policy.as_deref().map(rules).unwrap_or_default();
            format!(
                "{}  {}  {}  {}  {state}{used}{compat}{strict}{version}{rate}{policy}  {}",
                key.id,
                join(&key.workspaces, name),
                join(&key.scopes, |scope| scope.as_str()),
                join(&key.dialects, |dialect| dialect.as_str()),
                key.name,
            )
        })
        .map(|line| line.trim_end().to_owned())
        .collect();
    print(&lines)
}

/// A policy as `key create` takes it.
fn rules(policy: &Policy) -> String {
    let rules = policy.rules.iter().map(|(member, rule)| format!("{member}={}", rule.as_str()));
    let held_back = (policy.on_held_back != OnHeldBack::Tell).then(|| "on-held-back=refuse".to_owned());
    format!("  {}", rules.chain(held_back).collect::<Vec<_>>().join(","))
}

fn join<'a, T>(items: &'a [T], text: impl Fn(&'a T) -> &'a str) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(",")
}

fn uuid(text: &str) -> Option<KeyId> {
    match model::Ref::uuid(model::Dialect::Native, text).native {
        Some(model::Native::Uuid(id)) => Some(KeyId(id)),
        _ => None,
    }
}

fn instant(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_date(text)).ok_or_else(|| {
        anyhow!("hint: write 2027-01-31 or 2027-01-31T12:00:00Z").context(format!("'{text}' is no instant"))
    })
}

/// Longest secret that is read.
const MAX_SECRET_BYTES: u64 = 4096;

fn secret_from_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(MAX_SECRET_BYTES).read_to_string(&mut text).context("cannot read the secret")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn print(lines: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}").context("cannot write to standard output")?;
    }
    Ok(out.flush()?)
}
