//! Requests that are carried out once.

use std::future::{Future, poll_fn};
use std::task::Poll;

use model::{Change, KeyId};
use store::{Action, CarriedOut, Claim, Done, KeptAnswer, Once, Options, StoreError, Together, Write};
use uuid::Uuid;

use crate::fixture::{Database, Served, at, by_id, database, named, served};

const KEY: KeyId = KeyId(Uuid::from_u128(7));

pub(crate) fn claim(hash: u128, step: u32, fingerprint: u128) -> Claim {
    let once = Once { api_key: KEY, hash: Uuid::from_u128(hash), step };
    Claim { once, fingerprint: Uuid::from_u128(fingerprint), is_exact: false }
}

pub(crate) fn claimed(write: Write, claim: Claim) -> Write {
    Write { claim: Some(claim), ..write }
}

pub(crate) fn create(database: &Database, served: &Served, name: &str) -> Write {
    database.write(served.workspace, Action::Create { id: database.id(), number: None, change: named(name) })
}

pub(crate) fn answer(text: &str) -> KeptAnswer {
    KeptAnswer { status: 201, headers: "etag: \"1\"\n".to_owned(), body: text.to_owned().into() }
}

pub(crate) async fn found(served: &Served, hash: u128) -> Vec<CarriedOut> {
    served.store.find_carried_out(&[served.workspace], KEY, Uuid::from_u128(hash)).await.unwrap()
}

async fn events(served: &Served) -> usize {
    served.store.events_after(served.workspace, 0, 1000).await.unwrap().len()
}

