//! What searches and orders can name of a contact.

use model::value::order::FIRST_KEY;
use model::{Catalog, ChannelKind, Contact, Facet, Field, FieldType, Network, Timestamp};
use store::Filter;

use super::asked;
use super::compare::in_range;

/// A member of a contact, or a custom field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member<'c> {
    /// A text.
    Text(TextMember),
    /// A point in time.
    Instant(InstantMember),
    /// The number.
    Number,
    /// The revision.
    Revision,
    /// Channels of a kind.
    Channels(Kind),
    /// Tags, by name or id.
    Tag,
    /// Lists, by name or id.
    List,
    /// Companies, by name or id.
    Company,
    /// The texts of notes.
    Note,
    /// The user that it is assigned to.
    User,
    /// The team that it is assigned to.
    Team,
    /// Whether it agreed to receive messages.
    OptIn,
    /// A custom field.
    Field(&'c Field),
}

/// Which channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Phone,
    Any,
}

impl Kind {
    /// The kind, unless it is any.
    pub(super) fn of(self) -> Option<ChannelKind> {
        match self {
            Self::Email => Some(ChannelKind::Email),
            Self::Phone => Some(ChannelKind::Phone),
            Self::Any => None,
        }
    }
}

macro_rules! texts {
    ($($variant:ident $name:literal $read:expr,)*) => {
        /// A text of a contact.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum TextMember {
            $($variant,)*
        }

        impl TextMember {
            const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$variant),)*];

            /// The text of a contact.
            pub(super) fn of(self, contact: &Contact) -> Option<&str> {
                let read: fn(&Contact) -> Option<&model::Text> = match self {
                    $(Self::$variant => $read,)*
                };
                read(contact).map(model::Text::as_str)
            }
        }
    };
}

texts! {
    Name "name" |contact| contact.name.full.as_ref(),
    FirstName "first_name" |contact| contact.name.first.as_ref(),
    LastName "last_name" |contact| contact.name.last.as_ref(),
    Salutation "salutation" |contact| contact.salutation.as_ref(),
    JobTitle "job_title" |contact| contact.job_title.as_ref(),
    Description "description" |contact| contact.description.as_ref(),
    Remarks "remarks" |contact| contact.remarks.as_ref(),
    Location "location" |contact| contact.location.as_ref(),
    City "city" |contact| contact.city.as_ref(),
    State "state" |contact| contact.state.as_ref(),
    Country "country" |contact| contact.country.as_ref(),
    Website "website_url" |contact| contact.website_url.as_ref(),
    Image "image_url" |contact| contact.image_url.as_ref(),
    LockedBy "locked_by" |contact| contact.locked_by.as_ref(),
    Linkedin "linkedin" |contact| contact.social.get(&Network::Linkedin),
    X "x" |contact| contact.social.get(&Network::X),
    Facebook "facebook" |contact| contact.social.get(&Network::Facebook),
    Instagram "instagram" |contact| contact.social.get(&Network::Instagram),
    Youtube "youtube" |contact| contact.social.get(&Network::Youtube),
}

impl TextMember {
    /// The member of the stored contact that it stands in.
    pub(super) fn stored(self) -> &'static str {
        match self {
            Self::Name | Self::FirstName | Self::LastName => "name",
            Self::Linkedin | Self::X | Self::Facebook | Self::Instagram | Self::Youtube => "social",
            _ => Self::ALL.iter().find(|(_, each)| *each == self).map_or("", |(name, _)| name),
        }
    }

    /// Whether it is a part of what words are looked for in, and always as a whole.
    pub(super) fn is_searched(self) -> bool {
        matches!(self, Self::Name | Self::FirstName | Self::LastName)
    }
}

/// A point in time of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InstantMember {
    Created,
    Updated,
    Closed,
    Blocked,
}

impl InstantMember {
    const ALL: &'static [(&'static str, Self)] = &[
        ("created_at", Self::Created),
        ("created", Self::Created),
        ("updated_at", Self::Updated),
        ("updated", Self::Updated),
        ("closed_at", Self::Closed),
        ("blocked_at", Self::Blocked),
    ];

    /// The member of the stored contact that it is.
    pub(super) fn stored(self) -> &'static str {
        match self {
            Self::Created => "created_at",
            Self::Updated => "updated_at",
            Self::Closed => "closed_at",
            Self::Blocked => "blocked_at",
        }
    }

    /// When it was.
    pub(super) fn of(self, contact: &Contact) -> Option<Timestamp> {
        match self {
            Self::Created => Some(contact.created_at),
            Self::Updated => Some(contact.updated_at),
            Self::Closed => contact.closed_at,
            Self::Blocked => contact.blocked_at,
        }
    }
}

