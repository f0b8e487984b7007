//! The made-up contacts of the benchmark, and its operation: one update of one contact.

use std::sync::atomic::{AtomicU64, Ordering};

use app::{Clock, SystemClock};
use model::{
    Aliases, BirthdayPart, Catalog, Change, ChannelKind, ChannelWrite, ContactId, Dialect, Edit, Entity,
    Field, FieldId, FieldOption, FieldType, Flag, ItemRef, NamePart, Network, OptIn, OptionId, Ref, Set, Tag,
    TagId, TextMember, ValueWrite, value,
};
use serde_json::json;

const FIRST: [&str; 8] = ["Ada", "Bela", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana"];
const LAST: [&str; 8] =
    ["Abara", "Bergqvist", "Castellane", "Dvorak", "Eriksen", "Fontaine", "Grimaldi", "Hoshino"];
const STAGES: [&str; 5] = ["new", "contacted", "qualified", "won", "lost"];
/// How many tags there are, beside the one that every contact has.
const TAGS: u64 = 16;
const CUSTOMER: &str = "customer";

const FIELDS: [(&str, &str, FieldType); 8] = [
    ("lead_score", "Lead Score", FieldType::Number),
    ("stage", "Stage", FieldType::SingleSelect),
    ("account_manager", "Account Manager", FieldType::Text),
    ("contract", "Contract", FieldType::Text),
    ("yearly_revenue", "Yearly Revenue", FieldType::Number),
    ("newsletter", "Newsletter", FieldType::Boolean),
    ("customer_since", "Customer Since", FieldType::Date),
    ("billing_email", "Billing E-mail", FieldType::Email),
];

const DESCRIPTION: &str =
    "Met at the autumn fair; asked for the long catalogue. Prefers to be called before noon.";

/// Adds the benchmark's fields and tags.
pub(super) fn extend(catalog: &mut Catalog) {
    let fresh = || SystemClock.fresh_id();
    for (number, (key, name, kind)) in (1001..).zip(FIELDS) {
        let stages = if kind == FieldType::SingleSelect { STAGES.as_slice() } else { &[] };
        let option = |stage: &&str| FieldOption {
            id: OptionId(fresh()),
            value: (*stage).to_owned(),
            name: (*stage).to_owned(),
            aliases: Aliases::default(),
        };
        catalog.fields.push(Field {
            id: FieldId(fresh()),
            number,
            key: key.to_owned(),
            name: name.to_owned(),
            kind,
            entity: Entity::Contact,
            system: None,
            options: stages.iter().map(option).collect(),
            created_at: SystemClock.now(),
            aliases: Aliases::default(),
        });
    }
    for (number, name) in (1001..).zip((0..TAGS).map(segment).chain([CUSTOMER.to_owned()])) {
        catalog.tags.push(Tag {
            id: TagId(fresh()),
            number,
            name,
            background_color: None,
            text_color: None,
            created_at: SystemClock.now(),
            aliases: Aliases::default(),
        });
    }
}

/// The `n`th contact: about 1.6 KB when stored.
pub(super) fn person(n: u64) -> Change {
    let mixed = mix(n);
    let first = pick(&FIRST, mixed).unwrap_or_default();
    let last = pick(&LAST, mixed >> 8).unwrap_or_default();
    let email = format!("{}.{}.{n}@example.com", first.to_lowercase(), last.to_lowercase());
    let text = |text: &str| Some(text.to_owned());
    let edits = [
        Edit::Aliases(Dialect::Callbell, vec![format!("{:016x}{n:016x}", mix(!n))]),
        Edit::Name(NamePart::First, text(first)),
        Edit::Name(NamePart::Last, text(last)),
        Edit::Text(TextMember::Salutation, text("Dr.")),
        Edit::Text(TextMember::JobTitle, text("Product Manager")),
        Edit::Text(TextMember::Description, text(DESCRIPTION)),
        Edit::Text(TextMember::City, text("Springfield")),
        Edit::Text(TextMember::Country, text("US")),
        Edit::Text(TextMember::WebsiteUrl, Some(format!("https://www.example.com/people/{n}"))),
        Edit::Social(Network::Linkedin, Some(format!("{first}-{last}-{n}").to_lowercase())),
        Edit::Birthday(BirthdayPart::Day, Some(1 + (mixed % 28) as i64)),
        Edit::Birthday(BirthdayPart::Month, Some(1 + (mixed % 12) as i64)),
        Edit::Flag(Flag::Confirmed, true),
        Edit::OptIn(Some(OptIn::OptedIn)),
        Edit::MergeChannels(vec![
            // 555-01xx is set aside for fiction in every North American area code.
            ChannelWrite::new(
                "bench",
                ChannelKind::Phone,
                format!("+1{}5550{}", 201 + n / 100 % 700, 100 + n % 100),
            ),
            ChannelWrite::new("bench", ChannelKind::Email, format!("office.{email}")),
            ChannelWrite::new("bench", ChannelKind::Email, email.clone()),
        ]),
        tags(ItemRef::Name(CUSTOMER.to_owned()), ItemRef::Name(segment(mixed))),
        values(vec![
            ("lead_score", json!(mixed % 100)),
            ("stage", json!(pick(&STAGES, mixed))),
            ("account_manager", json!(pick(&LAST, mixed >> 16))),
            ("contract", json!(format!("C-{mixed:016x}"))),
            ("yearly_revenue", json!(mixed % 1_000_000)),
            ("newsletter", json!(mixed.is_multiple_of(2))),
            ("customer_since", json!(format!("20{:02}-03-{:02}", 10 + mixed % 15, 1 + mixed % 28))),
            ("billing_email", json!(format!("billing.{email}"))),
        ]),
    ];
    Change { edits: edits.map(|edit| ("bench".to_owned(), edit)).into(), violations: Vec::new() }
}

/// All updates of a run. No two are the same, so each changes something.
#[derive(Debug)]
pub(super) struct Updates {
    contacts: Vec<ContactId>,
    customer: Option<TagId>,
    segments: Vec<TagId>,
    next: AtomicU64,
}

impl Updates {
    /// Updates of these contacts, under the catalog that [`extend`] made.
    pub(super) fn new(contacts: Vec<ContactId>, catalog: &Catalog) -> Self {
        let named = |name: &str| catalog.tags.find(&ItemRef::Name(name.to_owned())).map(|tag| tag.id);
        Self {
            contacts,
            customer: named(CUSTOMER),
            segments: (0..TAGS).filter_map(|n| named(&segment(n))).collect(),
            next: AtomicU64::new(0),
        }
    }

    /// The next one; `None` only when there are no contacts, or not that catalog.
    pub(super) fn next(&self) -> Option<Update> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let mixed = mix(n);
        Some(Update {
            contact: pick(&self.contacts, mixed)?,
            job_title: format!("Senior Product Manager {n}"),
            is_starred: mixed >> 40 & 1 == 1,
            tags: [self.customer?, pick(&self.segments, mixed >> 41)?],
            lead_score: mixed >> 48 & 1023,
            stage: pick(&STAGES, mixed >> 58)?,
        })
    }
}

