//! Random writes by several keys through every API, beside a plain model in memory: after every step the records, the
//! events and where each value comes from are what the model says, and what was there before can still be read.

mod bodies;
mod check;
mod content;
mod requests;
mod steps;
mod undo;
mod world;

use app::KeyRequest;
use model::{Json, OnHeldBack, Rule};
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use testkit::{Client, Reply, TestApp};

use bodies::{Names, path};
use check::{Checker, sorted};
use content::Policy;
use requests::{Actor, Request};
use steps::{Api, Step, Terms, any_step};
use world::{By, Refused, World};

const CASES: u32 = 24;
const STEPS: usize = 40;

/// Who writes: everything; what does not take away; the same, but all or nothing; strictly, and some members not at all.
static POLICIES: [Policy; 4] = [
    Policy { rules: &[], refuses_held_back: false, is_strict: false },
    Policy { rules: GENTLE, refuses_held_back: false, is_strict: false },
    Policy { rules: GENTLE, refuses_held_back: true, is_strict: false },
    Policy {
        rules: &[("values", Rule::Refuse), ("deletion", Rule::Refuse)],
        refuses_held_back: false,
        is_strict: true,
    },
];
const GENTLE: &[(&str, Rule)] =
    &[("tags", Rule::AddOnly), ("city", Rule::FillIfEmpty), ("name", Rule::AddOnly)];

fn by(key: usize, api: Api) -> By {
    By { key, dialect: api.word(), policy: &POLICIES[key] }
}

/// A server, its clients, and what they should see.
struct Play {
    test: TestApp,
    secrets: Vec<String>,
    keys: Vec<String>,
    native: Client,
    names: Names,
    world: World,
    sent: usize,
}

impl Play {
    async fn begin() -> Self {
        let test = TestApp::new().await;
        let (mut secrets, mut keys) = (Vec::new(), Vec::new());
        for policy in &POLICIES {
            let held = if policy.refuses_held_back { OnHeldBack::Refuse } else { OnHeldBack::Tell };
            let request = KeyRequest {
                workspaces: vec![test.workspace.name.clone()],
                policy: policy.rules.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect(),
                on_held_back: held,
                strict: Some(policy.is_strict),
                ..KeyRequest::default()
            };
            let issued = test.app.create_key(None, request).await.unwrap();
            secrets.push(issued.secret);
            keys.push(issued.key.id.to_string());
        }
        let native = Client::new(api_native::routes(test.app.clone())).with_key("demo");
        let tags = native.get("/api/v1/tags").await.expect(200);
        let pair =
            |tag: &Json| (tag["name"].as_str().unwrap().to_owned(), tag["id"].as_str().unwrap().to_owned());
        let fields = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contact-custom-fields?page_size=100";
        let fields = Client::new(api_zingle::routes(test.app.clone())).with_key("demo").get(fields).await;
        let fields = fields.expect(200)["result"].as_array().unwrap().clone();
        let score = fields.iter().find(|field| field["display_name"] == "Lead Score").unwrap();
        let names = Names {
            tags: tags["tags"].as_array().unwrap().iter().map(pair).collect(),
            zingle_score: score["id"].as_str().unwrap().to_owned(),
        };
        // What the demo brought: the numbers go on from there.
        let first = native.post("/api/v1/contacts", &json!({})).await;
        let number = first.expect(201)["number"].as_u64().unwrap();
        let event: u64 = first.header("contactd-change").parse().unwrap();
        let world = World { events_before: event, people_before: number, ..World::default() };
        Self { test, secrets, keys, native, names, world, sent: 0 }
    }

