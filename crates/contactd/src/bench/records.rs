//! The made-up contacts of the benchmark, and the fields and tags that they have.

use app::{Clock, SystemClock};
use model::{
    Aliases, BirthdayPart, Catalog, Change, ChannelKind, ChannelWrite, Dialect, Edit, Entity, Field, FieldId,
    FieldOption, FieldType, Flag, ItemRef, Json, NamePart, Network, OptIn, OptionId, Set, Tag, TagId,
    TextMember, ValueWrite, value,
};
use serde_json::json;

const FIRST: [&str; 8] = ["Ada", "Bela", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana"];
const LAST: [&str; 8] =
    ["Abara", "Bergqvist", "Castellane", "Dvorak", "Eriksen", "Fontaine", "Grimaldi", "Hoshino"];
pub(super) const STAGES: [&str; 5] = ["new", "contacted", "qualified", "won", "lost"];
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

const SALUTATION: &str = "Dr.";
const JOB_TITLE: &str = "Product Manager";
const CITY: &str = "Springfield";
const COUNTRY: &str = "US";
const DESCRIPTION: &str =
    "Met at the autumn fair; asked for the long catalogue. Prefers to be called before noon.";

/// Adds the benchmark's fields and tags.
pub(super) fn extend(catalog: &mut Catalog) {
    let fresh = || SystemClock.fresh_id();
    for (number, (key, name, kind)) in (1001..).zip(FIELDS) {
        let stages = if kind == FieldType::SingleSelect { STAGES.as_slice() } else { &[] };
        let option = |stage: &&str| FieldOption {
            position: None,
            id: OptionId(fresh()),
            value: (*stage).to_owned(),
            name: (*stage).to_owned(),
            aliases: Aliases::default(),
        };
        catalog.fields.push(Field {
            former_options: Vec::new(),
            filterable: false,
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
            extras: model::Extras::default(),
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
            extras: model::Extras::default(),
        });
    }
}

/// The tags that [`extend`] made.
#[derive(Clone, Debug)]
pub(super) struct Tags {
    customer: TagId,
    segments: Vec<TagId>,
}

impl Tags {
    /// Those of this catalog; `None` when [`extend`] did not make it.
    pub(super) fn of(catalog: &Catalog) -> Option<Self> {
        let named = |name: &str| catalog.tags.find(&ItemRef::Name(name.to_owned())).map(|tag| tag.id);
        let segments = (0..TAGS).map(|n| named(&segment(n))).collect::<Option<_>>()?;
        Some(Self { customer: named(CUSTOMER)?, segments })
    }

    /// The one that every contact has, and one of the others.
    pub(super) fn pair(&self, n: u64) -> [TagId; 2] {
        [self.customer, pick(&self.segments, n).unwrap_or(self.customer)]
    }
}

/// A made-up contact: about 1.6 KB when stored.
#[derive(Clone, Debug)]
pub(super) struct Person {
    n: u64,
    mixed: u64,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    email: String,
    tags: [TagId; 2],
}

impl Person {
    /// The `n`th one.
    pub(super) fn new(n: u64, tags: &Tags) -> Self {
        let mixed = mix(n);
        let first = pick(&FIRST, mixed).unwrap_or_default();
        let last = pick(&LAST, mixed >> 8).unwrap_or_default();
        let email = format!("{}.{}.{n}@example.com", first.to_lowercase(), last.to_lowercase());
        Self { n, mixed, first, last, email, tags: tags.pair(mixed) }
    }

    /// For the store.
    pub(super) fn change(&self) -> Change {
        let text = |text: &str| Some(text.to_owned());
        let channels = self.channels().map(|(kind, value)| {
            let kind = if kind == "phone" { ChannelKind::Phone } else { ChannelKind::Email };
            ChannelWrite::new("channels", kind, value)
        });
        let edits = [
            Edit::Aliases(Dialect::Callbell, vec![alias(self.n)]),
            Edit::Name(NamePart::First, text(self.first)),
            Edit::Name(NamePart::Last, text(self.last)),
            Edit::Text(TextMember::Salutation, text(SALUTATION)),
            Edit::Text(TextMember::JobTitle, text(JOB_TITLE)),
            Edit::Text(TextMember::Description, text(DESCRIPTION)),
            Edit::Text(TextMember::City, text(CITY)),
            Edit::Text(TextMember::Country, text(COUNTRY)),
            Edit::Text(TextMember::WebsiteUrl, Some(self.website())),
            Edit::Social(Network::Linkedin, Some(self.linkedin())),
            Edit::Birthday(BirthdayPart::Day, Some(self.birthday().0)),
            Edit::Birthday(BirthdayPart::Month, Some(self.birthday().1)),
            Edit::Flag(Flag::Confirmed, true),
            Edit::Flag(Flag::Starred, self.is_starred()),
            Edit::OptIn(Some(OptIn::OptedIn)),
            Edit::MergeChannels(channels.into()),
            tags(self.tags),
            values(self.values().into_iter().collect()),
        ];
        Change { edits: edits.map(|edit| ("bench".to_owned(), edit)).into(), ..Change::default() }
    }

    /// The same as the body of `POST /api/v1/contacts`.
    pub(super) fn document(&self) -> Vec<u8> {
        // The store's own default is the first one that is added, which here is the phone.
        let channel =
            |(kind, value): (&str, String)| json!({"kind": kind, "value": value, "default": kind == "phone"});
        let (day, month) = self.birthday();
        let document = json!({
            "aliases": {"callbell": [alias(self.n)]},
            "name": {"first": self.first, "last": self.last},
            "salutation": SALUTATION,
            "job_title": JOB_TITLE,
            "description": DESCRIPTION,
            "city": CITY,
            "country": COUNTRY,
            "website_url": self.website(),
            "social": {"linkedin": self.linkedin()},
            "birthday": {"day": day, "month": month},
            "confirmed": true,
            "starred": self.is_starred(),
            "opt_in": "opted_in",
            "channels": self.channels().map(channel),
            "tags": self.tags.map(|tag| tag.to_string()),
            "values": self.values().into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>(),
        });
        document.to_string().into_bytes()
    }

    /// Their telephone number, with `+`.
    pub(super) fn phone(&self) -> String {
        let [(_, phone), ..] = self.channels();
        phone
    }

    /// Their e-mail address.
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    fn website(&self) -> String {
        format!("https://www.example.com/people/{}", self.n)
    }

    fn linkedin(&self) -> String {
        format!("{}-{}-{}", self.first, self.last, self.n).to_lowercase()
    }

    fn is_starred(&self) -> bool {
        self.mixed >> 40 & 1 == 1
    }

    /// Day and month.
    fn birthday(&self) -> (i64, i64) {
        (1 + (self.mixed % 28) as i64, 1 + (self.mixed % 12) as i64)
    }

    fn channels(&self) -> [(&'static str, String); 3] {
        let Self { n, email, .. } = self;
        [
            // 555-01xx is set aside for fiction in every North American area code.
            ("phone", format!("+1{}5550{}", 201 + n / 100 % 700, 100 + n % 100)),
            ("email", format!("office.{email}")),
            ("email", email.clone()),
        ]
    }

    fn values(&self) -> [(&'static str, Json); 8] {
        let Self { mixed, email, .. } = self;
        [
            ("lead_score", json!(mixed % 100)),
            ("stage", json!(pick(&STAGES, *mixed))),
            ("account_manager", json!(pick(&LAST, mixed >> 16))),
            ("contract", json!(format!("C-{mixed:016x}"))),
            ("yearly_revenue", json!(mixed % 1_000_000)),
            ("newsletter", json!(mixed.is_multiple_of(2))),
            ("customer_since", json!(format!("20{:02}-03-{:02}", 10 + mixed % 15, 1 + mixed % 28))),
            ("billing_email", json!(format!("billing.{email}"))),
        ]
    }
}

/// The Callbell uuid of the `n`th contact.
pub(super) fn alias(n: u64) -> String {
    format!("{:016x}{n:016x}", mix(!n))
}

/// Makes these the tags.
pub(super) fn tags([first, second]: [TagId; 2]) -> Edit {
    let id = |tag: TagId| ItemRef::id_text(Dialect::Native, &tag.to_string());
    Edit::Tags(Set::replace(vec![("tags.0".to_owned(), id(first)), ("tags.1".to_owned(), id(second))]))
}

/// Sets these values.
pub(super) fn values(values: Vec<(&str, Json)>) -> Edit {
    let write = |(key, json): (&str, Json)| ValueWrite {
        at: format!("values.{key}"),
        field: ItemRef::Key(key.to_owned()),
        json,
    };
    let read =
        |json: &Json, field: &Field, catalog: &Catalog| value::read(json, field, catalog, Dialect::Native);
    Edit::Values(Set::add(values.into_iter().map(write).collect()), read)
}

fn segment(n: u64) -> String {
    format!("segment {}", n % TAGS)
}

/// One of them, by a number that may be any.
pub(super) fn pick<T: Copy>(rows: &[T], n: u64) -> Option<T> {
    rows.get(usize::try_from(n.checked_rem(rows.len() as u64)?).ok()?).copied()
}

/// Numbers that look random and are the same in every run (`SplitMix64`).
pub(super) fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
pub(super) mod tests {
    use model::{Contact, ContactId, Ground, Linked, Stamp, Timestamp};

    use super::*;

    pub(crate) fn made(n: u64, catalog: &Catalog) -> Contact {
        let blank = Contact::blank(ContactId(SystemClock.fresh_id()), n, Timestamp::default());
        after(&blank, &Person::new(n, &Tags::of(catalog).unwrap()).change(), catalog).0
    }

    pub(crate) fn after(contact: &Contact, change: &Change, catalog: &Catalog) -> (Contact, Vec<String>) {
        let stamp = Stamp { now: SystemClock.now(), seed: SystemClock.fresh_id() };
        let ground = Ground { catalog, linked: &Linked::default(), stamp, policy: None };
        let applied = model::apply(contact, change, &ground).unwrap();
        let members = applied.differences.iter().map(|each| each.member.to_string()).collect();
        (applied.contact, members)
    }

    pub(crate) fn catalog() -> Catalog {
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
    fn tags_are_those_of_the_bench() {
        assert!(Tags::of(&Catalog::default()).is_none());
        let tags = Tags::of(&catalog()).unwrap();
        assert_ne!(tags.pair(0), tags.pair(1));
    }
}
