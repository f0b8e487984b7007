//! What lists are filtered by: yes-or-no questions whose answers are kept at hand.

use uuid::Uuid;

use crate::{
    CompanyId, Contact, ContactId, Dialect, FieldId, ListId, NoteId, OptIn, OptionId, RecordKind, TagId,
    TeamId, UserId, Value,
};

/// A question that each contact, or each record of another kind, answers with yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facet {
    /// It exists.
    Every,
    /// It is marked with a star.
    Starred,
    /// Its conversation was seen to.
    Confirmed,
    /// Its conversation is closed.
    Closed,
    /// It is blocked.
    Blocked,
    /// It agreed to receive messages.
    OptedIn,
    /// It refused to receive messages.
    OptedOut,
    /// It is assigned to some user.
    HasUser,
    /// It is assigned to some team.
    HasTeam,
    /// It has some tag.
    HasTag,
    /// It has this tag.
    Tag(TagId),
    /// It is on this list.
    List(ListId),
    /// It belongs to this company.
    Company(CompanyId),
    /// It has this note.
    Note(NoteId),
    /// It is about this contact.
    Contact(ContactId),
    /// It is assigned to this user.
    User(UserId),
    /// It is assigned to this team.
    Team(TeamId),
    /// The value of a select field is, or has among others, this option.
    Option(OptionId),
    /// The value of this boolean field is true.
    True(FieldId),
    /// It has this extra of a dialect, whatever it is; one of [`EXTRAS`].
    HasExtra(Dialect, String),
    /// This extra of a dialect is this text; one of [`EXTRAS`].
    Extra(Dialect, String, String),
}

/// The extras that lists are filtered by.
pub const EXTRAS: [(Dialect, &str); 10] = [
    (Dialect::Acquire, "clientType"),
    (Dialect::Acquire, "clientName"),
    (Dialect::Acquire, "clientVersion"),
    (Dialect::Acquire, "clientOsName"),
    (Dialect::Acquire, "clientOsVersion"),
    (Dialect::Acquire, "clientDeviceType"),
    (Dialect::Acquire, "clientDeviceVendor"),
    (Dialect::Acquire, "clientDeviceModel"),
    (Dialect::Callbell, "source"),
    (Dialect::Callbell, "bsuid"),
];

/// What the ids are made from of questions that have no record.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f1c_2b0e_8a3d_4c57_9e64_b7d0_13a9_0000);

impl Facet {
    /// Its id, under which contacts' answers are stored: so it may never change. What a contact refers to has that
    /// record's id; no two records of a workspace have the same.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Every => numbered(1),
            Self::Starred => numbered(2),
            Self::Confirmed => numbered(3),
            Self::Closed => numbered(4),
            Self::Blocked => numbered(5),
            Self::OptedIn => numbered(6),
            Self::OptedOut => numbered(7),
            Self::HasUser => numbered(8),
            Self::HasTeam => numbered(9),
            Self::HasTag => numbered(10),
            Self::Tag(id) => id.0,
            Self::List(id) => id.0,
            Self::Company(id) => id.0,
            Self::Note(id) => id.0,
            Self::Contact(id) => id.0,
            Self::User(id) => id.0,
            Self::Team(id) => id.0,
            Self::Option(id) => id.0,
            Self::True(id) => id.0,
            Self::HasExtra(dialect, name) => named(&[dialect.as_str(), name]),
            Self::Extra(dialect, name, text) => named(&[dialect.as_str(), name, text]),
        }
    }

    /// The id under which the answers of records of a kind are stored: the companies with a tag are told from the
    /// contacts with it.
    pub fn id_for(&self, kind: RecordKind) -> Uuid {
        match kind {
            RecordKind::Contact => self.id(),
            _ => Uuid::new_v5(&self.id(), kind.as_str().as_bytes()),
        }
    }
}

const fn numbered(number: u128) -> Uuid {
    Uuid::from_u128(NAMESPACE.as_u128() + number)
}

/// The id of a question about texts. No stored text has a NUL.
fn named(texts: &[&str]) -> Uuid {
    Uuid::new_v5(&NAMESPACE, texts.join("\0").as_bytes())
}

