//! Which contacts a list shows: every parameter that the vendor documents, and those that its mobile client sends. All
//! must hold; other names are passed over.

use api_kit::{Problem, Query};
use app::Filter;
use model::channel::normalise;
use model::{Catalog, ChannelKind, ChannelTypeId, Contact, Dialect, Facet, Item, ItemRef, Items, Timestamp};

use crate::matching::{Range, flag, matches};

/// The filter of a query.
///
/// # Errors
/// When a parameter cannot be read.
pub(crate) fn of(query: &Query, catalog: &Catalog) -> Result<Filter, Problem> {
    let mut parts = Vec::new();
    parts.extend(channel(query, catalog));
    parts.extend(given(query, "label_id").map(|text| named(&catalog.tags, text, |tag| Facet::Tag(tag.id))));
    parts.extend(
        given(query, "contact_group_id").map(|text| named(&catalog.lists, text, |list| Facet::List(list.id))),
    );
    parts.extend(assignment(query, catalog));
    for (name, facet) in
        [("is_confirmed", Facet::Confirmed), ("is_starred", Facet::Starred), ("is_closed", Facet::Closed)]
    {
        parts.extend(
            flag(query, name)?.map(|is_so| if is_so { Filter::Is(facet) } else { !Filter::Is(facet) }),
        );
    }
    if flag(query, "is_unassigned")? == Some(true) {
        parts.push(!Filter::any_of([Facet::HasUser, Facet::HasTeam]));
    }
    parts.extend(opt_in(query));
    parts.extend(texts(query));
    for name in ["created_at", "updated_at", "unconfirmed_at", "last_message_created_at"] {
        parts.extend(instant(query, name)?);
    }
    Ok(if parts.is_empty() { Filter::All } else { Filter::And(parts) })
}

/// A parameter that is there and says something.
fn given<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).filter(|text| !text.is_empty())
}

/// Contacts with the record that has this id; nobody has one that there is not.
fn named<T: Item>(items: &Items<T>, text: &str, facet: impl Fn(&T) -> Facet) -> Filter {
    let found = items.find(&ItemRef::id_text(Dialect::Zingle, text));
    Filter::any_of(found.map(facet))
}

/// Some channel has this value and this type; `*` in the value stands for anything.
fn channel(query: &Query, catalog: &Catalog) -> Option<Filter> {
    let (type_id, value) = (given(query, "channel_type_id"), given(query, "channel_value"));
    let kind = match type_id.map(|text| catalog.channel_types.find(&ItemRef::id_text(Dialect::Zingle, text)))
    {
        None => None,
        Some(Some(found)) => Some((found.kind.clone(), found.id)),
        Some(None) => return Some(Filter::Any(Vec::new())),
    };
    let Some(text) = value else {
        let (kind, id) = kind?;
        return Some(typed(kind, id));
    };
    // QUIRK(zingle): its Java client sends `+` as it is, which reads as a space
    // (`zingle_java_sdk`, `ZingleContactServices.java`). Pinned by `a_channel_is_found_however_it_is_written`.
    let text = text.strip_prefix(' ').map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
    if !text.contains('*') {
        let kinds = match &kind {
            Some((kind, _)) => vec![kind.clone()],
            None => kinds(catalog),
        };
        let country = catalog.default_country.as_deref();
        let any = kinds.into_iter().map(|kind| {
            let value = normalise(&kind, &text, country).value;
            Filter::HasChannel(kind, value.into())
        });
        let found = Filter::Any(any.collect());
        return Some(match kind {
            // Several types may have one kind.
            Some((kind, id)) if !matches!(kind, ChannelKind::Phone | ChannelKind::Email) => {
                Filter::And(vec![found, typed(kind, id)])
            }
            _ => found,
        });
    }
    Some(Filter::holds_where_of(["channels"], move |contact| {
        contact.channels.iter().any(|channel| {
            let is_typed =
                kind.as_ref().is_none_or(|(kind, id)| channel.kind == *kind && is_of(channel, *id));
            is_typed && (matches(&text, &channel.value) || matches(&text, &channel.raw))
        })
    }))
}

/// Some channel has this type.
fn typed(kind: ChannelKind, id: ChannelTypeId) -> Filter {
    Filter::holds_where_of(["channels"], move |contact| {
        contact.channels.iter().any(|channel| channel.kind == kind && is_of(channel, id))
    })
}

