//! Renaming and deleting what many contacts carry: at once in the catalog, later in the contacts, and undone at any time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use app::{App, CLEAN_AFTER, Caller, Cleaned, ContactQuery, Filter, Options, RecordQuery, Settings, Store};
use model::{
    Change, Company, CompanyId, Contact, Dialect, Edit, Entity, Facet, Field, FieldId, FieldOption,
    FieldType, ItemRef, List, ListId, OnConflict, OptionId, Ref, Set, Tag, TagId, Task, TaskId, Team, TeamId,
    User, UserId, Value, ValueWrite, value,
};
use serde_json::json;
use testkit::{Database, FakeClock};
use uuid::Uuid;

/// How many contacts carry everything.
const CROWD: usize = 300;

struct World {
    app: App,
    clock: Arc<FakeClock>,
    caller: Caller,
    /// What is carried, by its kind.
    ids: BTreeMap<&'static str, Uuid>,
    database: Database,
}

async fn open(database: &Database, clock: &Arc<FakeClock>) -> App {
    let store = Store::open(&database.argument().parse().unwrap(), Options::default()).await.unwrap();
    App::new(store, clock.clone(), Settings::default())
}

async fn enter(app: &App, key: &str) -> Caller {
    app.authenticate(key, Dialect::Native, None).await.unwrap()
}

const KEY: &str = "the-key-of-the-cleaning-tests";

impl World {
    async fn new() -> Self {
        let database = Database::new();
        let clock = Arc::new(FakeClock::default());
        let app = open(&database, &clock).await;
        let workspace = app.create_workspace("main").await.unwrap();
        let request = app::KeyRequest {
            workspaces: vec!["main".to_owned()],
            secret: Some(KEY.to_owned()),
            ..app::KeyRequest::default()
        };
        app.create_key(None, request).await.unwrap();
        let ids: BTreeMap<_, _> =
            ["tag", "other", "list", "user", "team", "text", "select", "person", "one", "two"]
                .into_iter()
                .map(|name| (name, app.fresh_id()))
                .collect();
        app.edit_catalog(workspace.number, |catalog| fill(catalog, &ids)).await.unwrap();
        let caller = enter(&app, KEY).await;
        let world = Self { app, clock, caller, ids, database };
        world.make_records().await;
        world
    }

    fn id(&self, name: &str) -> Uuid {
        self.ids[name]
    }

    fn item(&self, name: &str) -> ItemRef {
        ItemRef::id_text(Dialect::Native, &self.id(name).to_string())
    }

    /// Contacts that carry everything, one that carries nothing, a company and a task.
    async fn make_records(&self) {
        let mut writes = tokio::task::JoinSet::new();
        for _ in 0..CROWD {
            let (app, caller, change) = (self.app.clone(), self.caller.clone(), self.everything());
            writes.spawn(async move { app.create_contact(&caller, change).await.unwrap() });
        }
        writes.join_all().await;
        self.app.create_contact(&self.caller, Change::default()).await.unwrap();
        let (tag, user) = (TagId(self.id("tag")), UserId(self.id("user")));
        self.app
            .create_record(&self.caller, |id, now, _| {
                Ok(Company { tags: vec![tag], ..Company::new(CompanyId(id), "Acme", now) })
            })
            .await
            .unwrap();
        self.app
            .create_record(&self.caller, |id, now, _| {
                Ok(Task { tags: vec![tag], assignee: Some(user), ..Task::new(TaskId(id), "Call", now) })
            })
            .await
            .unwrap();
    }

