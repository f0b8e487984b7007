//! What searches and orders can name of a contact.

use model::{Catalog, ChannelKind, Contact, Facet, Field, FieldType, FilterableMember, Network};
use store::Filter;

use super::asked;
use super::ordered::Ordered;

/// A member of a contact, or a custom field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member<'c> {
    /// A text or a point in time that can be filterable.
    Filterable(FilterableMember),
    /// Another text.
    Text(TextMember),
    /// When it last changed.
    Updated,
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
        /// A text of a contact that cannot be filterable.
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
    Description "description" |contact| contact.description.as_ref(),
    Remarks "remarks" |contact| contact.remarks.as_ref(),
    Image "image_url" |contact| contact.image_url.as_ref(),
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
            Self::Linkedin | Self::X | Self::Facebook | Self::Instagram | Self::Youtube => "social",
            _ => Self::ALL.iter().find(|(_, each)| *each == self).map_or("", |(name, _)| name),
        }
    }
}

/// The members that are none of these, and other names.
const OTHERS: &[(&str, Member<'static>)] = &[
    ("created", Member::Filterable(FilterableMember::CreatedAt)),
    ("updated_at", Member::Updated),
    ("updated", Member::Updated),
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
    let filterable = FilterableMember::ALL.iter().map(|member| member.as_str());
    let texts = TextMember::ALL.iter().map(|(name, _)| *name);
    let others = OTHERS.iter().map(|(name, _)| *name);
    filterable.chain(texts).chain(others).chain(catalog.custom_fields().map(|field| field.key.as_str()))
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
        let filterable = name.parse().ok().map(Self::Filterable);
        let text = || find(TextMember::ALL, name).map(Self::Text);
        filterable.or_else(text).or_else(|| find(OTHERS, name)).or_else(|| field(name))
    }

    /// Those of which it is not empty.
    pub(super) fn has(self, catalog: &Catalog, term: &str) -> Filter {
        let is = Filter::Is;
        match self {
            Self::Filterable(FilterableMember::CreatedAt) | Self::Updated | Self::Number | Self::Revision => {
                Filter::All
            }
            Self::Filterable(FilterableMember::ClosedAt) => is(Facet::Closed),
            Self::Filterable(FilterableMember::BlockedAt) => is(Facet::Blocked),
            Self::Filterable(member) => Ordered::member(member).something(catalog, term),
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
        _ => Ordered::field(field).something(catalog, term),
    }
}
