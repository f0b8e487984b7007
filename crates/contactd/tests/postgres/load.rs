//! Clients that update contacts all the time and remember what they were told, and whether it is true.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use testkit::{Connection, HttpReply};

use crate::process::{Running, printed};

/// A workspace with a key.
pub(crate) struct Home {
    pub(crate) database: String,
    pub(crate) key: String,
}

impl Home {
    pub(crate) fn make(database: &str) -> Self {
        printed(&["workspace", "create", "main", "--database", database]);
        let key = printed(&["key", "create", "--workspace", "main", "--database", database]);
        Self { database: database.to_owned(), key: key.trim_end().to_owned() }
    }

    pub(crate) fn serve(&self, args: &[&str]) -> Running {
        Running::start(&[&["--database", &self.database], args].concat())
    }

    /// The ids of so many new contacts.
    pub(crate) fn contacts(&self, server: &Running, count: usize) -> Vec<String> {
        (0..count).map(|_| self.contact(server)).collect()
    }

    pub(crate) fn contact(&self, server: &Running) -> String {
        let made = server.request_as(&self.key, "POST", "/api/v1/contacts", "{}").expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Sets a contact's title.
    pub(crate) fn set(&self, server: &Running, contact: &str, title: &str) -> HttpReply {
        let body = format!("{{\"job_title\":\"{title}\"}}");
        server.request_as(&self.key, "PATCH", &format!("/api/v1/contacts/{contact}"), &body)
    }

    pub(crate) fn get(&self, server: &Running, contact: &str) -> HttpReply {
        server.request_as(&self.key, "GET", &format!("/api/v1/contacts/{contact}"), "")
    }

    /// The titles that a contact has had, oldest first, after checking that no revision is missing.
    pub(crate) fn titles(&self, server: &Running, contact: &str) -> Vec<String> {
        let mut titles = Vec::new();
        let mut before = String::new();
        let mut revisions = Vec::new();
        loop {
            let path = format!("/api/v1/contacts/{contact}/history?limit=1000{before}");
            let page = server.request_as(&self.key, "GET", &path, "").expect(200);
            let changes = page["changes"].as_array().unwrap();
            for change in changes {
                revisions.push(change["revision"].as_u64().unwrap());
                let differences = change["differences"].as_array().unwrap();
                let title = differences.iter().find(|each| each["member"] == "job_title");
                titles.extend(title.map(|each| each["after"].as_str().unwrap().to_owned()));
            }
            match page["next"].as_u64() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
        assert_eq!(revisions.last(), Some(&1));
        assert!(revisions.windows(2).all(|pair| pair[0] == pair[1] + 1), "{revisions:?}");
        titles.reverse();
        titles
    }

    pub(crate) fn verify(&self) {
        let verified = printed(&["verify", "--database", &self.database]);
        assert!(verified.contains("ok"), "{verified}");
    }
}

/// What a client was told of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Done,
    NotStored,
    Unknown,
}

/// An update: of which contact, with which title.
type Update = (String, String);

/// All that the clients were told.
#[derive(Default)]
pub(crate) struct Record {
    told: HashMap<Update, Told>,
    /// When updates were acknowledged, in order, by the place of the server that did.
    acknowledged: HashMap<usize, Vec<Instant>>,
}

/// Clients at work.
pub(crate) struct Load {
    is_stopping: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Record>>,
}

impl Load {
    /// Has so many clients of each server update these contacts, each in turn. `name` tells this load from others.
    pub(crate) fn start(
        home: &Home,
        name: &str,
        servers: &[SocketAddr],
        contacts: &[String],
        clients: usize,
    ) -> Self {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let all = (0..servers.len() * clients).map(|n| Client {
            name: format!("{name}-{n}"),
            place: n % servers.len(),
            address: servers[n % servers.len()],
            key: format!("Bearer {}", home.key),
            contacts: contacts.to_vec(),
            is_stopping: Arc::clone(&is_stopping),
        });
        let clients = all.map(|client| thread::spawn(move || client.work())).collect();
        Self { is_stopping, clients }
    }

