//! Lists made of conditions: who is on them is found out when somebody asks.

use model::condition::{Condition, Subject, Test, TextTest};
use model::{Catalog, Facet, Field, FieldType, List, Memberships, Timestamp};
use store::{ContactQuery, Filter};

use crate::App;

impl App {
    /// Which lists contacts are on now, dynamic ones included.
    pub fn memberships(&self, catalog: &Catalog) -> Memberships {
        catalog.memberships(self.clock().now())
    }

    /// The same query, where being on a dynamic list means to fulfil its conditions. What was put on a list before it
    /// got conditions does not count.
    pub(crate) fn with_dynamic_lists(&self, query: &ContactQuery, catalog: &Catalog) -> ContactQuery {
        if !catalog.lists.iter().any(List::is_dynamic) {
            return query.clone();
        }
        let now = self.clock().now();
        let filter = query.filter.clone().replace(&|facet| match facet {
            Facet::List(id) => {
                let list = catalog.lists.get(id.0).filter(|list| list.is_dynamic())?;
                Some(Filter::And(list.conditions.iter().map(|each| part(each, catalog, now)).collect()))
            }
            _ => None,
        });
        ContactQuery { filter, ..query.clone() }
    }
}

/// What bits answer is asked of bits; the rest of documents.
fn part(condition: &Condition, catalog: &Catalog, now: Timestamp) -> Filter {
    by_bits(condition, catalog).unwrap_or_else(|| {
        let judge = condition.judge(catalog, now);
        Filter::holds_where(move |contact| judge.holds(contact))
    })
}

fn by_bits(condition: &Condition, catalog: &Catalog) -> Option<Filter> {
    let Subject::Field(id) = condition.subject else { return None };
    let field = catalog.fields.get(id.0)?;
    match (field.kind, condition.test, condition.value.as_str()) {
        (FieldType::Boolean, Test::Is, "true") => Some(Filter::Is(Facet::True(id))),
        (FieldType::Boolean, Test::IsNot, "true") => Some(!Filter::Is(Facet::True(id))),
        // Nothing equals what is not there, either.
        (_, _, "") => None,
        (FieldType::SingleSelect | FieldType::MultiSelect, Test::Text(TextTest::Equals), text) => {
            Some(chosen(field, text))
        }
        (FieldType::SingleSelect | FieldType::MultiSelect, Test::NotText(TextTest::Equals), text) => {
            Some(!chosen(field, text))
        }
        _ => None,
    }
}

/// Contacts that have an option with this value or name, in any case.
fn chosen(field: &Field, text: &str) -> Filter {
    let text = text.to_lowercase();
    let is_meant = |option: &&model::FieldOption| {
        option.value.to_lowercase() == text || option.name.to_lowercase() == text
    };
    let options = field.options.iter().chain(&field.former_options).filter(is_meant);
    Filter::any_of(options.map(|option| Facet::Option(option.id)))
}
