//! Companies, notes and tasks: writing, numbering, conflicts, undo, history.

use model::{
    Aliases, Catalog, Company, CompanyId, Dialect, Document, EventKind, Note, NoteId, OnConflict,
    Precondition, Record, RecordKind, Ref, Revisions, TagId, Task, TaskId, ViolationKind,
};
use store::{
    Action, Done, HistoryQuery, NamedRecord, RecordEdit, RecordOutcome, RecordQuery, RecordWrite, StoreError,
    Together,
};
use uuid::Uuid;

use crate::fixture::{Database, Served, all, at, in_use, own_write, put, served, violation};

fn company(id: u128, name: &str) -> Company {
    Company::new(CompanyId(Uuid::from_u128(id)), name, at(0))
}

impl Database {
    /// Writes a record at a time of its own.
    async fn record(&self, served: &Served, write: RecordWrite) -> Result<RecordOutcome, StoreError> {
        let write = self.write(served.workspace, Action::Record(write));
        Ok(served.store.write(write).await?.record().unwrap())
    }

    async fn change(
        &self,
        served: &Served,
        company: &RecordOutcome,
        edit: impl FnOnce(&mut Company),
    ) -> Result<RecordOutcome, StoreError> {
        let mut changed = Company::of(&company.record).unwrap().clone();
        edit(&mut changed);
        let expected = Some(changed.revision);
        self.record(served, RecordWrite::Put { record: Box::new(changed.into()), expected }).await
    }

    async fn remove(&self, served: &Served, record: &Record) -> Result<RecordOutcome, StoreError> {
        let (kind, id, expected) = (record.kind(), record.id(), record.revision());
        self.record(served, RecordWrite::Delete { kind, id, expected }).await
    }

    async fn undo_record(
        &self,
        served: &Served,
        event: Option<u64>,
        on_conflict: OnConflict,
    ) -> Result<RecordOutcome, StoreError> {
        let action = Action::Undo { event: event.unwrap(), on_conflict };
        Ok(served.store.write(self.write(served.workspace, action)).await?.record().unwrap())
    }
}

async fn find(served: &Served, kind: RecordKind, id: Uuid) -> Option<std::sync::Arc<Record>> {
    let named = Ref::uuid(Dialect::Native, &id.to_string());
    served.store.find_record(served.workspace, kind, &named).await.unwrap()
}