    fn everything(&self) -> Change {
        let mut change = Change::default();
        let item = |name: &str| (name.to_owned(), self.item(name));
        change.push("tags", Edit::Tags(Set::replace(vec![item("tag")])));
        change.push("lists", Edit::Lists(Set::replace(vec![item("list")])));
        change.push("user", Edit::AssignedUser(Some(self.item("user"))));
        change.push("team", Edit::AssignedTeam(Some(self.item("team"))));
        let write =
            |key: &str, json| ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json };
        let values = vec![
            write("text", json!("x")),
            write("select", json!(["one", "two"])),
            write("person", json!("eve@example.com")),
        ];
        let read: model::ReadValue =
            |json, field, catalog| value::read(json, field, catalog, Dialect::Native);
        change.push("values", Edit::Values(Set::add(values), read));
        change
    }

    async fn contacts(&self, filter: Filter) -> Vec<Arc<Contact>> {
        let query = ContactQuery { filter, limit: 1000, ..ContactQuery::default() };
        self.app.list_contacts(&self.caller, &query).await.unwrap().contacts
    }

    /// What every contact carries, but for when and how often it changed.
    async fn carried(&self) -> Vec<Contact> {
        let plain = |contact: Arc<Contact>| Contact {
            revision: 0,
            updated_at: contact.created_at,
            ..Contact::clone(&contact)
        };
        self.contacts(Filter::All).await.into_iter().map(plain).collect()
    }

    async fn count(&self, facet: Facet) -> usize {
        self.contacts(Filter::Is(facet)).await.len()
    }

    /// How many contacts store the id, whatever the catalog says.
    async fn stored(&self, what: model::Carried, id: Uuid) -> usize {
        self.contacts(Filter::All).await.iter().filter(|contact| contact.carries(what, id)).count()
    }

    async fn delete(&self, name: &str) -> u64 {
        let (app, caller, named) = (&self.app, &self.caller, self.item(name));
        let change = match name {
            "tag" => app.delete_item::<Tag>(caller, &named).await.unwrap().change,
            "list" => app.delete_item::<List>(caller, &named).await.unwrap().change,
            "user" => app.delete_item::<User>(caller, &named).await.unwrap().change,
            "team" => app.delete_item::<Team>(caller, &named).await.unwrap().change,
            "text" | "select" | "person" => app.delete_item::<Field>(caller, &named).await.unwrap().change,
            "one" | "two" => {
                let id = OptionId(self.id(name));
                let without = |field: &mut Field, _: &model::Catalog| {
                    field.options.retain(|option| option.id != id);
                    Ok(())
                };
                app.update_item(caller, &self.item("select"), without).await.unwrap().change
            }
            other => panic!("{other}"),
        };
        change.expect("it was there")
    }

    async fn undo(&self, change: u64) {
        self.app.undo(&self.caller, change, OnConflict::Refuse).await.unwrap();
    }

    fn wait(&self) {
        self.clock.advance_ms(i64::try_from(CLEAN_AFTER.as_millis()).unwrap());
    }

    async fn clean(&self) -> Cleaned {
        self.app.clean().await.unwrap()
    }

    async fn verify(&self) {
        assert_eq!(self.app.verify().await.unwrap().faults, Vec::<String>::new());
    }
}

fn fill(catalog: &mut model::Catalog, ids: &BTreeMap<&str, Uuid>) {
    let (number, created_at) = (100, model::Timestamp::default());
    let name = str::to_owned;
    for tag in ["tag", "other"] {
        let (background_color, text_color) = (None, None);
        let (aliases, extras) = (Default::default(), Default::default());
        let (id, name, number) = (TagId(ids[tag]), name(tag), number + catalog.tags.len() as u64);
        catalog.tags.put(Tag { id, number, name, background_color, text_color, created_at, aliases, extras });
    }
    catalog.lists.put(List {
        id: ListId(ids["list"]),
        number,
        name: name("list"),
        entity: Entity::Contact,
        description: None,
        conditions: Vec::new(),
        background_color: None,
        text_color: None,
        created_at,
        aliases: Default::default(),
        extras: Default::default(),
    });
    catalog.users.put(User {
        id: UserId(ids["user"]),
        number,
        email: name("eve@example.com"),
        first_name: String::new(),
        last_name: String::new(),
        avatar_url: None,
        admin: false,
        created_at,
        aliases: Default::default(),
    });
    catalog.teams.put(Team {
        id: TeamId(ids["team"]),
        number,
        name: name("team"),
        default: false,
        members: Vec::new(),
        created_at,
        aliases: Default::default(),
    });
    let option = |text: &str| FieldOption {
        id: OptionId(ids[text]),
        value: name(text),
        name: name(text),
        position: None,
        aliases: Default::default(),
    };
    for (n, (key, kind)) in (0..).zip([
        ("text", FieldType::Text),
        ("select", FieldType::MultiSelect),
        ("person", FieldType::User),
    ]) {
        let options = if key == "select" { vec![option("one"), option("two")] } else { Vec::new() };
        catalog.fields.put(Field {
            id: FieldId(ids[key]),
            number: number + n,
            key: name(key),
            name: name(key),
            kind,
            entity: Entity::Contact,
            system: None,
            options,
            former_options: Vec::new(),
            filterable: false,
            created_at,
            aliases: Default::default(),
            extras: Default::default(),
        });
    }
}

