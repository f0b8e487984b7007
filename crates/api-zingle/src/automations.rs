//! Automations: list, get, trigger, stop. There are none.

use api_kit::{Answer, Call};
use app::Scope;

use crate::camel::NoInput;
use crate::contacts::named;
use crate::error::Refusal;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::status;
use crate::{Error, Zingle};

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["display_name", "type", "created_at"])?;
    Ok(status::list::<()>(&[], page.echo(0)))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    enter(call).await?;
    Err(Refusal::NoAutomation.into())
}

pub(crate) async fn trigger(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    require_contact(call).await?;
    Err(Refusal::NoAutomation.into())
}

/// That none runs is as good as one that was stopped.
pub(crate) async fn stop(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    require_contact(call).await?;
    Ok(status::done("Automation stopped"))
}

async fn require_contact(call: Call<Zingle>) -> Result<(), Error> {
    let Inside { call, .. } = enter(call).await?;
    call.caller.require(Scope::Write)?;
    call.app.get_contact(&call.caller, &named(&call)).await?;
    Ok(())
}
