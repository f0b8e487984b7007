//! Handlers of `/crm/note`, and of `/crm/objects/note`, by which a client calls the same notes.

use api_kit::{Answer, Call, Payload, ignored, with_change};
use app::{ContactQuery, Filter, RecordOrder, WrittenRecord};
use model::{Catalog, Contact, Facet, MessageId, Note, NoteId, Ref, ViolationKind};

use crate::condition::{Cell, Kind, Rows};
use crate::page::{Page, path_id, query_id, required_id};
use crate::wire::contact::shown_id;
use crate::wire::envelope::{self, Success};
use crate::wire::note::{Asked, AskedMessage, View};
use crate::wire::{shaped, single};
use crate::{Acquire, Error, rows};

// QUIRK(acquire): the parameter is `contact_id` in the table of note/list.md, `lcontact_id` in its request line, and
// `contactId` in that of note/create.md; all work everywhere. Test: notes_are_listed_under_every_spelling.
const CONTACT: [&str; 3] = ["contact_id", "contactId", "lcontact_id"];
const MADE_FOR: [&str; 3] = ["contactId", "contact_id", "lcontact_id"];

/// What lists are filtered by and ordered by.
const COLUMNS: [(&str, Kind); 4] =
    [("id", Kind::Id), ("title", Kind::Text), ("description", Kind::Text), ("dateCreated", Kind::Instant)];

/// `POST /crm/note/create`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let (at, contact) = required_id(&call.query, &MADE_FOR)?;
    let asked = Asked::read(payload.body, &["type"])?;
    if let Some((name, _)) = &asked.contact {
        ignored(name);
    }
    make(&call, &asked, (at, &contact)).await
}

/// `POST /crm/objects/note`
pub(crate) async fn create_object(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = Asked::read(payload.body, &[])?;
    let in_query = query_id(&call.query, &MADE_FOR)?;
    match (&asked.contact, &in_query) {
        (Some((at, contact)), _) => make(&call, &asked, (at, contact)).await,
        (None, Some((at, contact))) => make(&call, &asked, (at, contact)).await,
        (None, None) => Err(Error::refused("contactId", ViolationKind::Missing)),
    }
}

/// `GET /crm/note` and `GET /crm/objects/note`; without a contact, all notes. The last one comes first.
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let (page, rows) = (Page::read(&call.query)?, Rows::read(&call.query, &COLUMNS)?);
    let contact = match query_id(&call.query, &CONTACT)? {
        Some((at, id)) => Some(find_contact(&call, at, &id).await?),
        None => None,
    };
    let (notes, count) = match &contact {
        Some(contact) => {
            let mut notes = call.app.find_notes(&call.caller, &contact.notes).await?;
            notes.sort_by_key(|note| std::cmp::Reverse(note.number));
            page.of(rows.of(notes.into_iter(), cells))
        }
        None => rows::page(&call, page, &rows, RecordOrder::Newest, cells).await?,
    };
    let catalog = call.app.catalog(&call.caller).await?;
    let mut shown = Vec::with_capacity(notes.len());
    for note in &notes {
        let contact = match &contact {
            Some(contact) => Some(contact_number(contact)),
            None => owner(&call, note).await?,
        };
        shown.push(serde_json::to_value(View { note, contact, catalog: &catalog }.listed()));
    }
    Ok(single(&envelope::Rows { count, rows: shaped(shown)? }))
}

/// `GET /crm/note/get/{noteId}` and `GET /crm/objects/note/{noteId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "noteId")?;
    let view = call.app.get_record::<Note>(&call.caller, &id).await;
    let view = view.map_err(|error| Error::from(error).about("noteId", &id))?;
    let contact = owner(&call, &view.record).await?;
    Ok(single(&View { note: &view.record, contact, catalog: &view.catalog }.detailed()))
}

/// `PUT /crm/objects/note/{noteId}`
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "noteId")?;
    let about = |error: app::Error| Error::from(error).about("noteId", &id);
    let found = call.app.get_record::<Note>(&call.caller, &id).await.map_err(about)?;
    let asked = Asked::read(payload.body, &[])?;
    let owner = owner(&call, &found.record).await?;
    if let Some((at, contact)) = &asked.contact {
        let named = find_contact(&call, at, contact).await?;
        if owner != Some(contact_number(&named)) {
            return Err(Error::refused(at, ViolationKind::Immutable));
        }
    }
    let message = (MessageId(call.app.fresh_id()), call.app.now());
    let edit = |note: &mut Note, catalog: &Catalog| asked.apply(note, catalog, message);
    let changed = call.app.update_record(&call.caller, &id, edit).await.map_err(about)?;
    let view = View { note: &changed.record, contact: owner, catalog: &changed.catalog };
    Ok(with_change(changed.change, single(&view.detailed())))
}