async fn assert_sound(served: &Served) {
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn records_are_numbered_by_kind_and_no_number_comes_back() {
    let (database, served) = served().await;
    let (store, workspace) = (&served.store, served.workspace);
    let number = |outcome: RecordOutcome| (outcome.record.number(), outcome.record.revision());
    assert_eq!(number(put(store, workspace, company(1, "a"), None).await.unwrap()), (1, 1));
    let far = Company { number: 40, ..company(2, "b") };
    assert_eq!(number(put(store, workspace, far, None).await.unwrap()), (40, 1));
    let last = put(store, workspace, company(3, "c"), None).await.unwrap();
    assert_eq!(number(last.clone()), (41, 1));
    let note = Note::new(NoteId(Uuid::from_u128(1)), "called", at(0));
    assert_eq!(number(put(store, workspace, note, None).await.unwrap()), (1, 1));
    let taken = Company { number: 40, ..company(4, "d") };
    assert_eq!(in_use(put(store, workspace, taken, None).await), "40");
    let none = put(store, workspace, Company { number: 1 << 53, ..company(4, "d") }, None).await;
    assert_eq!(violation(none).0, "number");
    database.remove(&served, &last.record).await.unwrap();
    assert_eq!(number(put(store, workspace, company(5, "e"), None).await.unwrap()), (42, 1));
    assert_sound(&served).await;
}

#[tokio::test]
async fn many_records_are_made_at_the_same_time() {
    let (_database, served) = served().await;
    let made = all((1..=40).map(|n| {
        let (store, workspace) = (served.store.clone(), served.workspace);
        async move { put(&store, workspace, company(n, "x"), None).await.unwrap().record.number() }
    }));
    let mut numbers = made.await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    assert_sound(&served).await;
}

/// Sets how many notes there may be.
async fn allow_notes(served: &Served, quota: u64) {
    let mut catalog = Catalog::clone(&*served.store.catalog(served.workspace).await.unwrap());
    catalog.quotas.insert(RecordKind::Note, quota);
    served.store.write(own_write(served.workspace, Action::Catalog(Box::new(catalog)))).await.unwrap();
}

fn note(id: u128) -> Note {
    Note::new(NoteId(Uuid::from_u128(id)), "called", at(0))
}

async fn notes(served: &Served) -> u64 {
    let query = RecordQuery { limit: 1, ..RecordQuery::default() };
    served.store.list_records(served.workspace, RecordKind::Note, &query).await.unwrap().total
}

#[tokio::test]
async fn as_many_records_are_made_as_there_may_be_and_no_more() {
    let (database, served) = served().await;
    let (store, workspace) = (&served.store, served.workspace);
    let first = put(store, workspace, note(1), None).await.unwrap();
    allow_notes(&served, 7).await;
    let made = all((2..=40).map(|n| {
        let (store, workspace) = (served.store.clone(), served.workspace);
        async move { put(&store, workspace, note(n), None).await }
    }));
    let (made, refused): (Vec<_>, Vec<_>) = made.await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), notes(&served).await), (6, 7));
    let reached = ViolationKind::QuotaReached { kind: RecordKind::Note, quota: 7 };
    for refused in refused {
        assert_eq!(violation(refused), (String::new(), reached.clone()));
    }
    // Others have no quota, and changes meet none.
    put(store, workspace, company(1, "a"), None).await.unwrap();
    let changed = Note { body: "wrote".to_owned(), ..Note::of(&first.record).unwrap().clone() };
    let changed = put(store, workspace, changed, Some(1)).await.unwrap();
    // What is deleted leaves room; what comes back asks for none.
    let deleted = database.remove(&served, &changed.record).await.unwrap();
    put(store, workspace, note(50), None).await.unwrap();
    database.undo_record(&served, deleted.event, OnConflict::Refuse).await.unwrap();
    assert_eq!(notes(&served).await, 8);
    assert_eq!(violation(put(store, workspace, note(51), None).await).1, reached);
    assert_sound(&served).await;
}

#[tokio::test]
async fn a_batch_counts_what_it_makes_itself_under_the_quota_that_it_sets() {
    let (database, served) = served().await;
    let (store, workspace) = (&served.store, served.workspace);
    put(store, workspace, note(1), None).await.unwrap();
    let make = |id| Action::Record(RecordWrite::Put { record: Box::new(note(id).into()), expected: None });
    let delete =
        Action::Record(RecordWrite::Delete { kind: RecordKind::Note, id: Uuid::from_u128(1), expected: 1 });
    let mut catalog = Catalog::clone(&*store.catalog(workspace).await.unwrap());
    catalog.quotas.insert(RecordKind::Note, 2);
    let actions = [make(2), delete, Action::Catalog(Box::new(catalog)), make(3), make(4), make(5)]
        .map(|action| database.write(workspace, action));
    let done = store.write_batch(actions.to_vec(), Together::Each).await.unwrap();
    let is_done: Vec<_> = done.iter().map(Result::is_ok).collect();
    assert_eq!(is_done, [true, true, true, true, false, false]);
    assert_eq!(notes(&served).await, 2);
    let pair = [make(6), make(7)].map(|action| database.write(workspace, action));
    allow_notes(&served, 3).await;
    let refused = store.write_group(pair.to_vec()).await;
    assert!(matches!(&refused, Err(StoreError::InGroup { place: 1, .. })), "{refused:?}");
    assert_eq!(notes(&served).await, 2);
    put(store, workspace, note(8), None).await.unwrap();
    assert_sound(&served).await;
}

