//! `contactd field`, `tag`, `list`, `user`, `team`, `inbox`, `funnel`, beside a running server.

use model::Json;

use crate::process::{Running, complaint, printed};

/// A database with the workspace `main`, and a key.
struct World {
    database: String,
    key: String,
    _place: testkit::Database,
}

impl World {
    fn new() -> Self {
        let place = testkit::Database::new();
        let database = place.argument();
        printed(&["workspace", "create", "main", "--database", &database]);
        let key = printed(&["key", "create", "--workspace", "main", "--database", &database]);
        Self { database, key: key.trim_end().to_owned(), _place: place }
    }

    fn with<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        [args, &["--workspace", "main", "--database", &self.database]].concat()
    }

    fn run(&self, args: &[&str]) -> String {
        printed(&self.with(args))
    }

    fn refused(&self, args: &[&str]) -> String {
        complaint(&self.with(args))
    }

    fn json(&self, args: &[&str]) -> Json {
        let text = self.run(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
    }
}

#[test]
fn every_kind_is_made_listed_renamed_changed_and_deleted() {
    let world = World::new();
    for (kind, name, flags, set, member) in [
        ("field", "Shoe size", vec!["--type", "number"], vec!["--key", "shoes"], "key"),
        ("tag", "vip", vec!["--background-color", "#00ff7f"], vec!["--text-color", "#ffffff"], "text_color"),
        ("list", "Winter", vec!["--entity", "company"], vec!["--description", "cold"], "description"),
        ("user", "eve@example.com", vec!["--first-name", "Eve"], vec!["--admin"], "admin"),
        ("team", "Night", vec![], vec!["--default", "true"], "default"),
        ("inbox", "Page", vec!["--kind", "facebook"], vec!["--kind", "instagram"], "kind"),
        ("funnel", "Done", vec!["--emoji", "🎯"], vec!["--position", "7"], "position"),
    ] {
        let made = world.json(&[&[kind, "add", name], flags.as_slice()].concat());
        let id = made["id"].as_str().unwrap();
        assert!(world.run(&[kind, "list"]).contains(id), "{kind}");
        let list = world.json(&[kind, "list"]);
        assert!(list.as_array().unwrap().contains(&made), "{kind}: {list}");
        assert_eq!(world.json(&[kind, "show", &name.to_uppercase()]), made, "{kind}");
        assert!(world.run(&[kind, "show", id]).contains(name), "{kind}");
        let changed = world.json(&[&[kind, "set", name], set.as_slice()].concat());
        assert_ne!(changed[member], made[member], "{kind}");
        let renamed = if kind == "user" { "adam@example.com" } else { "Renamed" };
        let said = world.run(&[kind, "rename", id, renamed]);
        assert!(said.starts_with(&format!("changed the {kind} '{renamed}'  {id} (change ")), "{said}");
        let said = world.run(&[kind, "delete", renamed]);
        assert!(said.starts_with(&format!("deleted the {kind} '{renamed}'  {id} (change ")), "{said}");
        let text = world.refused(&[kind, "show", id]);
        assert_eq!(
            text,
            format!("error: there is no {kind} '{id}'\nhint: `contactd {kind} list` shows them\n")
        );
    }
}

