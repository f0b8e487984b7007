//! The demo's catalog: the fields, tags, lists, users and teams of the vendors' examples.

use model::{
    Aliases, Catalog, Dialect, Entity, Field, FieldId, FieldOption, FieldType, Items, List, ListId, OptionId,
    SystemMember, Tag, TagId, Team, TeamId, Timestamp, User, UserId,
};

use crate::Clock;

/// The alias of Zingle's example ids for its global field First Name, its title option and its phone type.
const FIRST_NAME: &str = "56c70519-6c70-40e5-904e-7652e54a07b6";
const LAST_NAME: &str = "29fdae7d-c5d7-4cd6-b2e4-cd52603ff577";
const TITLE: &str = "808cd25e-ca27-4fdb-a10c-d87032108f38";
const TITLE_MR: &str = "266cbe3c-dd2f-45c2-8473-d84a8e6fada6";
const PHONE_NUMBER: &str = "23c70519-6c70-40e5-904e-7652e54a85fg";

/// The ids of Callbell's example funnels, in the order of the starter's.
const FUNNELS: [&str; 4] = [
    "ff0f96b9b0034d0cb14f27f3f6868dd6",
    "1cd7845e6b93453db0159dce35d16f39",
    "1e6c0c57c81d49d281d2fcec053a1ab6",
    "8c51dfc8667a4f7f9c83ae065524483a",
];

