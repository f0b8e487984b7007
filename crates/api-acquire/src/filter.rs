//! Which contacts a list shows, and in which order: `where`, `search` and `order` over what the contacts show.

use std::cmp::Reverse;
use std::sync::Arc;

use api_kit::{Call, Query};
use app::search::may_equal;
use app::{ContactOrder, ContactQuery, Filter, Missing, Rank, Ranking, Sort, SortKey};
use model::{
    Catalog, ChannelKind, Company, CompanyId, Contact, Dialect, Facet, Field, FieldType, Ref,
    channel::normalise,
};

use crate::condition::{self, Cell, Condition, Kind, Relation};
use crate::page::Page;
use crate::wire::{contact, fields, search};
use crate::{Acquire, Error};

/// What a contact can be compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Id,
    CompanyId,
    DateCreated,
    DateUpdated,
    /// A text about the client's device.
    Client(&'static str),
    /// A key of `fields`.
    Key(String),
}

impl Column {
    /// Reads a column's name; keys may have `fields.` before them.
    fn read(name: &str, catalog: &Catalog) -> Result<Self, String> {
        if let Some(client) = contact::CLIENT_TEXTS.into_iter().find(|each| *each == name) {
            return Ok(Self::Client(client));
        }
        match name {
            "id" => Ok(Self::Id),
            "companyId" => Ok(Self::CompanyId),
            "dateCreated" => Ok(Self::DateCreated),
            "dateUpdated" => Ok(Self::DateUpdated),
            _ => {
                let key = name.strip_prefix("fields.").unwrap_or(name);
                let is_known = fields::keys(catalog).any(|each| each == key);
                if is_known { Ok(Self::Key(key.to_owned())) } else { Err(known(catalog)) }
            }
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Id | Self::CompanyId => Kind::Id,
            Self::DateCreated | Self::DateUpdated => Kind::Instant,
            Self::Client(_) | Self::Key(_) => Kind::Text,
        }
    }

    /// The kind of the channel that it shows, if it shows one.
    fn channel(&self) -> Option<ChannelKind> {
        match self {
            Self::Key(key) if key == "email" => Some(ChannelKind::Email),
            Self::Key(key) if key == "phone" => Some(ChannelKind::Phone),
            _ => None,
        }
    }

    /// What a contact has there. Of an address both forms, as it was written and as it is looked up.
    fn cells<'c>(&self, contact: &'c Contact, catalog: &'c Catalog) -> Vec<Cell<'c>> {
        if let Some(kind) = self.channel() {
            let channel = contact.primary(&kind);
            let texts = channel.into_iter().flat_map(|channel| [&channel.raw, &channel.value]);
            return texts.map(|text| Cell::Text(text.as_str().into())).collect();
        }
        match self {
            Self::Id => vec![Cell::Id(contact::shown_id(&contact.aliases, contact.number))],
            Self::CompanyId => {
                contact::links(contact).next().map(|link| Cell::Id(link.number)).into_iter().collect()
            }
            Self::DateCreated => vec![Cell::Instant(contact.created_at)],
            Self::DateUpdated => vec![Cell::Instant(contact.updated_at)],
            Self::Client(name) => Cell::text(contact::client_text(contact, name).map(String::as_str)),
            Self::Key(key) => fields::Fields::of(contact, catalog).cells(key),
        }
    }
}

