//! Which members of contacts an answer shows (`fields`), and which records beside them (`include`).

use std::collections::BTreeSet;

use api_kit::{Call, Problem};
use model::{Catalog, Company, Contact, ContactId, Json, Note, Timestamp};
use uuid::Uuid;

use crate::resource::{Resource, to_json};
use crate::shelf::{Items, Records, Shelf};
use crate::wire::ContactBody;
use crate::{Error, NativeApi};

/// The members that every contact has, whatever a client asks for.
const ALWAYS: [&str; 2] = ["id", "revision"];

/// Companies and notes of one answer at most, each.
pub(crate) const INCLUDED_MAX: usize = 1000;

type Map = serde_json::Map<String, Json>;

/// What an answer shows of contacts.
#[derive(Default)]
pub(crate) struct Shape {
    /// The members, some of them with one part, such as the key of a value; all when there are none.
    fields: Vec<(String, Option<String>)>,
    include: Vec<Kind>,
}

/// What can be shown beside contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tags,
    Lists,
    Companies,
    Notes,
    Users,
    Teams,
}

const KINDS: [(&str, Kind); 6] = [
    ("tags", Kind::Tags),
    ("lists", Kind::Lists),
    ("companies", Kind::Companies),
    ("notes", Kind::Notes),
    ("users", Kind::Users),
    ("teams", Kind::Teams),
];

impl Shape {
    /// Reads `fields` and `include`: lists of words with commas between them.
    ///
    /// # Errors
    /// A name that is not known.
    pub(crate) fn of(call: &Call<NativeApi>, catalog: &Catalog) -> Result<Self, Error> {
        let (named, kinds) = (call.query.list("fields", ','), call.query.list("include", ','));
        let mut shape = Self::default();
        if named.is_empty() && kinds.is_empty() {
            return Ok(shape);
        }
        let blank = Contact::blank(ContactId(Uuid::nil()), 0, Timestamp::default());
        let known = to_json(&ContactBody::new(&blank, catalog));
        for text in named {
            let (name, part) = match text.split_once('.') {
                Some((name, part)) => (name, Some(part)),
                None => (text.as_str(), None),
            };
            if !is_known(&known, (name, part), catalog) {
                return Err(unknown("fields", &text));
            }
            shape.fields.push((name.to_owned(), part.map(str::to_owned)));
        }
        for text in kinds {
            let kind = KINDS.iter().find(|(word, _)| *word == text);
            shape.include.push(kind.ok_or_else(|| unknown("include", &text))?.1);
        }
        Ok(shape)
    }

    /// Whether contacts are shown as they are, and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        self.fields.is_empty() && self.include.is_empty()
    }

    /// Whether records beside contacts are shown.
    pub(crate) fn has_others(&self) -> bool {
        !self.include.is_empty()
    }

    /// Takes away the members of a contact that nobody asked for.
    pub(crate) fn trim(&self, contact: &mut Json) {
        let Some(members) = contact.as_object_mut().filter(|_| !self.fields.is_empty()) else { return };
        members.retain(|name, value| {
            let mut asked = self.fields.iter().filter(|(each, _)| each == name).peekable();
            if asked.peek().is_none() {
                return ALWAYS.contains(&name.as_str());
            }
            let parts: Option<Vec<&str>> = asked.map(|(_, part)| part.as_deref()).collect();
            if let (Some(parts), Some(value)) = (parts, value.as_object_mut()) {
                value.retain(|part, _| parts.contains(&part.as_str()));
            }
            true
        });
    }

    /// The records that these contacts name and a client wants to see, by their kind.
    ///
    /// # Errors
    /// That they are too many; what the application says.
    pub(crate) async fn included<'c>(
        &self,
        call: &Call<NativeApi>,
        contacts: impl Iterator<Item = &'c Contact> + Clone + Send,
        catalog: &Catalog,
    ) -> Result<Json, Error> {
        let mut included = Map::new();
        for kind in &self.include {
            let ids: BTreeSet<Uuid> = contacts.clone().flat_map(|contact| kind.ids(contact)).collect();
            let rows = match kind {
                Kind::Tags => items::<model::Tag>(&ids, catalog),
                Kind::Lists => items::<model::List>(&ids, catalog),
                Kind::Users => items::<model::User>(&ids, catalog),
                Kind::Teams => items::<model::Team>(&ids, catalog),
                Kind::Companies => records::<Company>(call, &ids, catalog).await?,
                Kind::Notes => records::<Note>(call, &ids, catalog).await?,
            };
            let word = KINDS.iter().find(|(_, each)| each == kind).map_or("", |(word, _)| *word);
            included.insert(word.to_owned(), Json::Array(rows));
        }
        Ok(Json::Object(included))
    }
}

impl Kind {
    /// The records of the kind that a contact names.
    fn ids(self, contact: &Contact) -> Vec<Uuid> {
        match self {
            Self::Tags => contact.tags.iter().map(|id| id.0).collect(),
            Self::Lists => contact.lists.iter().map(|id| id.0).collect(),
            Self::Companies => contact.companies.iter().map(|link| link.id.0).collect(),
            Self::Notes => contact.notes.iter().map(|id| id.0).collect(),
            Self::Users => contact.assigned_user.iter().map(|id| id.0).collect(),
            Self::Teams => contact.assigned_team.iter().map(|id| id.0).collect(),
        }
    }
}

/// Whether contacts have a member, and a part of it. The parts of `social`, `aliases` and `extras` are not all there.
fn is_known(blank: &Json, (name, part): (&str, Option<&str>), catalog: &Catalog) -> bool {
    let Some(member) = blank.get(name) else { return false };
    match part {
        None => true,
        Some(key) if name == "values" => catalog.custom_fields().any(|field| field.key == key),
        Some(part) => member.as_object().is_some_and(|parts| parts.is_empty() || parts.contains_key(part)),
    }
}

fn unknown(name: &'static str, text: &str) -> Error {
    Problem::BadQuery { name, reason: format!("must have only known names, which '{text}' is not") }.into()
}

fn items<T: model::CatalogRow + Resource>(ids: &BTreeSet<Uuid>, catalog: &Catalog) -> Vec<Json> {
    let found = ids.iter().filter_map(|id| T::items(catalog).get(*id));
    found.map(|row| to_json(&row.body(Items::<T>::context(row, catalog)))).collect()
}

async fn records<D: model::Document + Resource>(
    call: &Call<NativeApi>,
    ids: &BTreeSet<Uuid>,
    catalog: &Catalog,
) -> Result<Vec<Json>, Error> {
    if ids.len() > INCLUDED_MAX {
        let reason = format!("would show more than {INCLUDED_MAX} {}; ask for fewer contacts", D::PLURAL);
        return Err(Problem::BadQuery { name: "include", reason }.into());
    }
    let found: Vec<D> = call.app.find_records(&call.caller, ids.iter().copied()).await?;
    Ok(found.iter().map(|row| to_json(&row.body(Records::<D>::context(row, catalog)))).collect())
}