/// Whether a channel may be of this type: it is not known to be of another.
fn is_of(channel: &model::Channel, id: ChannelTypeId) -> bool {
    channel.type_id.is_none_or(|own| own == id)
}

/// The kinds of channels that there can be.
fn kinds(catalog: &Catalog) -> Vec<ChannelKind> {
    let mut kinds = vec![ChannelKind::Phone, ChannelKind::Email];
    for each in catalog.channel_types.iter() {
        if !kinds.contains(&each.kind) {
            kinds.push(each.kind.clone());
        }
    }
    kinds
}

fn assignment(query: &Query, catalog: &Catalog) -> Vec<Filter> {
    let mut parts = Vec::new();
    let user =
        |name| given(query, name).map(|text| catalog.users.find(&ItemRef::id_text(Dialect::Zingle, text)));
    parts.extend(
        user("assigned_to_user_id").map(|found| Filter::any_of(found.map(|user| Facet::User(user.id)))),
    );
    parts.extend(
        given(query, "assigned_to_team_id")
            .map(|text| named(&catalog.teams, text, |team| Facet::Team(team.id))),
    );
    // The user itself, or one of its teams.
    parts.extend(user("relative_user_id").map(|found| match found {
        Some(user) => {
            let teams = catalog.teams.iter().filter(|team| team.members.contains(&user.id));
            let teams = teams.map(|team| Facet::Team(team.id));
            Filter::any_of(std::iter::once(Facet::User(user.id)).chain(teams))
        }
        None => Filter::Any(Vec::new()),
    }));
    parts
}

fn opt_in(query: &Query) -> Option<Filter> {
    Some(match given(query, "optin_status")? {
        "opted-in" => Filter::Is(Facet::OptedIn),
        "opted-out" => Filter::Is(Facet::OptedOut),
        _ => Filter::Any(Vec::new()),
    })
}

/// What only documents tell.
fn texts(query: &Query) -> Vec<Filter> {
    let mut parts = Vec::new();
    if let Some(text) = given(query, "external_id").map(str::to_owned) {
        parts.push(Filter::holds_where_of(["extras"], move |contact| {
            contact.extras.get(Dialect::Zingle, "external_id").and_then(|id| id.as_str()) == Some(&text)
        }));
    }
    if let Some(text) = given(query, "locked_by_source").map(str::to_owned) {
        parts.push(Filter::holds_where_of(["locked_by"], move |contact| {
            contact.locked_by.as_deref() == Some(&text)
        }));
    }
    if let Some(text) = given(query, "query").map(str::to_lowercase) {
        parts.push(Filter::holds_where_of(["name", "channels"], move |contact| {
            let has = |part: Option<&str>| part.is_some_and(|part| part.to_lowercase().contains(&text));
            has(contact.name.first.as_deref())
                || has(contact.name.last.as_deref())
                || contact.channels.iter().any(|each| has(Some(&each.value)) || has(Some(&each.raw)))
        }));
    }
    parts
}

/// `greater_than(N)`, `less_than(N)` or both.
///
/// # Errors
/// When it is something else.
pub(crate) fn range(query: &Query, name: &'static str) -> Result<Option<Range>, Problem> {
    let Some(text) = given(query, name) else { return Ok(None) };
    let range = Range::parse(text).ok_or_else(|| Problem::BadQuery {
        name,
        reason: "must be greater_than(N), less_than(N) or both with a comma between; N is Unix time"
            .to_owned(),
    })?;
    Ok(Some(range))
}

/// Contacts with an instant in a range. Nobody has a message here, so that no time of one is in any range.
fn instant(query: &Query, name: &'static str) -> Result<Option<Filter>, Problem> {
    let Some(range) = range(query, name)? else { return Ok(None) };
    let at: fn(&Contact) -> Option<Timestamp> = match name {
        "created_at" => |contact| Some(contact.created_at),
        "updated_at" => return Ok(Some(Filter::changed_in(range.instants(), name))),
        "unconfirmed_at" => |contact| contact.unconfirmed_at,
        _ => return Ok(Some(Filter::Any(Vec::new()))),
    };
    Ok(Some(Filter::holds_where_of(["unconfirmed_at"], move |contact| {
        at(contact).is_some_and(|at| range.contains(at))
    })))
}
