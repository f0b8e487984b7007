//! What a key may do to each member of a contact that exists: overwrite it, only add to it, only fill it, or nothing.
//!
//! A policy is a set of rules by the paths of members: `tags`, `name`, `channels.email`, `values.lead_score`. A path covers
//! what is under it (`values.*` is the same as `values`), `*` covers everything, and the closest rule wins. Where changes
//! are applied, [`apply`](crate::apply()) holds back what the rules do not allow.

mod catalog;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Catalog, ChannelKind, Dialect, Entity, Field, FieldId, Json, Member, Network, Rejection, Violation,
    ViolationKind,
};

/// Rules of one policy at most.
pub const RULES: usize = 200;

/// The path that stands for deleting the contact, also by merging it into another: any rule but
/// [`Replace`](Rule::Replace) refuses it.
pub const DELETION: &str = "deletion";

/// What may be done to a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Anything.
    #[default]
    Replace,
    /// Of sets, nothing is removed; what has one value is as with [`FillIfEmpty`](Self::FillIfEmpty).
    AddOnly,
    /// It can be set while it is empty.
    FillIfEmpty,
    /// Nothing: to change it is a violation.
    Refuse,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 4] = [Self::Replace, Self::AddOnly, Self::FillIfEmpty, Self::Refuse];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::AddOnly => "add_only",
            Self::FillIfEmpty => "fill_if_empty",
            Self::Refuse => "refuse",
        }
    }
}

impl std::str::FromStr for Rule {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == word);
        found.ok_or_else(|| format!("unknown rule '{word}'; known: {known}"))
    }
}

/// What becomes of a write of which something is held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnHeldBack {
    /// The rest is carried out, and the answer and the event say what was held back.
    #[default]
    Tell,
    /// It is refused as a whole.
    Refuse,
}

impl OnHeldBack {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Refuse => "refuse",
        }
    }
}

impl std::str::FromStr for OnHeldBack {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "tell" => Ok(Self::Tell),
            "refuse" => Ok(Self::Refuse),
            _ => Err(format!("unknown word '{word}'; known: tell, refuse")),
        }
    }
}

/// The rules of a key. Its JSON is stored in the key's document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// By path, as they were written.
    pub rules: BTreeMap<String, Rule>,
    /// What becomes of a write of which something is held back.
    #[serde(default)]
    pub on_held_back: OnHeldBack,
    /// The paths of the rules of custom fields that were there when the policy was made, so that they hold when a field
    /// gets another key.
    #[serde(default, rename = "paths", skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<FieldId, String>,
}

/// A member that a policy kept as it was, and what it should have become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldBack {
    /// The member.
    pub member: Member,
    /// Its JSON as the write wanted it; `null` where it was to be empty.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub wanted: Json,
}

impl Policy {
    /// A policy for workspaces with these catalogs.
    ///
    /// # Errors
    /// Every path that names no member and no custom field of any of them.
    pub fn new(
        rules: BTreeMap<String, Rule>,
        on_held_back: OnHeldBack,
        catalogs: &[&Catalog],
    ) -> Result<Self, Vec<String>> {
        Self::default().changed(rules, on_held_back, catalogs)
    }

    /// The policy with other rules, for workspaces with these catalogs. A rule that stays is about the same fields: under
    /// the keys that they have now, and also where they were deleted, since they may come back.
    ///
    /// # Errors
    /// Every new path that names no member and no custom field of any of the catalogs.
    pub fn changed(
        &self,
        rules: BTreeMap<String, Rule>,
        on_held_back: OnHeldBack,
        catalogs: &[&Catalog],
    ) -> Result<Self, Vec<String>> {
        let rules = self.renamed(rules, catalogs);
        let stays = |(_, path): &(&FieldId, &String)| rules.contains_key(*path);
        let mut fields: BTreeMap<FieldId, String> =
            self.fields.iter().filter(stays).map(|(id, path)| (*id, path.clone())).collect();
        let mut unknown = Vec::new();
        for path in rules.keys() {
            let found = custom_fields(catalogs).filter(|field| field_path(field) == *path);
            fields.extend(found.map(|field| (field.id, path.clone())));
            if !is_known(path) && !fields.values().any(|each| each == path) {
                unknown.push(path.clone());
            }
        }
        if unknown.is_empty() { Ok(Self { rules, on_held_back, fields }) } else { Err(unknown) }
    }