/// Everything that contacts carry: its name, what it is to them, and how many carry it in other records.
const KINDS: [(&str, model::Carried, u64); 6] = [
    ("tag", model::Carried::Tag, 2),
    ("list", model::Carried::List, 0),
    ("user", model::Carried::User, 1),
    ("team", model::Carried::Team, 0),
    ("text", model::Carried::Field, 0),
    ("one", model::Carried::Option, 0),
];

#[tokio::test]
async fn what_is_deleted_is_cleaned_after_a_while_and_comes_back_by_an_undo() {
    let world = World::new().await;
    let full = world.carried().await;
    for (name, what, others) in KINDS {
        let id = world.id(name);
        let change = world.delete(name).await;
        assert_eq!(world.clean().await, Cleaned::default(), "{name}: it can still be undone cheaply");
        assert_eq!(world.carried().await, full, "{name}: contacts are as they were");
        world.undo(change).await;
        world.wait();
        assert_eq!(world.clean().await, Cleaned::default(), "{name}: it is back");

        let change = world.delete(name).await;
        world.wait();
        let done = world.clean().await;
        assert_eq!((done.cleaned, done.given_back), (CROWD as u64 + others, 0), "{name}");
        assert_eq!(world.stored(what, id).await, 0, "{name}");
        assert_eq!(world.clean().await, Cleaned::default(), "{name}: done work is remembered");
        world.verify().await;

        world.undo(change).await;
        let done = world.clean().await;
        assert_eq!((done.cleaned, done.given_back), (0, CROWD as u64 + others), "{name}");
        assert_eq!(world.carried().await, full, "{name}: contacts have it again");
        assert_eq!(world.clean().await, Cleaned::default(), "{name}");
        world.verify().await;
    }
}

