//! Indexes of values are filled and forgotten in the background.

use std::time::{Duration, Instant};

use app::{App, Options, Settings, Store};
use model::{Entity, Field, FieldId, FieldType, FilterableMember, IndexOf};
use testkit::{Database, FakeClock};

/// Waits until an index is as it should be.
async fn until(store: &Store, is_so: impl Fn(&[store::StoredIndex]) -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so(&store.list_indexes().await.unwrap()) {
        assert!(Instant::now() < end, "the index is not as it should be");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_server_keeps_indexes_as_the_catalog_wants_them() {
    let database = Database::new();
    let store = Store::open(&database.argument().parse().unwrap(), Options::default()).await.unwrap();
    let app = App::new(store.clone(), std::sync::Arc::new(FakeClock::default()), Settings::default());
    let workspace = app.create_workspace("main").await.unwrap();
    let id = FieldId(app.fresh_id());
    let filterable = async |filterable| {
        app.edit_catalog(workspace.number, |catalog| {
            catalog.fields.put(Field {
                id,
                number: 5000,
                key: "customer".to_owned(),
                name: "Customer".to_owned(),
                kind: FieldType::Number,
                entity: Entity::Contact,
                system: None,
                options: Vec::new(),
                former_options: Vec::new(),
                filterable,
                created_at: workspace.created_at,
                aliases: Default::default(),
                extras: Default::default(),
            });
            catalog.filterable_members =
                [FilterableMember::ClosedAt].into_iter().filter(|_| filterable).collect();
        })
        .await
        .unwrap()
    };
    let mut work = tokio::task::JoinSet::new();
    work.spawn({
        let app = app.clone();
        async move { app.keep_indexed().await }
    });
    let of = [IndexOf::Field(id), IndexOf::Member(FilterableMember::ClosedAt)];
    let catalog = filterable(true).await;
    let numbers = of.map(|of| catalog.indexes[&of].number);
    let has = |stored: &[store::StoredIndex], number| {
        stored.iter().any(|each| each.number == number && each.is_filled)
    };
    until(&store, |stored| numbers.into_iter().all(|number| has(stored, number))).await;
    filterable(false).await;
    until(&store, <[_]>::is_empty).await;
    // What another server has made filterable meanwhile is not taken for gone.
    let catalog = filterable(true).await;
    let others = of.map(|of| catalog.indexes[&of].number);
    assert!(others.into_iter().all(|other| !numbers.contains(&other)));
    until(&store, |stored| others.into_iter().all(|number| has(stored, number))).await;
    app.close().await;
    work.join_all().await;
}
