//! Arbitrary changes, and the contacts that they lead to. Values come from small pools, so that they meet.

use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::{collection, option, prop_oneof, sample};
use serde_json::json;

use super::apply;
use crate::apply::tests::world::{World, id, item, named};
use crate::{
    BirthdayPart, Catalog, Change, ChannelId, ChannelKind, ChannelKindRef, ChannelWrite, CompanyWrite,
    Contact, Dialect, Edit, Field, Flag, InstantMember, ItemRef, Json, NamePart, Network, OptIn, Set,
    SetMode, TextMember, Timestamp, Value, ValueWrite, ViolationKind,
};

pub(super) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    crate::value::read(json, field, catalog, Dialect::Native)
}

/// A contact that some changes led to.
pub(super) fn any_contact() -> impl Strategy<Value = Contact> {
    collection::vec(any_change(), 0..5).prop_map(|changes| {
        (0..).zip(&changes).fold(World::new().blank(), |contact, (step, change)| {
            apply(&contact, change, step).map_or(contact, |applied| applied.contact)
        })
    })
}

/// A change that asks for each thing at most once, as a client's request does.
pub(super) fn any_change() -> impl Strategy<Value = Change> {
    let violation = prop_oneof![19 => Just(None), 1 => Just(Some(ViolationKind::Missing))];
    (collection::vec(any_edit(), 0..7), violation).prop_map(|(edits, violation)| {
        let mut change = Change::default();
        let mut seen: Vec<String> = Vec::new();
        for edit in edits {
            let target = target(&edit);
            if !seen.iter().any(|each| each.starts_with(&target) || target.starts_with(each)) {
                change.push(target.clone(), edit);
                seen.push(target);
            }
        }
        if let Some(kind) = violation {
            change.refuse("decoder", kind);
        }
        change
    })
}

/// What an edit changes, as a path.
fn target(edit: &Edit) -> String {
    match edit {
        Edit::Text(member, _) => format!("text.{member:?}."),
        Edit::Name(part, _) => format!("name.{part:?}."),
        Edit::Birthday(part, _) => format!("birthday.{part:?}."),
        Edit::Social(network, _) => format!("social.{network:?}."),
        Edit::Flag(flag, _) => format!("flag.{flag:?}."),
        Edit::Instant(member, _) => format!("instant.{member:?}."),
        Edit::ReplaceChannelsOf(kind, _) | Edit::PrimaryChannel(kind, _) => format!("channels.{kind}."),
        Edit::ReplaceChannels(_) | Edit::MergeChannels(_) | Edit::RemoveChannel(_) => "channels.".to_owned(),
        Edit::Extra(dialect, name, _) => format!("extras.{dialect}.{name}."),
        Edit::Aliases(dialect, _) => format!("aliases.{dialect}."),
        Edit::Closed(_) => "closed.".to_owned(),
        Edit::Blocked(_) => "blocked.".to_owned(),
        Edit::OptIn(_) => "opt_in.".to_owned(),
        Edit::AssignedUser(_) => "user.".to_owned(),
        Edit::AssignedTeam(_) => "team.".to_owned(),
        Edit::Tags(_) => "tags.".to_owned(),
        Edit::Lists(_) => "lists.".to_owned(),
        Edit::Notes(_) => "notes.".to_owned(),
        Edit::Companies(_) | Edit::PrimaryCompany(_) => "companies.".to_owned(),
        Edit::Values(..) => "values.".to_owned(),
        Edit::Convert(..) => "values.".to_owned(),
        Edit::Forget(..) => "forget.".to_owned(),
        Edit::Revert(..) => "revert.".to_owned(),
    }
}

fn any_edit() -> BoxedStrategy<Edit> {
    prop_oneof![
        4 => any_member_edit(),
        3 => any_set_edit(),
        9 => any_channel_edit(),
        3 => (any_mode(), collection::vec(any_value_write(), 0..4))
            .prop_map(|(mode, items)| Edit::Values(Set { mode, items }, read)),
    ]
    .boxed()
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    let pool = vec!["", "Jane", "Jane Smith", " Dr.  Jane\u{a0}Smith ", "Zoë"];
    option::of(prop_oneof![9 => sample::select(pool).prop_map(str::to_owned), 1 => any::<String>()])
}

