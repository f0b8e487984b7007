//! Events: list, get, create. Notes are the only ones here: messages and automations are not kept, and what else happened
//! to a contact is its history in contactd's own API.

use std::collections::HashMap;

use api_kit::{Answer, Call, Query, with_change};
use app::{ContactQuery, Error as AppError, Filter, RecordOrder, RecordQuery};
use model::{Contact, Dialect, Facet, ItemRef, Note, NoteId, Ref};

use crate::camel::Input;
use crate::error::Refusal;
use crate::matching::Range;
use crate::page::{Echo, Page};
use crate::service::{Inside, enter};
use crate::wire::event::{self, Event};
use crate::wire::status;
use crate::{Error, Zingle, filter};

const SORTABLE: [&str; 13] = [
    "created_at",
    "id",
    "contact_id",
    "event_type",
    "read_at",
    "communication_direction",
    "triggered_by_user_id",
    "automation_id",
    "body",
    "is_delayed",
    "execute_at",
    "executed_at",
    "updated_at",
];

/// Those of a whole service are only sorted by when they were made, which is the order of their ids.
const SORTABLE_OF_ALL: [&str; 2] = ["created_at", "id"];

/// Notes that are read at once.
const CHUNK: u32 = 1_000;

/// Which notes a list shows.
struct Asked {
    author: Option<Filter>,
    range: Option<Range>,
}

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let call = enter(call).await?.call;
    let contact = call.query.get("contact_id").filter(|text| !text.is_empty());
    let sortable = if contact.is_some() { &SORTABLE[..] } else { &SORTABLE_OF_ALL };
    let page = Page::read_or_totals(&call.query, sortable)?;
    let range = filter::range(&call.query, "created_at")?;
    if !may_be_notes(&call.query) {
        return Ok(status::list::<()>(&[], page.echo(0)));
    }
    let author = author(&call).await?;
    let asked = Asked { author, range };
    let (notes, owners, echo) = match contact {
        Some(contact) => of_contact(&call, contact, (&page, &asked)).await?,
        None => of_all(&call, &page, &asked).await?,
    };
    let catalog = call.app.catalog(&call.caller).await?;
    let rows: Vec<_> = notes.iter().map(|note| Event::of(note, owners.get(&note.id), &catalog)).collect();
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let call = enter(call).await?.call;
    let named = Ref::uuid(Dialect::Zingle, call.param("event_id"));
    let found = call.app.get_record::<Note>(&call.caller, &named).await;
    let view = found.map_err(|fault| match fault {
        AppError::NotFound(_) => Refusal::NoEvent.into(),
        fault => Error::from(fault),
    })?;
    let owners = owners(&call, std::slice::from_ref(&view.record)).await?;
    Ok(status::one(&Event::of(&view.record, owners.get(&view.record.id), &view.catalog)))
}

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let asked = event::Asked::create(body)?;
    let contact = Ref::uuid(Dialect::Zingle, &asked.contact);
    let found = call.app.get_contact(&call.caller, &contact).await;
    let contact = found.map_err(|fault| match fault {
        AppError::NotFound(_) => Refusal::UnknownContact.into(),
        fault => Error::from(fault),
    })?;
    let make = |id, now, _: &_| Ok(Note::new(NoteId(id), asked.body, now));
    let made = call.app.create_linked(&call.caller, &[contact.contact.id], make).await?;
    let owner = event::shown(&contact.contact);
    Ok(with_change(made.change, status::one(&Event::of(&made.record, Some(&owner), &made.catalog))))
}

/// Whether the other filters leave notes over: they are of no automation, channel or template, and go nowhere.
fn may_be_notes(query: &Query) -> bool {
    let types = query.list("event_type", ',');
    let apart = ["automation_id", "template_id", "communication_direction", "contact_channel_id"];
    let is_apart = apart.map(|name| query.get(name).is_some_and(|text| !text.is_empty())).contains(&true);
    !is_apart && (types.is_empty() || types.iter().any(|each| each == event::NOTE))
}

async fn author(call: &Call<Zingle>) -> Result<Option<Filter>, Error> {
    let Some(text) = call.query.get("triggered_by_user_id").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let catalog = call.app.catalog(&call.caller).await?;
    let user = catalog.users.find(&ItemRef::id_text(Dialect::Zingle, text));
    Ok(Some(Filter::any_of(user.map(|user| Facet::User(user.id)))))
}

