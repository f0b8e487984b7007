//! Filters as readers see records: what is gone from the catalog is nobody's, while records still carry its id.

use std::ops::Not as _;

use model::{Carried, Catalog, Facet, TagId, TeamId, UserId};
use store::Filter;
use uuid::Uuid;

/// The same filter, in which what is gone counts for nothing.
pub(crate) fn seen(filter: Filter, catalog: &Catalog) -> Filter {
    if catalog.gone.is_empty() {
        return filter;
    }
    let all = |parts: Vec<Filter>| parts.into_iter().map(|part| seen(part, catalog)).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Any(parts) => Filter::Any(all(parts)),
        Filter::Not(part) => seen(*part, catalog).not(),
        Filter::Is(facet) => is(facet, catalog),
        filter @ (Filter::All
        | Filter::HasChannel(..)
        | Filter::HasText(_)
        | Filter::InRange(..)
        | Filter::Where(_)) => filter,
    }
}

/// Who asks for an id that is gone asks for what is stored: an answer to a deletion shows who had it.
fn is(facet: Facet, catalog: &Catalog) -> Filter {
    match facet {
        Facet::HasTag => some(facet, (catalog, Carried::Tag, |id| Facet::Tag(TagId(id)))),
        Facet::HasUser => some(facet, (catalog, Carried::User, |id| Facet::User(UserId(id)))),
        Facet::HasTeam => some(facet, (catalog, Carried::Team, |id| Facet::Team(TeamId(id)))),
        facet => Filter::Is(facet),
    }
}

/// Those that have some of a kind: not those that have only what is gone.
fn some(has: Facet, (catalog, what, facet): (&Catalog, Carried, fn(Uuid) -> Facet)) -> Filter {
    let gone: Vec<_> =
        catalog.gone.iter().filter(|(_, gone)| gone.what == what).map(|(id, _)| facet(*id)).collect();
    if gone.is_empty() {
        return Filter::Is(has);
    }
    let living: Vec<_> = match what {
        Carried::Tag => catalog.tags.iter().map(|tag| Facet::Tag(tag.id)).collect(),
        // A record has one of these at most.
        _ => Vec::new(),
    };
    let only_gone = Filter::And(vec![Filter::any_of(gone), Filter::any_of(living).not()]);
    Filter::And(vec![Filter::Is(has), only_gone.not()])
}
