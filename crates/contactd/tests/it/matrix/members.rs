//! The shared members: how each API writes them, and where each shows them.

use model::Json;
use serde_json::json;

use super::{World, fields};

/// Where an API shows a member.
pub(super) type Read = Box<dyn Fn(&Json) -> Json>;

/// A member of the record.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// The body that writes it through each API, in an update and in a creation; `None` where neither can. One with `POST`
    /// names a route below the contact's, and the body for that; one with `created` is for a creation only.
    pub(super) writes: [Option<Json>; 5],
    /// Where each shows it; `None` where it does not.
    pub(super) reads: [Option<Read>; 5],
}

/// What stands at a JSON pointer.
pub(super) fn at(pointer: &'static str) -> Option<Read> {
    Some(Box::new(move |json| json.pointer(pointer).cloned().unwrap_or_default()))
}

/// What stands at a pointer of every row of a list.
fn each(list: &'static str, pointer: &'static str) -> Option<Read> {
    Some(Box::new(move |json| {
        let rows = json.pointer(list).and_then(Json::as_array).cloned().unwrap_or_default();
        rows.iter().map(|row| row.pointer(pointer).cloned().unwrap_or_default()).collect()
    }))
}

/// What stands at a pointer of the row of a list in which another one has this value.
pub(super) fn of(
    list: &'static str,
    (key, value): (&'static str, &'static str),
    pointer: &'static str,
) -> Option<Read> {
    Some(Box::new(move |json| {
        let rows = json.pointer(list).and_then(Json::as_array).cloned().unwrap_or_default();
        let found = rows.iter().find(|row| row.pointer(key).is_some_and(|each| each == value));
        found.and_then(|row| row.pointer(pointer)).cloned().unwrap_or_default()
    }))
}

/// Two texts with a space between them.
fn joined(one: &'static str, two: &'static str) -> Option<Read> {
    Some(Box::new(move |json| {
        let text = |pointer| json.pointer(pointer).and_then(Json::as_str);
        let texts: Vec<_> = [text(one), text(two)].into_iter().flatten().collect();
        if texts.is_empty() { Json::Null } else { texts.join(" ").into() }
    }))
}

/// The names of items of the catalog whose ids stand in a list.
fn names(world: &World, kind: &str, list: &'static str) -> Option<Read> {
    let items = world.catalog[kind].as_array().cloned().unwrap_or_default();
    Some(Box::new(move |json| {
        let ids = json.pointer(list).and_then(Json::as_array).cloned().unwrap_or_default();
        let name = |id: &Json| items.iter().find(|item| item["id"] == *id).map(|item| item["name"].clone());
        ids.iter().map(|id| name(id).unwrap_or_default()).collect()
    }))
}

/// The names of the companies that a contact of the native API is linked with.
fn linked(world: &World) -> Option<Read> {
    let companies = world.catalog["companies"].as_array().cloned().unwrap_or_default();
    Some(Box::new(move |json| {
        let links = json["companies"].as_array().cloned().unwrap_or_default();
        let name = |link: &Json| {
            companies.iter().find(|each| each["id"] == link["id"]).map(|each| each["name"].clone())
        };
        links.iter().map(|link| name(link).unwrap_or_default()).collect()
    }))
}