type Found = (Vec<Note>, HashMap<NoteId, String>, Echo);

/// The notes of a contact; of one that is not there: none.
async fn of_contact(
    call: &Call<Zingle>,
    contact: &str,
    (page, asked): (&Page, &Asked),
) -> Result<Found, Error> {
    let contact = match call.app.get_contact(&call.caller, &Ref::uuid(Dialect::Zingle, contact)).await {
        Ok(view) => view.contact,
        Err(AppError::NotFound(_)) => return Ok((Vec::new(), HashMap::new(), page.echo(0))),
        Err(fault) => return Err(fault.into()),
    };
    let mut notes = call.app.find_notes(&call.caller, &contact.notes).await?;
    notes.retain(|note| asked.holds(note));
    notes.sort_by_key(|note| note.number);
    let (notes, echo) = page.of(notes, |note, field| match field {
        "created_at" => format!("{:020}", note.created_at.millis()),
        "updated_at" => format!("{:020}", note.updated_at.millis()),
        "body" => note.body.clone(),
        "triggered_by_user_id" => note.author.map(|id| id.to_string()).unwrap_or_default(),
        // The same for all.
        _ => String::new(),
    });
    let owner = event::shown(&contact);
    let owners = notes.iter().map(|note| (note.id, owner.clone())).collect();
    Ok((notes, owners, echo))
}

/// The notes of a whole service. Those of a span of time are counted one by one.
async fn of_all(call: &Call<Zingle>, page: &Page, asked: &Asked) -> Result<Found, Error> {
    let order = if page.is_descending() { RecordOrder::Newest } else { RecordOrder::Oldest };
    let filter = asked.author.clone().unwrap_or(Filter::All);
    let mut query = RecordQuery { filter, order, ..RecordQuery::default() };
    let (notes, total) = if asked.range.is_none() {
        (query.offset, query.limit) = (page.offset(), page.limit());
        let found = call.app.list_records::<Note>(&call.caller, &query).await?;
        (found.records, found.total)
    } else {
        query.limit = CHUNK;
        let (mut notes, mut total) = (Vec::new(), 0);
        loop {
            let found = call.app.list_records::<Note>(&call.caller, &query).await?;
            let Some(last) = found.records.last() else { break (notes, total) };
            query.after = Some(last.number);
            for note in found.records.into_iter().filter(|note| asked.holds(note)) {
                if total >= page.offset() && notes.len() < page.limit() as usize {
                    notes.push(note);
                }
                total += 1;
            }
        }
    };
    let owners = owners(call, &notes).await?;
    Ok((notes, owners, page.echo(total)))
}

impl Asked {
    fn holds(&self, note: &Note) -> bool {
        let has_author = || match &self.author {
            None => true,
            Some(Filter::Any(parts)) => note.author.is_some_and(|id| {
                parts.iter().any(|part| matches!(part, Filter::Is(Facet::User(own)) if *own == id))
            }),
            Some(_) => false,
        };
        self.range.is_none_or(|range| range.contains(note.created_at)) && has_author()
    }
}

/// The contact of each note: of several that share one, the oldest.
async fn owners(call: &Call<Zingle>, notes: &[Note]) -> Result<HashMap<NoteId, String>, Error> {
    let mut owners = HashMap::new();
    let filter = Filter::any_of(notes.iter().map(|note| Facet::Note(note.id)));
    let mut query = ContactQuery { filter, limit: CHUNK, ..ContactQuery::default() };
    while owners.len() < notes.len() {
        let found = call.app.list_contacts(&call.caller, &query).await?;
        let Some(last) = found.contacts.last() else { break };
        query.after = Some(last.number);
        for contact in &found.contacts {
            own(contact, notes, &mut owners);
        }
    }
    Ok(owners)
}

fn own(contact: &Contact, notes: &[Note], owners: &mut HashMap<NoteId, String>) {
    for note in notes.iter().filter(|note| contact.notes.contains(&note.id)) {
        owners.entry(note.id).or_insert_with(|| event::shown(contact));
    }
}
