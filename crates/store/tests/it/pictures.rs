//! Pictures.

use model::RecordKind;
use store::{Picture, WorkspaceNumber};
use uuid::Uuid;

use crate::fixture::{at, served};

/// A picture of so many bytes, each of its own.
pub(crate) fn picture(n: u128, length: usize) -> Picture {
    let bytes: Vec<u8> = (0..length).map(|place| (place as u128 * n % 251) as u8).collect();
    Picture {
        id: Uuid::from_u128(n),
        owner_kind: if n % 2 == 0 { RecordKind::User } else { RecordKind::Contact },
        owner: Uuid::from_u128(100 + n),
        created_at: at(7),
        media_type: "image/png".to_owned(),
        bytes: bytes.into(),
    }
}

#[tokio::test]
async fn a_picture_is_stored_found_and_removed() {
    let (database, served) = served().await;
    let (store, here) = (&served.store, served.workspace);
    let elsewhere = database.workspace(store, "second").await;
    let (one, large, empty) = (picture(1, 10), picture(2, 5 << 20), picture(3, 0));
    for picture in [&one, &large, &empty] {
        store.put_picture(here, picture.clone()).await.unwrap();
        assert!(store.find_picture(here, picture.id).await.unwrap().as_ref() == Some(picture));
        assert_eq!(store.find_picture(elsewhere, picture.id).await.unwrap(), None);
    }
    // A second of the same id is a fault, and changes nothing.
    store.put_picture(here, picture(1, 20)).await.unwrap_err();
    assert_eq!(store.find_picture(here, one.id).await.unwrap(), Some(one.clone()));
    assert!(!store.remove_picture(elsewhere, one.id).await.unwrap());
    assert!(store.remove_picture(here, one.id).await.unwrap());
    assert!(!store.remove_picture(here, one.id).await.unwrap());
    assert_eq!(store.find_picture(here, one.id).await.unwrap(), None);
    assert_eq!(store.find_picture(WorkspaceNumber(99), large.id).await.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn pictures_are_there_when_the_database_is_opened_again() {
    let (database, served) = served().await;
    let large = picture(2, 1 << 20);
    served.store.put_picture(served.workspace, large.clone()).await.unwrap();
    served.store.close().await;
    let again = database.serve(store::Options::default()).await;
    assert!(again.store.find_picture(served.workspace, large.id).await.unwrap() == Some(large));
    again.store.close().await;
}
