//! The labels of a contact: attaching one, detaching one. Any body is read, within bounds, and ignored: clients send
//! none, `{}` or an empty form.

use api_kit::{Answer, Call};
use model::{Change, Dialect, Edit, ItemRef, Set, SetMode};

use crate::Zingle;
use crate::camel::NoInput;
use crate::contacts::{answer, change, change_of};
use crate::error::Refusal;

pub(crate) async fn attach(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    change(call, |call| edit(call, SetMode::Add)).await
}

/// A label that the contact does not have is refused: then nothing changed, nor was anything held back.
pub(crate) async fn detach(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let (written, inside) = change_of(call, |call| edit(call, SetMode::Remove)).await?;
    if written.differences.is_empty() && written.held_back.is_empty() {
        return Err(Refusal::LabelNotAttached.into());
    }
    Ok(answer(&written, &inside))
}

fn edit(call: &Call<Zingle>, mode: SetMode) -> Change {
    let at = "path.label_id";
    let label = ItemRef::id_text(Dialect::Zingle, call.param("label_id"));
    let mut change = Change::default();
    change.push(at, Edit::Tags(Set { mode, items: vec![(at.to_owned(), label)] }));
    change
}
