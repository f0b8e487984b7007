//! The workspace that the tests of the engine play in, and how they write outcomes as text.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    Aliases, Applied, Catalog, ChannelKind, ChannelType, Contact, ContactId, Dialect, Entity, Field,
    FieldOption, FieldType, Ground, ItemRef, Json, Linked, List, Member, NoteId, Ref, Rejection, Stamp,
    SystemMember, Tag, Team, Timestamp, User,
};

/// Everything with an id, by the name that the tests call it.
const NAMES: [&str; 33] = [
    "me",
    "other",
    "vip",
    "lead",
    "old",
    "friends",
    "firms",
    "ann",
    "bob",
    "sales",
    "support",
    "phones",
    "emails",
    "chat",
    "acme",
    "globex",
    "initech",
    "note1",
    "note2",
    "f_text",
    "f_email",
    "f_url",
    "f_phone",
    "f_number",
    "f_boolean",
    "f_date",
    "f_time",
    "f_datetime",
    "f_single",
    "f_multi",
    "f_user",
    "red",
    "blue",
];

/// The id of what the tests call by this name: `vip`, or `a0` for the first channel made by the first step.
pub(in crate::apply) fn id(name: &str) -> Uuid {
    if let Some(at) = NAMES.iter().position(|each| *each == name) {
        return Uuid::from_u128(0x0100 + at as u128);
    }
    let (step, n) = name.split_at(1);
    let step = step.as_bytes()[0].checked_sub(b'a').unwrap();
    Uuid::from_u128(stamp(step).seed.as_u128() + n.parse::<u128>().unwrap_or(0xff))
}

/// Time and ids of a step; steps are a second apart.
pub(in crate::apply) fn stamp(step: u8) -> Stamp {
    Stamp {
        now: Timestamp::from_seconds(1_000 + i64::from(step)).unwrap(),
        seed: Uuid::from_u128(0x0a00_0000 + 0x1_0000 * u128::from(step)),
    }
}

pub(in crate::apply) struct World {
    pub(in crate::apply) catalog: Catalog,
    pub(in crate::apply) linked: Linked,
}

impl World {
    pub(in crate::apply) fn new() -> Self {
        let email = |value: &str| (ChannelKind::Email, value.to_owned());
        let linked = Linked {
            companies: [("acme", 1), ("globex", 2), ("initech", 3)]
                .map(|(name, n)| (named(name), (id(name).into(), n)))
                .into(),
            notes: ["note1", "note2"].map(|name| (named(name), NoteId(id(name)))).into(),
            channel_owners: HashMap::from([
                (email("taken@x.com"), ContactId(id("other"))),
                (email("mine@x.com"), ContactId(id("me"))),
            ]),
        };
        Self { catalog: catalog(), linked }
    }

    pub(in crate::apply) fn blank(&self) -> Contact {
        Contact::blank(ContactId(id("me")), 7, Timestamp::from_seconds(900).unwrap())
    }

    pub(in crate::apply) fn ground(&self, stamp: Stamp) -> Ground<'_> {
        Ground { catalog: &self.catalog, linked: &self.linked, stamp, policy: None }
    }
}

/// A reference to a record outside the catalog.
pub(in crate::apply) fn named(name: &str) -> Ref {
    Ref { dialect: Dialect::Native, text: name.to_owned(), native: None }
}

/// A reference to a record of the catalog by its name.
pub(in crate::apply) fn item(name: &str) -> ItemRef {
    ItemRef::Name(name.to_owned())
}

fn catalog() -> Catalog {
    let at = Timestamp::default();
    let zingle = |text: &str| Aliases::one(Dialect::Zingle, text);
    let tag = |(number, name): (u64, &str)| Tag {
        id: id(name).into(),
        number,
        name: name.to_owned(),
        background_color: None,
        text_color: None,
        created_at: at,
        aliases: zingle(&format!("z-{name}")),
        extras: crate::Extras::default(),
    };
    let list = |(name, entity): (&str, Entity)| List {
        conditions: Vec::new(),
        background_color: None,
        text_color: None,
        id: id(name).into(),
        number: 1,
        name: name.to_owned(),
        entity,
        description: None,
        created_at: at,
        aliases: Aliases::default(),
        extras: crate::Extras::default(),
    };
    let user = |name: &str| User {
        id: id(name).into(),
        number: 1,
        email: format!("{name}@Example.com"),
        first_name: String::new(),
        last_name: String::new(),
        avatar_url: None,
        admin: false,
        created_at: at,
        aliases: zingle(&format!("z-{name}")),
    };
    let team = |name: &str| Team {
        id: id(name).into(),
        number: 1,
        name: name.to_owned(),
        default: false,
        members: Vec::new(),
        created_at: at,
        aliases: zingle(&format!("z-{name}")),
    };
    let channel_type = |(name, kind): (&str, &str)| ChannelType {
        inbound_url: None,
        outbound_url: None,
        muted: false,
        priority: None,
        id: id(name).into(),
        number: 1,
        kind: kind.into(),
        name: name.to_owned(),
        global: kind != "chat",
        aliases: Aliases::default(),
    };
    Catalog {
        revision: 1,
        default_country: Some("US".to_owned()),
        fields: fields().into_iter().collect(),
        tags: (1..).zip(["vip", "lead", "old"]).map(tag).collect(),
        lists: [("friends", Entity::Contact), ("firms", Entity::Company)].map(list).into_iter().collect(),
        users: ["ann", "bob"].map(user).into_iter().collect(),
        teams: ["sales", "support"].map(team).into_iter().collect(),
        channel_types: [("phones", "phone"), ("emails", "email"), ("chat", "chat")]
            .map(channel_type)
            .into_iter()
            .collect(),
        ..Catalog::default()
    }
}

