//! Changing the type of a field beside searches that read many contacts.

use std::sync::Arc;
use std::time::Duration;

use app::{App, Caller, ContactQuery, Filter, KeyRequest, Options, Patience, Settings, Store};
use model::{Dialect, Entity, Field, FieldId, FieldOption, FieldType, ItemRef, OptionId};
use testkit::{Database, FakeClock};
use uuid::Uuid;

const KEY: &str = "the-key-of-the-retyping-tests";

fn field(id: Uuid, number: u64, kind: FieldType) -> Field {
    let (id_of_option, value) = (OptionId(Uuid::from_u128(1)), "7".to_owned());
    let option = FieldOption {
        id: id_of_option,
        name: value.clone(),
        value,
        position: None,
        aliases: Default::default(),
    };
    Field {
        id: FieldId(id),
        number,
        key: format!("field_{number}"),
        name: format!("Field {number}"),
        kind,
        entity: Entity::Contact,
        system: None,
        options: [option].into_iter().filter(|_| kind == FieldType::SingleSelect).collect(),
        former_options: Vec::new(),
        filterable: false,
        created_at: Default::default(),
        aliases: Default::default(),
        extras: Default::default(),
    }
}

async fn retype(app: &App, caller: &Caller, id: Uuid) {
    let named = ItemRef::id_text(Dialect::Native, &id.to_string());
    let edit = |field: &mut Field, _: &model::Catalog| {
        field.kind = FieldType::Number;
        field.options.clear();
        Ok(())
    };
    app.update_item(caller, &named, edit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_whose_values_stand_anywhere_waits_its_turn_to_read_all_contacts() {
    let database = Database::new();
    let store = Store::open(&database.argument().parse().unwrap(), Options::default()).await.unwrap();
    let app = App::new(store.clone(), Arc::new(FakeClock::default()), Settings::default());
    let workspace = app.create_workspace("main").await.unwrap();
    let workspaces = vec!["main".to_owned()];
    let request = KeyRequest { workspaces, secret: Some(KEY.to_owned()), ..KeyRequest::default() };
    app.create_key(None, request).await.unwrap();
    let caller = app.authenticate(KEY, Dialect::Native, None).await.unwrap();
    let (text, select) = (app.fresh_id(), app.fresh_id());
    app.edit_catalog(workspace.number, |catalog| {
        catalog.fields.put(field(text, 5000, FieldType::Text));
        catalog.fields.put(field(select, 5001, FieldType::SingleSelect));
    })
    .await
    .unwrap();
    let turns = (store.turn_to_scan().await.unwrap(), store.turn_to_scan().await.unwrap());
    let slow = ContactQuery {
        filter: Filter::holds_where(|_| true),
        patience: Patience::of(Duration::from_millis(50)),
        limit: 1,
        ..ContactQuery::default()
    };
    assert!(matches!(app.list_contacts(&caller, &slow).await, Err(app::Error::Busy)));
    // Who has an option is known without reading contacts.
    retype(&app, &caller, select).await;
    let mut retyping = std::pin::pin!(retype(&app, &caller, text));
    tokio::time::timeout(Duration::from_millis(300), &mut retyping).await.unwrap_err();
    drop(turns);
    retyping.await;
    let slow = ContactQuery { patience: Patience::of(Duration::from_secs(60)), ..slow };
    app.list_contacts(&caller, &slow).await.unwrap();
    let catalog = store.catalog(workspace.number).await.unwrap();
    assert!([text, select].iter().all(|id| catalog.fields.get(*id).unwrap().kind == FieldType::Number));
    app.close().await;
}
