//! Which contacts a list shows: `tags`, `source`, `team_uuid`.

use std::ops::Not as _;

use api_kit::{Problem, Query};
use app::Filter;
use model::{Catalog, Dialect, Facet, ItemRef};

use crate::wire;

/// The filter of a query.
pub(crate) fn of(query: &Query, catalog: &Catalog) -> Filter {
    let parts = [tags(query, catalog), source(query), team(query, catalog)];
    Filter::And(parts.into_iter().flatten().collect())
}

/// Contacts with any of the tags named: repeated `tags`, `tags[]`, or comma lists of names, in any case.
fn tags(query: &Query, catalog: &Catalog) -> Option<Filter> {
    // A name may itself have a comma, so the whole text counts too.
    let texts = query.all("tags").flat_map(|text| std::iter::once(text).chain(text.split(',')));
    let names: Vec<_> =
        texts.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect();
    if names.is_empty() {
        return None;
    }
    let is_named = |name: &str| names.contains(&name.trim().to_lowercase());
    let tags = catalog.tags.iter().filter(|tag| is_named(&tag.name));
    Some(Filter::any_of(tags.map(|tag| Facet::Tag(tag.id))))
}

/// Contacts of a source. One that came through another dialect has none written down, and mostly shows as
/// WhatsApp.
fn source(query: &Query) -> Option<Filter> {
    let source = query.get("source").filter(|source| !source.is_empty())?;
    let (dialect, name) = (Dialect::Callbell, wire::SOURCE.to_owned());
    let written = Filter::Is(Facet::Extra(dialect, name.clone(), source.to_owned()));
    if source != wire::WHATSAPP {
        return Some(written);
    }
    let unwritten = Filter::Is(Facet::HasExtra(dialect, name)).not();
    Some(Filter::Any(vec![written, unwritten]))
}

/// Contacts of a team; those without one belong to the default team. An unknown team has nobody.
fn team(query: &Query, catalog: &Catalog) -> Option<Filter> {
    let text = query.get("team_uuid").filter(|text| !text.is_empty())?;
    let Some(team) = catalog.teams.find(&ItemRef::Id(wire::reference(text))) else {
        return Some(Filter::Any(Vec::new()));
    };
    let assigned = Filter::Is(Facet::Team(team.id));
    let is_default = catalog.default_team().is_some_and(|default| default.id == team.id);
    Some(if is_default { Filter::Any(vec![assigned, Filter::Is(Facet::HasTeam).not()]) } else { assigned })
}

/// A parameter that is one of two words: true for the first, false for the second, nothing where it is not there.
pub(crate) fn either(query: &Query, name: &'static str, words: [&str; 2]) -> Result<Option<bool>, Problem> {
    match query.get(name) {
        None | Some("") => Ok(None),
        Some(word) => match words.iter().position(|each| *each == word) {
            Some(at) => Ok(Some(at == 0)),
            None => Err(Problem::BadQuery { name, reason: format!("must be one of: {}", words.join(", ")) }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_can_be_compared_with() {
        assert!(model::facet::EXTRAS.contains(&(Dialect::Callbell, wire::SOURCE)));
    }
}
