//! Devices that ask to be notified of messages: checked, and then forgotten, since no messages are kept here.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::camel::Input;
use crate::wire::notification;
use crate::wire::status;

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let services = call.app.reached(&call.caller).await?;
    notification::check(body, |id| services.iter().any(|each| each.workspace.id.0 == id))?;
    Ok(status::nothing())
}