/// The members that are no texts and no points in time.
const OTHERS: &[(&str, Member<'static>)] = &[
    ("number", Member::Number),
    ("revision", Member::Revision),
    ("email", Member::Channels(Kind::Email)),
    ("phone", Member::Channels(Kind::Phone)),
    ("channel", Member::Channels(Kind::Any)),
    ("tag", Member::Tag),
    ("list", Member::List),
    ("company", Member::Company),
    ("note", Member::Note),
    ("assigned_user", Member::User),
    ("assigned_team", Member::Team),
    ("opt_in", Member::OptIn),
];

/// What stands before the key of a field that has the name of a member.
const VALUES: &str = "values.";

/// All names that there are.
pub(super) fn names(catalog: &Catalog) -> impl Iterator<Item = &str> {
    let texts = TextMember::ALL.iter().map(|(name, _)| *name);
    let instants = InstantMember::ALL.iter().map(|(name, _)| *name);
    let others = OTHERS.iter().map(|(name, _)| *name);
    texts.chain(instants).chain(others).chain(catalog.custom_fields().map(|field| field.key.as_str()))
}

fn find<T: Copy>(all: &[(&str, T)], name: &str) -> Option<T> {
    all.iter().find(|(each, _)| *each == name).map(|(_, member)| *member)
}

impl<'c> Member<'c> {
    /// The member, or the custom field, of this name.
    pub(super) fn named(name: &str, catalog: &'c Catalog) -> Option<Self> {
        let field = |key: &str| catalog.custom_fields().find(|field| field.key == key).map(Self::Field);
        if let Some(key) = name.strip_prefix(VALUES) {
            return field(key);
        }
        let text = || find(TextMember::ALL, name).map(Self::Text);
        let instant = || find(InstantMember::ALL, name).map(Self::Instant);
        text().or_else(instant).or_else(|| find(OTHERS, name)).or_else(|| field(name))
    }

    /// Those of which it is not empty.
    pub(super) fn has(self, catalog: &Catalog, term: &str) -> Filter {
        let is = Filter::Is;
        match self {
            Self::Instant(InstantMember::Created | InstantMember::Updated)
            | Self::Number
            | Self::Revision => Filter::All,
            Self::Instant(InstantMember::Closed) => is(Facet::Closed),
            Self::Instant(InstantMember::Blocked) => is(Facet::Blocked),
            Self::Text(member) => asked((term, member.stored()), move |contact| {
                member.of(contact).is_some_and(|text| !text.is_empty())
            }),
            Self::Channels(kind) => {
                let kind = kind.of();
                asked((term, "channels"), move |contact| {
                    contact
                        .channels
                        .iter()
                        .any(|channel| kind.as_ref().is_none_or(|kind| *kind == channel.kind))
                })
            }
            Self::Tag => is(Facet::HasTag),
            Self::List => asked((term, "lists"), |contact| !contact.lists.is_empty()),
            Self::Company => asked((term, "companies"), |contact| !contact.companies.is_empty()),
            Self::Note => asked((term, "notes"), |contact| !contact.notes.is_empty()),
            Self::User => is(Facet::HasUser),
            Self::Team => is(Facet::HasTeam),
            Self::OptIn => Filter::any_of([Facet::OptedIn, Facet::OptedOut]),
            Self::Field(field) => has_value(field, catalog, term),
        }
    }
}

fn has_value(field: &Field, catalog: &Catalog, term: &str) -> Filter {
    match field.kind {
        FieldType::SingleSelect | FieldType::MultiSelect => {
            let options = field.options.iter().chain(&field.former_options);
            Filter::any_of(options.map(|option| Facet::Option(option.id)))
        }
        FieldType::Boolean => {
            let id = field.id;
            asked((term, "values"), move |contact| contact.values.contains_key(&id))
        }
        _ => in_range(field, catalog, (FIRST_KEY.to_owned(), None), term),
    }
}
