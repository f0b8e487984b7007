//! Handlers of `/crm/block-visitor`.

use std::sync::Arc;

use api_kit::{Answer, Call, Payload, with_change};
use app::{ContactQuery, Filter, Missing};
use model::{Change, Contact, Dialect, Edit, Facet, InstantMember, Json, Ref, Timestamp};

use crate::condition::{Cell, Kind, Rows};
use crate::page::{Page, Selection, path_id, required_id};
use crate::wire::block::{self, Asked, Ended};
use crate::wire::envelope::CountedFrom;
use crate::wire::{instant, shaped, single};
use crate::{Acquire, Error, rows};

/// What lists are filtered by and ordered by.
const COLUMNS: [(&str, Kind); 4] =
    [("id", Kind::Id), ("type", Kind::Text), ("dateCreated", Kind::Instant), ("blockTill", Kind::Instant)];

/// `GET /crm/block-visitor`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let (page, rows) = (Page::read(&call.query)?, Rows::read(&call.query, &COLUMNS)?);
    let selection = Selection::read(&call.query, &[]);
    let (contacts, count) = if rows.is_plain() {
        let query = ContactQuery { offset: page.offset(), limit: page.limit(), ..blocked() };
        let found = call.app.list_contacts(&call.caller, &query).await?;
        (found.contacts, found.total)
    } else {
        let all = rows::contacts(&call, blocked().filter).await?;
        page.of(rows.of(all.into_iter(), |contact, column| cells(contact, column)))
    };
    let shown = contacts.iter().filter_map(|contact| block::listed(contact));
    let data = shaped(shown.map(|block| selection.apply(&block)))?;
    Ok(single(&CountedFrom { offset: page.offset(), count, data }))
}

/// `GET /crm/block-visitor/{id}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "id")?;
    let contact = find(&call, &id).await.map_err(|error| Error::from(error).about("id", &id).of_block())?;
    Ok(single(&block::detail(&contact)))
}

/// `POST /crm/block-visitor`: all contacts, or none.
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = Asked::read(payload.body)?;
    let mut updates: Vec<(Ref, Change)> = Vec::new();
    for (at, id) in &asked.contacts {
        let found = call.app.get_contact(&call.caller, id).await;
        let found = found.map_err(|error| Error::from(error).about_named(at, id))?;
        let since = found.contact.blocked_at.unwrap_or_else(|| call.app.now());
        updates.push((id.clone(), change(at, Some(since), Some(block::kept(since, &asked.till)))));
    }
    let written = call.app.update_contacts(&call.caller, updates).await?;
    let mut contacts: Vec<&Contact> = Vec::new();
    for written in &written {
        if !contacts.iter().any(|contact| contact.id == written.view.contact.id) {
            contacts.push(&written.view.contact);
        }
    }
    let blocks: Vec<_> = contacts.into_iter().filter_map(block::made).collect();
    let change = written.iter().filter_map(|written| written.change).next_back();
    Ok(with_change(change, single(&blocks)))
}

/// `DELETE /crm/block-visitor`
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let (at, id) = required_id(&call.query, &["id"])?;
    let about = |error: app::Error| Error::from(error).about_named(at, &id).of_block();
    find(&call, &id).await.map_err(about)?;
    let ended = call.app.update_contact(&call.caller, id.clone(), change(at, None, None)).await;
    Ok(with_change(ended.map_err(about)?.change, single(&Ended::ONE)))
}

fn change(at: &str, since: Option<Timestamp>, kept: Option<Json>) -> Change {
    let mut change = Change::default();
    change.push(at, Edit::Instant(InstantMember::BlockedAt, since));
    change.push(at, Edit::Extra(Dialect::Acquire, block::TILL.to_owned(), kept));
    change
}

fn blocked() -> ContactQuery {
    ContactQuery { filter: Filter::Is(Facet::Blocked), ..ContactQuery::default() }
}

/// The blocked contact with this id.
async fn find(call: &Call<Acquire>, id: &Ref) -> Result<Arc<Contact>, app::Error> {
    let contact = call.app.get_contact(&call.caller, id).await?.contact;
    if contact.blocked_at.is_some() { Ok(contact) } else { Err(app::Error::NotFound(Missing::Contact)) }
}

fn cells(contact: &Contact, column: &str) -> Vec<Cell<'static>> {
    let instant = |at: Option<_>| at.map(Cell::Instant).into_iter().collect();
    match column {
        "type" => vec![Cell::Text("contact".into())],
        "dateCreated" => instant(contact.blocked_at),
        "blockTill" => instant(block::till_of(contact).and_then(instant::parse)),
        _ => vec![Cell::Id(block::id(contact))],
    }
}
