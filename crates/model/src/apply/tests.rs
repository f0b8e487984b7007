//! What every edit does to a contact: data in, text out.

mod bounds;
mod channel_edits;
mod channel_labels;
mod channel_values;
mod locks;
mod members;
mod names;
mod policies;
mod sets;
mod undo;
mod values;
pub(super) mod world;

use world::{World, show};

use crate::{Applied, Change, Contact, Edit, Rejection};

/// A contact that is being changed step by step. Channels made by the first step are called `a0`, `a1`, …,
/// those of the second `b0`, ….
struct Case {
    world: World,
    contact: Contact,
    step: u8,
}

impl Case {
    fn new() -> Self {
        let world = World::new();
        let contact = world.blank();
        Self { world, contact, step: 0 }
    }

    fn apply(&mut self, change: &Change) -> Result<Applied, Rejection> {
        let stamp = world::stamp(self.step);
        self.step += 1;
        crate::apply(&self.contact, change, &self.world.ground(stamp))
    }

    /// Applies edits that must succeed.
    fn given<const N: usize>(mut self, edits: [Edit; N]) -> Self {
        self.contact = self.apply(&change(edits)).unwrap().contact;
        self
    }

    /// Applies edits and compares what differs, or why they were refused, with the text.
    #[track_caller]
    fn check<const N: usize>(&mut self, edits: [Edit; N], expected: &str) {
        self.check_change(&change(edits), expected);
    }

    #[track_caller]
    fn check_change(&mut self, change: &Change, expected: &str) {
        let outcome = self.apply(change);
        let lines = show(&outcome);
        if let Ok(applied) = outcome {
            self.contact = applied.contact;
        }
        let expected: Vec<_> = expected.trim().lines().map(str::trim).collect();
        assert_eq!(lines.join("\n"), expected.join("\n"));
    }
}

/// Applies edits to a blank contact.
#[track_caller]
fn check<const N: usize>(edits: [Edit; N], expected: &str) {
    Case::new().check(edits, expected);
}

/// The edits, each asked for by a member named after its place: `0`, `1`, ….
fn change<const N: usize>(edits: [Edit; N]) -> Change {
    let mut change = Change::default();
    for (at, edit) in edits.into_iter().enumerate() {
        change.push(at.to_string(), edit);
    }
    change
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
