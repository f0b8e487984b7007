//! Requests that are carried out once, by several nodes.

use model::KeyId;
use store::{Action, Asked, Claim, Done, KeptAnswer, Once, Options, StoreError, Write};
use testdb::Cut;
use uuid::Uuid;

use crate::fixture::{all, at, by, by_id, database, key, named};
use crate::raw::{assert_sound, nodes, sql};
use crate::sessions::proxied;

fn claim(hash: u128) -> Option<Claim> {
    let once = Once { api_key: KeyId(Uuid::from_u128(7)), hash: Uuid::from_u128(hash), step: 0 };
    Some(Claim { once, fingerprint: Uuid::from_u128(1), is_exact: false })
}

fn answer(text: &str) -> KeptAnswer {
    KeptAnswer { status: 200, headers: String::new(), body: text.to_owned().into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_request_to_several_nodes_one_is_carried_out() {
    const NODES: usize = 3;
    const ROUNDS: u128 = 10;
    let database = database();
    let nodes = nodes(&database, NODES, 2).await;
    let jane = database.create(&nodes[0], named("Jane")).await.unwrap().contact;
    for round in 0..ROUNDS {
        // A change, a creation, and what changes nothing.
        let action = |n: usize| match round % 3 {
            0 => Action::Update { contact: by_id(jane.id), change: named(&format!("Jane {round} {n}")) },
            1 => Action::Create { id: database.id(), number: None, change: named("Ann") },
            _ => Action::Update { contact: by_id(jane.id), change: model::Change::default() },
        };
        let writes = (0..NODES * 4).map(|n| {
            let node = &nodes[n % NODES];
            node.run(Write { claim: claim(round), ..database.write(node.workspace, action(n)) })
        });
        let mut carried_out = 0;
        for done in all(writes).await {
            match done {
                Ok(_) => carried_out += 1,
                Err(StoreError::CarriedOut { is_same: true }) => {}
                Err(fault) => panic!("{fault:?}"),
            }
        }
        assert_eq!(carried_out, 1, "{round}");
        let hash = Uuid::from_u128(round);
        let api_key = KeyId(Uuid::from_u128(7));
        let found = nodes[1].store.find_carried_out(&[nodes[1].workspace], api_key, hash).await.unwrap();
        let last = nodes[1].store.last_event(nodes[1].workspace).await.unwrap();
        let event = if round % 3 == 2 { None } else { Some(last) };
        assert_eq!((found.len(), found[0].event), (1, event));
    }
    assert_sound(&nodes[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_request_to_several_nodes_one_makes_a_key() {
    const NODES: usize = 3;
    let database = database();
    let nodes = nodes(&database, NODES, 1).await;
    for round in 0..10_u8 {
        let makes = (0..NODES as u8 * 2).map(|n| {
            let node = &nodes[usize::from(n) % NODES];
            let claim = claim(round.into()).map(|claim| (node.workspace, claim));
            let (store, number) = (node.store.clone(), round * 10 + n);
            let key = key(number.into());
            async move { store.create_key(&[number; 32], &key, Asked { authored: by(1), claim }).await }
        });
        let done = all(makes).await;
        let is_other = |done: &Result<(), StoreError>| {
            matches!(done, Ok(()) | Err(StoreError::CarriedOut { is_same: true }))
        };
        assert!(done.iter().all(is_other), "{done:?}");
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{round}");
        assert_eq!(nodes[1].store.list_keys().await.unwrap().len(), usize::from(round) + 1);
    }
    assert_sound(&nodes[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_again_fails_none_of_those_it_is_committed_with() {
    let database = database();
    for round in 0..3 {
        // By a node that has met none yet.
        let served = database.serve(Options::default()).await;
        let jane = database.create(&served, named("Jane")).await.unwrap().contact;
        let update = |name: &str, hash: u128| {
            let action = Action::Update { contact: by_id(jane.id), change: named(name) };
            served.run(Write { claim: claim(hash), ..database.write(served.workspace, action) })
        };
        update("Ann", round).await.unwrap();
        let writes = (0..40).map(|n| {
            let hash = if n % 8 == 3 { round } else { 100 * (round + 1) + n };
            update(&format!("Jane {n}"), hash)
        });
        let done = all(writes).await;
        for (n, done) in done.into_iter().enumerate() {
            match done {
                Ok(outcome) => assert!(n % 8 != 3 && outcome.done == Done::Updated, "{n}"),
                Err(StoreError::CarriedOut { is_same: true }) => assert_eq!(n % 8, 3),
                Err(fault) => panic!("{n}: {fault:?}"),
            }
        }
        assert_sound(&served).await;
        served.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_commit_is_cut_counts_once() {
    let database = database();
    for (n, cut) in [Cut::BeforeCommit, Cut::AfterCommit].into_iter().enumerate() {
        let (proxy, served) = proxied(&database).await;
        let jane = database.create(&served, named("Jane")).await.unwrap().contact;
        for (hash, name, done) in [(0, "Ann", Done::Updated), (1, "Ann", Done::Unchanged)] {
            let hash = hash + 2 * n as u128;
            let action = Action::Update { contact: by_id(jane.id), change: named(name) };
            let write = Write { claim: claim(hash), ..database.write(served.workspace, action) };
            proxy.cut(cut, false);
            assert_eq!(served.run(write.clone()).await.unwrap().done, done, "{cut:?}");
            let again = served.run(write).await;
            assert!(matches!(again, Err(StoreError::CarriedOut { is_same: true })), "{again:?}");
            // An answer is kept as surely.
            proxy.cut(cut, false);
            let answer = answer("x");
            let once = claim(hash).unwrap().once;
            served.store.keep_answer(served.workspace, once, answer.clone()).await.unwrap();
            let found =
                served.store.find_carried_out(&[served.workspace], once.api_key, once.hash).await.unwrap();
            assert_eq!(found[0].answer, Some(answer));
        }
        assert_eq!(proxy.cuts(), 4);
        assert_sound(&served).await;
    }
}

#[tokio::test]
async fn answers_are_forgotten_with_their_requests() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let keep = async |hash: u128| {
        let action = Action::Create { id: database.id(), number: None, change: named("Jane") };
        let write = Write { claim: claim(hash), ..database.write(served.workspace, action) };
        served.run(write).await.unwrap();
        let once = claim(hash).unwrap().once;
        served.store.keep_answer(served.workspace, once, answer("x")).await.unwrap();
    };
    for hash in 0..6 {
        keep(hash).await;
    }
    let count = || sql(&database, "SELECT count(*) FROM answers");
    assert_eq!(count(), "6");
    assert_eq!(served.store.forget_requests(at(1 << 40), 2).await.unwrap(), 2);
    assert_eq!(count(), "4");
    assert_eq!(served.store.forget_surplus_requests(3, 100).await.unwrap(), 1);
    assert_eq!(count(), "3");
    // One that came when its request was being forgotten.
    sql(&database, "DELETE FROM requests WHERE place = (SELECT min(place) FROM requests)");
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    assert_eq!(served.store.forget_requests(at(0), 100).await.unwrap(), 0);
    assert_eq!(count(), "2");
}

#[tokio::test]
async fn a_pack_is_forgotten_with_the_last_of_its_requests() {
    let database = database();
    let served = database.serve(Options { writers: 1, ..Options::default() }).await;
    let once = |hash| claim(hash).unwrap().once;
    for hash in 0..4 {
        let action = Action::Create { id: database.id(), number: None, change: named("Jane") };
        served.run(Write { claim: claim(hash), ..database.write(served.workspace, action) }).await.unwrap();
    }
    for hash in 1..4 {
        served.store.keep_answer_later(served.workspace, once(hash), answer("x")).await.unwrap();
    }
    served.store.close().await;
    let served = database.serve(Options::default()).await;
    let found = async |hash| {
        let once = once(hash);
        served.store.find_carried_out(&[served.workspace], once.api_key, once.hash).await.unwrap()
    };
    let pack = || sql(&database, "SELECT place - first, status, headers FROM answers");
    assert_eq!(pack(), "2|0|");
    assert_eq!(served.store.forget_requests(at(1 << 40), 3).await.unwrap(), 3);
    assert_eq!(pack(), "2|0|");
    assert_eq!(found(3).await[0].answer, Some(answer("x")));
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    sql(&database, "UPDATE answers SET body = substr(body, 1, 20)");
    let place = sql(&database, "SELECT place FROM answers");
    let damaged = format!("the answers in row {place} cannot be read");
    assert_eq!(served.store.verify().await.unwrap().faults, [damaged]);
    // Its event tells it.
    assert_eq!(found(3).await[0].answer, None);
    assert_eq!(served.store.forget_requests(at(1 << 40), 3).await.unwrap(), 1);
    assert_eq!(pack(), "");
}

#[tokio::test]
async fn what_a_node_of_before_kept_is_found_and_stays() {
    let database = database();
    let served = database.serve(Options::default()).await;
    let action = Action::Create { id: database.id(), number: None, change: named("Jane") };
    served.run(Write { claim: claim(1), ..database.write(served.workspace, action) }).await.unwrap();
    sql(&database, "UPDATE requests SET status = 200, body = 'before'");
    let once = claim(1).unwrap().once;
    served.store.keep_answer(served.workspace, once, answer("after")).await.unwrap();
    let found = served.store.find_carried_out(&[served.workspace], once.api_key, once.hash).await.unwrap();
    assert_eq!(found[0].answer, Some(answer("before")));
}
