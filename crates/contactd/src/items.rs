//! `contactd field`, `tag`, `list`, `user`, `team`, `inbox`, `funnel`: the catalog of a workspace, beside a server that
//! may be running. What may be written, and how it is shown, is the native API's.

pub(crate) mod contacts;
mod options;
mod table;

use std::io::Write;

use anyhow::{Context, anyhow};
use api_native::command;
use app::{App, Caller, Error};
use model::{Dialect, Json, Native, Precondition, RecordKind, Ref, Revisions};
use serde::Serialize;
use serde_json::json;

use crate::admin::{find_workspace, open_existing};
use crate::cli::{FieldCommand, ItemCommand, MemberCommand, Place, TeamCommand};

/// A kind, and how its items are named and shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    kind: RecordKind,
    /// The member that its name stands in.
    name: &'static str,
    /// The members that a table shows beside the id.
    columns: &'static [&'static str],
}

const FIELD: Kind = Kind {
    kind: RecordKind::Field,
    name: "name",
    columns: &["key", "name", "type", "entity", "filterable", "options"],
};
pub(crate) const TAG: Kind =
    Kind { kind: RecordKind::Tag, name: "name", columns: &["name", "background_color", "text_color"] };
pub(crate) const LIST: Kind =
    Kind { kind: RecordKind::List, name: "name", columns: &["name", "entity", "description"] };
pub(crate) const USER: Kind =
    Kind { kind: RecordKind::User, name: "email", columns: &["email", "first_name", "last_name", "admin"] };
const TEAM: Kind = Kind { kind: RecordKind::Team, name: "name", columns: &["name", "default", "members"] };
pub(crate) const INBOX: Kind =
    Kind { kind: RecordKind::Inbox, name: "name", columns: &["name", "kind", "main"] };
pub(crate) const FUNNEL: Kind =
    Kind { kind: RecordKind::Funnel, name: "name", columns: &["position", "name", "emoji"] };

/// The catalog of a workspace, opened.
struct Desk {
    app: App,
    caller: Caller,
    is_json: bool,
}

impl Desk {
    async fn open(place: &Place) -> anyhow::Result<Self> {
        let app = open_existing(&place.database).await?;
        let workspace = find_workspace(&app, &place.workspace).await?;
        let caller = app.operator(&workspace);
        Ok(Self { app, caller, is_json: place.json })
    }

    async fn all(&self, kind: Kind) -> anyhow::Result<Vec<Json>> {
        Ok(command::list(&self.app, &self.caller, kind.kind).await?)
    }

    /// The item with this id, key or name.
    async fn find(&self, kind: Kind, named: &str) -> anyhow::Result<Json> {
        let all = self.all(kind).await?;
        find(&all, kind.kind.as_str(), &["key", kind.name], named).cloned()
    }

    async fn create(&self, kind: Kind, document: &Json) -> anyhow::Result<()> {
        let made = command::create(&self.app, &self.caller, kind.kind, document).await;
        self.tell(kind, "made", &made.map_err(|fault| refused(fault, "make", kind))?)
    }

    async fn update(&self, kind: Kind, id: &str, patch: &Json) -> anyhow::Result<()> {
        self.update_at(kind, (id, &Precondition::default()), patch).await
    }

    /// Changes an item by what was made of it as it was read, unless somebody else changed it since.
    async fn update_read(&self, kind: Kind, read: &Json, patch: &Json) -> anyhow::Result<()> {
        let revisions = read.get("revision").and_then(Json::as_u64).into_iter().collect();
        let precondition = Precondition { is: Some(Revisions::These(revisions)), is_not: None };
        self.update_at(kind, (&text(read, "id"), &precondition), patch).await
    }

    async fn update_at(
        &self,
        kind: Kind,
        (id, precondition): (&str, &Precondition),
        patch: &Json,
    ) -> anyhow::Result<()> {
        let named = (kind.kind, id, precondition);
        let changed = command::update(&self.app, &self.caller, named, patch).await;
        let changed = changed.map_err(|fault| refused(fault, "change", kind))?;
        let word = if changed.change.is_some() { "changed" } else { "unchanged" };
        self.tell(kind, word, &changed)
    }

    /// What was done, for people: with the number by which it can be undone.
    fn tell(&self, kind: Kind, word: &str, shown: &command::Shown) -> anyhow::Result<()> {
        if self.is_json {
            return print_json(&shown.record);
        }
        let change = shown.change.map(|change| format!(" (change {change})")).unwrap_or_default();
        let (name, id) = (text(&shown.record, kind.name), text(&shown.record, "id"));
        print(&format!("{word} the {} '{name}'  {id}{change}\n", kind.kind.as_str()))
    }

    fn show(&self, kind: Kind, items: &[Json]) -> anyhow::Result<()> {
        if self.is_json {
            print_json(&items)
        } else {
            print(&table::of(&[&["id"], kind.columns].concat(), items))
        }
    }
}