    async fn send(&self, key: usize, request: &Request, header: Option<(&str, &str)>) -> Reply {
        let app = self.test.app.clone();
        let router = match request.api {
            Api::Native => api_native::routes(app),
            Api::Zingle => api_zingle::routes(app),
            Api::Acquire => api_acquire::routes(app),
            Api::Callbell => api_callbell::routes(app),
            Api::Rolodex => api_rolodex::routes(app),
        };
        let mut headers: Vec<_> = header.into_iter().collect();
        headers.push(("content-type", request.media_type));
        let body = if request.body.is_null() { Vec::new() } else { request.body.to_string().into_bytes() };
        let client = Client::new(router).with_key(&self.secrets[key]);
        client.send_with(request.method, &request.path, body, &headers).await
    }

    async fn step(&mut self, step: &Step) {
        self.test.clock.advance_ms(1_000);
        self.sent += 1;
        let mut after = self.world.clone();
        let actor = Actor { names: &self.names, by, key: step.key };
        let Some((request, done)) = actor.act(&mut after, &step.action) else { return };
        let once = format!("once-{}", self.sent);
        let (header, done) = match step.terms {
            Terms::DryRun => (Some(("prefer", "dry-run")), done),
            Terms::Twice => (Some(("idempotency-key", once.as_str())), done),
            Terms::Stale if request.is_of_a_revision() => (Some(("if-match", "\"9999\"")), Err(Refused)),
            Terms::Plain | Terms::Stale => (None, done),
        };
        let reply = self.send(step.key, &request, header).await;
        let what = format!("{step:?}\n{request:?}\n{} {}", reply.status, reply.text);
        assert!(!reply.status.is_server_error(), "{what}");
        assert_eq!(reply.status.is_success(), done.is_ok(), "{what}\nthe model: {done:?}");
        let from = self.world.next_event();
        if let Ok(dones) = &done {
            let held = sorted(dones.iter().flat_map(|done| done.held_back.clone()).collect());
            assert_eq!(reply.header("contactd-held-back"), held.join(", "), "{what}");
            let event = dones.iter().find_map(|done| done.event).filter(|_| step.terms != Terms::DryRun);
            let change = event.map(|event| after.event(event).first.unwrap_or(event));
            let change = change.map(|change| change.to_string()).unwrap_or_default();
            assert_eq!(reply.header("contactd-change"), change, "{what}");
            if step.terms != Terms::DryRun {
                self.world = after;
            }
        }
        if step.terms == Terms::Twice {
            let again = self.send(step.key, &request, header).await;
            assert_eq!(again.status, reply.status, "{what}\n{}", again.text);
            let is_replayed = !again.header("contactd-replayed").is_empty();
            // What wrote nothing may be carried out anew.
            assert!(is_replayed || self.world.next_event() == from, "{what}");
            assert!(!is_replayed || again.bytes == reply.bytes, "{what}\n{}", again.text);
        }
        let checker = Checker { native: &self.native, keys: &self.keys };
        checker.events_since(&mut self.world, from).await;
        checker.everything(&self.world).await;
    }

    /// What is left to see at the end: every revision, and every id in every API.
    async fn end(&self) {
        let checker = Checker { native: &self.native, keys: &self.keys };
        checker.past(&self.world).await;
        for of in 0..self.world.people.len() {
            let person = &self.world.people[of];
            for api in Api::ALL {
                let path = path(api, &person.id, person.number);
                let request = Request::new(api, "GET", path, Json::Null);
                let reply = self.send(0, &request, None).await;
                assert_eq!(reply.status.is_success(), self.world.led_to(of).is_some(), "{}", request.path);
                if let Some(survivor) = self.world.led_to(of) {
                    let survivor = &self.world.people[survivor];
                    let revision = format!("\"{}\"", survivor.revision);
                    assert_eq!(reply.header("etag"), revision, "{} {}", request.path, reply.text);
                }
            }
        }
    }
}

#[test]
fn records_history_and_provenance_are_what_a_plain_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let played = runner.run(&vec(any_step(), 1..STEPS), |steps| {
        runtime.block_on(async {
            let mut play = Play::begin().await;
            for step in &steps {
                play.step(step).await;
            }
            play.end().await;
        });
        Ok(())
    });
    played.unwrap();
}