/// One update of one contact: title, status, one tag, two custom fields.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) contact: ContactId,
    job_title: String,
    is_starred: bool,
    tags: [TagId; 2],
    lead_score: u64,
    stage: &'static str,
}

impl Update {
    /// As the body of `PATCH /api/v1/contacts/{id}`.
    pub(super) fn merge_patch(&self) -> Vec<u8> {
        let patch = json!({
            "job_title": self.job_title,
            "starred": self.is_starred,
            "tags": self.tags.map(|tag| tag.to_string()),
            "values": {"lead_score": self.lead_score, "stage": self.stage},
        });
        patch.to_string().into_bytes()
    }

    /// The same for the store.
    pub(super) fn change(&self) -> Change {
        let [first, second] = self.tags.map(|tag| ItemRef::id_text(Dialect::Native, &tag.to_string()));
        let mut change = Change::default();
        change.push("job_title", Edit::Text(TextMember::JobTitle, Some(self.job_title.clone())));
        change.push("starred", Edit::Flag(Flag::Starred, self.is_starred));
        change.push("tags", tags(first, second));
        change.push(
            "values",
            values(vec![("lead_score", json!(self.lead_score)), ("stage", json!(self.stage))]),
        );
        change
    }

    /// The contact as the store names it.
    pub(super) fn reference(&self) -> Ref {
        Ref::uuid(Dialect::Native, &self.contact.to_string())
    }
}

fn tags(first: ItemRef, second: ItemRef) -> Edit {
    Edit::Tags(Set::replace(vec![("tags.0".to_owned(), first), ("tags.1".to_owned(), second)]))
}

fn values(values: Vec<(&str, model::Json)>) -> Edit {
    let write = |(key, json): (&str, model::Json)| ValueWrite {
        at: format!("values.{key}"),
        field: ItemRef::Key(key.to_owned()),
        json,
    };
    let read = |json: &model::Json, field: &Field, catalog: &Catalog| {
        value::read(json, field, catalog, Dialect::Native)
    };
    Edit::Values(Set::add(values.into_iter().map(write).collect()), read)
}

fn segment(n: u64) -> String {
    format!("segment {}", n % TAGS)
}

fn pick<T: Copy>(rows: &[T], n: u64) -> Option<T> {
    rows.get(usize::try_from(n.checked_rem(rows.len() as u64)?).ok()?).copied()
}

/// Numbers that look random and are the same in every run (`SplitMix64`).
fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use model::{Contact, Ground, Linked, Stamp, Timestamp};

    use super::*;

    fn made(n: u64, catalog: &Catalog) -> Contact {
        let blank = Contact::blank(ContactId(SystemClock.fresh_id()), n, Timestamp::default());
        after(&blank, &person(n), catalog).0
    }

    fn after(contact: &Contact, change: &Change, catalog: &Catalog) -> (Contact, Vec<String>) {
        let stamp = Stamp { now: SystemClock.now(), seed: SystemClock.fresh_id() };
        let ground = Ground { catalog, linked: &Linked::default(), stamp };
        let applied = model::apply(contact, change, &ground).unwrap();
        let members = applied.differences.iter().map(|each| each.member.to_string()).collect();
        (applied.contact, members)
    }

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        extend(&mut catalog);
        catalog
    }

    #[test]
    fn contacts_have_about_the_promised_size() {
        let catalog = catalog();
        for n in [0, 1, 99_999, 9_999_999] {
            let bytes = serde_json::to_vec(&made(n, &catalog)).unwrap().len();
            assert!((1500..1700).contains(&bytes), "contact {n} has {bytes} bytes");
        }
    }

    #[test]
    fn every_update_changes_its_contact() {
        let catalog = catalog();
        let mut contact = made(0, &catalog);
        let updates = Updates::new(vec![contact.id], &catalog);
        for _ in 0..100 {
            let update = updates.next().unwrap();
            assert_eq!(update.contact, contact.id);
            let (changed, members) = after(&contact, &update.change(), &catalog);
            assert!(members.contains(&"job_title".to_owned()), "{members:?}");
            contact = changed;
        }
    }

    #[test]
    fn without_contacts_there_are_no_updates() {
        assert!(Updates::new(Vec::new(), &catalog()).next().is_none());
    }
}
