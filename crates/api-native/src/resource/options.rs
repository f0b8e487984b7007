//! Options of fields: what a patch of a field makes of them, and routes for one at a time,
//! `/api/v1/fields/{id}/options`: adding, renaming, moving and deleting, each a change of the field.

use api_kit::{Answer, Call, decode, json, with_change, with_tag};
use axum::http::StatusCode;
use model::value::OnUnconvertible;
use model::{
    Aliases, Dialect, Field, FieldOption, FieldType, ItemRef, Json, Native, OptionId, Ref, Rejection,
    Violation, ViolationKind, limits,
};

use super::members_of;
use crate::members::{Members, Purpose, Source, bounded};
use crate::shelf::{Items, Shelf};
use crate::{Error, NativeApi, media};

/// What a patch says of one option.
#[derive(Default)]
struct Wish {
    id: Option<OptionId>,
    value: Option<String>,
    name: Option<String>,
    aliases: Option<Aliases>,
}

/// The options of a field as the rows of a patch want them. What is wrong is noted.
pub(super) fn settled<'m>(
    field: &Field,
    rows: &[(String, &'m Json)],
    members: &mut Members<'m>,
) -> Vec<FieldOption> {
    if !rows.is_empty() && !may_be_of(field.kind) {
        members
            .refuse("options", ViolationKind::WrongType("empty: only text and select fields have options"));
        return field.options.clone();
    }
    let mut options: Vec<FieldOption> = Vec::with_capacity(rows.len());
    for (at, row) in rows {
        let Some(wish) = wish(field, at, row, members) else { continue };
        let known = match wish.id {
            Some(id) => field.option(id),
            None => wish.value.as_deref().and_then(|value| field.option_valued(value)),
        };
        let option = wish.option(known, || OptionId(members.fresh_id()));
        if options.iter().any(|each| each.value == option.value || each.id == option.id) {
            members.refuse(at, ViolationKind::Duplicate);
        }
        options.push(option);
    }
    options
}

/// Whether fields of this type have options; a text field's are suggestions.
pub(super) fn may_be_of(kind: FieldType) -> bool {
    matches!(kind, FieldType::Text | FieldType::SingleSelect | FieldType::MultiSelect)
}

fn wish<'m>(field: &Field, at: &str, row: &'m Json, members: &mut Members<'m>) -> Option<Wish> {
    if let Json::String(text) = row {
        return match option_text(field, text) {
            Ok(value) => Some(Wish { value: Some(value), ..Wish::default() }),
            Err(kind) => {
                members.refuse(at, kind);
                None
            }
        };
    }
    members.nested(at, row, |inner| {
        let id = inner.read("id", |json| option_id(field, decode::text(json)?));
        let wish = read_wish(inner, id, field);
        if wish.id.is_none() && wish.value.is_none() {
            inner.refuse("value", ViolationKind::Missing);
        }
        wish
    })
}

/// The members of an option that a client chooses.
fn read_wish(members: &mut Members<'_>, id: Option<OptionId>, field: &Field) -> Wish {
    let text = |json| option_text(field, decode::text(json)?);
    let (value, name) = (members.read("value", text), members.read("name", text));
    let known = id.and_then(|id| field.option(id));
    let before = known.map(|option| option.aliases.clone()).unwrap_or_default();
    let mut aliases = before.clone();
    members.aliases(&mut aliases);
    Wish { id, value, name, aliases: (aliases != before).then_some(aliases) }
}

impl Wish {
    /// The option that is known as the wish wants it, or a new one. A name that was the value follows it.
    fn option(self, known: Option<&FieldOption>, fresh_id: impl FnOnce() -> OptionId) -> FieldOption {
        let value = self.value.or_else(|| known.map(|option| option.value.clone())).unwrap_or_default();
        let kept = known.filter(|option| option.name != option.value).map(|option| option.name.clone());
        let name = self.name.or(kept).unwrap_or_else(|| value.clone());
        let id = known.map_or_else(fresh_id, |option| option.id);
        let aliases = self.aliases.or_else(|| known.map(|option| option.aliases.clone())).unwrap_or_default();
        FieldOption { id, value, name, position: known.and_then(|option| option.position), aliases }
    }
}

/// Zingle's Title has an option without a text, which may stay; no other may be made.
fn option_text(field: &Field, text: &str) -> Result<String, ViolationKind> {
    if text.trim().is_empty() && field.option_valued(text).is_none() {
        return Err(ViolationKind::Blank);
    }
    Ok(bounded(text, limits::SHORT_TEXT_CHARS)?.to_owned())
}