#[tokio::test]
async fn an_edit_meets_the_record_as_the_batch_has_it() {
    let (database, served) = served().await;
    let (store, workspace) = (&served.store, served.workspace);
    let aliased =
        |id, alias: &str| Company { aliases: Aliases::one(Dialect::Native, alias), ..company(id, "a") };
    put(store, workspace, aliased(1, "one"), None).await.unwrap();
    put(store, workspace, aliased(2, "two"), None).await.unwrap();
    let named = |alias: &str, stored: Option<u128>, precondition| {
        let named = Ref::uuid(Dialect::Native, alias);
        Box::new(NamedRecord {
            kind: RecordKind::Company,
            named,
            stored: stored.map(Uuid::from_u128),
            precondition,
        })
    };
    let edit = |alias: &str, stored, edit: fn(&mut Company)| {
        let edit = RecordEdit::of(move |company: &mut Company, _: &Catalog| {
            edit(company);
            Ok(())
        });
        RecordWrite::Edit(named(alias, stored, None), edit)
    };
    let name = |company: &mut Company| company.name.push('!');
    // Twice in a batch, each on what the one before it left; also of one that the batch makes.
    let make = RecordWrite::Put { record: Box::new(aliased(3, "three").into()), expected: None };
    let writes = [edit("one", Some(1), name), edit("one", Some(1), name), make, edit("three", None, name)];
    let writes = writes.map(|write| database.write(workspace, Action::Record(write)));
    let done = store.write_group(writes.to_vec()).await.unwrap();
    let names = done.into_iter().map(|outcome| match &*outcome.record().unwrap().record {
        Record::Company(company) => (company.name.clone(), company.revision),
        other => panic!("{other:?}"),
    });
    let expected =
        [("a!", 2), ("a!!", 3), ("a", 1), ("a!", 2)].map(|(name, revision)| (name.to_owned(), revision));
    assert!(names.eq(expected));
    // What was not known to be stored is not locked, and an alias that another has is refused.
    let late = database.record(&served, edit("one", None, name)).await;
    assert!(matches!(late, Err(StoreError::RecordChanged)), "{late:?}");
    let taken = edit("one", Some(1), |company| company.aliases = Aliases::one(Dialect::Native, "two"));
    let taken = violation(database.record(&served, taken).await);
    assert_eq!(taken, ("aliases.native".to_owned(), ViolationKind::AliasTaken));
    let moved = edit("one", Some(1), |company| company.id = CompanyId(Uuid::from_u128(2)));
    assert_eq!(in_use(database.record(&served, moved).await), Uuid::from_u128(2).to_string());
    let wanted = Precondition { is: Some(Revisions::These(vec![1])), ..Precondition::default() };
    let removed = RecordWrite::Remove(named("one", Some(1), Some(Box::new(wanted))));
    assert!(matches!(violation(database.record(&served, removed).await).1, ViolationKind::OtherRevision(3)));
    let removed = database.record(&served, RecordWrite::Remove(named("one", Some(1), None))).await.unwrap();
    assert_eq!(removed.done, Done::Deleted);
    let gone = database.record(&served, edit("one", Some(1), name)).await;
    assert!(matches!(gone, Err(StoreError::NoSuchRecord(RecordKind::Company))), "{gone:?}");
    assert_sound(&served).await;
}