#[tokio::test]
async fn a_request_is_carried_out_once() {
    let (database, served) = served().await;
    let first = claimed(create(&database, &served, "Jane"), claim(1, 0, 1));
    let made = served.run(first.clone()).await.unwrap();
    for (again, same) in [(first.clone(), true), (claimed(first, claim(1, 0, 2)), false)] {
        let refused = served.run(again).await;
        assert!(matches!(refused, Err(StoreError::CarriedOut { is_same }) if is_same == same), "{refused:?}");
    }
    assert_eq!(events(&served).await, 1);
    let [row] = found(&served, 1).await.try_into().unwrap();
    assert_eq!((row.event, row.events, row.step, row.answer), (made.event, 1, 0, None));
    assert_eq!(row.fingerprint, Uuid::from_u128(1));
    assert!(found(&served, 2).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_in_one_batch_one_is_carried_out() {
    let (database, served) = served().await;
    let jane = database.create(&served, named("Jane")).await.unwrap().contact;
    let held = create(&database, &served, "Held");
    let store = served.store.clone();
    let (held, first) = database.hold(&served, async move { store.write(held).await }).await;
    let update = |name: &str| {
        let action = Action::Update { contact: by_id(jane.id), change: named(name) };
        claimed(database.write(served.workspace, action), claim(1, 0, 1))
    };
    let (one, other) = (served.run(update("Ann")), served.run(update("Bea")));
    let release = async { held.release() };
    let (first, one, other, ()) = tokio::join!(first, one, other, release);
    first.unwrap();
    assert_eq!(one.unwrap().done, Done::Updated);
    assert!(matches!(other, Err(StoreError::CarriedOut { is_same: true })), "{other:?}");
    assert_eq!(served.get(jane.id).await.unwrap().name.full.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn what_changed_nothing_is_known_too_and_what_was_refused_is_not() {
    let (database, served) = served().await;
    let jane = database.create(&served, named("Jane")).await.unwrap().contact;
    let same = Action::Update { contact: by_id(jane.id), change: named("Jane") };
    let same = claimed(database.write(served.workspace, same), claim(1, 0, 1));
    assert_eq!(served.run(same.clone()).await.unwrap().done, Done::Unchanged);
    assert!(matches!(served.run(same).await, Err(StoreError::CarriedOut { is_same: true })));
    let [row] = found(&served, 1).await.try_into().unwrap();
    assert_eq!((row.event, row.events), (None, 0));
    let unknown = Action::Update { contact: by_id(database.id()), change: named("Jane") };
    let unknown = claimed(database.write(served.workspace, unknown), claim(2, 0, 1));
    assert!(matches!(served.run(unknown).await, Err(StoreError::NoSuchContact)));
    assert!(found(&served, 2).await.is_empty());
    assert_eq!(events(&served).await, 1);
}

#[tokio::test]
async fn a_group_is_one_commit_of_its_request() {
    let (database, served) = served().await;
    let group = |hash| {
        let writes = ["Ann", "Bea", "Cid"].map(|name| create(&database, &served, name));
        writes.map(|write| claimed(write, claim(hash, 0, 1))).to_vec()
    };
    let made = served.store.write_group(group(1)).await.unwrap();
    let [row] = found(&served, 1).await.try_into().unwrap();
    assert_eq!((row.event, row.events), (made[0].event(), 3));
    let refused = served.store.write_group(group(1)).await;
    assert!(
        matches!(&refused, Err(StoreError::InGroup { fault, .. }) if matches!(**fault, StoreError::CarriedOut { is_same: true })),
        "{refused:?}"
    );
    // A group of which one write is refused leaves nothing, not even that it was there.
    let mut half = group(2);
    half[2].action = Action::Update { contact: by_id(database.id()), change: Change::default() };
    assert!(served.store.write_group(half).await.is_err());
    assert!(found(&served, 2).await.is_empty());
    assert_eq!(events(&served).await, 3);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn an_answer_is_kept_over_a_restart_and_never_changes() {
    let (database, served) = served().await;
    for step in [0, 1] {
        let write = claimed(create(&database, &served, "Jane"), claim(1, step, 1));
        served.run(write).await.unwrap();
    }
    let once = claim(1, 0, 1).once;
    served.store.keep_answer(served.workspace, once, answer("one")).await.unwrap();
    served.store.keep_answer(served.workspace, once, answer("two")).await.unwrap();
    // Nothing is kept for a request that nobody knows.
    served.store.keep_answer(served.workspace, claim(2, 0, 1).once, answer("x")).await.unwrap();
    served.store.close().await;
    let again = database.serve(Options::default()).await;
    let answers: Vec<_> = found(&again, 1).await.into_iter().map(|row| (row.step, row.answer)).collect();
    assert_eq!(answers, [(0, Some(answer("one"))), (1, None)]);
    assert!(found(&again, 2).await.is_empty());
}

#[tokio::test]
async fn old_requests_are_forgotten_first() {
    let (database, served) = served().await;
    let mut times = Vec::new();
    for hash in 0..10 {
        let write = claimed(create(&database, &served, "Jane"), claim(hash, 0, 1));
        times.push(write.stamp.now);
        served.run(write).await.unwrap();
    }
    assert_eq!(served.store.forget_requests(at(0), 100).await.unwrap(), 0);
    assert_eq!(served.store.forget_requests(times[4], 3).await.unwrap(), 3);
    assert_eq!(served.store.forget_requests(times[4], 3).await.unwrap(), 1);
    assert!(found(&served, 3).await.is_empty() && !found(&served, 4).await.is_empty());
    assert_eq!(served.store.forget_surplus_requests(6, 100).await.unwrap(), 0);
    assert_eq!(served.store.forget_surplus_requests(4, 1).await.unwrap(), 2);
    assert!(found(&served, 5).await.is_empty() && !found(&served, 6).await.is_empty());
}

#[tokio::test]
async fn what_is_rehearsed_is_told_and_not_stored() {
    let (database, served) = served().await;
    let jane = database.create(&served, named("Jane")).await.unwrap().contact;
    let update = |name| {
        let action = Action::Update { contact: by_id(jane.id), change: named(name) };
        database.write(served.workspace, action)
    };
    // What is tried later finds what was tried before done.
    let parts = [vec![update("Ann")], vec![create(&database, &served, "Bea"), update("Ann"), update("Cid")]];
    let outcomes = served.store.rehearse(&parts, Together::AllOrNone).await.unwrap();
    let outcomes: Vec<_> = outcomes.into_iter().collect::<Result<_, _>>().unwrap();
    let done: Vec<_> =
        outcomes.iter().map(|each| (each.event(), each.clone().contact().unwrap().done)).collect();
    assert_eq!(done, [(None, Done::Created), (None, Done::Unchanged), (None, Done::Updated)]);
    assert_eq!(outcomes[0].clone().contact().unwrap().contact.number, jane.number + 1);
    let unknown = Action::Update { contact: by_id(database.id()), change: named("Ann") };
    let unknown = database.write(served.workspace, unknown);
    let refused = served.store.rehearse(&[vec![update("Ann")], vec![unknown]], Together::AllOrNone).await;
    assert!(
        matches!(&refused, Err(StoreError::InGroup { place: 0, fault }) if matches!(**fault, StoreError::NoSuchContact)),
        "{refused:?}"
    );
    assert_eq!(served.get(jane.id).await.unwrap(), jane);
    assert_eq!(events(&served).await, 1);
    assert_eq!(database.create(&served, named("Bea")).await.unwrap().contact.number, jane.number + 1);
}

/// A request that was carried out, and whose answer is still to be kept.
async fn carried_out(database: &Database, served: &Served, hash: u128) -> Once {
    let claim = claim(hash, 0, 1);
    served.run(claimed(create(database, served, "Jane"), claim)).await.unwrap();
    claim.once
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_waits_for_is_found_at_once_and_stored_by_closing() {
    let (database, served) = served().await;
    let once = carried_out(&database, &served, 1).await;
    let held = create(&database, &served, "Held");
    let store = served.store.clone();
    let (held, first) = database.hold(&served, async move { store.write(held).await }).await;
    served.store.keep_answer_later(served.workspace, once, answer("one")).await.unwrap();
    // The writer cannot have stored it.
    assert_eq!(found(&served, 1).await[0].answer, Some(answer("one")));
    let store = served.store.clone();
    let mut closing = tokio::task::JoinSet::new();
    closing.spawn(async move { store.close().await });
    held.release();
    first.await.unwrap();
    closing.join_all().await;
    let again = database.serve(Options::default()).await;
    assert_eq!(found(&again, 1).await[0].answer, Some(answer("one")));
    assert_eq!(again.store.verify().await.unwrap().faults, [""; 0]);
}

/// The answer to a request; `None` when it is forgotten.
async fn kept(served: &Served, once: Once) -> Option<Option<KeptAnswer>> {
    let found = served.store.find_carried_out(&[served.workspace], once.api_key, once.hash).await.unwrap();
    assert!(found.len() < 2, "{found:?}");
    found.into_iter().next().map(|commit| commit.answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_stored_together_are_found_each_as_long_as_its_request() {
    const REQUESTS: u128 = 40;
    let database = database();
    let served = database.serve(Options { writers: 1, ..Options::default() }).await;
    let other = KeyId(Uuid::from_u128(8));
    let text = |n: u128| answer(&format!("{n} {}", "x".repeat(20 * n as usize)));
    let mut of_keys = Vec::new();
    for n in 0..REQUESTS {
        let mut claim = claim(n, 0, 1);
        claim.once.api_key = if n % 3 == 2 { other } else { KEY };
        served.run(claimed(create(&database, &served, "Jane"), claim)).await.unwrap();
        of_keys.push(claim.once);
    }
    let held = create(&database, &served, "Held");
    let store = served.store.clone();
    let (held, first) = database.hold(&served, async move { store.write(held).await }).await;
    for (n, once) in (0..).zip(&of_keys) {
        served.store.keep_answer_later(served.workspace, *once, text(n)).await.unwrap();
    }
    held.release();
    first.await.unwrap();
    served.store.close().await;
    let again = database.serve(Options::default()).await;
    let are_kept = async |served: &Served, from: u128| {
        for (n, once) in (0..).zip(&of_keys) {
            let expected = if n < from { None } else { Some(Some(text(n))) };
            assert_eq!(kept(served, *once).await, expected, "{n} from {from}");
        }
    };
    are_kept(&again, 0).await;
    // The first answer counts.
    again.store.keep_answer_later(again.workspace, of_keys[7], answer("other")).await.unwrap();
    again.store.keep_answer(again.workspace, of_keys[39], answer("other")).await.unwrap();
    again.store.close().await;
    let again = database.serve(Options::default()).await;
    assert_eq!(found(&again, 7).await[0].answer, Some(text(7)));
    assert_eq!(found(&again, 39).await[0].answer, Some(text(39)));
    assert_eq!(again.store.verify().await.unwrap().faults, [""; 0]);
    assert_eq!(again.store.forget_requests(at(1 << 40), 15).await.unwrap(), 15);
    are_kept(&again, 15).await;
    // Of one key 14 of 17 are gone, of the other 5 of 8.
    assert_eq!(again.store.forget_surplus_requests(3, 100).await.unwrap(), 14 + 5);
    for (n, once) in (0..).zip(&of_keys) {
        let last = of_keys.iter().skip(n + 1).filter(|other| other.api_key == once.api_key).count() < 3;
        assert_eq!(kept(&again, *once).await, last.then(|| Some(text(n as u128))), "{n}");
    }
    assert_eq!(again.store.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_to_be_on_its_way_is_waited_for() {
    const LARGE: usize = 60 << 10;
    let (database, served) = served().await;
    let mut requests = Vec::new();
    for hash in 0..150 {
        requests.push(carried_out(&database, &served, hash).await);
    }
    let held = create(&database, &served, "Held");
    let store = served.store.clone();
    let (held, first) = database.hold(&served, async move { store.write(held).await }).await;
    let text = "x".repeat(LARGE);
    let keep = |once| served.store.keep_answer_later(served.workspace, once, answer(&text));
    let mut on_their_way = 0;
    let waiting = loop {
        let mut kept = Box::pin(keep(requests[on_their_way]));
        // Those that do not wait are done when they are asked first.
        if !poll_fn(|context| Poll::Ready(kept.as_mut().poll(context).is_ready())).await {
            break kept;
        }
        on_their_way += 1;
    };
    assert_eq!(on_their_way, (8 << 20) / (LARGE + answer("").headers.len()));
    assert_eq!(found(&served, on_their_way as u128).await[0].answer, None);
    held.release();
    first.await.unwrap();
    waiting.await.unwrap();
    for hash in 0..=on_their_way as u128 {
        assert_eq!(found(&served, hash).await[0].answer, Some(answer(&text)));
    }
    // All of them have arrived.
    for once in &requests[on_their_way + 1..] {
        keep(*once).await.unwrap();
    }
}

#[tokio::test]
async fn whether_a_commit_tells_all_is_known() {
    let (database, served) = served().await;
    for (hash, parts) in [(1, [true, true]), (2, [true, false])] {
        let writes = parts.map(|is_exact| {
            let claim = Claim { is_exact, ..claim(hash, 0, 1) };
            claimed(create(&database, &served, "Jane"), claim)
        });
        served.store.write_group(writes.to_vec()).await.unwrap();
        assert_eq!(found(&served, hash).await[0].is_exact, parts == [true, true]);
    }
}
