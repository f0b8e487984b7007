//! The catalog that a new workspace starts with.

use model::{
    Aliases, Catalog, ChannelKind, ChannelType, ChannelTypeId, Dialect, Entity, Field, FieldId, FieldOption,
    FieldType, Funnel, FunnelId, Inbox, InboxId, OptionId, SystemMember, Team, TeamId,
};

use crate::Clock;

/// The ids that Zingle gives its global fields and channel types in every service.
const ZINGLE_FIRST_NAME: &str = "e01a3856-89b1-4db4-bf56-38d79454c921";
const ZINGLE_LAST_NAME: &str = "0df80524-3b27-4fb0-8eeb-c81bd448d294";
const ZINGLE_TITLE: &str = "84d6a03a-a093-4951-bd12-6551597bbbf4";
const ZINGLE_PHONE_NUMBER: &str = "0a293ea3-4721-433e-a031-610ebcf43255";
const ZINGLE_EMAIL_ADDRESS: &str = "b71f3d91-da94-412b-8ff1-59a882b63024";

/// Zingle's options of the global field Title: value, display name.
const TITLES: [(&str, &str); 9] = [
    ("", ""),
    ("Mr.", "Mr."),
    ("Mrs.", "Mrs."),
    ("Ms.", "Ms."),
    ("Dr", "Dr."),
    ("Prof.", "Prof."),
    ("Dir.", "Dir."),
    ("Rev.", "Rev."),
    ("Capt.", "Capt."),
];

/// The stages of a sales funnel that Callbell's examples have: name, emoji.
const FUNNELS: [(&str, &str); 4] =
    [("Awareness", "🧘\u{200d}♂\u{fe0f}"), ("Interest", "👁\u{fe0f}"), ("Desire", "✨"), ("Action", "🎯")];

/// The system fields, one team, one inbox, phone and e-mail as channel types, four funnels.
pub(crate) fn catalog(clock: &dyn Clock) -> Catalog {
    let mut catalog = Catalog::default();
    let system = [
        ("first_name", "First Name", SystemMember::FirstName, ZINGLE_FIRST_NAME),
        ("last_name", "Last Name", SystemMember::LastName, ZINGLE_LAST_NAME),
        ("title", "Title", SystemMember::Salutation, ZINGLE_TITLE),
    ];
    for (number, (key, name, member, zingle)) in (1..).zip(system) {
        let titles = if member == SystemMember::Salutation { TITLES.as_slice() } else { &[] };
        let option = |(value, name): &(&str, &str)| FieldOption {
            position: None,
            id: OptionId(clock.fresh_id()),
            value: (*value).to_owned(),
            name: (*name).to_owned(),
            aliases: Aliases::default(),
        };
        catalog.fields.push(Field {
            former_options: Vec::new(),
            filterable: false,
            id: FieldId(clock.fresh_id()),
            number,
            key: key.to_owned(),
            name: name.to_owned(),
            // Suggestions, not a closed list: other salutations are kept as text.
            kind: FieldType::Text,
            entity: Entity::Contact,
            system: Some(member),
            options: titles.iter().map(option).collect(),
            created_at: clock.now(),
            aliases: Aliases::one(Dialect::Zingle, zingle),
            extras: model::Extras::default(),
        });
    }
    let types = [
        (ChannelKind::Phone, "Phone Number", ZINGLE_PHONE_NUMBER),
        (ChannelKind::Email, "Email Address", ZINGLE_EMAIL_ADDRESS),
    ];
    for (number, (kind, name, zingle)) in (1..).zip(types) {
        catalog.channel_types.push(ChannelType {
            inbound_url: None,
            outbound_url: None,
            muted: false,
            priority: None,
            id: ChannelTypeId(clock.fresh_id()),
            number,
            kind,
            name: name.to_owned(),
            global: true,
            aliases: Aliases::one(Dialect::Zingle, zingle),
        });
    }
    catalog.teams.push(Team {
        id: TeamId(clock.fresh_id()),
        number: 1,
        name: "General".to_owned(),
        default: true,
        members: Vec::new(),
        created_at: clock.now(),
        aliases: Aliases::default(),
    });
    catalog.inboxes.push(Inbox {
        id: InboxId(clock.fresh_id()),
        number: 1,
        name: "Main".to_owned(),
        kind: "whatsapp".to_owned(),
        main: true,
        aliases: Aliases::default(),
    });
    for (number, (name, emoji)) in (1..).zip(FUNNELS) {
        catalog.funnels.push(Funnel {
            id: FunnelId(clock.fresh_id()),
            number,
            name: name.to_owned(),
            emoji: Some(emoji.to_owned()),
            position: number,
            created_at: clock.now(),
            aliases: Aliases::default(),
        });
    }
    catalog
}