#[tokio::test]
async fn a_record_is_written_only_as_it_was_read() {
    let (database, served) = served().await;
    let made = put(&served.store, served.workspace, company(1, "a"), None).await.unwrap();
    let again = put(&served.store, served.workspace, company(1, "b"), None).await;
    assert!(matches!(again, Err(StoreError::RecordChanged)), "{again:?}");
    let changed = database.change(&served, &made, |company| company.name = "b".to_owned()).await.unwrap();
    assert_eq!((changed.done, changed.record.revision()), (Done::Updated, 2));
    assert!(changed.record.updated_at() > made.record.updated_at());
    let late = database.change(&served, &made, |company| company.name = "c".to_owned()).await;
    assert!(matches!(late, Err(StoreError::RecordChanged)), "{late:?}");
    let late = database.remove(&served, &made.record).await;
    assert!(matches!(late, Err(StoreError::RecordChanged)), "{late:?}");
    let same = database.change(&served, &changed, |_| ()).await.unwrap();
    assert_eq!((same.done, same.event, same.record), (Done::Unchanged, None, changed.record.clone()));
    let unknown = put(&served.store, served.workspace, company(2, "a"), Some(1)).await;
    assert!(matches!(unknown, Err(StoreError::NoSuchRecord(RecordKind::Company))), "{unknown:?}");
    database.remove(&served, &changed.record).await.unwrap();
    let gone = database.change(&served, &changed, |_| ()).await;
    assert!(matches!(gone, Err(StoreError::NoSuchRecord(RecordKind::Company))), "{gone:?}");
    assert_eq!(find(&served, RecordKind::Company, Uuid::from_u128(1)).await, None);
    assert_sound(&served).await;
}

#[tokio::test]
async fn aliases_belong_to_one_record_of_a_kind() {
    let (database, served) = served().await;
    let aliased =
        |id, alias: &str| Company { aliases: Aliases::one(Dialect::Rolodex, alias), ..company(id, "a") };
    let (store, workspace) = (&served.store, served.workspace);
    let one = put(store, workspace, aliased(1, "x-1"), None).await.unwrap();
    let taken = put(store, workspace, aliased(2, "x-1"), None).await;
    assert_eq!(violation(taken), ("aliases.rolodex".to_owned(), ViolationKind::AliasTaken));
    let note = Note {
        aliases: Aliases::one(Dialect::Rolodex, "x-1"),
        ..Note::new(NoteId(Uuid::from_u128(9)), "", at(0))
    };
    put(store, workspace, note, None).await.unwrap();
    let moved = database
        .change(&served, &one, |company| company.aliases = Aliases::one(Dialect::Rolodex, "x-2"))
        .await
        .unwrap();
    let two = put(store, workspace, aliased(2, "x-1"), None).await.unwrap();
    let named = Ref::uuid(Dialect::Rolodex, "x-1");
    let found = store.find_record(workspace, RecordKind::Company, &named).await.unwrap().unwrap();
    assert_eq!(found, two.record);
    let back = database.undo_record(&served, moved.event, OnConflict::Refuse).await;
    assert_eq!(violation(back), ("aliases.rolodex".to_owned(), ViolationKind::AliasTaken));
    let deleted = database.remove(&served, &two.record).await.unwrap();
    database.undo_record(&served, moved.event, OnConflict::Refuse).await.unwrap();
    assert_eq!(in_use(database.undo_record(&served, deleted.event, OnConflict::Refuse).await), "x-1");
    assert_sound(&served).await;
}

#[tokio::test]
async fn updates_creations_and_deletions_are_taken_back() {
    let (database, served) = served().await;
    let made = put(&served.store, served.workspace, company(1, "a"), None).await.unwrap();
    let tagged = database
        .change(&served, &made, |company| company.tags = vec![TagId(Uuid::from_u128(7))])
        .await
        .unwrap();
    let renamed = database.change(&served, &tagged, |company| company.name = "b".to_owned()).await.unwrap();
    let undone = database.undo_record(&served, tagged.event, OnConflict::Refuse).await.unwrap();
    let company_now = Company::of(&undone.record).unwrap();
    assert_eq!((company_now.name.as_str(), company_now.tags.len(), company_now.revision), ("b", 0, 4));
    let nothing = database.undo_record(&served, tagged.event, OnConflict::Refuse).await.unwrap();
    assert_eq!((nothing.done, nothing.event), (Done::Unchanged, None));

    let conflict = database.undo_record(&served, made.event, OnConflict::Refuse).await;
    assert_eq!(violation(conflict).1, ViolationKind::ChangedSince);
    let skipped = database.undo_record(&served, made.event, OnConflict::Skip).await.unwrap();
    assert_eq!(skipped.done, Done::Unchanged);
    database.undo_record(&served, renamed.event, OnConflict::Refuse).await.unwrap();
    let deleted = database.undo_record(&served, made.event, OnConflict::Refuse).await.unwrap();
    assert_eq!(deleted.done, Done::Deleted);
    let gone = database.undo_record(&served, renamed.event, OnConflict::Overwrite).await;
    assert_eq!(violation(gone), ("company".to_owned(), ViolationKind::ChangedSince));
    assert_sound(&served).await;

    let restored = database.undo_record(&served, deleted.event, OnConflict::Refuse).await.unwrap();
    assert_eq!((restored.done, restored.record.number(), restored.record.revision()), (Done::Restored, 1, 6));
    assert_eq!(find(&served, RecordKind::Company, Uuid::from_u128(1)).await, Some(restored.record));
    let living = database.undo_record(&served, deleted.event, OnConflict::Overwrite).await;
    assert_eq!(violation(living), ("company".to_owned(), ViolationKind::ChangedSince));
    assert_sound(&served).await;
}