    /// Rules under the present keys of the fields that they are about.
    fn renamed(&self, rules: BTreeMap<String, Rule>, catalogs: &[&Catalog]) -> BTreeMap<String, Rule> {
        let present = |id: &FieldId| custom_fields(catalogs).find(|field| field.id == *id).map(field_path);
        let (mut renamed, mut kept) = (Vec::new(), BTreeMap::new());
        for (path, rule) in rules {
            let own = self.fields.iter().filter(|(_, each)| **each == path);
            let paths: BTreeSet<_> = own.map(|(id, _)| present(id).unwrap_or_else(|| path.clone())).collect();
            if paths.is_empty() || paths.contains(&path) {
                kept.insert(path.clone(), rule);
            }
            renamed.extend(paths.into_iter().map(|path| (path, rule)));
        }
        for (path, rule) in renamed {
            // One that was given for the present key is the newer one.
            kept.entry(path).or_insert(rule);
        }
        kept
    }

    /// The rule of a member. That of channels depends on their kind: see [`rule_of_channels`](Self::rule_of_channels).
    pub fn rule(&self, member: &Member, catalog: &Catalog) -> Rule {
        let own = match member {
            Member::Value(id) => self.fields.get(id).and_then(|path| self.rules.get(path)).copied(),
            _ => None,
        };
        own.unwrap_or_else(|| self.closest(&path(member, catalog)))
    }

    /// The rule of the channels of a kind.
    pub fn rule_of_channels(&self, kind: &ChannelKind) -> Rule {
        self.closest(&format!("channels.{kind}"))
    }

    /// Passes if a contact may be deleted.
    ///
    /// # Errors
    /// That the policy keeps it.
    pub fn check_deletion(&self) -> Result<(), Rejection> {
        refusal((self.closest(DELETION) != Rule::Replace).then(|| DELETION.to_owned()).into_iter())
    }

    /// The rule of the path itself, else of what it is under, else that of everything.
    fn closest(&self, path: &str) -> Rule {
        let mut at = path;
        loop {
            let under = || self.rules.get(&format!("{at}.*"));
            if let Some(rule) = self.rules.get(at).or_else(under) {
                return *rule;
            }
            match at.rsplit_once('.') {
                Some((above, _)) => at = above,
                None => return self.rules.get("*").copied().unwrap_or_default(),
            }
        }
    }
}

/// The refusal of a request that would take something from members that are protected.
fn refusal(paths: impl Iterator<Item = String>) -> Result<(), Rejection> {
    let violations: Vec<_> = paths.map(|path| Violation::new("", ViolationKind::Protected(path))).collect();
    if violations.is_empty() { Ok(()) } else { Err(Rejection { violations }) }
}

/// The path of a member in a policy. The parts of a name are one, since each is derived from the others; when a contact
/// was last confirmed follows from whether it is.
pub(crate) fn path(member: &Member, catalog: &Catalog) -> Cow<'static, str> {
    match member {
        Member::NameFull | Member::NameFirst | Member::NameLast => "name".into(),
        Member::UnconfirmedAt => "confirmed".into(),
        member => member.path(catalog).into(),
    }
}

/// The custom fields of contacts.
fn custom_fields<'c>(catalogs: &'c [&Catalog]) -> impl Iterator<Item = &'c Field> {
    let all = catalogs.iter().flat_map(|catalog| catalog.fields.iter());
    all.filter(|field| field.entity == Entity::Contact && field.system.is_none())
}

fn field_path(field: &Field) -> String {
    format!("values.{}", field.key)
}