fn any_member_edit() -> impl Strategy<Value = Edit> {
    let texts = vec![TextMember::Salutation, TextMember::City, TextMember::Remarks, TextMember::LockedBy];
    let names = [NamePart::Full, NamePart::First, NamePart::Last];
    let parts = [BirthdayPart::Day, BirthdayPart::Month, BirthdayPart::Year];
    let instants = [InstantMember::CreatedAt, InstantMember::ClosedAt, InstantMember::BlockedAt];
    let instant = option::of((0_i64..5).prop_map(Timestamp::from_millis));
    let extras = sample::select(vec![json!(null), json!([1, null, 1.50]), json!({"id": "x"}), json!("")]);
    prop_oneof![
        (sample::select(texts), any_text()).prop_map(|(member, text)| Edit::Text(member, text)),
        (sample::select(names.to_vec()), any_text()).prop_map(|(part, text)| Edit::Name(part, text)),
        (sample::select(parts.to_vec()), option::of(-1_i64..40))
            .prop_map(|(part, n)| Edit::Birthday(part, n)),
        (sample::select(Network::ALL.to_vec()), any_text())
            .prop_map(|(network, text)| Edit::Social(network, text)),
        (sample::select(vec![Flag::Starred, Flag::Confirmed]), any::<bool>())
            .prop_map(|(f, on)| Edit::Flag(f, on)),
        (sample::select(instants.to_vec()), instant).prop_map(|(member, at)| Edit::Instant(member, at)),
        any::<bool>().prop_map(Edit::Closed),
        any::<bool>().prop_map(Edit::Blocked),
        option::of(sample::select(vec![OptIn::OptedIn, OptIn::OptedOut])).prop_map(Edit::OptIn),
        option::of(any_item(&["ann@Example.com", "nobody"])).prop_map(Edit::AssignedUser),
        option::of(any_item(&["sales", "nobody"])).prop_map(Edit::AssignedTeam),
        (any_dialect(), sample::select(vec!["ip", "a.b", ""]), option::of(extras))
            .prop_map(|(dialect, name, json)| Edit::Extra(dialect, name.to_owned(), json)),
        (any_dialect(), collection::vec(sample::select(vec!["1", "é", "x.y"]), 0..4)).prop_map(
            |(dialect, texts)| Edit::Aliases(dialect, texts.into_iter().map(str::to_owned).collect())
        ),
    ]
    .boxed()
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    sample::select(Dialect::ALL.to_vec())
}

fn any_mode() -> impl Strategy<Value = SetMode> {
    sample::select(vec![SetMode::Replace, SetMode::Exact, SetMode::Add, SetMode::Remove])
}

