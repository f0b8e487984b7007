//! Accounts: list, get.
//!
//! A key has one account: all the services that it opens. Its id and name are those of the first of them.

use api_kit::{Answer, Call};
use app::Reached;
use uuid::Uuid;

use crate::error::Refusal;
use crate::page::Page;
use crate::wire::account::Account;
use crate::wire::status;
use crate::{Error, Zingle};

const SORTABLE: [&str; 7] = [
    "display_name",
    "id",
    "term_months",
    "current_term_start_date",
    "current_term_end_date",
    "created_at",
    "updated_at",
];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let page = Page::read(&call.query, &SORTABLE)?;
    let services = call.app.reached(&call.caller).await?;
    let rows: Vec<_> = services.first().map(|first| Account::of(&first.workspace)).into_iter().collect();
    // One row at most: every order is the same.
    let (rows, echo) = page.of(rows, |_, _| String::new());
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let services = enter(&call).await?;
    let first = services.first().ok_or(Refusal::NoAccount)?;
    Ok(status::one(&Account::of(&first.workspace)))
}

/// The services of the account that the path names.
pub(crate) async fn enter(call: &Call<Zingle>) -> Result<Vec<Reached>, Error> {
    let services = call.app.reached(&call.caller).await?;
    let id = Uuid::try_parse(call.param("account_id")).ok();
    match services.first() {
        Some(first) if id == Some(first.workspace.id.0) => Ok(services),
        _ => Err(Refusal::NoAccount.into()),
    }
}