#[tokio::test]
async fn filters_see_what_readers_see() {
    let world = World::new().await;
    let id = |name: &str| world.id(name);
    let questions = [
        ("tag", Facet::Tag(TagId(id("tag")))),
        ("tag", Facet::HasTag),
        ("list", Facet::List(ListId(id("list")))),
        ("user", Facet::User(UserId(id("user")))),
        ("user", Facet::HasUser),
        ("team", Facet::Team(TeamId(id("team")))),
        ("team", Facet::HasTeam),
        ("one", Facet::Option(OptionId(id("one")))),
    ];
    let tagged = world.contacts(Filter::Is(Facet::HasTag)).await;
    let mut change = Change::default();
    change.push("tags", Edit::Tags(Set::add(vec![("tags".to_owned(), world.item("other"))])));
    let named = Ref::uuid(Dialect::Native, &tagged[0].id.to_string());
    world.app.update_contact(&world.caller, named, change).await.unwrap();
    for (name, facet) in questions {
        assert_eq!(world.count(facet.clone()).await, CROWD, "{name}");
        let change = world.delete(name).await;
        let left = usize::from(facet == Facet::HasTag);
        let not = !Filter::Is(facet.clone());
        // Who names an id asks for what is stored; clients name what there is.
        let is_seen = matches!(facet, Facet::HasTag | Facet::HasUser | Facet::HasTeam);
        let before = if is_seen { left } else { CROWD };
        assert_eq!(world.count(facet.clone()).await, before, "{name} before it is cleaned");
        assert_eq!(world.contacts(not.clone()).await.len(), CROWD + 1 - before, "{name}");
        world.wait();
        world.clean().await;
        assert_eq!(world.count(facet.clone()).await, left, "{name} after it");
        assert_eq!(world.contacts(not).await.len(), CROWD + 1 - left, "{name}");
        world.undo(change).await;
        world.clean().await;
        assert_eq!(world.count(facet).await, CROWD, "{name}");
    }
    let tasks = RecordQuery { filter: Filter::Is(Facet::HasTag), limit: 10, ..RecordQuery::default() };
    let change = world.delete("tag").await;
    assert_eq!(world.app.list_records::<Task>(&world.caller, &tasks).await.unwrap().total, 0);
    world.undo(change).await;
    assert_eq!(world.app.list_records::<Task>(&world.caller, &tasks).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_rename_changes_one_document_and_no_contact() {
    let world = World::new().await;
    let before = world.contacts(Filter::All).await;
    let named = world.item("tag");
    let renamed = world.app.update_item(&world.caller, &named, |tag: &mut Tag, _| {
        "renamed".clone_into(&mut tag.name);
        Ok(())
    });
    assert!(renamed.await.unwrap().change.is_some());
    world.wait();
    assert_eq!(world.clean().await, Cleaned::default());
    assert_eq!(world.contacts(Filter::All).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_goes_on_where_one_died() {
    let world = World::new().await;
    let full = world.carried().await;
    let change = world.delete("tag").await;
    world.wait();
    let mut dying = tokio::task::JoinSet::new();
    dying.spawn({
        let app = world.app.clone();
        async move { app.clean().await }
    });
    let left = async || world.stored(model::Carried::Tag, world.id("tag")).await;
    while left().await == CROWD {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    dying.shutdown().await;
    let before = left().await;
    assert!(before > 0 && before < CROWD, "it died midway: {before} are left");
    world.app.close().await;

    let app = open(&world.database, &world.clock).await;
    let caller = enter(&app, KEY).await;
    let world = World { app, caller, ..world };
    // A batch that was on its way may have been stored.
    let done = world.clean().await;
    assert!(done.cleaned > 0 && done.cleaned <= before as u64 + 2, "{done:?}, {before} were left");
    assert_eq!(world.stored(model::Carried::Tag, world.id("tag")).await, 0);
    world.verify().await;
    world.undo(change).await;
    assert_eq!(world.clean().await.given_back, CROWD as u64 + 2);
    assert_eq!(world.carried().await, full);
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_in_the_midst_of_cleaning_gives_all_of_it_back() {
    let world = World::new().await;
    let full = world.carried().await;
    let change = world.delete("list").await;
    world.wait();
    let mut cleaning = tokio::task::JoinSet::new();
    cleaning.spawn({
        let app = world.app.clone();
        async move { app.clean().await }
    });
    while world.stored(model::Carried::List, world.id("list")).await == CROWD {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    world.undo(change).await;
    let cleaned = cleaning.join_next().await.unwrap().unwrap().unwrap().cleaned;
    assert!(cleaned < CROWD as u64, "what is there is not cleaned away: {cleaned}");
    world.clean().await;
    assert_eq!(world.carried().await, full);
    world.verify().await;
}

#[tokio::test]
async fn what_was_changed_since_stays() {
    let world = World::new().await;
    let change = world.delete("tag").await;
    world.wait();
    world.clean().await;
    let first = world.contacts(Filter::All).await.first().unwrap().id;
    let mut edit = Change::default();
    edit.push("tags", Edit::Tags(Set::add(vec![("tags".to_owned(), world.item("other"))])));
    let named = Ref::uuid(Dialect::Native, &first.to_string());
    world.app.update_contact(&world.caller, named.clone(), edit).await.unwrap();
    world.undo(change).await;
    world.clean().await;
    let contact = world.app.get_contact(&world.caller, &named).await.unwrap().contact;
    let mut tags = contact.tags.clone();
    tags.sort_unstable();
    let mut both = [TagId(world.id("tag")), TagId(world.id("other"))];
    both.sort_unstable();
    assert_eq!(tags, both);
    // Each change of the cleaning is one of the contact's own, by nobody's key, and can be undone.
    let history = world.app.history(&world.caller, &named, None, 10).await.unwrap().events;
    let cleaned = history
        .iter()
        .find(|(_, event)| event.actor.request_id.as_deref().is_some_and(|id| id.starts_with("cleaning ")));
    assert_eq!(cleaned.unwrap().1.actor.key, None);
    let values: Vec<_> = contact.values.values().collect();
    assert!(values.contains(&&Value::Text("x".into())));
}
