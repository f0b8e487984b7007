//! Teams and their members: list, get, rename.

use api_kit::{Answer, Call, Payload, json, with_change};
use axum::http::StatusCode;
use model::Team;

use crate::wire::item::One;
use crate::wire::team;
use crate::{Callbell, filter, items, page};

pub(crate) async fn list(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let body = page::of_items(&call.query, ("teams", &catalog.teams), team::Team::of)?;
    Ok(json(StatusCode::OK, &body))
}

pub(crate) async fn get(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(json(StatusCode::OK, &One("team", team::Team::of(items::find(&call, &catalog)?))))
}

pub(crate) async fn update(call: Call<Callbell>, payload: Payload<Callbell>) -> Answer<Callbell> {
    let rename = |team: &mut Team, name: &str| name.clone_into(&mut team.name);
    let written = items::rename(&call, (payload.body, "name"), rename).await?;
    let body = One("team", team::Team::of(&written.item));
    Ok(with_change(written.change, json(StatusCode::OK, &body)))
}

pub(crate) async fn members(call: Call<Callbell>) -> Answer<Callbell> {
    let catalog = call.app.catalog(&call.caller).await?;
    let team: &Team = items::find(&call, &catalog)?;
    let wanted = filter::either(&call.query, "status", ["available", "away"])?;
    let users = team.members.iter().filter_map(|id| catalog.users.get(id.0));
    let users = users.filter(|user| wanted.is_none_or(|flag| team::is_available(user, &catalog) == flag));
    let encode = |user| team::Member::of(user, &catalog);
    Ok(json(StatusCode::OK, &page::of_items(&call.query, ("users", users), encode)?))
}