fn any_item(names: &[&'static str]) -> impl Strategy<Value = ItemRef> + use<> {
    sample::select(names.to_vec()).prop_map(item)
}

/// Mostly names that exist.
fn any_items(names: &[&'static str]) -> impl Strategy<Value = Vec<(String, ItemRef)>> + use<> {
    let item = prop_oneof![30 => any_item(names), 1 => any_item(&["nosuch"])];
    collection::vec(item.prop_map(|item| ("items".to_owned(), item)), 0..5)
}

fn any_set_edit() -> impl Strategy<Value = Edit> {
    let tags = any_items(&["vip", "lead", "old"]);
    let lists = any_items(&["friends"]);
    let notes = collection::vec(sample::select(vec!["note1", "note2"]), 0..3);
    let companies = collection::vec(any_company(), 0..4);
    let company = option::of(any_company());
    prop_oneof![
        2 => (any_mode(), tags).prop_map(|(mode, items)| Edit::Tags(Set { mode, items })),
        1 => (any_mode(), lists).prop_map(|(mode, items)| Edit::Lists(Set { mode, items })),
        1 => (any_mode(), notes).prop_map(|(mode, names)| {
            let items = names.into_iter().map(|name| ("notes".to_owned(), named(name))).collect();
            Edit::Notes(Set { mode, items })
        }),
        2 => (any_mode(), companies).prop_map(|(mode, items)| Edit::Companies(Set { mode, items })),
        1 => company.prop_map(Edit::PrimaryCompany),
    ]
}

fn any_company() -> impl Strategy<Value = CompanyWrite> {
    let date = option::of(sample::select(vec!["2024-02-01", "2024-02-02"]).prop_map(str::to_owned));
    let name = sample::select(vec!["acme", "globex", "initech"]);
    (name, option::of(any_text()), option::of(date), option::of(any::<bool>())).prop_map(
        |(name, title, start_date, active)| CompanyWrite {
            at: name.to_owned(),
            company: named(name),
            title,
            start_date,
            active,
        },
    )
}

fn any_channel_edit() -> impl Strategy<Value = Edit> {
    let many = || collection::vec(any_channel(), 0..6);
    let emails = || any_channel_of("email");
    prop_oneof![
        // A replacement may drop the channel that a write without a value names.
        3 => many().prop_map(|items| {
            Edit::ReplaceChannels(items.into_iter().filter(|item| item.value.is_some()).collect())
        }),
        2 => collection::vec(emails(), 0..6).prop_map(|items| {
            let items = items.into_iter().filter(|item| item.value.is_some()).collect();
            Edit::ReplaceChannelsOf(ChannelKind::Email, items)
        }),
        5 => many().prop_map(Edit::MergeChannels),
        2 => option::of(emails()).prop_map(|item| Edit::PrimaryChannel(ChannelKind::Email, item)),
        2 => option::of(any_channel_of("phone")).prop_map(|item| Edit::PrimaryChannel(ChannelKind::Phone, item)),
        1 => any_channel_id().prop_map(Edit::RemoveChannel),
    ]
}

/// An id that some step of [`any_contact`] may have made.
fn any_channel_id() -> impl Strategy<Value = ChannelId> {
    let names = vec!["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "d0"];
    sample::select(names).prop_map(|name| ChannelId(id(name)))
}

fn any_channel() -> impl Strategy<Value = ChannelWrite> {
    prop_oneof![3 => any_channel_of("email"), 2 => any_channel_of("phone"), 1 => any_channel_of("chat")]
}

fn any_channel_of(kind: &'static str) -> impl Strategy<Value = ChannelWrite> {
    let values = match kind {
        "email" => vec!["a@x", "A@x", "b@x", "c@x"],
        "phone" => vec!["+18585551212", "(858) 555-1212", "+31612345678", "12-34", "1234", "call me"],
        _ => vec!["jane", "Jane"],
    };
    let value =
        prop_oneof![9 => sample::select(values).prop_map(|text| Some(text.to_owned())), 1 => Just(None)];
    let flag = || prop_oneof![4 => Just(None), 1 => Just(Some(true)), 1 => Just(Some(false))];
    let rest = (option::of(any_text()), option::weighted(0.2, Just("CA".to_owned())), flag(), flag());
    let id = option::weighted(0.4, any_channel_id());
    (id, value, any::<[bool; 4]>(), rest).prop_map(move |(id, value, how, rest)| {
        let (label, country, primary, default) = rest;
        let [is_composed, exclusive, is_typed, is_label_unique] = how;
        let by_type = ItemRef::Name(if kind == "chat" { "chat".to_owned() } else { format!("{kind}s") });
        let kind = if is_typed { ChannelKindRef::Type(by_type) } else { ChannelKindRef::Kind(kind.into()) };
        let at = "channels".to_owned();
        ChannelWrite {
            at,
            id,
            kind,
            value,
            is_composed,
            is_strict: false,
            exclusive,
            label,
            is_label_unique,
            country,
            primary,
            default,
            reading: None,
        }
    })
}

fn any_value_write() -> impl Strategy<Value = ValueWrite> {
    let system = (sample::select(vec!["first name", "last", "title"]), sample::select(vec!["red", "blue"]))
        .prop_map(|(key, text)| (key, json!(text)));
    let cleared = any_stored_value().prop_map(|(key, _)| (key, Json::Null));
    prop_oneof![6 => any_stored_value(), 2 => system, 1 => cleared, 1 => any_value_json()]
        .prop_map(|(key, json)| ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json })
}

/// A field and a value that it takes.
pub(super) fn any_stored_value() -> impl Strategy<Value = (&'static str, Json)> {
    sample::select(vec![
        ("f_text", json!("a")),
        ("f_text", json!("")),
        ("f_email", json!("A@x.com")),
        ("f_url", json!("https://x")),
        ("f_phone", json!("0 1")),
        ("f_number", json!("1.50")),
        ("f_number", json!(-7)),
        ("f_number", json!("12345678901234567890.123456789")),
        ("f_boolean", json!("true")),
        ("f_date", json!("2024-02-29")),
        ("f_time", json!("23:59")),
        ("f_datetime", json!("2025-01-15T10:30:00.123456Z")),
        ("f_single", json!("red")),
        ("f_multi", json!(["blue", "red"])),
        ("f_multi", json!([])),
        ("f_user", json!("ann@example.com")),
    ])
}

/// A field and anything that a client may write into it.
pub(super) fn any_value_json() -> impl Strategy<Value = (&'static str, Json)> {
    let keys = vec![
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
    ];
    let number = "[ +-]{0,2}[0-9]{0,20}[.]?[0-9]{0,4}([eE][+-]?[0-9]{1,3})?";
    let date = (0_i32..9999, 0_u8..14, 0_u8..33).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let time = "[0-2][0-9]:[0-6][0-9](:[0-6][0-9])?";
    let instant = (date.clone(), time, "([.][0-9]{1,9})?(Z|[+-][01][0-9]:00)")
        .prop_map(|(d, t, z)| format!("{d}T{t}{z}"));
    let names =
        sample::select(vec!["red", "BLUE", "ann@Example.com", "a@b", "x://y"]).prop_map(str::to_owned);
    let texts = prop_oneof![any::<String>(), number, date, time, instant, names];
    let json = prop_oneof![
        6 => texts.clone().prop_map(Json::String),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(Json::Bool),
        2 => collection::vec(sample::select(vec!["red", "blue", "RED", "no"]), 0..4).prop_map(|items| json!(items)),
    ];
    (sample::select(keys), json)
}
