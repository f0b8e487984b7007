//! Orders: `-updated_at,last_name`.

use model::search::Flag;
use model::value::order;
use model::{Catalog, Contact, Field, FieldType, FilterableMember, Reads, Value};
use store::{ContactOrder, Rank, Ranking, Sort, SortKey};

use super::error::{BadOrder, nearest};
use super::member::{self, Member, TextMember};
use super::ordered::Ordered;

/// Keys of an order at most.
pub const ORDER_KEYS: usize = 5;

/// The order that a text names: keys with commas between them, each with a `-` before it when the largest comes first.
/// Contacts without what is compared are the smallest.
///
/// # Errors
/// [`BadOrder`].
pub fn order(text: &str, catalog: &Catalog) -> Result<(ContactOrder, Vec<Sort>), BadOrder> {
    let keys: Vec<&str> = text.split(',').map(str::trim).collect();
    if keys.len() > ORDER_KEYS {
        return Err(BadOrder::TooMany(ORDER_KEYS));
    }
    let mut sort = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let (name, is_descending) = match key.strip_prefix('-') {
            Some(name) => (name, true),
            None => (*key, false),
        };
        let flag = Flag::ALL.into_iter().find(|flag| flag.as_str() == name);
        let member = Member::named(name, catalog);
        // What an index has in this order; no two contacts are equal in it, or what follows does not matter.
        let indexed = match member {
            Some(Member::Number) => Some((ContactOrder::Oldest, ContactOrder::Newest)),
            Some(Member::Updated) => Some((ContactOrder::FirstUpdated, ContactOrder::LastUpdated)),
            Some(Member::Text(TextMember::Name)) if keys.len() == 1 => {
                Some((ContactOrder::Name, ContactOrder::NameDescending))
            }
            _ => None,
        };
        if let Some((rising, falling)) = indexed.filter(|_| place == 0) {
            // The other keys are read nevertheless, so that one that does not exist is refused.
            order_rest(&keys, catalog)?;
            return Ok((if is_descending { falling } else { rising }, Vec::new()));
        }
        let key = flag.map(|flag| SortKey::Is(super::facet(flag))).or_else(|| sort_key(member?, catalog));
        let key = key.ok_or_else(|| unknown(name, catalog))?;
        sort.push(Sort { key, is_descending });
    }
    Ok((ContactOrder::Oldest, sort))
}

fn order_rest(keys: &[&str], catalog: &Catalog) -> Result<(), BadOrder> {
    match keys.get(1..) {
        Some(rest) if !rest.is_empty() => order(&rest.join(","), catalog).map(drop),
        _ => Ok(()),
    }
}

fn unknown(name: &str, catalog: &Catalog) -> BadOrder {
    let flags = Flag::ALL.map(Flag::as_str);
    let suggestion = nearest(name, member::names(catalog).chain(flags)).filter(|near| near != name);
    BadOrder::UnknownKey { name: name.to_owned(), suggestion }
}

fn sort_key(member: Member<'_>, catalog: &Catalog) -> Option<SortKey> {
    match member {
        // In the order of names, in which accents count: that of an index is another one.
        Member::Filterable(FilterableMember::FirstName) => Some(SortKey::FirstName),
        Member::Filterable(FilterableMember::LastName) => Some(SortKey::LastName),
        Member::Filterable(member) => Some(Ordered::member(member).sort_key(catalog)),
        Member::Text(text) => {
            let rank = move |contact: &Contact| {
                text.of(contact).map_or(Rank::Nothing, |text| Rank::Text(order::text_key(text)))
            };
            Some(by_document(text.stored(), rank))
        }
        Member::Updated => {
            Some(by_document("updated_at", |contact| Rank::Number(contact.updated_at.millis())))
        }
        Member::Number => Some(SortKey::Number),
        Member::Revision => {
            Some(by_document("revision", |contact| Rank::Number(contact.revision.cast_signed())))
        }
        Member::Field(field) => field_key(field, catalog),
        Member::Channels(_)
        | Member::Tag
        | Member::List
        | Member::Company
        | Member::Note
        | Member::User
        | Member::Team
        | Member::OptIn => None,
    }
}

fn field_key(field: &Field, catalog: &Catalog) -> Option<SortKey> {
    if field.kind == FieldType::MultiSelect || field.kind == FieldType::User {
        return None;
    }
    if field.kind.is_ordered() {
        return Some(Ordered::field(field).sort_key(catalog));
    }
    let options: Vec<_> =
        field.options.iter().map(|option| (option.id, option.name.to_lowercase())).collect();
    let id = field.id;
    let rank = move |contact: &Contact| match contact.values.get(&id) {
        Some(Value::Boolean(flag)) => Rank::Number((*flag).into()),
        Some(Value::Option(chosen)) => {
            let option = options.iter().find(|(id, _)| id == chosen);
            option.map_or(Rank::Nothing, |(_, name)| Rank::Text(name.clone()))
        }
        _ => Rank::Nothing,
    };
    Some(by_document("values", rank))
}

/// What documents say, of which this member is read.
fn by_document(reads: &'static str, rank: impl Fn(&Contact) -> Rank + Send + Sync + 'static) -> SortKey {
    SortKey::Document(Ranking::new(rank).reading(Reads::only([reads])))
}