fn option_id(field: &Field, text: &str) -> Result<OptionId, ViolationKind> {
    let native = Ref::uuid(Dialect::Native, text).native;
    let found = field.options.iter().find(|option| native == Some(Native::Uuid(option.id.0)));
    found.map(|option| option.id).ok_or_else(|| ViolationKind::UnknownOption {
        field: field.name.clone(),
        text: text.to_owned(),
        options: field.options.iter().map(|option| option.value.clone()).collect(),
    })
}

/// `POST /fields/{id}/options`: `value`, `name`, `position` (from 1; else the last).
pub(super) async fn create(
    call: Call<NativeApi>,
    media::Document(body): media::Document,
) -> Answer<NativeApi> {
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let edit = |field: &mut Field| {
        let mut members = Members::new(&patch, Purpose::Create, &source);
        members.require("value");
        let wish = read_wish(&mut members, None, field);
        let option = wish.option(None, || OptionId(members.fresh_id()));
        let at = place(&mut members, field.options.len() + 1).unwrap_or(field.options.len());
        put(field, at, option, members)
    };
    change(&call, StatusCode::CREATED, &edit).await
}

/// `PATCH /fields/{id}/options/{option}`: `value`, `name`, `position`.
pub(super) async fn update(
    call: Call<NativeApi>,
    media::Document(body): media::Document,
) -> Answer<NativeApi> {
    let id = known(&call).await?;
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let edit = |field: &mut Field| {
        let mut members = Members::new(&patch, Purpose::Update, &source);
        let gone = || Violation::new("", ViolationKind::ChangedSince);
        let at = field.options.iter().position(|option| option.id == id).ok_or_else(gone)?;
        let option = field.options.remove(at);
        members.fixed("id", &crate::wire::Shown(id));
        field.options.insert(at, option.clone());
        let wish = read_wish(&mut members, Some(id), field);
        field.options.remove(at);
        let to = place(&mut members, field.options.len() + 1).unwrap_or(at);
        put(field, to, wish.option(Some(&option), || id), members)
    };
    change(&call, StatusCode::OK, &edit).await
}

/// `DELETE /fields/{id}/options/{option}`: the answer is the field without it.
pub(super) async fn delete(call: Call<NativeApi>) -> Answer<NativeApi> {
    let id = known(&call).await?;
    let edit = |field: &mut Field| {
        field.options.retain(|option| option.id != id);
        Ok(())
    };
    change(&call, StatusCode::OK, &edit).await
}

/// The option that the path names.
async fn known(call: &Call<NativeApi>) -> Result<OptionId, Error> {
    let found = Items::<Field>::get(&call.app, &call.caller, call.param("id")).await?;
    option_id(&found.row, call.param("option"))
        .map_err(|_| app::Error::NotFound(app::Missing::Record(model::RecordKind::Field)).into())
}

fn place(members: &mut Members<'_>, max: usize) -> Option<usize> {
    let range = ViolationKind::OutOfRange { min: 1, max: i64::try_from(max).unwrap_or(i64::MAX) };
    members.read("position", |json| {
        let number = decode::nullable_integer(json)?.ok_or(ViolationKind::NotNullable)?;
        let place = usize::try_from(number).ok().filter(|place| (1..=max).contains(place));
        place.map(|place| place - 1).ok_or(range)
    })
}

fn put(field: &mut Field, at: usize, option: FieldOption, mut members: Members<'_>) -> Result<(), Rejection> {
    if !may_be_of(field.kind) {
        members.refuse("", ViolationKind::WrongType("an option of a text or select field"));
    }
    if field.options.len() >= limits::SET_ITEMS {
        members.refuse("", ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "options" });
    }
    if field.option_valued(&option.value).is_some() {
        members.refuse("value", ViolationKind::Duplicate);
    }
    members.finish()?;
    field.options.insert(at.min(field.options.len()), option);
    Ok(())
}

async fn change(
    call: &Call<NativeApi>,
    status: StatusCode,
    edit: &(dyn Fn(&mut Field) -> Result<(), Rejection> + Send + Sync),
) -> Answer<NativeApi> {
    let named = ItemRef::id_text(Dialect::Native, call.param("id"));
    let conditions = (&call.precondition(), OnUnconvertible::default());
    let changed =
        call.app.update_item_at(&call.caller, &named, conditions, |field: &mut Field, _| edit(field)).await?;
    let context = Items::<Field>::context(&changed.item, &changed.catalog);
    let revision = context.revision;
    let body = super::Resource::body(&changed.item, context);
    Ok(with_tag(revision, with_change(changed.change, json(status, &body))))
}