/// Whether a path names members that every workspace has.
fn is_known(path: &str) -> bool {
    let bare = path.strip_suffix(".*").unwrap_or(path);
    match bare.split_once('.') {
        None => match bare {
            "*" => path == "*",
            DELETION => path == DELETION,
            "name" | "birthday" | "social" | "channels" | "values" | "aliases" | "extras" => true,
            "unconfirmed_at" => false,
            // Members of a contact, not those that only other records have.
            _ => path == bare && matches!(bare.parse(), Ok(member) if !matches!(member, Member::Other(_))),
        },
        Some(("birthday", _)) => path == bare && bare.parse::<Member>().is_ok(),
        Some(("social", network)) => path == bare && Network::ALL.iter().any(|each| each.as_str() == network),
        Some(("channels", kind)) => {
            let is_word =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
            path == bare && !kind.is_empty() && kind.bytes().all(is_word)
        }
        Some(("aliases", dialect)) => path == bare && dialect.parse::<Dialect>().is_ok(),
        Some(("extras", rest)) => rest.split('.').next().is_some_and(|name| name.parse::<Dialect>().is_ok()),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rules: &[(&str, Rule)]) -> Result<Policy, Vec<String>> {
        let rules = rules.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect();
        Policy::new(rules, OnHeldBack::Tell, &[])
    }

    #[test]
    fn the_closest_rule_wins() {
        let rules = [
            ("*", Rule::FillIfEmpty),
            ("channels.*", Rule::AddOnly),
            ("channels.email", Rule::Refuse),
            ("extras.acquire", Rule::Refuse),
            ("name", Rule::Replace),
        ];
        let policy = policy(&rules).unwrap();
        let rule = |member: Member| policy.rule(&member, &Catalog::default());
        assert_eq!(rule(Member::City), Rule::FillIfEmpty);
        assert_eq!(rule(Member::NameLast), Rule::Replace);
        assert_eq!(rule(Member::Extra(Dialect::Acquire, "a.b".to_owned())), Rule::Refuse);
        assert_eq!(rule(Member::Extra(Dialect::Zingle, "a".to_owned())), Rule::FillIfEmpty);
        assert_eq!(policy.rule_of_channels(&ChannelKind::Email), Rule::Refuse);
        assert_eq!(policy.rule_of_channels(&"whatsapp".into()), Rule::AddOnly);
        assert!(policy.check_deletion().is_err());
    }

    #[test]
    fn without_a_rule_everything_is_replaced() {
        let policy = policy(&[("tags", Rule::AddOnly)]).unwrap();
        assert_eq!(policy.rule(&Member::Tags, &Catalog::default()), Rule::AddOnly);
        assert_eq!(policy.rule(&Member::Lists, &Catalog::default()), Rule::Replace);
        assert!(policy.check_deletion().is_ok());
    }

    #[test]
    fn a_rule_stays_with_its_field_under_the_key_that_it_has_now() {
        let (score, other) = (FieldId(uuid::Uuid::from_u128(1)), FieldId(uuid::Uuid::from_u128(2)));
        let catalog = |fields: &[(FieldId, &str)]| {
            let field = |(id, key): &(FieldId, &str)| {
                let json = serde_json::json!({
                    "id": id, "number": 1, "key": key, "name": key, "type": "text", "created_at": 0,
                });
                serde_json::from_value::<Field>(json).unwrap()
            };
            Catalog { fields: fields.iter().map(field).collect(), ..Catalog::default() }
        };
        let rules = |rules: &[(&str, Rule)]| -> BTreeMap<String, Rule> {
            rules.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect()
        };
        let made = rules(&[("values.score", Rule::Refuse)]);
        let policy = Policy::new(made.clone(), OnHeldBack::Tell, &[&catalog(&[(score, "score")])]).unwrap();
        let rule = |policy: &Policy, id, now: &Catalog| policy.rule(&Member::Value(id), now);
        // Another field took the old key.
        let now = catalog(&[(score, "points"), (other, "score")]);
        let more = rules(&[("values.score", Rule::AddOnly), ("tags", Rule::AddOnly)]);
        let changed = policy.changed(more, OnHeldBack::Tell, &[&now]).unwrap();
        assert_eq!(changed.rules, rules(&[("values.points", Rule::AddOnly), ("tags", Rule::AddOnly)]));
        assert_eq!([score, other].map(|id| rule(&changed, id, &now)), [Rule::AddOnly, Rule::Replace]);
        // One that is given for the present key is meant, not what the field was called.
        let both = rules(&[("values.score", Rule::Refuse), ("values.points", Rule::FillIfEmpty)]);
        let changed = policy.changed(both, OnHeldBack::Tell, &[&now]).unwrap();
        assert_eq!(changed.rules, rules(&[("values.points", Rule::FillIfEmpty)]));
        // It may come back, by an undo.
        let deleted = policy.changed(made, OnHeldBack::Refuse, &[&catalog(&[])]).unwrap();
        assert_eq!(rule(&deleted, score, &now), Rule::Refuse);
        let gone = policy.changed(BTreeMap::new(), OnHeldBack::Tell, &[&catalog(&[])]).unwrap();
        assert_eq!(gone, Policy::default());
    }

    #[test]
    fn paths_that_name_nothing_are_all_told() {
        let known = [
            "*",
            "deletion",
            "name",
            "name.*",
            "tags",
            "birthday.day",
            "social.x",
            "channels",
            "channels.*",
            "channels.phone",
            "values",
            "values.*",
            "aliases.zingle",
            "extras.acquire",
            "extras.acquire.*",
            "extras.acquire.ip",
            "opt_in",
            "assigned_user",
        ];
        assert!(policy(&known.map(|path| (path, Rule::Refuse))).is_ok());
        let unknown = [
            "",
            "*.*",
            "deletion.*",
            "extras.nobody",
            "name.first",
            "number_of_employees",
            "revision",
            "social.myspace",
            "tag",
            "tags.*",
            "unconfirmed_at",
            "values.nothing",
        ];
        let told = policy(&unknown.map(|path| (path, Rule::Refuse))).unwrap_err();
        assert_eq!(told, unknown);
    }
}