    /// What the clients were told until now.
    pub(crate) fn stop(self) -> Record {
        self.is_stopping.store(true, Ordering::SeqCst);
        let mut all = Record::default();
        for client in self.clients {
            all.add(client.join().expect("a client that was told nothing strange"));
        }
        all
    }
}

struct Client {
    name: String,
    place: usize,
    address: SocketAddr,
    key: String,
    contacts: Vec<String>,
    is_stopping: Arc<AtomicBool>,
}

impl Client {
    fn work(self) -> Record {
        let mut record = Record::default();
        let mut connection = None;
        for n in 0.. {
            if self.is_stopping.load(Ordering::SeqCst) {
                break;
            }
            let Some(open) = connection.take().or_else(|| Connection::open(self.address).ok()) else {
                // The server is gone.
                thread::sleep(Duration::from_millis(5));
                continue;
            };
            let contact = &self.contacts[n % self.contacts.len()];
            let title = format!("{} {n}", self.name);
            let (told, next) = self.update(open, contact, &title);
            connection = next;
            if told == Told::Done {
                record.acknowledged.entry(self.place).or_default().push(Instant::now());
            }
            record.told.insert((contact.clone(), title), told);
        }
        record
    }

    fn update(&self, mut connection: Connection, contact: &str, title: &str) -> (Told, Option<Connection>) {
        let body = format!("{{\"job_title\":\"{title}\"}}");
        let path = format!("/api/v1/contacts/{contact}");
        let Ok(reply) = connection.request("PATCH", &path, &[("Authorization", &self.key)], &body) else {
            return (Told::Unknown, None);
        };
        (told(&reply), Some(connection))
    }
}

/// What an answer says of the update; anything but success and 503 is a fault.
pub(crate) fn told(reply: &HttpReply) -> Told {
    if reply.status == 200 {
        return Told::Done;
    }
    let body = reply.expect(503);
    assert_eq!(reply.header("retry-after"), "1");
    match body["type"].as_str().unwrap() {
        "/docs/problems/unavailable" => Told::NotStored,
        "/docs/problems/outcome-unknown" => Told::Unknown,
        other => panic!("{other}"),
    }
}

impl Record {
    pub(crate) fn add(&mut self, other: Self) {
        self.told.extend(other.told);
        for (place, times) in other.acknowledged {
            let all = self.acknowledged.entry(place).or_default();
            all.extend(times);
            all.sort_unstable();
        }
    }

    pub(crate) fn count(&self, told: Told) -> usize {
        self.told.values().filter(|each| **each == told).count()
    }

    /// How many updates a server acknowledged between these instants.
    pub(crate) fn acknowledged_between(&self, place: usize, from: Instant, to: Instant) -> usize {
        let times = self.acknowledged.get(&place).into_iter().flatten();
        times.filter(|time| (from..to).contains(time)).count()
    }

    /// How long a server acknowledged nothing between these instants, at most.
    pub(crate) fn longest_wait(&self, place: usize, from: Instant, to: Instant) -> Duration {
        let times = self.acknowledged.get(&place).into_iter().flatten().copied();
        let mut marks: Vec<_> = times.filter(|time| (from..to).contains(time)).collect();
        marks.insert(0, from);
        marks.push(to);
        marks.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
    }

    /// What was acknowledged is in the contacts' histories once, what was refused is not, and everything agrees.
    pub(crate) fn check(&self, home: &Home, server: &Running, contacts: &[String]) {
        for contact in contacts {
            let titles = home.titles(server, contact);
            let mut counts: HashMap<&str, usize> = HashMap::new();
            titles.iter().for_each(|title| *counts.entry(title).or_default() += 1);
            for ((_, title), told) in self.told.iter().filter(|((of, _), _)| of == contact) {
                let count = counts.remove(title.as_str()).unwrap_or(0);
                let is_true = match told {
                    Told::Done => count == 1,
                    Told::NotStored => count == 0,
                    Told::Unknown => count <= 1,
                };
                assert!(is_true, "{title} was {told:?} and is there {count} times");
            }
            assert!(counts.is_empty(), "nobody wrote {counts:?}");
            let shown = home.get(server, contact).expect(200)["job_title"].clone();
            assert_eq!(shown.as_str(), titles.last().map(String::as_str));
        }
        home.verify();
    }
}
