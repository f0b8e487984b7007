//! Which contacts a list shows: `tags`, `source`, `team_uuid`.

use api_kit::Query;
use app::Filter;
use model::{Catalog, Dialect, ItemRef, TagId};

use crate::wire;

/// The filters of a query. A contact is on the list when one of them holds; never do two.
pub(crate) fn of(query: &Query, catalog: &Catalog) -> Vec<Filter> {
    let parts = [tags(query, catalog), source(query), team(query, catalog)];
    parts.into_iter().flatten().fold(vec![Filter::All], |filters, any| {
        let both = |filter: &Filter| {
            let filter = filter.clone();
            any.iter().cloned().map(move |part| Filter::And(vec![filter.clone(), part])).collect::<Vec<_>>()
        };
        filters.iter().flat_map(both).collect()
    })
}

/// Nobody.
fn none() -> Filter {
    Filter::AnyTag(Vec::new())
}

/// Contacts with any of the tags named: repeated `tags`, `tags[]`, or comma lists of names, in any case.
fn tags(query: &Query, catalog: &Catalog) -> Option<Vec<Filter>> {
    // A name may itself have a comma, so the whole text counts too.
    let texts = query.all("tags").flat_map(|text| std::iter::once(text).chain(text.split(',')));
    let names: Vec<_> =
        texts.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect();
    if names.is_empty() {
        return None;
    }
    let is_named = |name: &str| names.contains(&name.trim().to_lowercase());
    let tags: Vec<TagId> = catalog.tags.iter().filter(|tag| is_named(&tag.name)).map(|tag| tag.id).collect();
    Some(vec![Filter::AnyTag(tags)])
}

/// Contacts of a source. One that came through another dialect has none written down, and mostly shows as
/// WhatsApp.
fn source(query: &Query) -> Option<Vec<Filter>> {
    let source = query.get("source").filter(|source| !source.is_empty())?;
    let written = Filter::Extra(Dialect::Callbell, wire::SOURCE.to_owned(), source.to_owned());
    if source == wire::WHATSAPP {
        return Some(vec![written, Filter::NoExtra(Dialect::Callbell, wire::SOURCE.to_owned())]);
    }
    Some(vec![written])
}

/// Contacts of a team; those without one belong to the default team. An unknown team has nobody.
fn team(query: &Query, catalog: &Catalog) -> Option<Vec<Filter>> {
    let text = query.get("team_uuid").filter(|text| !text.is_empty())?;
    let Some(team) = catalog.teams.find(&ItemRef::Id(wire::reference(text))) else {
        return Some(vec![none()]);
    };
    let is_default = catalog.default_team().is_some_and(|default| default.id == team.id);
    let assigned = Filter::Team(Some(team.id));
    Some(if is_default { vec![assigned, Filter::Team(None)] } else { vec![assigned] })
}