/// What can be done to every kind.
pub(crate) async fn run<F: clap::Args + Serialize>(
    kind: Kind,
    command: ItemCommand<F>,
) -> anyhow::Result<()> {
    match command {
        ItemCommand::List { place } => {
            let desk = Desk::open(&place).await?;
            desk.show(kind, &desk.all(kind).await?)
        }
        ItemCommand::Show { item, place } => {
            let desk = Desk::open(&place).await?;
            let found = desk.find(kind, &item).await?;
            if desk.is_json { print_json(&found) } else { print(&table::one(&found)) }
        }
        ItemCommand::Add { name, flags, place } => {
            let mut document = members(&flags)?;
            document.insert(kind.name.to_owned(), name.into());
            Desk::open(&place).await?.create(kind, &Json::Object(document)).await
        }
        ItemCommand::Rename { item, name, place } => {
            let desk = Desk::open(&place).await?;
            let id = text(&desk.find(kind, &item).await?, "id");
            desk.update(kind, &id, &json!({ kind.name: name })).await
        }
        ItemCommand::Set { item, flags, place } => {
            let desk = Desk::open(&place).await?;
            let id = text(&desk.find(kind, &item).await?, "id");
            desk.update(kind, &id, &Json::Object(members(&flags)?)).await
        }
        ItemCommand::Delete { item, place } => {
            let desk = Desk::open(&place).await?;
            let id = text(&desk.find(kind, &item).await?, "id");
            let deleted = command::delete(&desk.app, &desk.caller, (kind.kind, &id)).await;
            desk.tell(kind, "deleted", &deleted.map_err(|fault| refused(fault, "delete", kind))?)
        }
    }
}

pub(crate) async fn field(command: FieldCommand) -> anyhow::Result<()> {
    match command {
        FieldCommand::Item(command) => run(FIELD, command).await,
        FieldCommand::Option(command) => options::run(command).await,
    }
}

pub(crate) async fn team(command: TeamCommand) -> anyhow::Result<()> {
    let (team, user, place, is_added) = match command {
        TeamCommand::Item(command) => return run(TEAM, command).await,
        TeamCommand::Member(MemberCommand::Add { team, user, place }) => (team, user, place, true),
        TeamCommand::Member(MemberCommand::Remove { team, user, place }) => (team, user, place, false),
    };
    let desk = Desk::open(&place).await?;
    let team = desk.find(TEAM, &team).await?;
    let user = desk.find(USER, &user).await?;
    let id = user.get("id").cloned().unwrap_or_default();
    let mut members = team.get("members").and_then(Json::as_array).cloned().unwrap_or_default();
    if is_added && !members.contains(&id) {
        members.push(id);
    } else if !is_added {
        members.retain(|each| *each != id);
    }
    desk.update_read(TEAM, &team, &json!({ "members": members })).await
}

/// The one that a text names: by id, then by these members, exactly or else in any case.
fn find<'a>(items: &'a [Json], what: &str, members: &[&str], named: &str) -> anyhow::Result<&'a Json> {
    if let Some(Native::Uuid(id)) = Ref::uuid(Dialect::Native, named).native
        && let Some(item) = items.iter().find(|item| text(item, "id") == id.to_string())
    {
        return Ok(item);
    }
    let folded = named.to_lowercase();
    let exactly = |item: &Json, member: &str| text(item, member) == named;
    let loosely = |item: &Json, member: &str| text(item, member).to_lowercase() == folded;
    for is_named in [&exactly as &dyn Fn(&Json, &str) -> bool, &loosely] {
        for member in members {
            let found: Vec<_> = items.iter().filter(|item| is_named(item, member)).collect();
            match found.as_slice() {
                [] => {}
                [item] => return Ok(item),
                several => {
                    let ids: Vec<_> = several.iter().map(|item| text(item, "id")).collect();
                    let hint = format!("hint: name it by its id: {}", ids.join(", "));
                    return Err(anyhow!(hint).context(format!("{} {what}s are called '{named}'", ids.len())));
                }
            }
        }
    }
    let command = if what == "option" { "field option" } else { what };
    let hint = format!("hint: `contactd {command} list` shows them");
    Err(anyhow!(hint).context(format!("there is no {what} '{named}'")))
}

/// The members that were given; an empty text clears.
fn members(flags: &impl Serialize) -> anyhow::Result<serde_json::Map<String, Json>> {
    let Json::Object(mut members) = serde_json::to_value(flags)? else { return Ok(serde_json::Map::new()) };
    for value in members.values_mut().filter(|value| value.as_str() == Some("")) {
        *value = Json::Null;
    }
    Ok(members)
}

/// Why it was not done: every reason, each with its member.
fn refused(fault: Error, deed: &str, kind: Kind) -> anyhow::Error {
    let what = format!("cannot {deed} the {}", kind.kind.as_str());
    match fault {
        Error::Rejected(rejection) => anyhow!(api_native::reasons(&rejection).join("; ")).context(what),
        fault => anyhow::Error::new(fault).context(what),
    }
}

fn text(item: &Json, member: &str) -> String {
    item.get(member).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
}
