//! The two countries whose numbers the vendor documents, and the object that it derives from a number.

use schemars::JsonSchema;
use serde::Serialize;

/// A country as Acquire shows it.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Country {
    /// Acquire's number of it, shown beside the object as `countryId`.
    #[serde(skip)]
    pub(crate) id: &'static str,
    name: &'static str,
    name_official: &'static str,
    /// ISO 3166-1 alpha-2, as the record keeps it.
    pub(crate) cca2: &'static str,
    ccn3: &'static str,
    cca3: &'static str,
    calling_code1: u16,
    region_id: u16,
    lat: &'static str,
    lng: &'static str,
    voip_enable: bool,
}

impl Country {
    /// The calling code as a text, without `+`.
    pub(crate) fn calling_code(&self) -> String {
        self.calling_code1.to_string()
    }

    /// The word for its flag: ISO 3166-1 alpha-3.
    pub(crate) fn flag(&self) -> &'static str {
        self.cca3
    }
}

const KNOWN: [Country; 2] = [
    Country {
        id: "517",
        name: "United States",
        name_official: "United States of America",
        cca2: "US",
        ccn3: "84",
        cca3: "USA",
        calling_code1: 1,
        region_id: 496,
        lat: "38",
        lng: "-97",
        voip_enable: true,
    },
    Country {
        id: "387",
        name: "India",
        name_official: "Republic of India",
        cca2: "IN",
        ccn3: "35",
        cca3: "IND",
        calling_code1: 91,
        region_id: 366,
        lat: "20",
        lng: "77",
        voip_enable: true,
    },
];

/// The country with this number.
pub(crate) fn by_id(id: &str) -> Option<&'static Country> {
    KNOWN.iter().find(|country| country.id == id)
}

/// The country with this ISO 3166-1 alpha-2 code.
pub(crate) fn by_code(code: &str) -> Option<&'static Country> {
    KNOWN.iter().find(|country| country.cca2 == code)
}
