//! What the vendor documents, and what the routes answer.

use std::sync::LazyLock;

use api_kit::{Answers, Contract};
use schemars::JsonSchema;

use crate::error::ErrorBody;
use crate::wire::company::Company;
use crate::wire::contact::Contact;
use crate::wire::envelope::{One, Page};
use crate::wire::field::Field;
use crate::wire::list::List;
use crate::wire::note::Note;
use crate::wire::tag::Tag;
use crate::wire::task::Task;
use crate::wire::user::User;

/// The contract of this API.
pub static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(include_str!("../fidelity.toml"), answers));

fn answers(all: &mut Answers) {
    all.errors::<ErrorBody>("application/json");
    of_resource::<Contact<'_>>(
        all,
        "GET /user-api/v1/contacts",
        &[
            "POST /user-api/v1/contacts",
            "GET /user-api/v1/contacts/{id}",
            "PUT /user-api/v1/contacts/{id}",
            "DELETE /user-api/v1/contacts/{id}",
        ],
    );
    of_resource::<Company<'_>>(
        all,
        "GET /user-api/v1/companies",
        &[
            "POST /user-api/v1/companies",
            "GET /user-api/v1/companies/{id}",
            "PUT /user-api/v1/companies/{id}",
            "DELETE /user-api/v1/companies/{id}",
        ],
    );
    of_resource::<Tag<'_>>(
        all,
        "GET /user-api/v1/tags",
        &[
            "POST /user-api/v1/tags",
            "GET /user-api/v1/tags/{id}",
            "PUT /user-api/v1/tags/{id}",
            "DELETE /user-api/v1/tags/{id}",
        ],
    );
    of_resource::<List<'_>>(
        all,
        "GET /user-api/v1/lists",
        &[
            "POST /user-api/v1/lists",
            "GET /user-api/v1/lists/{id}",
            "PUT /user-api/v1/lists/{id}",
            "DELETE /user-api/v1/lists/{id}",
        ],
    );
    of_resource::<Note<'_>>(
        all,
        "GET /user-api/v1/notes",
        &[
            "POST /user-api/v1/notes",
            "GET /user-api/v1/notes/{id}",
            "PUT /user-api/v1/notes/{id}",
            "DELETE /user-api/v1/notes/{id}",
        ],
    );
    of_resource::<Task<'_>>(
        all,
        "GET /user-api/v1/tasks",
        &[
            "POST /user-api/v1/tasks",
            "GET /user-api/v1/tasks/{id}",
            "PUT /user-api/v1/tasks/{id}",
            "DELETE /user-api/v1/tasks/{id}",
        ],
    );
    of_resource::<Field<'_>>(
        all,
        "GET /user-api/v1/custom-fields",
        &[
            "POST /user-api/v1/custom-fields",
            "GET /user-api/v1/custom-fields/{id}",
            "PUT /user-api/v1/custom-fields/{id}",
            "DELETE /user-api/v1/custom-fields/{id}",
        ],
    );
    of_resource::<User<'_>>(
        all,
        "GET /user-api/v1/workspace-users",
        &["GET /user-api/v1/workspace-users/{id}"],
    );
}

/// One route that answers a page of a resource, and those that answer one of it.
fn of_resource<T: JsonSchema>(all: &mut Answers, list: &'static str, one: &[&'static str]) {
    all.json::<Page<T>>(200, &[list]);
    all.json::<One<T>>(200, one);
}