/// `POST /crm/note/add-message`
pub(crate) async fn add_message(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = AskedMessage::read(payload.body)?;
    // QUIRK(acquire): the example names another contact than the one whose note it is (note/add-message.md), so they
    // are not compared. Test: add_message_example.
    find_contact(&call, &asked.contact.0, &asked.contact.1).await?;
    let (at, id) = &asked.note;
    let message = (MessageId(call.app.fresh_id()), call.app.now());
    let edit = |note: &mut Note, catalog: &Catalog| asked.apply(note, catalog, message);
    let changed = call.app.update_record(&call.caller, id, edit).await;
    let changed = changed.map_err(|error| Error::from(error).about_named(at, id))?;
    let contact = owner(&call, &changed.record).await?;
    let view = View { note: &changed.record, contact, catalog: &changed.catalog };
    let added = changed.record.messages.iter().find(|each| each.id == message.0);
    let shown = added.map(|message| view.with_user_and_note(message));
    Ok(with_change(changed.change, single(&shown)))
}

/// `GET /crm/note/messages`
pub(crate) async fn messages(call: Call<Acquire>) -> Answer<Acquire> {
    let (at, id) = required_id(&call.query, &["noteId", "note_id"])?;
    let page = Page::read_if_asked(&call.query)?;
    let found = call.app.get_record::<Note>(&call.caller, &id).await;
    let found = found.map_err(|error| Error::from(error).about_named(at, &id))?;
    let view = View { note: &found.record, contact: None, catalog: &found.catalog };
    let (messages, count) = page.of(found.record.messages.iter().collect());
    let messages = messages.into_iter().map(|message| serde_json::to_value(view.with_user(message)));
    Ok(single(&envelope::Rows { count, rows: shaped(messages)? }))
}

/// `DELETE /crm/note/{noteId}` and `DELETE /crm/objects/note/{noteId}`
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "noteId")?;
    let deleted = call.app.delete_record::<Note>(&call.caller, &id).await;
    let deleted = deleted.map_err(|error| Error::from(error).about("noteId", &id))?;
    let success = Success { success: true, message: "Note has been deleted successfully." };
    Ok(with_change(deleted.change, single(&success)))
}

async fn make(call: &Call<Acquire>, asked: &Asked, (at, contact): (&str, &Ref)) -> Answer<Acquire> {
    let contact = find_contact(call, at, contact).await?;
    let message = MessageId(call.app.fresh_id());
    let make = |fresh, now, catalog: &Catalog| {
        let mut note = Note::new(NoteId(fresh), "", now);
        asked.apply(&mut note, catalog, (message, now))?;
        Ok(note)
    };
    let made: WrittenRecord<Note> =
        call.app.create_linked(&call.caller, &[contact.id], make).await.map_err(Error::from)?;
    let contact = Some(contact_number(&contact));
    let view = View { note: &made.record, contact, catalog: &made.catalog };
    Ok(with_change(made.change, single(&view.made())))
}

/// The contact that a parameter or a member names.
pub(crate) async fn find_contact(call: &Call<Acquire>, at: &str, id: &Ref) -> Result<Contact, Error> {
    let found = call.app.get_contact(&call.caller, id).await;
    let found = found.map_err(|error| Error::from(error).about_named(at, id))?;
    Ok((*found.contact).clone())
}

/// The id of the first contact that has a note: Acquire knows one.
async fn owner(call: &Call<Acquire>, note: &Note) -> Result<Option<u64>, app::Error> {
    let filter = Filter::Is(Facet::Note(note.id));
    let query = ContactQuery { filter, limit: 1, ..ContactQuery::default() };
    let found = call.app.list_contacts(&call.caller, &query).await?;
    Ok(found.contacts.first().map(|contact| contact_number(contact)))
}

fn contact_number(contact: &Contact) -> u64 {
    shown_id(&contact.aliases, contact.number)
}

fn cells(note: &Note, column: &str) -> Vec<Cell<'static>> {
    let text = |text: &str| vec![Cell::Text(text.to_owned().into())];
    match column {
        "title" => note.title.as_deref().map(text).unwrap_or_default(),
        "description" => text(&note.body),
        "dateCreated" => vec![Cell::Instant(note.created_at)],
        _ => vec![Cell::Id(shown_id(&note.aliases, note.number))],
    }
}