impl Contact {
    /// The ids of the questions that it answers with yes, sorted, each once.
    pub fn facets(&self) -> Vec<Uuid> {
        let mut ids = vec![Facet::Every.id()];
        let flags = [
            (self.starred, Facet::Starred),
            (self.confirmed, Facet::Confirmed),
            (self.closed_at.is_some(), Facet::Closed),
            (self.blocked_at.is_some(), Facet::Blocked),
            (self.opt_in == Some(OptIn::OptedIn), Facet::OptedIn),
            (self.opt_in == Some(OptIn::OptedOut), Facet::OptedOut),
            (self.assigned_user.is_some(), Facet::HasUser),
            (self.assigned_team.is_some(), Facet::HasTeam),
            (!self.tags.is_empty(), Facet::HasTag),
        ];
        ids.extend(flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, facet)| facet.id()));
        ids.extend(self.tags.iter().map(|id| id.0));
        ids.extend(self.lists.iter().map(|id| id.0));
        ids.extend(self.companies.iter().map(|link| link.id.0));
        ids.extend(self.notes.iter().map(|id| id.0));
        ids.extend(self.assigned_user.map(|id| id.0));
        ids.extend(self.assigned_team.map(|id| id.0));
        for (field, value) in &self.values {
            match value {
                Value::Option(id) => ids.push(id.0),
                Value::Options(options) => ids.extend(options.iter().map(|id| id.0)),
                Value::Boolean(true) => ids.push(field.0),
                _ => {}
            }
        }
        for (dialect, name) in EXTRAS {
            if let Some(value) = self.extras.get(dialect, name) {
                ids.push(Facet::HasExtra(dialect, name.to_owned()).id());
                let text = value.as_str().map(|text| Facet::Extra(dialect, name.to_owned(), text.to_owned()));
                ids.extend(text.map(|facet| facet.id()));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactId, Timestamp};

    fn contact() -> Contact {
        Contact::blank(ContactId(Uuid::nil()), 1, Timestamp::default())
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Contact), expected: &[Facet]) {
        let mut contact = contact();
        change(&mut contact);
        let mut ids: Vec<_> = expected.iter().chain([&Facet::Every]).map(Facet::id).collect();
        ids.sort_unstable();
        assert_eq!(contact.facets(), ids);
    }

    #[test]
    fn a_contact_answers_what_it_is_and_has() {
        let [tag, list, user, team] = [100, 101, 102, 103].map(Uuid::from_u128);
        check(|_| (), &[]);
        check(|contact| contact.starred = true, &[Facet::Starred]);
        check(|contact| contact.confirmed = true, &[Facet::Confirmed]);
        check(|contact| contact.closed_at = Some(Timestamp::default()), &[Facet::Closed]);
        check(|contact| contact.blocked_at = Some(Timestamp::default()), &[Facet::Blocked]);
        check(|contact| contact.opt_in = Some(OptIn::OptedIn), &[Facet::OptedIn]);
        check(|contact| contact.opt_in = Some(OptIn::OptedOut), &[Facet::OptedOut]);
        check(|contact| contact.tags = vec![TagId(tag)], &[Facet::HasTag, Facet::Tag(TagId(tag))]);
        check(|contact| contact.lists = vec![ListId(list)], &[Facet::List(ListId(list))]);
        check(|contact| contact.notes = vec![NoteId(list)], &[Facet::Note(NoteId(list))]);
        check(
            |contact| contact.assigned_user = Some(UserId(user)),
            &[Facet::HasUser, Facet::User(UserId(user))],
        );
        check(
            |contact| contact.assigned_team = Some(TeamId(team)),
            &[Facet::HasTeam, Facet::Team(TeamId(team))],
        );
    }

    #[test]
    fn values_answer_by_option_and_by_field() {
        let field = |n| FieldId(Uuid::from_u128(n));
        let option = |n| OptionId(Uuid::from_u128(n));
        let values = |value: Value| move |contact: &mut Contact| drop(contact.values.insert(field(9), value));
        check(values(Value::Option(option(20))), &[Facet::Option(option(20))]);
        check(
            values(Value::Options(vec![option(21), option(20)])),
            &[Facet::Option(option(20)), Facet::Option(option(21))],
        );
        check(values(Value::Boolean(true)), &[Facet::True(field(9))]);
        check(values(Value::Boolean(false)), &[]);
        check(values(Value::Text("x".into())), &[]);
    }

    #[test]
    fn only_some_extras_answer() {
        let (callbell, source) = (Dialect::Callbell, "source".to_owned());
        let extra = |dialect, name: &'static str, value: crate::Json| {
            move |contact: &mut Contact| contact.extras.set(dialect, name, Some(value))
        };
        let has = Facet::HasExtra(callbell, source.clone());
        check(
            extra(callbell, "source", "telegram".into()),
            &[has.clone(), Facet::Extra(callbell, source, "telegram".to_owned())],
        );
        check(extra(callbell, "source", 5.into()), &[has]);
        check(extra(Dialect::Acquire, "source", "telegram".into()), &[]);
        check(extra(callbell, "other", "telegram".into()), &[]);
    }

    #[test]
    fn ids_stay_what_they_are() {
        let source = || "source".to_owned();
        assert_eq!(Facet::HasTag.id_for(RecordKind::Contact), Facet::HasTag.id());
        assert_eq!(
            Facet::HasTag.id_for(RecordKind::Company).to_string(),
            "5d66ccdd-3806-554d-9f72-a2e48ebbbe89"
        );
        assert_eq!(Facet::HasTag.id().to_string(), "5f1c2b0e-8a3d-4c57-9e64-b7d013a9000a");
        assert_eq!(
            Facet::HasExtra(Dialect::Callbell, source()).id().to_string(),
            "4fcfc55f-ab22-54a9-b06e-1c240b28cca4"
        );
        assert_eq!(
            Facet::Extra(Dialect::Callbell, source(), "telegram".to_owned()).id().to_string(),
            "efa83813-ad76-5c24-8732-b95ad486c5f2"
        );
    }
}