fn fields() -> Vec<Field> {
    use FieldType::{
        Boolean, Date, Datetime, Email, MultiSelect, Number, Phone, SingleSelect, Text, Time, Url,
    };
    let option = |name: &str| FieldOption {
        position: None,
        id: id(name).into(),
        value: name.to_owned(),
        name: name.to_uppercase(),
        aliases: Aliases::one(Dialect::Zingle, &format!("z-{name}")),
    };
    let field = |(key, kind): (&str, FieldType)| Field {
        former_options: Vec::new(),
        filterable: false,
        id: NAMES
            .iter()
            .find(|name| **name == key)
            .map_or(Uuid::from_u128(key.len() as u128), |n| id(n))
            .into(),
        number: 1,
        key: key.to_owned(),
        name: key.to_owned(),
        kind,
        entity: Entity::Contact,
        system: None,
        options: match kind {
            SingleSelect | MultiSelect => ["red", "blue"].map(option).into(),
            _ => Vec::new(),
        },
        created_at: Timestamp::default(),
        aliases: Aliases::default(),
        extras: crate::Extras::default(),
    };
    let plain = [
        ("f_text", Text),
        ("f_email", Email),
        ("f_url", Url),
        ("f_phone", Phone),
        ("f_number", Number),
        ("f_boolean", Boolean),
        ("f_date", Date),
        ("f_time", Time),
        ("f_datetime", Datetime),
        ("f_single", SingleSelect),
        ("f_multi", MultiSelect),
        ("f_user", FieldType::User),
    ];
    let mut fields: Vec<_> = plain.map(field).into();
    let system = [
        ("first name", Text, SystemMember::FirstName),
        ("last", Text, SystemMember::LastName),
        ("title", SingleSelect, SystemMember::Salutation),
        ("odd", Boolean, SystemMember::Salutation),
    ];
    fields.extend(system.map(|(key, kind, system)| Field { system: Some(system), ..field((key, kind)) }));
    fields.push(Field { entity: Entity::Company, ..field(("of a company", Text)) });
    fields
}

/// An outcome as lines: each member that differs with its new state, or each violation.
pub(in crate::apply) fn show(outcome: &Result<Applied, Rejection>) -> Vec<String> {
    match outcome {
        Ok(applied) => applied
            .differences
            .iter()
            .map(|each| with_names(&format!("{} ={}", each.member, state(&each.member, &each.after))))
            .collect(),
        Err(rejection) => rejection
            .violations
            .iter()
            .map(|each| format!("refused {}", with_names(&each.to_string())))
            .collect(),
    }
}

fn state(member: &Member, json: &Json) -> String {
    match (member, json) {
        (Member::Channels | Member::Companies, Json::Array(rows)) => {
            rows.iter().map(|row| format!("\n{}", row_text(row))).collect()
        }
        _ => format!(" {json}"),
    }
}

/// A channel or a company link: its id, then what it has.
fn row_text(row: &Json) -> String {
    let members = row.as_object().unwrap().iter();
    let words = members.filter(|(name, value)| *name != "raw" || *value != &row["value"]).map(
        |(name, value)| match (name.as_str(), value) {
            ("id" | "kind" | "value", Json::String(text)) => text.clone(),
            ("number", _) => String::new(),
            (_, Json::Bool(true)) => name.clone(),
            (_, Json::Bool(false)) => format!("not-{name}"),
            (_, Json::String(text)) => format!("{name}:{text}"),
            _ => value.to_string(),
        },
    );
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Puts names for ids.
fn with_names(text: &str) -> String {
    let steps = (b'a'..=b'f').flat_map(|step| (0..6).map(move |n| format!("{}{n}", char::from(step))));
    let names = NAMES.iter().map(|name| (*name).to_owned()).chain(steps);
    names.fold(text.to_owned(), |text, name| {
        let id = id(&name);
        text.replace(&id.simple().to_string(), &name).replace(&id.to_string(), &name)
    })
}
