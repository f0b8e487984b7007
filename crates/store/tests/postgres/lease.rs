//! Leases: one node has one at a time.

use std::time::{Duration, Instant};

use store::Store;
use uuid::Uuid;

use crate::fixture::{all, database};
use crate::raw::nodes;

const LENGTH: Duration = Duration::from_millis(400);

async fn take(store: &Store, holder: u128) -> Option<u64> {
    store.take_lease("work", Uuid::from_u128(holder), LENGTH).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_kept_and_goes_on_when_it_expires_or_is_given_back() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    let (one, two) = (&nodes[0].store, &nodes[1].store);
    assert_eq!(take(one, 1).await, Some(1));
    let kept = Instant::now();
    while kept.elapsed() < LENGTH * 2 {
        assert_eq!(take(two, 2).await, None);
        assert_eq!(take(one, 1).await, Some(1));
        tokio::time::sleep(LENGTH / 8).await;
    }
    let asked = Instant::now();
    assert_eq!(take(one, 1).await, Some(1));
    let answered = Instant::now();
    let term = loop {
        if let Some(term) = take(two, 2).await {
            break term;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    // It counts from when the database heard of it.
    assert!(asked.elapsed() >= LENGTH && answered.elapsed() < LENGTH * 3, "{:?}", asked.elapsed());
    assert_eq!((term, take(one, 1).await), (2, None));
    // Only who has it can give it back.
    one.give_back_lease("work", Uuid::from_u128(1)).await.unwrap();
    assert_eq!(take(one, 1).await, None);
    two.give_back_lease("work", Uuid::from_u128(2)).await.unwrap();
    assert_eq!(take(one, 1).await, Some(3));
    // Another lease is another matter.
    assert_eq!(two.take_lease("other work", Uuid::from_u128(2), LENGTH).await.unwrap(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_gets_a_lease() {
    let database = database();
    let nodes = nodes(&database, 2, 1).await;
    for term in 1..=10 {
        let takes = (1..=8).map(|holder| {
            let store = nodes[holder % 2].store.clone();
            // Other holders each time, since one that comes back to what it had last keeps its term.
            let holder = term * 100 + holder;
            async move {
                let took =
                    store.take_lease("work", Uuid::from_u128(holder as u128), Duration::from_secs(60)).await;
                (holder, took.unwrap())
            }
        });
        let taken: Vec<_> =
            all(takes.collect::<Vec<_>>()).await.into_iter().filter(|(_, term)| term.is_some()).collect();
        let [(holder, took)] = taken[..] else { panic!("{taken:?}") };
        assert_eq!(took, Some(term as u64));
        nodes[0].store.give_back_lease("work", Uuid::from_u128(holder as u128)).await.unwrap();
    }
}
