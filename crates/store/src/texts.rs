//! What words are looked for in: a searched text for each contact, company and note, written only when it changed.

use model::search::words;
use model::{Contact, Record, RecordKind};

use crate::WorkspaceNumber;

/// Whose searched text: the kind of record, and its number.
pub(crate) type TextKey = (WorkspaceNumber, RecordKind, u64);

/// A searched text that changed; `None` where there is none any more.
pub(crate) type TextSave = (TextKey, Option<String>);

/// The kinds of records that have a searched text.
pub(crate) const SEARCHED: [RecordKind; 3] = [RecordKind::Contact, RecordKind::Company, RecordKind::Note];

/// The searched text of a contact, where it has letters.
pub(crate) fn of_contact(contact: &Contact) -> Option<String> {
    Some(words::of_contact(contact)).filter(|text| !text.is_empty())
}

/// The searched text of a record beside contacts.
pub(crate) fn of_record(record: &Record) -> Option<String> {
    let text = match record {
        Record::Company(company) => words::of_company(&company.name),
        Record::Note(note) => words::of_note(note),
        Record::Task(_) => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// What a change of a contact does to its searched text.
pub(crate) fn change(
    workspace: WorkspaceNumber,
    before: Option<&Contact>,
    after: Option<&Contact>,
) -> Option<TextSave> {
    if let (Some(before), Some(after)) = (before, after)
        && !words::may_differ(before, after)
    {
        return None;
    }
    let number = before.or(after)?.number;
    save(
        (workspace, RecordKind::Contact, number),
        before.and_then(of_contact).as_deref(),
        after.and_then(of_contact),
    )
}

/// What a change of a record beside contacts does to its searched text.
pub(crate) fn change_of_record(
    workspace: WorkspaceNumber,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Option<TextSave> {
    let record = before.or(after)?;
    let key = (workspace, record.kind(), record.number());
    save(key, before.and_then(of_record).as_deref(), after.and_then(of_record))
}

fn save(key: TextKey, before: Option<&str>, after: Option<String>) -> Option<TextSave> {
    (before != after.as_deref()).then_some((key, after))
}

#[cfg(test)]
mod tests {
    use model::{Company, CompanyId, ContactId, TagId, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_what_is_searched_is_written() {
        let workspace = WorkspaceNumber(1);
        let before = Contact::blank(ContactId(Uuid::nil()), 7, Timestamp::default());
        let named = |name: &str| {
            let mut contact = before.clone();
            contact.name.full = Some(name.into());
            contact
        };
        let key = (workspace, RecordKind::Contact, 7);
        let jane = named("Jane");
        assert_eq!(change(workspace, None, Some(&jane)), Some((key, Some("  jane".to_owned()))));
        assert_eq!(change(workspace, Some(&jane), None), Some((key, None)));
        assert_eq!(change(workspace, Some(&jane), Some(&named("JANE"))), None);
        assert_eq!(change(workspace, None, Some(&before)), None);
        let mut tagged = jane.clone();
        tagged.tags = vec![TagId(Uuid::nil())];
        tagged.job_title = Some("CTO".into());
        assert_eq!(change(workspace, Some(&jane), Some(&tagged)), None);
        let company =
            |name: &str| Record::from(Company::new(CompanyId(Uuid::nil()), name, Timestamp::default()));
        let key = (workspace, RecordKind::Company, 0);
        let (acme, new) = (company("Acme"), company("New"));
        assert_eq!(
            change_of_record(workspace, Some(&acme), Some(&new)),
            Some((key, Some("  new".to_owned())))
        );
        assert_eq!(change_of_record(workspace, Some(&acme), Some(&company("ACME"))), None);
    }
}
