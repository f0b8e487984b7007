//! Which contacts a list shows: `tag`, `list`, `company`, `assigned_user`, `assigned_team`, `starred`, `confirmed`,
//! `closed`, `blocked`, `opt_in`, `values.KEY`. All of them must hold.

use std::ops::Not as _;

use api_kit::{Problem, Query};
use app::Filter;
use model::{Catalog, CompanyId, Dialect, Facet, FieldType, Item, ItemRef, Items, Native, Ref};

use crate::Error;

/// What stands for nobody and nothing.
const NONE: &str = "none";

/// The filter of a query.
pub(crate) fn of(query: &Query, catalog: &Catalog) -> Result<Filter, Error> {
    let mut parts = Vec::new();
    for (name, text) in parameters(query) {
        parts.extend(part(name, text, catalog)?);
    }
    Ok(if parts.is_empty() { Filter::All } else { Filter::And(parts) })
}

/// The names of the parameters that filters read, but for those of fields.
const NAMES: [&str; 10] = [
    "tag",
    "list",
    "company",
    "assigned_user",
    "assigned_team",
    "starred",
    "confirmed",
    "closed",
    "blocked",
    "opt_in",
];

/// The parameters that the filter of a query is made of.
pub(crate) fn parameters(query: &Query) -> impl Iterator<Item = (&str, &str)> {
    query.named(|name| NAMES.contains(&name) || name.starts_with("values."))
}

/// What one parameter asks for; `None` when it is none of the filter's.
fn part(name: &str, text: &str, catalog: &Catalog) -> Result<Option<Filter>, Error> {
    let is = |facet: Facet| Filter::Is(facet);
    Ok(Some(match name {
        "tag" => is(Facet::Tag(named("tag", &catalog.tags, text)?.id)),
        "list" => is(Facet::List(named("list", &catalog.lists, text)?.id)),
        "company" => is(Facet::Company(company(text)?)),
        "assigned_user" if text == NONE => is(Facet::HasUser).not(),
        "assigned_user" => is(Facet::User(named("assigned_user", &catalog.users, text)?.id)),
        "assigned_team" if text == NONE => is(Facet::HasTeam).not(),
        "assigned_team" => is(Facet::Team(named("assigned_team", &catalog.teams, text)?.id)),
        "starred" => flag("starred", Facet::Starred, text)?,
        "confirmed" => flag("confirmed", Facet::Confirmed, text)?,
        "closed" => flag("closed", Facet::Closed, text)?,
        "blocked" => flag("blocked", Facet::Blocked, text)?,
        "opt_in" => match text {
            "opted_in" => is(Facet::OptedIn),
            "opted_out" => is(Facet::OptedOut),
            NONE => Filter::any_of([Facet::OptedIn, Facet::OptedOut]).not(),
            _ => return Err(bad("opt_in", "must be opted_in, opted_out or none")),
        },
        _ => match name.strip_prefix("values.") {
            Some(key) => value(key, text, catalog)?,
            None => return Ok(None),
        },
    }))
}

fn bad(name: &'static str, reason: impl Into<String>) -> Error {
    Problem::BadQuery { name, reason: reason.into() }.into()
}

/// The record with this id, or this name.
pub(crate) fn named<'c, T: Item>(
    name: &'static str,
    items: &'c Items<T>,
    text: &str,
) -> Result<&'c T, Error> {
    let by_id = items.find(&ItemRef::id_text(Dialect::Native, text));
    let found = by_id.or_else(|| items.find(&ItemRef::NameAnyCase(text.to_owned())));
    found.ok_or_else(|| bad(name, "must be the id or the name of one that there is"))
}

fn company(text: &str) -> Result<CompanyId, Error> {
    match Ref::uuid(Dialect::Native, text).native {
        Some(Native::Uuid(id)) => Ok(CompanyId(id)),
        _ => Err(bad("company", "must be the id of a company")),
    }
}

/// Whether a question is answered with yes or with no.
pub(crate) fn flag(name: &'static str, facet: Facet, text: &str) -> Result<Filter, Error> {
    match text {
        "true" => Ok(Filter::Is(facet)),
        "false" => Ok(Filter::Is(facet).not()),
        _ => Err(bad(name, "must be true or false")),
    }
}

/// A custom field: an option of a select field by its value, or whether a boolean field is true; one without a value
/// is not.
fn value(key: &str, text: &str, catalog: &Catalog) -> Result<Filter, Error> {
    let field = catalog.custom_fields().find(|field| field.key == key);
    let field = field.ok_or_else(|| bad("values", format!("has no field '{key}'")))?;
    match field.kind {
        FieldType::SingleSelect | FieldType::MultiSelect => {
            let option = field.option_valued(text);
            let option = option.ok_or_else(|| bad("values", format!("'{key}' has no option '{text}'")))?;
            Ok(Filter::Is(Facet::Option(option.id)))
        }
        FieldType::Boolean => flag("values", Facet::True(field.id), text),
        _ => Err(bad("values", format!("'{key}' is no select and no boolean field"))),
    }
}