#[tokio::test]
async fn the_history_of_a_record_is_a_chain() {
    let (database, served) = served().await;
    let task = Task::new(TaskId(Uuid::from_u128(1)), "call", at(0));
    let made = put(&served.store, served.workspace, task.clone(), None).await.unwrap();
    let done = Task { completed_at: Some(at(5)), ..task };
    put(&served.store, served.workspace, done, Some(1)).await.unwrap();
    let deleted = database
        .record(&served, RecordWrite::Delete { kind: RecordKind::Task, id: made.record.id(), expected: 2 })
        .await
        .unwrap();
    let history = async |record: Ref, before, limit| {
        let query = HistoryQuery { kind: RecordKind::Task, record, before, limit };
        served.store.record_history(served.workspace, &query).await.unwrap()
    };
    let by_number = || Ref::number(Dialect::Acquire, "1");
    let events = history(by_number(), None, 10).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, [EventKind::Deleted, EventKind::Updated, EventKind::Created]);
    assert_eq!(events[0].0, deleted.event.unwrap());
    assert!(events.iter().all(|(_, event)| event.subject == RecordKind::Task));
    assert_eq!(events[1].1.differences[0].member.to_string(), "completed_at");
    let by_id = Ref::uuid(Dialect::Native, &made.record.id().to_string());
    assert_eq!(history(by_id.clone(), None, 1).await.unwrap(), events[..1]);
    assert_eq!(history(by_id, Some(events[0].0), 10).await.unwrap(), events[1..]);
    assert_eq!(history(Ref::number(Dialect::Acquire, "2"), None, 10).await, None);
}

/// All of these are queued while the writer cannot begin, so they are one batch.
#[tokio::test]
async fn records_of_one_batch_see_each_other() {
    let (database, served) = served().await;
    let contact = database.create(&served, crate::fixture::named("Jane")).await.unwrap().contact;
    let update = database.update(&served, &contact, crate::fixture::named("Joan"));
    let (held, first) = database.hold(&served, update).await;
    let (store, workspace) = (served.store.clone(), served.workspace);
    let writes: Vec<_> = [(1, None), (2, None), (1, Some(1)), (1, Some(1)), (2, Some(1))]
        .into_iter()
        .enumerate()
        .map(|(n, (id, expected))| {
            let store = store.clone();
            let company = company(id, &format!("name {n}"));
            async move { put(&store, workspace, company, expected).await }
        })
        .collect();
    let release = async {
        while served.store.writer_stats().waiting < 5 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let (results, (), first) = tokio::join!(all(writes), release, first);
    first.unwrap();
    let shown: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().map(|done| (done.record.number(), done.record.revision())).ok())
        .collect();
    assert_eq!(shown, [Some((1, 1)), Some((2, 1)), Some((1, 2)), None, Some((2, 2))]);
    assert!(matches!(results[3], Err(StoreError::RecordChanged)), "{results:?}");
    assert_sound(&served).await;
}
