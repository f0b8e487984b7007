//! Made-up contacts: the same ones in every demo, like no living person.

use std::sync::Arc;

use model::{
    Change, ChannelKind, ChannelWrite, Dialect, Edit, Flag, ItemRef, NamePart, Set, TextMember, ValueWrite,
    value,
};
use serde_json::json;
use store::WorkspaceNumber;
use tokio::task::JoinSet;

use crate::{App, Error};

const FIRST: [&str; 16] = [
    "Ada", "Bela", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana", "Ines", "Jomo", "Kaja", "Luan", "Mira",
    "Nils", "Oona", "Paz",
];
const LAST: [&str; 16] = [
    "Abara",
    "Bergqvist",
    "Castellane",
    "Dvorak",
    "Eriksen",
    "Fontaine",
    "Grimaldi",
    "Hoshino",
    "Iwu",
    "Jansen",
    "Kowalczyk",
    "Lindqvist",
    "Moreau",
    "Novotny",
    "Okafor",
    "Petrov",
];
const CITIES: [(&str, &str); 8] = [
    ("Lisbon", "PT"),
    ("Austin", "US"),
    ("Nairobi", "KE"),
    ("Osaka", "JP"),
    ("Turin", "IT"),
    ("Lyon", "FR"),
    ("Pune", "IN"),
    ("Graz", "AT"),
];
const JOBS: [&str; 6] =
    ["Product Manager", "Nurse", "Electrician", "Translator", "Structural Engineer", "Head of Sales"];
const TAGS: [&str; 4] = ["Call back", "Interested", "sales", "lead"];

/// Contacts in flight at a time: enough to fill the writer's batches.
const IN_FLIGHT: usize = 256;

impl App {
    /// Adds made-up contacts to a workspace that has the demo's catalog.
    ///
    /// # Errors
    /// What the store says.
    pub async fn seed_crowd(&self, workspace: WorkspaceNumber, count: u64) -> Result<(), Error> {
        let mut running: JoinSet<Result<(), Error>> = JoinSet::new();
        let app = Arc::new(self.clone());
        for n in 0..count {
            if running.len() >= IN_FLIGHT
                && let Some(Ok(done)) = running.join_next().await
            {
                done?;
            }
            let app = Arc::clone(&app);
            running.spawn(async move { app.seed_contact(workspace, None, person(n)).await.map(|_| ()) });
        }
        while let Some(joined) = running.join_next().await {
            if let Ok(done) = joined {
                done?;
            }
        }
        Ok(())
    }
}

fn pick<T: Copy>(rows: &[T], n: u64) -> Option<T> {
    rows.get(usize::try_from(n % rows.len() as u64).ok()?).copied()
}

/// The `n`th person.
fn person(n: u64) -> Change {
    // A step that is coprime to every table's length, so that neighbours differ in all members.
    let mixed = n.wrapping_mul(2_654_435_761) >> 7;
    let first = pick(&FIRST, mixed).unwrap_or_default();
    let last = pick(&LAST, mixed >> 4).unwrap_or_default();
    let (city, country) = pick(&CITIES, mixed >> 8).unwrap_or_default();
    let job = pick(&JOBS, mixed >> 3).unwrap_or_default();
    let tag = pick(&TAGS, mixed >> 2).unwrap_or_default();
    let email = format!("{}.{}.{n}@example.com", first.to_lowercase(), last.to_lowercase());
    // 555-01xx is set aside for fiction in every North American area code.
    let phone = format!("+1{}555{:04}", 201 + n / 100 % 700, 100 + n % 100);
    let text = |text: &str| Some(text.to_owned());
    let mut change = Change::default();
    for edit in [
        Edit::Name(NamePart::First, text(first)),
        Edit::Name(NamePart::Last, text(last)),
        Edit::Text(TextMember::JobTitle, text(job)),
        Edit::Text(TextMember::City, text(city)),
        Edit::Text(TextMember::Country, text(country)),
        Edit::Flag(Flag::Confirmed, true),
        Edit::MergeChannels(vec![
            ChannelWrite::new("email", ChannelKind::Email, email),
            ChannelWrite::new("phone", ChannelKind::Phone, phone),
        ]),
        Edit::Tags(Set::replace(vec![("tag".to_owned(), ItemRef::Name(tag.to_owned()))])),
        Edit::Values(Set::add(vec![value("lead_score", json!(mixed % 100))]), read),
    ] {
        change.push("demo", edit);
    }
    change
}

fn value(key: &str, json: model::Json) -> ValueWrite {
    ValueWrite { at: key.to_owned(), field: ItemRef::Key(key.to_owned()), json }
}

fn read(
    json: &model::Json,
    field: &model::Field,
    catalog: &model::Catalog,
) -> Result<Option<model::Value>, model::ViolationKind> {
    value::read(json, field, catalog, Dialect::Native)
}