/// What is searched for, if anything is.
fn sought(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn known(catalog: &Catalog) -> String {
    let own = ["id", "companyId", "dateCreated", "dateUpdated"].into_iter();
    condition::listed(own.chain(contact::CLIENT_TEXTS).chain(fields::keys(catalog)))
}

/// What a list of contacts asks for.
pub(crate) struct Asked {
    conditions: Vec<(Column, Condition)>,
    search: Option<String>,
    order: Option<(Column, bool)>,
    page: Page,
    catalog: Arc<Catalog>,
}

impl Asked {
    /// Reads `where`, `search`, `order`, `limit` and `page`.
    ///
    /// # Errors
    /// 400, naming the parameter.
    pub(crate) fn read(query: &Query, catalog: Arc<Catalog>) -> Result<Self, Error> {
        let page = Page::read(query)?;
        let mut conditions = Vec::new();
        for mut condition in Condition::read(query)? {
            let column =
                Column::read(&condition.column, &catalog).map_err(|known| Condition::unknown(&known))?;
            condition.check(column.kind())?;
            if let Some(kind) = column.channel() {
                normalise_values(&mut condition, &kind, &catalog);
            }
            conditions.push((column, condition));
        }
        let order = condition::order(query, &known(&catalog))?;
        let order = order.map(|(name, is_descending)| {
            let column = Column::read(&name, &catalog).map_err(|known| condition::bad_order(&known))?;
            Ok::<_, Error>((column, is_descending))
        });
        let search = sought(query.get("search").map(str::to_owned));
        Ok(Self { conditions, search, order: order.transpose()?, page, catalog })
    }

    /// What a search in a body asks for.
    pub(crate) fn search(text: Option<String>, page: Page, catalog: Arc<Catalog>) -> Self {
        Self { conditions: Vec::new(), search: sought(text), order: None, page, catalog }
    }

    /// The contacts that the conditions name by their ids, which need no list.
    pub(crate) fn ids(&self) -> Option<Vec<Ref>> {
        let mut named = self.conditions.iter().filter_map(|(column, condition)| match column {
            Column::Id => Some(condition.any_of()?.iter().map(|id| id.trim().to_owned()).collect()),
            _ => None,
        });
        let first: Vec<String> = named.next()?;
        let both = named.fold(first, |ids, others: Vec<String>| {
            ids.into_iter().filter(|id| others.contains(id)).collect()
        });
        Some(both.iter().map(|id| Ref::number(Dialect::Acquire, id)).collect())
    }

    /// Puts contacts in memory in order.
    pub(crate) fn sort(&self, contacts: &mut [Arc<Contact>]) {
        contacts.sort_by_key(|contact| contact.number);
        let rank = |column, contact: &Contact| rank(column, contact, &self.catalog);
        match &self.order {
            None => contacts.sort_by_key(|contact| Reverse(contact.updated_at)),
            Some((column, false)) => contacts.sort_by_cached_key(|contact| rank(column, contact)),
            Some((column, true)) => contacts.sort_by_cached_key(|contact| Reverse(rank(column, contact))),
        }
    }

    /// The page that is asked for.
    pub(crate) fn page(&self) -> Page {
        self.page
    }

    /// Whether all that is asked for holds for a contact, but for its id.
    pub(crate) fn holds_for(&self, contact: &Contact) -> bool {
        let is_by_id =
            |column: &Column, condition: &Condition| *column == Column::Id && condition.any_of().is_some();
        let all = self.conditions.iter().all(|(column, condition)| {
            is_by_id(column, condition) || condition.holds(&column.cells(contact, &self.catalog))
        });
        all && self.search.as_deref().is_none_or(|text| search::finds(contact, text))
    }

    /// The list as the store takes it.
    pub(crate) async fn query(&self, call: &Call<Acquire>) -> Result<ContactQuery, app::Error> {
        let mut parts = Vec::new();
        for (column, condition) in &self.conditions {
            parts.extend(self.narrow(call, column, condition).await?);
            if !is_exact(column, condition) {
                let (column, condition) = (column.clone(), condition.clone());
                let catalog = Arc::clone(&self.catalog);
                parts.push(Filter::holds_where(move |contact| {
                    condition.holds(&column.cells(contact, &catalog))
                }));
            }
        }
        if let Some(text) = self.search.clone() {
            parts.push(Filter::holds_where_of(["name", "channels"], move |contact| {
                search::finds(contact, &text)
            }));
        }
        let (order, sort) = self.order();
        Ok(ContactQuery {
            filter: if parts.is_empty() { Filter::All } else { Filter::And(parts) },
            order,
            sort,
            offset: self.page.offset(),
            limit: self.page.limit(),
            ..ContactQuery::default()
        })
    }

    /// What of a condition is answered without reading documents.
    async fn narrow(
        &self,
        call: &Call<Acquire>,
        column: &Column,
        condition: &Condition,
    ) -> Result<Option<Filter>, app::Error> {
        if let (Column::DateUpdated, Some(range)) = (column, condition.instants()) {
            return Ok(Some(Filter::changed_in(range, &condition.column)));
        }
        let Some(values) = condition.any_of() else { return Ok(None) };
        if let Some(kind) = column.channel() {
            let has = |value: &String| Filter::HasChannel(kind.clone(), value.clone());
            return Ok(Some(Filter::Any(values.iter().map(has).collect())));
        }
        Ok(match column {
            Column::Client(name) => {
                let is = |text: &String| Facet::Extra(Dialect::Acquire, (*name).to_owned(), text.clone());
                Some(Filter::any_of(values.iter().map(is)))
            }
            Column::CompanyId => {
                let mut companies = Vec::new();
                for id in values {
                    let named = Ref::number(Dialect::Acquire, id.trim());
                    match call.app.get_record::<Company>(&call.caller, &named).await {
                        Ok(found) => companies.push(found.record.id),
                        Err(app::Error::NotFound(Missing::Record(_))) => {}
                        Err(error) => return Err(error),
                    }
                }
                Some(shown_with(companies))
            }
            Column::Key(key) => fields::custom_field(&self.catalog, key)
                .and_then(|field| narrow_by_value(field, &self.catalog, values)),
            Column::Id | Column::DateCreated | Column::DateUpdated => None,
        })
    }

    fn order(&self) -> (ContactOrder, Vec<Sort>) {
        let Some((column, is_descending)) = &self.order else {
            return (ContactOrder::LastUpdated, Vec::new());
        };
        let either = |up, down| (if *is_descending { down } else { up }, Vec::new());
        let sort = |key| (ContactOrder::Oldest, vec![Sort { key, is_descending: *is_descending }]);
        match column {
            Column::Id => either(ContactOrder::Oldest, ContactOrder::Newest),
            Column::DateUpdated => either(ContactOrder::FirstUpdated, ContactOrder::LastUpdated),
            Column::DateCreated => sort(SortKey::CreatedAt),
            Column::Key(key) if key == "name" => either(ContactOrder::Name, ContactOrder::NameDescending),
            column => {
                let (column, catalog) = (column.clone(), Arc::clone(&self.catalog));
                let rank = move |contact: &Contact| rank(&column, contact, &catalog);
                sort(SortKey::Document(Ranking::new(rank)))
            }
        }
    }
}

/// Those who may have one of these values, as options and the index of a filterable field tell.
fn narrow_by_value(field: &Field, catalog: &Catalog, values: &[String]) -> Option<Filter> {
    if matches!(field.kind, FieldType::SingleSelect | FieldType::MultiSelect) {
        let options = values.iter().filter_map(|value| field.option_valued(value));
        return Some(Filter::any_of(options.map(|option| Facet::Option(option.id))));
    }
    // An empty text may be shown where there is no value.
    if values.iter().any(|value| value.trim().is_empty()) {
        return None;
    }
    let each = values.iter().map(|value| may_equal(field, catalog, value));
    each.collect::<Option<Vec<_>>>().map(Filter::Any)
}

fn rank(column: &Column, contact: &Contact, catalog: &Catalog) -> Rank {
    match column.cells(contact, catalog).first() {
        None => Rank::Nothing,
        Some(Cell::Id(id)) => Rank::Number(id.cast_signed()),
        Some(Cell::Instant(at)) => Rank::Number(at.millis()),
        Some(Cell::Text(text)) => Rank::Text(text.to_lowercase()),
    }
}

/// Whether what was narrowed is the condition itself.
fn is_exact(column: &Column, condition: &Condition) -> bool {
    match column {
        Column::Client(_) | Column::CompanyId => condition.any_of().is_some(),
        Column::DateUpdated => condition.instants().is_some(),
        Column::Id | Column::DateCreated | Column::Key(_) => false,
    }
}

/// Those that still belong to one of these companies before all others.
fn shown_with(companies: Vec<CompanyId>) -> Filter {
    let has = Filter::any_of(companies.iter().copied().map(Facet::Company));
    let is_first = move |contact: &Contact| {
        contact::links(contact).next().is_some_and(|link| companies.contains(&link.id))
    };
    Filter::And(vec![has, Filter::holds_where_of(["companies"], is_first)])
}

/// Addresses are compared as written and as they are looked up.
fn normalise_values(condition: &mut Condition, kind: &ChannelKind, catalog: &Catalog) {
    if matches!(condition.relation, Relation::Equal | Relation::NotEqual | Relation::OneOf) {
        let normal =
            |text: &String| normalise(kind, text, catalog.default_country.as_deref()).value.to_string();
        let forms: Vec<String> = condition.values.iter().map(normal).collect();
        condition.values.extend(forms.into_iter().filter(|form| !form.is_empty()));
    }
}
