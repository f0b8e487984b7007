//! The company that a contact is shown with.

use model::{Dialect, Json};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// Keys that a company shows as `null` when it has no value; the vendor's list example has just these.
const NULLABLE: [&str; 7] =
    ["logo", "industry", "description", "source", "address", "employees", "foundation"];

/// A contact's company as Acquire shows it; without one `{"fields":{}}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Company<'a> {
    #[serde(flatten)]
    known: Option<Known>,
    fields: Fields<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    date_created: String,
    date_updated: Option<String>,
    id: u64,
}

impl<'a> Company<'a> {
    /// The company of a contact, found among those that were looked up.
    pub(crate) fn of(contact: &model::Contact, companies: &'a [model::Company]) -> Self {
        let link = super::contact::company(contact);
        let company = link.and_then(|link| companies.iter().find(|company| company.id == link.id));
        let known = company.map(|company| Known {
            date_created: company.created_at.to_rfc3339_millis(),
            date_updated: company.updated_at.map(|at| at.to_rfc3339_millis()),
            id: company.number,
        });
        Self { known, fields: Fields(company) }
    }
}

struct Fields<'a>(Option<&'a model::Company>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(company) = self.0 {
            map.serialize_entry("name", &company.name)?;
            map.serialize_entry("website", &company.website_url)?;
            for key in NULLABLE {
                let value = company.extras.get(Dialect::Acquire, key).unwrap_or(&Json::Null);
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}
