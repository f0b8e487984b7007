//! Where the operations of a JSON Patch point: items of lists by their place, or by what they are.

use ::json_patch::jsonptr::{Pointer, PointerBuf, Token};
use model::{Catalog, Dialect, Item, ItemRef, Items, Json};

use super::Fault;
use crate::wire;

/// The members that are lists of records.
const LISTS: [&str; 5] = ["tags", "lists", "notes", "channels", "companies"];

/// Those whose items are only ids, each once.
pub(super) const SETS: [&str; 3] = ["tags", "lists", "notes"];

/// A document, and what the names in it mean.
pub(super) struct Places<'a> {
    pub(super) document: &'a Json,
    pub(super) catalog: &'a Catalog,
}

/// Whether a pointer names an item of a set by what it is.
pub(super) fn may_name_an_item(path: &Pointer) -> bool {
    by_value(path).is_some_and(|(name, _, rest)| SETS.contains(&name.as_str()) && rest.is_empty())
}

/// The list, the item that is named by what it is, and the rest of the pointer.
fn by_value(path: &Pointer) -> Option<(String, String, Vec<Token<'_>>)> {
    let mut tokens = path.tokens();
    let name = tokens.next()?.decoded().into_owned();
    let token = tokens.next()?;
    let is_place = token.to_index().is_ok();
    (LISTS.contains(&name.as_str()) && !is_place)
        .then(|| (name, token.decoded().into_owned(), tokens.collect()))
}

impl Places<'_> {
    /// The pointer with the place of the item that it names.
    pub(super) fn resolve(&self, path: &Pointer) -> PointerBuf {
        let found = by_value(path).and_then(|(name, item, rest)| {
            let rows = self.document.get(&name)?.as_array()?;
            let id = self.id(&name, &item)?;
            let place = rows.iter().position(|row| row.get("id").unwrap_or(row) == &*id)?;
            let tokens = [Token::new(name), Token::from(place)].into_iter().chain(rest);
            Some(PointerBuf::from_tokens(tokens))
        });
        found.unwrap_or_else(|| path.to_buf())
    }

    /// Where what is added goes, and what it is; `None` when the set has it already.
    pub(super) fn added(
        &self,
        path: &Pointer,
        value: Option<&Json>,
    ) -> Result<Option<(PointerBuf, Json)>, Fault> {
        let name = path.first().map(|token| token.decoded().into_owned()).unwrap_or_default();
        let is_item = path.count() == 2 && SETS.contains(&name.as_str());
        if !is_item {
            return Ok(Some((self.resolve(path), value.cloned().unwrap_or_default())));
        }
        let (path, text) = match by_value(path) {
            // By what it is, at the end.
            Some((_, item, _)) => {
                let id = self.id(&name, &item).ok_or(Fault::NoSuchPlace)?;
                let is_other = |value: &Json| {
                    value.as_str().is_none_or(|text| self.id(&name, text).as_ref() != Some(&id))
                };
                if value.is_some_and(is_other) {
                    return Err(Fault::NoSuchPlace);
                }
                (PointerBuf::from_tokens([Token::new(name.as_str()), Token::new("-")]), Json::String(id))
            }
            None => {
                let value = value.cloned().unwrap_or_default();
                let id = value.as_str().and_then(|text| self.id(&name, text));
                (path.to_buf(), id.map_or(value, Json::String))
            }
        };
        let rows = self.document.get(&name).and_then(Json::as_array);
        let is_there = rows.is_some_and(|rows| rows.contains(&text));
        Ok((!is_there).then_some((path, text)))
    }

    /// The id of what a client names: by its id, or by a name that only one has.
    fn id(&self, name: &str, item: &str) -> Option<String> {
        if let Some(id) = wire::uuid(item) {
            return Some(id.to_string());
        }
        match name {
            "tags" => named(&self.catalog.tags, item),
            "lists" => named(&self.catalog.lists, item),
            _ => None,
        }
    }
}

fn named<T: Item>(items: &Items<T>, name: &str) -> Option<String> {
    let alias = ItemRef::id_text(Dialect::Native, name);
    if let Some(found) = items.find(&alias) {
        return Some(found.id().to_string());
    }
    let mut found = items.iter().filter(|each| each.name() == name);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.id().to_string()),
        _ => None,
    }
}
