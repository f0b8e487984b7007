//! Users: `email`, `first_name`, `last_name`, `avatar_url`, `admin`.

use api_kit::decode;
use app::Fresh;
use model::{Aliases, Catalog, User, UserId, ViolationKind, email, limits};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// A user.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "User")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    avatar_url: Option<&'a str>,
    admin: bool,
    aliases: AliasesBody<'a>,
}

impl Resource for User {
    const PLURAL: &'static str = "users";
    const REQUIRED: &'static [&'static str] = &["email"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            email: &self.email,
            first_name: &self.first_name,
            last_name: &self.last_name,
            avatar_url: self.avatar_url.as_deref(),
            admin: self.admin,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: UserId(fresh.id),
            number: fresh.number,
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            avatar_url: None,
            admin: false,
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    /// Users are named by their addresses, so no two have the same one.
    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.require("email");
        let id = self.id;
        let is_taken = |text: &str| {
            let folded = text.to_lowercase();
            catalog.users.iter().any(|user| user.id != id && user.email.to_lowercase() == folded)
        };
        let read = members.read("email", |json| match decode::text(json)? {
            "" => Err(ViolationKind::Blank),
            text if text.len() > limits::ALIAS_BYTES => {
                Err(ViolationKind::TooLong { max: limits::ALIAS_BYTES, unit: "bytes" })
            }
            text if !email::is_plausible(text) => Err(ViolationKind::BadEmail),
            text if is_taken(text) => Err(ViolationKind::Taken),
            text => Ok(text.to_owned()),
        });
        if let Some(text) = read {
            self.email = text;
        }
        members.loose_text("first_name", &mut self.first_name);
        members.loose_text("last_name", &mut self.last_name);
        members.nullable("avatar_url", limits::LONG_TEXT_CHARS, &mut self.avatar_url);
        members.flag("admin", &mut self.admin);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}