#[test]
fn options_and_members_are_changed_one_by_one() {
    let world = World::new();
    world.run(&["field", "add", "Size", "--type", "single_select", "--option", "S", "--option", "M"]);
    let before = world.json(&["field", "option", "list", "size"]);
    world.run(&["field", "option", "add", "size", "L", "--name", "Large", "--position", "1"]);
    world.run(&["field", "option", "rename", "size", "M", "Medium"]);
    world.run(&["field", "option", "move", "size", "S", "3"]);
    let after = world.json(&["field", "option", "list", "size"]);
    let shown: Vec<_> =
        after.as_array().unwrap().iter().map(|each| (&each["value"], &each["name"])).collect();
    assert_eq!(
        format!("{shown:?}"),
        r#"[(String("L"), String("Large")), (String("Medium"), String("Medium")), (String("S"), String("S"))]"#
    );
    assert_eq!(after[1]["id"], before[1]["id"]);
    assert_eq!(after[2]["id"], before[0]["id"]);
    assert!(world.run(&["field", "option", "list", "size"]).starts_with("ID  "));
    world.run(&["field", "option", "delete", "size", "L"]);
    assert_eq!(world.json(&["field", "option", "list", "size"]).as_array().unwrap().len(), 2);
    let text = world.refused(&["field", "option", "move", "size", "S", "3"]);
    assert_eq!(text, "error: the place must be from 1 to 2, not 3\n");
    let text = world.refused(&["field", "option", "delete", "size", "XL"]);
    assert_eq!(
        text,
        "error: in the field 'Size': there is no option 'XL'\nhint: `contactd field option list` shows them\n"
    );

    world.run(&["user", "add", "eve@example.com"]);
    world.run(&["team", "add", "Night"]);
    world.run(&["team", "member", "add", "Night", "eve@example.com"]);
    assert_eq!(world.json(&["team", "show", "Night"])["members"].as_array().unwrap().len(), 1);
    assert!(
        world.run(&["team", "member", "add", "night", "EVE@example.com"]).starts_with("unchanged the team")
    );
    world.run(&["team", "member", "remove", "Night", "eve@example.com"]);
    assert_eq!(world.json(&["team", "show", "Night"])["members"], Json::Array(Vec::new()));
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_stored() {
    let world = World::new();
    let before = world.json(&["field", "list"]);
    for (args, text) in [
        (vec!["field", "add", "a"], "error: cannot make the field: type: is required\n"),
        (
            vec!["field", "add", " ", "--type", "number", "--option", "1"],
            "error: cannot make the field: name: must not be empty; options: must be empty: only text and select fields \
             have options\n",
        ),
        (vec!["field", "delete", "title"], "error: cannot delete the field: cannot be deleted\n"),
        (
            vec!["user", "add", "nobody"],
            "error: cannot make the user: email: must be a valid e-mail address\n",
        ),
        (
            vec!["tag", "add", "a", "--text-color", "red"],
            "error: cannot make the tag: text_color: must be a colour such as #00ff7f, or null\n",
        ),
    ] {
        assert_eq!(world.refused(&args), text);
    }
    assert_eq!(world.json(&["field", "list"]), before);
    assert_eq!(world.json(&["user", "list"]), Json::Array(Vec::new()));
    for _ in 0..2 {
        world.run(&["tag", "add", "twin"]);
    }
    let text = world.refused(&["tag", "delete", "twin"]);
    assert!(text.starts_with("error: 2 tags are called 'twin'\nhint: name it by its id: "), "{text}");
    let text = complaint(&["tag", "list", "--workspace", "mian", "--database", &world.database]);
    assert_eq!(text, "error: no such workspace\nhint: `contactd workspace list` shows them\n");
}

#[test]
fn a_running_server_sees_what_the_commands_do_and_cleans_up_after_them() {
    let world = World::new();
    let server = Running::start(&["--database", &world.database, "--clean-after-days", "0"]);
    let tag = world.json(&["tag", "add", "vip"]);
    let body = format!("{{\"tags\":[{}]}}", tag["id"]);
    let request = |method: &str, path: &str, body: &str| server.request_as(&world.key, method, path, body);
    // The server may know the catalog of a second ago.
    let started = std::time::Instant::now();
    let made = loop {
        let reply = request("POST", "/api/v1/contacts", &body);
        if reply.status == 201 {
            break reply.json();
        }
        assert!(started.elapsed().as_secs() < 10, "{}", reply.text);
    };
    let path = format!("/api/v1/contacts/{}", made["id"].as_str().unwrap());
    let said = world.run(&["tag", "delete", "vip"]);
    let change: u64 = said.trim_end().trim_end_matches(')').rsplit(' ').next().unwrap().parse().unwrap();
    let wait = |is: &dyn Fn(&Json) -> bool, what: &str| {
        let started = std::time::Instant::now();
        loop {
            let contact = request("GET", &path, "").expect(200);
            if is(&contact) {
                break contact;
            }
            assert!(started.elapsed().as_secs() < 30, "{what}: {contact}");
        }
    };
    let cleaned = wait(&|contact| contact["revision"] == 2, "it is cleaned");
    assert_eq!(cleaned["tags"], Json::Array(Vec::new()));
    request("POST", &format!("/api/v1/changes/{change}/undo"), "").expect(200);
    let back = wait(&|contact| contact["revision"] == 3, "it is given back");
    assert_eq!(back["tags"], Json::Array(vec![tag["id"].clone()]));
    drop(server);
    assert!(printed(&["verify", "--database", &world.database]).starts_with("ok: 1 contacts, "));
}

#[test]
fn contacts_are_searched_beside_a_server() {
    let world = World::new();
    let server = Running::start(&["--database", &world.database]);
    for (name, score) in [("Jane Smith", 9), ("José Ålund", 7)] {
        let body = serde_json::json!({"name": {"full": name}, "job_title": format!("CTO {score}")});
        server.request_as(&world.key, "POST", "/api/v1/contacts", &body.to_string());
    }
    let list = world.run(&["contact", "search", "-jane"]);
    assert!(list.contains("José Ålund") && !list.contains("Jane"), "{list}");
    let found = world.json(&["contact", "search", "job_title:cto", "--sort=-name", "--limit", "1"]);
    assert_eq!((found.as_array().unwrap().len(), &found[0]["name"]["full"]), (1, &"José Ålund".into()));
    let told = world.refused(&["contact", "search", "jane titel:cto"]);
    assert!(told.contains("at character 5: there is no member and no field 'titel'"), "{told}");
}
