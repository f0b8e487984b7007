//! Answers to requests that are carried out once, as they lie in the file.

use model::KeyId;
use store::{Action, Claim, KeptAnswer, Once, Options, Write};
use uuid::Uuid;

use crate::fixture::{Database, Served, at, named, served};
use crate::raw::raw;

async fn carried_out(database: &Database, served: &Served, hash: u128) -> Once {
    let once = Once { api_key: KeyId(Uuid::nil()), hash: Uuid::from_u128(hash), step: 0 };
    let claim = Some(Claim { once, fingerprint: Uuid::nil(), is_exact: false });
    let action = Action::Create { id: database.id(), number: None, change: named("Jane") };
    served.run(Write { claim, ..database.write(served.workspace, action) }).await.unwrap();
    once
}

fn answer(text: &str) -> KeptAnswer {
    KeptAnswer { status: 201, headers: "a: b\n".to_owned(), body: text.to_owned().into() }
}

fn answers(database: &Database) -> u64 {
    raw(database).query_row("SELECT count(*) FROM answers", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn answers_are_forgotten_with_their_requests() {
    let (database, served) = served().await;
    for hash in 0..6 {
        let once = carried_out(&database, &served, hash).await;
        served.store.keep_answer(served.workspace, once, answer("x")).await.unwrap();
    }
    assert_eq!(answers(&database), 6);
    assert_eq!(served.store.forget_requests(at(1 << 40), 2).await.unwrap(), 2);
    assert_eq!(answers(&database), 4);
    assert_eq!(served.store.forget_surplus_requests(1, 100).await.unwrap(), 3);
    assert_eq!(answers(&database), 1);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    raw(&database).execute("UPDATE answers SET row = row + 1", []).unwrap();
    assert_eq!(served.store.verify().await.unwrap().faults, ["answer 7 belongs to no request"]);
}

#[tokio::test]
async fn a_pack_is_forgotten_with_the_last_of_its_requests() {
    let (database, served) = served().await;
    let mut requests = Vec::new();
    for hash in 0..4 {
        requests.push(carried_out(&database, &served, hash).await);
    }
    for once in &requests[1..] {
        served.store.keep_answer_later(served.workspace, *once, answer("x")).await.unwrap();
    }
    served.store.close().await;
    let served = database.serve(Options::default()).await;
    let pack = || {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let sql = "SELECT first, row FROM answers";
        let rows: Vec<(i64, i64)> =
            raw(&database).prepare(sql).unwrap().query_map([], read).unwrap().map(Result::unwrap).collect();
        rows
    };
    assert_eq!(pack(), [(2, 4)]);
    assert_eq!(served.store.forget_requests(at(1 << 40), 3).await.unwrap(), 3);
    assert_eq!(pack(), [(2, 4)]);
    assert_eq!(served.store.verify().await.unwrap().faults, [""; 0]);
    raw(&database).execute("UPDATE answers SET body = substr(body, 1, 20)", []).unwrap();
    assert_eq!(served.store.verify().await.unwrap().faults, ["the answers in row 4 cannot be read"]);
    // Its event tells it.
    let last = requests[3];
    let found = served.store.find_carried_out(&[served.workspace], last.api_key, last.hash).await.unwrap();
    assert_eq!(found[0].answer, None);
    assert_eq!(served.store.forget_requests(at(1 << 40), 3).await.unwrap(), 1);
    assert_eq!(pack(), []);
}

#[tokio::test]
async fn what_was_kept_before_there_was_a_table_is_found() {
    let (database, served) = served().await;
    let once = carried_out(&database, &served, 1).await;
    let before = "UPDATE requests SET status = 201, headers = 'a: b' || char(10), body = CAST('x' AS BLOB)";
    raw(&database).execute(before, []).unwrap();
    let found = served.store.find_carried_out(&[served.workspace], once.api_key, once.hash).await.unwrap();
    assert_eq!(found[0].answer, Some(answer("x")));
}