/// The name of the item whose id stands there.
pub(super) fn name(
    world: &World,
    (kind, member): (&str, &'static str),
    pointer: &'static str,
) -> Option<Read> {
    let items = world.catalog[kind].as_array().cloned().unwrap_or_default();
    Some(Box::new(move |json| {
        let id = json.pointer(pointer).cloned().unwrap_or_default();
        let has_id = |item: &&Json| item["id"] == id || item["aliases"]["zingle"][0] == id;
        items.iter().find(has_id).map(|item| item[member].clone()).unwrap_or_default()
    }))
}

/// Whether anything stands there: of instants, which are those of the test's clock.
fn is_there(pointer: &'static str) -> Option<Read> {
    Some(Box::new(move |json| json.pointer(pointer).is_some_and(|value| !value.is_null()).into()))
}

/// A member that only the native API and Rolodex have.
fn of_two(
    name: &'static str,
    rolodex: (&str, &'static str),
    native: (Json, &'static str),
    value: &Json,
) -> Member {
    let body = Json::Object([(rolodex.0.to_owned(), value.clone())].into_iter().collect());
    Member {
        name,
        writes: [None, None, None, Some(body), Some(native.0)],
        reads: [None, None, None, at(rolodex.1), at(native.1)],
    }
}

const PHONE_TYPE: &str = "0a293ea3-4721-433e-a031-610ebcf43255";
const EMAIL_TYPE: &str = "b71f3d91-da94-412b-8ff1-59a882b63024";

/// All of them.
pub(super) fn members(world: &World) -> Vec<Member> {
    [of_people(world), of_state(world), of_sets(world), fields::of_fields(world)]
        .into_iter()
        .flatten()
        .collect()
}

fn of_people(world: &World) -> Vec<Member> {
    let zingle_value =
        |key: &str, text: &str| json!({"custom_field_id": world.id("fields", key), "value": text});
    let names = json!([zingle_value("first_name", "Zoë"), zingle_value("last_name", "Müller")]);
    let channel = |kind: &str, value: &str| json!({"channels": [{"kind": kind, "value": value}]});
    let zingle_channel =
        |kind: &str, value: &str| json!({"channels": [{"channel_type_id": kind, "value": value}]});
    vec![
        Member {
            name: "name",
            writes: [
                Some(json!({ "custom_field_values": names })),
                Some(json!({"fields": {"name": "Zoë Müller"}})),
                Some(json!({"name": "Zoë Müller"})),
                Some(json!({"first_name": "Zoë", "last_name": "Müller"})),
                Some(json!({"name": {"full": "Zoë Müller"}})),
            ],
            reads: [
                joined("/first_name", "/last_name"),
                at("/fields/name"),
                at("/name"),
                at("/full_name"),
                at("/name/full"),
            ],
        },
        Member {
            name: "salutation",
            writes: [
                Some(json!({"custom_field_values": [zingle_value("title", "Dr")]})),
                None,
                None,
                None,
                Some(json!({"salutation": "Dr"})),
            ],
            reads: [at("/title"), None, None, None, at("/salutation")],
        },
        Member {
            name: "e-mail address",
            writes: [
                Some(zingle_channel(EMAIL_TYPE, "Zoe@Example.com")),
                Some(json!({"fields": {"email": "Zoe@Example.com"}})),
                None,
                Some(json!({"emails": ["Zoe@Example.com"]})),
                Some(channel("email", "Zoe@Example.com")),
            ],
            reads: [
                at("/channels/0/value"),
                at("/fields/email"),
                None,
                each("/emails", "/email_address"),
                each("/channels", "/raw"),
            ],
        },
        Member {
            name: "phone number",
            writes: [
                Some(zingle_channel(PHONE_TYPE, "+31612345678")),
                Some(json!({"fields": {"phone": "+31612345678"}})),
                Some(json!({"created": {"source": "whatsapp", "identifier": "+31687654321"}})),
                Some(json!({"phone_numbers": [{"phone_number": "612345678", "country_code": "+31"}]})),
                Some(channel("phone", "+31612345678")),
            ],
            reads: [
                at("/channels/0/value"),
                at("/fields/phone"),
                at("/phoneNumber"),
                joined("/phone_numbers/0/country_code", "/phone_numbers/0/phone_number"),
                each("/channels", "/value"),
            ],
        },
        of_two("job title", ("title", "/title"), (json!({"job_title": "CTO"}), "/job_title"), &json!("CTO")),
        of_two(
            "description",
            ("description", "/description"),
            (json!({"description": "Tall"}), "/description"),
            &json!("Tall"),
        ),
        of_two(
            "location",
            ("location", "/location"),
            (json!({"location": "Oslo"}), "/location"),
            &json!("Oslo"),
        ),
        of_two(
            "web site",
            ("website_url", "/website_url"),
            (json!({"website_url": "https://a.example"}), "/website_url"),
            &json!("https://a.example"),
        ),
        of_two(
            "LinkedIn name",
            ("linkedin_slug", "/linkedin_slug"),
            (json!({"social": {"linkedin": "zoe"}}), "/social/linkedin"),
            &json!("zoe"),
        ),
        of_two(
            "year of birth",
            ("birthday_year", "/birthday_year"),
            (json!({"birthday": {"year": 1990}}), "/birthday/year"),
            &json!(1990),
        ),
        Member {
            name: "picture",
            writes: [
                None,
                None,
                None,
                Some(json!({"image_url": "https://a.example/z.png"})),
                Some(json!({"image_url": "https://a.example/z.png"})),
            ],
            reads: [at("/avatar_uri"), None, at("/avatarUrl"), at("/image_url"), at("/image_url")],
        },
        Member {
            name: "city",
            writes: [
                None,
                Some(json!({"fields": {"city": "Oslo"}})),
                None,
                None,
                Some(json!({"city": "Oslo"})),
            ],
            reads: [None, at("/fields/city"), None, None, at("/city")],
        },
    ]
}

fn of_state(world: &World) -> Vec<Member> {
    let (user, team) = (world.id("users", "jane.doe@email.com"), world.id("teams", "Support"));
    vec![
        Member {
            name: "remarks",
            writes: [
                Some(json!({"notes": "By the window"})),
                None,
                Some(json!({"note": "By the window"})),
                None,
                Some(json!({"remarks": "By the window"})),
            ],
            reads: [at("/notes"), None, at("/note"), None, at("/remarks")],
        },
        Member {
            name: "star",
            writes: [
                Some(json!({"is_starred": true})),
                None,
                None,
                Some(json!({"is_starred": true})),
                Some(json!({"starred": true})),
            ],
            reads: [at("/is_starred"), None, None, at("/is_starred"), at("/starred")],
        },
        Member {
            name: "confirmed",
            writes: [Some(json!({"is_confirmed": true})), None, None, None, Some(json!({"confirmed": true}))],
            reads: [at("/is_confirmed"), None, None, None, at("/confirmed")],
        },
        Member {
            name: "closed",
            writes: [
                Some(json!({"is_closed": true})),
                None,
                None,
                None,
                Some(json!({"closed_at": "2025-01-15T12:45:00Z"})),
            ],
            reads: [at("/is_closed"), None, is_there("/closedAt"), None, is_there("/closed_at")],
        },
        Member {
            name: "blocked",
            writes: [None, None, None, None, Some(json!({"blocked_at": "2025-01-15T12:45:00Z"}))],
            reads: [None, None, is_there("/blockedAt"), None, is_there("/blocked_at")],
        },
        Member {
            name: "opt-in",
            writes: [None, None, None, None, Some(json!({"opt_in": "opted_in"}))],
            reads: [at("/optin_status"), None, None, None, at("/opt_in")],
        },
        Member {
            name: "assigned user",
            writes: [
                Some(json!({"POST": "/assign", "body": {"user_id": user}})),
                None,
                Some(json!({"assigned_user": "jane.doe@email.com"})),
                None,
                Some(json!({ "assigned_user": user })),
            ],
            reads: [
                name(world, ("users", "email"), "/assigned_to_user_id"),
                None,
                at("/assignedUser"),
                None,
                name(world, ("users", "email"), "/assigned_user"),
            ],
        },
        Member {
            name: "assigned team",
            writes: [
                Some(json!({"POST": "/assign", "body": {"team_id": team}})),
                None,
                Some(json!({"team_uuid": "47aad5f9b4ca423c9d630f06ab93fe1f"})),
                None,
                Some(json!({ "assigned_team": team })),
            ],
            reads: [
                is_there("/assigned_to_team_id"),
                None,
                at("/team/name"),
                None,
                name(world, ("teams", "name"), "/assigned_team"),
            ],
        },
    ]
}

fn of_sets(world: &World) -> Vec<Member> {
    let company = &world.catalog["companies"][0];
    vec![
        Member {
            name: "tags",
            writes: [
                // A route of its own.
                Some(json!({"POST": format!("/labels/{}", world.id("tags", "AI"))})),
                Some(json!({"tags": [world.of("tags", "AI", "number")]})),
                Some(json!({"tags": ["AI"]})),
                Some(json!({"tags": ["tag_456"]})),
                Some(json!({"tags": [world.id("tags", "AI")]})),
            ],
            reads: [
                each("/labels", "/display_name"),
                each("/tags", "/name"),
                at("/tags"),
                each("/tags", "/tag/name"),
                names(world, "tags", "/tags"),
            ],
        },
        Member {
            name: "lists",
            writes: [
                None,
                None,
                None,
                Some(json!({"lists": ["list_789"]})),
                Some(json!({"lists": [world.id("lists", "Q1 Targets")]})),
            ],
            reads: [None, None, None, each("/lists", "/list/name"), names(world, "lists", "/lists")],
        },
        // Nobody is put on a group of Zingle: whoever fulfils its conditions is on the list.
        Member {
            name: "list by its conditions",
            writes: [
                Some(json!({"custom_field_values": [
                    {"custom_field_id": world.id("fields", "last_name"), "value": "Stardust"}
                ]})),
                Some(json!({"fields": {"name": "Ziggy Stardust"}})),
                Some(json!({"name": "Ziggy Stardust"})),
                Some(json!({"first_name": "Ziggy", "last_name": "Stardust"})),
                Some(json!({"name": {"full": "Ziggy Stardust"}})),
            ],
            reads: [None, None, None, each("/lists", "/list/name"), None],
        },
        Member {
            name: "company",
            writes: [
                None,
                Some(json!({"companyId": company["number"]})),
                None,
                Some(json!({"companies": [company["id"]]})),
                Some(json!({"companies": [{"id": company["id"]}]})),
            ],
            reads: [None, at("/companyId"), None, each("/companies", "/name"), linked(world)],
        },
    ]
}