/// Number, key, name, type, alias, options with their aliases.
type FieldRow =
    (u64, &'static str, &'static str, FieldType, Option<(Dialect, &'static str)>, &'static [OptionRow]);
/// Value, name, alias.
type OptionRow = (&'static str, &'static str, Option<(Dialect, &'static str)>);

const FIELDS: [FieldRow; 12] = [
    (11, "lead_score", "Lead Score", FieldType::Number, Some((Dialect::Rolodex, "field_123")), &[]),
    (
        12,
        "stage",
        "Stage",
        FieldType::SingleSelect,
        Some((Dialect::Rolodex, "field_456")),
        &[("Growth", "Growth", Some((Dialect::Rolodex, "option_789"))), ("Seed", "Seed", None)],
    ),
    (13, "billing_address", "Billing Address", FieldType::Text, None, &[]),
    (14, "work_email", "Work Email", FieldType::Email, None, &[]),
    (
        15,
        "status",
        "Status",
        FieldType::SingleSelect,
        None,
        &[("Active", "Active", None), ("Inactive", "Inactive", None)],
    ),
    (
        16,
        "features",
        "Features",
        FieldType::MultiSelect,
        None,
        &[
            ("Dark Mode", "Dark Mode", None),
            ("Notifications", "Notifications", None),
            ("Analytics", "Analytics", None),
        ],
    ),
    (17, "order_number", "orderNumber", FieldType::Number, None, &[]),
    (18, "zip_code", "zipCode", FieldType::Text, None, &[]),
    (
        19,
        "checkin_date",
        "Checkin Date",
        FieldType::Date,
        Some((Dialect::Zingle, "7f6318f4-14ea-4f8c-bde4-c76ed704060a")),
        &[],
    ),
    (
        20,
        "checkin_time",
        "Checkin Time",
        FieldType::Time,
        Some((Dialect::Zingle, "d179ee59-f493-48f2-a63d-7627d1cfdab5")),
        &[],
    ),
    (
        21,
        "room_type",
        "Room Type",
        FieldType::SingleSelect,
        Some((Dialect::Zingle, "bc236d3e-077b-4870-8850-36b9f6b981e4")),
        &[("", "", None), ("single", "Single", None), ("double", "Double", None)],
    ),
    (22, "verified", "Verified", FieldType::Boolean, None, &[]),
];

/// Number, name, background colour, alias.
type TagRow = (u64, &'static str, &'static str, Option<(Dialect, &'static str)>);

const TAGS: [TagRow; 7] = [
    (1, "Call back", "#93623a", None),
    (2, "Interested", "#2a7ab0", None),
    (3, "sales", "#3a9362", None),
    (4, "lead", "#6a3a93", None),
    (5, "Lead", "#000000", Some((Dialect::Rolodex, "tag_123"))),
    (6, "AI", "#73423a", Some((Dialect::Rolodex, "tag_456"))),
    (7, "VIP", "#e84527", Some((Dialect::Zingle, "4492b6a7-bac4-471a-8e54-ddcdda502013"))),
];

pub(super) fn with_examples(mut catalog: Catalog, clock: &dyn Clock) -> Catalog {
    catalog.fields = catalog.fields.iter().cloned().map(example_ids).collect();
    for row in FIELDS {
        catalog.fields.push(field(row, clock));
    }
    catalog.tags = TAGS.into_iter().map(|row| tag(row, clock)).collect();
    catalog.lists.push(List {
        conditions: Vec::new(),
        background_color: None,
        text_color: None,
        id: ListId(clock.fresh_id()),
        number: 1,
        name: "Q1 Targets".to_owned(),
        entity: Entity::Contact,
        description: None,
        created_at: clock.now(),
        aliases: Aliases::one(Dialect::Rolodex, "list_789"),
        extras: model::Extras::default(),
    });
    let jane = User {
        id: UserId(clock.fresh_id()),
        number: 1,
        email: "jane.doe@email.com".to_owned(),
        first_name: "Jane".to_owned(),
        last_name: "Doe".to_owned(),
        avatar_url: None,
        admin: true,
        created_at: clock.now(),
        aliases: Aliases::one(Dialect::Zingle, "5912ac4d-280a-4d4e-a632-961b40718293"),
    };
    catalog.teams = teams(&jane, clock);
    catalog.users.push(jane);
    catalog.channel_types = catalog
        .channel_types
        .iter()
        .cloned()
        .map(|mut each| {
            if each.kind == model::ChannelKind::Phone {
                each.aliases = each.aliases.and(Dialect::Zingle, PHONE_NUMBER);
            }
            each
        })
        .collect();
    catalog.inboxes = catalog
        .inboxes
        .iter()
        .cloned()
        .map(|mut inbox| {
            inbox.name = "phone_number_1".to_owned();
            inbox.aliases = Aliases::one(Dialect::Callbell, "7c996996fea947f4a1d5a11e7fac84db");
            inbox
        })
        .collect();
    let funnels = catalog.funnels.iter().cloned().zip(FUNNELS);
    catalog.funnels = funnels
        .map(|(mut funnel, alias)| {
            funnel.aliases = Aliases::one(Dialect::Callbell, alias);
            funnel
        })
        .collect();
    catalog
}

/// Zingle's examples use other ids for its global fields than its live platform: both work, theirs is shown.
fn example_ids(mut field: Field) -> Field {
    let example = match field.system {
        Some(SystemMember::FirstName) => FIRST_NAME,
        Some(SystemMember::LastName) => LAST_NAME,
        Some(SystemMember::Salutation) => TITLE,
        None => return field,
    };
    let live = field.aliases.of(Dialect::Zingle).to_vec();
    let mut both = vec![example.to_owned()];
    both.extend(live);
    field.aliases.set(Dialect::Zingle, both);
    for option in field.options.iter_mut().filter(|option| option.value == "Mr.") {
        option.aliases = Aliases::one(Dialect::Zingle, TITLE_MR);
    }
    field
}

fn aliases(one: Option<(Dialect, &str)>) -> Aliases {
    one.map_or_else(Aliases::default, |(dialect, text)| Aliases::one(dialect, text))
}

fn field((number, key, name, kind, alias, options): FieldRow, clock: &dyn Clock) -> Field {
    let option = |(value, name, alias): &OptionRow| FieldOption {
        position: None,
        id: OptionId(clock.fresh_id()),
        value: (*value).to_owned(),
        name: (*name).to_owned(),
        aliases: aliases(*alias),
    };
    Field {
        former_options: Vec::new(),
        // Searches and orders by it are what the guides show.
        filterable: key == "lead_score",
        id: FieldId(clock.fresh_id()),
        number,
        key: key.to_owned(),
        name: name.to_owned(),
        kind,
        entity: Entity::Contact,
        system: None,
        options: options.iter().map(option).collect(),
        created_at: clock.now(),
        aliases: aliases(alias),
        extras: model::Extras::default(),
    }
}

fn tag((number, name, color, alias): TagRow, clock: &dyn Clock) -> Tag {
    Tag {
        id: TagId(clock.fresh_id()),
        number,
        name: name.to_owned(),
        background_color: Some(color.to_owned()),
        text_color: Some("#ffffff".to_owned()),
        created_at: clock.now(),
        aliases: aliases(alias),
        extras: model::Extras::default(),
    }
}

fn teams(jane: &User, clock: &dyn Clock) -> Items<Team> {
    let rows = [
        (
            1,
            "General",
            vec![jane.id],
            "2020-11-13T21:08:53Z",
            Dialect::Callbell,
            "ad42a09715814e6483b1c5debd6a2dbc",
        ),
        (2, "Support", vec![], "2020-11-13T21:10:33Z", Dialect::Callbell, "47aad5f9b4ca423c9d630f06ab93fe1f"),
        (
            3,
            "Guests",
            vec![],
            "2015-09-21T23:11:53Z",
            Dialect::Zingle,
            "bf5c8s4e-b4f5-4382-9f3a-9ees5eedaef1",
        ),
    ];
    rows.into_iter()
        .map(|(number, name, members, created_at, dialect, alias)| Team {
            id: TeamId(clock.fresh_id()),
            number,
            name: name.to_owned(),
            default: number == 1,
            members,
            created_at: Timestamp::parse_rfc3339(created_at).unwrap_or_default(),
            aliases: Aliases::one(dialect, alias),
        })
        .collect()
}
