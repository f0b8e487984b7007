//! Where events are to be sent: `dialect` (in whose words; fixed once made), `url`, `events` (their names), `enabled`.
//! They are kept; nothing is sent yet.

use api_kit::decode;
use app::Fresh;
use model::{Aliases, Catalog, Dialect, Subscription, SubscriptionId, ViolationKind, limits};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::members::{Members, bounded};
use crate::wire::AliasesBody;

/// A subscription.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Subscription")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    #[schemars(schema_with = "crate::schema::dialect")]
    dialect: Dialect,
    url: &'a str,
    events: &'a [String],
    enabled: bool,
    aliases: AliasesBody<'a>,
}

impl Resource for Subscription {
    const PLURAL: &'static str = "subscriptions";
    const REQUIRED: &'static [&'static str] = &["url", "events"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            dialect: self.dialect,
            url: &self.url,
            events: &self.events,
            enabled: self.enabled,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: SubscriptionId(fresh.id),
            number: fresh.number,
            dialect: Dialect::Native,
            url: String::new(),
            events: Vec::new(),
            enabled: true,
            created_at: fresh.now,
            aliases: Aliases::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, _: &Catalog) {
        if members.is_new() {
            members.word(
                "dialect",
                &Dialect::ALL.map(|dialect| (dialect.as_str(), dialect)),
                &mut self.dialect,
            );
        } else {
            members.fixed("dialect", &self.dialect);
        }
        members.require("url");
        if let Some(url) = members.read("url", url) {
            self.url = url;
        }
        members.flag("enabled", &mut self.enabled);
        members.require("events");
        let Some(rows) = members.rows("events") else { return };
        let mut events: Vec<String> = Vec::with_capacity(rows.len());
        for (at, row) in rows {
            match decode::text(row).and_then(|text| bounded(text, limits::SHORT_TEXT_CHARS)) {
                Ok("") => members.refuse(&at, ViolationKind::Blank),
                Ok(text) if events.iter().any(|each| each == text) => {
                    members.refuse(&at, ViolationKind::Duplicate);
                }
                Ok(text) => events.push(text.to_owned()),
                Err(kind) => members.refuse(&at, kind),
            }
        }
        self.events = events;
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}

fn url(json: &model::Json) -> Result<String, ViolationKind> {
    let text = bounded(decode::text(json)?, limits::SHORT_TEXT_CHARS)?;
    let is_web = axum::http::Uri::try_from(text).is_ok_and(|uri| {
        uri.host().is_some_and(|host| !host.is_empty()) && matches!(uri.scheme_str(), Some("http" | "https"))
    });
    if is_web { Ok(text.to_owned()) } else { Err(ViolationKind::BadUrl) }
}
