//! The companies and notes that contacts name, for answers.

use std::collections::{BTreeSet, HashMap};

use api_kit::Call;
use model::{Catalog, Company, CompanyId, Contact, Memberships, Note, NoteId};

use crate::Rolodex;
use crate::page::{Include, Relationship};

/// Companies and notes by their ids.
#[derive(Debug, Default)]
pub(crate) struct Related {
    /// The companies.
    pub(crate) companies: HashMap<CompanyId, Company>,
    /// The notes.
    pub(crate) notes: HashMap<NoteId, Note>,
    /// Which dynamic lists they are on.
    pub(crate) memberships: Memberships,
}

impl Related {
    /// What some contacts name, as far as the answer carries it: one look-up each, however many contacts.
    pub(crate) async fn find(
        call: &Call<Rolodex>,
        contacts: impl IntoIterator<Item = &Contact>,
        (catalog, include): (&Catalog, &Include),
    ) -> Result<Self, app::Error> {
        let mut companies = BTreeSet::new();
        let mut notes = BTreeSet::new();
        for contact in contacts {
            if include.has(Relationship::Companies) {
                companies.extend(contact.companies.iter().map(|link| link.id));
            }
            if include.has(Relationship::Notes) {
                notes.extend(contact.notes.iter().copied());
            }
        }
        let companies: Vec<_> = companies.into_iter().collect();
        let notes: Vec<_> = notes.into_iter().collect();
        let companies = call.app.find_companies(&call.caller, &companies).await?;
        let notes = call.app.find_notes(&call.caller, &notes).await?;
        Ok(Self {
            companies: companies.into_iter().map(|company| (company.id, company)).collect(),
            notes: notes.into_iter().map(|note| (note.id, note)).collect(),
            memberships: match include.has(Relationship::Lists) {
                true => call.app.memberships(catalog),
                false => Memberships::default(),
            },
        })
    }
}
