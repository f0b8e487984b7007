//! Values that get another type: what they say in it, what does not convert, and what comes back.

use proptest::prelude::*;
use proptest::{collection, sample};
use uuid::Uuid;

use super::*;
use crate::{Aliases, Decimal, Extras, OptionId, User, UserId};

const RED: OptionId = OptionId(Uuid::from_u128(1));
const BLUE: OptionId = OptionId(Uuid::from_u128(2));
/// One that was taken away.
const OLD: OptionId = OptionId(Uuid::from_u128(3));
const ANN: UserId = UserId(Uuid::from_u128(4));

const KINDS: [FieldType; 12] = [
    FieldType::Text,
    FieldType::Email,
    FieldType::Url,
    FieldType::Phone,
    FieldType::Number,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::Time,
    FieldType::Datetime,
    FieldType::SingleSelect,
    FieldType::MultiSelect,
    FieldType::User,
];

fn field(kind: FieldType) -> Field {
    let option = |(id, value): (OptionId, &str)| FieldOption {
        id,
        value: value.to_owned(),
        name: format!("{value}!"),
        position: None,
        aliases: Aliases::default(),
    };
    let mut options = vec![option((RED, "red")), option((BLUE, "blue"))];
    let mut former = vec![option((OLD, "old"))];
    if !matches!(kind, FieldType::SingleSelect | FieldType::MultiSelect) {
        former.append(&mut options);
    }
    Field {
        id: FieldId(Uuid::nil()),
        number: 1,
        key: "f".to_owned(),
        name: "F".to_owned(),
        kind,
        entity: Entity::Contact,
        system: None,
        options,
        former_options: former,
        filterable: false,
        created_at: Timestamp::default(),
        aliases: Aliases::default(),
        extras: Extras::default(),
    }
}

fn catalog() -> Catalog {
    let ann = User {
        id: ANN,
        number: 1,
        email: "ann@x.com".to_owned(),
        first_name: "Ann".to_owned(),
        last_name: String::new(),
        avatar_url: None,
        admin: false,
        created_at: Timestamp::default(),
        aliases: Aliases::default(),
    };
    Catalog { users: [ann].into_iter().collect(), ..Catalog::default() }
}

fn number(text: &str) -> Value {
    Value::Number(Decimal::parse(text).unwrap())
}

fn instant(text: &str) -> Value {
    Value::Datetime(Timestamp::parse_rfc3339(text).unwrap())
}

fn to(kind: FieldType, value: &Value) -> Result<Option<Value>, String> {
    convert(value, &field(kind), &catalog()).map_err(|kind| kind.to_string())
}

#[test]
fn values_say_the_same_in_another_type() {
    use FieldType::{
        Boolean, Date, Datetime, Email, MultiSelect, Number, Phone, SingleSelect, Text, Time, Url, User,
    };
    let text = |text: &str| Value::Text(text.into());
    let date = |text: &str| Value::Date(text.into());
    for (before, kind, after) in [
        (text(" 007 "), Number, number("7")),
        (text("-1.50"), Number, number("-1.50")),
        (text("Yes"), Boolean, Value::Boolean(true)),
        (text("0"), Boolean, Value::Boolean(false)),
        (text("FALSE"), Boolean, Value::Boolean(false)),
        (text("2024-02-29"), Date, date("2024-02-29")),
        (text("2024-02-29T10:00:00+02:00"), Date, instant("2024-02-29T08:00:00Z")),
        (text("2024-02-29"), Datetime, instant("2024-02-29T00:00:00Z")),
        (text("10:30"), Time, Value::Time("10:30".into())),
        (text("red"), SingleSelect, Value::Option(RED)),
        (text("BLUE!"), SingleSelect, Value::Option(BLUE)),
        (text("blue; Red, blue"), MultiSelect, Value::Options(vec![BLUE, RED])),
        (text("ANN@x.com"), User, Value::User(ANN)),
        (text(" a@x.com"), Email, text("a@x.com")),
        (text(" kept as it is "), Phone, text(" kept as it is ")),
        (number("1.50"), Text, text("1.50")),
        (number("1"), Boolean, Value::Boolean(true)),
        (Value::Boolean(true), Text, text("true")),
        (Value::Boolean(true), Number, number("1")),
        (date("2024-02-29"), Datetime, instant("2024-02-29T00:00:00Z")),
        (date("2024-02-29"), Text, text("2024-02-29")),
        // Not cut to its day.
        (instant("2024-02-29T10:00:00Z"), Date, instant("2024-02-29T10:00:00Z")),
        (instant("2024-02-29T10:00:00.5Z"), Text, text("2024-02-29T10:00:00.500Z")),
        (Value::Option(RED), Text, text("red")),
        (Value::Option(OLD), Text, text("old")),
        (Value::Option(RED), MultiSelect, Value::Options(vec![RED])),
        (Value::Options(vec![BLUE]), SingleSelect, Value::Option(BLUE)),
        (Value::Options(vec![BLUE, RED]), Text, text("blue, red")),
        (Value::User(ANN), Email, text("ann@x.com")),
        (text("https://x.com"), Url, text("https://x.com")),
    ] {
        assert_eq!(to(kind, &before), Ok(Some(after)), "{before:?} as {kind:?}");
    }
}

#[test]
fn what_says_nothing_in_another_type_is_none() {
    let gone = UserId(Uuid::from_u128(9));
    for (value, kind) in [
        (Value::Text("  ".into()), FieldType::Number),
        (Value::Text("".into()), FieldType::SingleSelect),
        (Value::Options(Vec::new()), FieldType::SingleSelect),
        (Value::Options(Vec::new()), FieldType::Text),
        (Value::Option(OptionId(Uuid::from_u128(9))), FieldType::MultiSelect),
        (Value::User(gone), FieldType::Text),
    ] {
        assert_eq!(to(kind, &value), Ok(None), "{value:?} as {kind:?}");
    }
}

#[test]
fn what_another_type_cannot_hold_whole_does_not_convert() {
    for (value, kind, why) in [
        (Value::Text("about 7".into()), FieldType::Number, "must be a number"),
        (Value::Text("maybe".into()), FieldType::Boolean, "must be true or false"),
        (number("2"), FieldType::Boolean, "must be true or false"),
        (Value::Text("29.2.2024".into()), FieldType::Date, "must be a date (YYYY-MM-DD)"),
        (Value::Text("2023-02-29".into()), FieldType::Datetime, "must be an instant (RFC 3339)"),
        (Value::Text("green".into()), FieldType::SingleSelect, "'green' is no option of the field 'F'"),
        (Value::Text("red, green".into()), FieldType::MultiSelect, "'green' is no option of the field 'F'"),
        (Value::Options(vec![RED, BLUE]), FieldType::SingleSelect, "must be one option"),
        (Value::Text("Ann".into()), FieldType::User, "no user 'Ann'"),
        (Value::Text("no address".into()), FieldType::Email, "must be a valid e-mail address"),
    ] {
        assert_eq!(to(kind, &value), Err(why.to_owned()), "{value:?} as {kind:?}");
    }
}

#[test]
fn what_does_not_convert_stays_or_is_cleared() {
    let (field, catalog) = (field(FieldType::Number), catalog());
    let before = BTreeMap::from([(field.id, Value::Text("abc".into()))]);
    let mut values = before.clone();
    let record = (Entity::Contact, 7);
    let refused =
        convert_in(&mut values, (&field, &catalog), OnUnconvertible::Refuse, record).unwrap_err().to_string();
    assert_eq!((refused.as_str(), &values), ("contact 7 has 'abc': must be a number", &before));
    convert_in(&mut values, (&field, &catalog), OnUnconvertible::Clear, record).unwrap();
    assert!(values.is_empty());
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = sample::select(vec![
        "",
        " ",
        "1",
        "red",
        "2024-02-29",
        "10:30",
        "a@x.com",
        "x://y",
        "ann@x.com",
        "yes",
    ]);
    let option = || sample::select(vec![RED, BLUE, OLD, OptionId(Uuid::from_u128(9))]);
    prop_oneof![
        4 => text.prop_map(|text| Value::Text(text.into())),
        1 => any::<String>().prop_map(|text| Value::Text(text.as_str().into())),
        1 => any::<i64>().prop_map(|whole| number(&whole.to_string())),
        1 => any::<bool>().prop_map(Value::Boolean),
        1 => Just(Value::Date("2024-02-29".into())),
        1 => Just(Value::Time("10:30".into())),
        1 => any::<i64>().prop_map(|ms| Value::Datetime(Timestamp::from_millis(ms))),
        1 => option().prop_map(Value::Option),
        1 => collection::hash_set(option(), 0..4).prop_map(|ids| Value::Options(ids.into_iter().collect())),
        1 => Just(Value::User(ANN)),
    ]
}

/// Whether a field of this type takes such values, of the options that it has.
fn fits(value: &Value, kind: FieldType) -> bool {
    let is_known = match value {
        Value::Option(id) => [RED, BLUE].contains(id),
        Value::Options(ids) => ids.iter().all(|id| [RED, BLUE].contains(id)),
        _ => true,
    };
    value.fits(kind) && is_known
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_converts_fits_and_stays_when_it_is_converted_again(
        value in any_value(),
        kind in sample::select(KINDS.to_vec()),
    ) {
        if let Ok(Some(converted)) = to(kind, &value) {
            prop_assert!(fits(&converted, kind), "{:?} as {:?}", converted, kind);
            prop_assert_eq!(to(kind, &converted), Ok(Some(converted)));
        }
    }

    #[test]
    fn what_is_written_as_text_is_read_from_it_again(
        value in any_value(),
        kind in sample::select(KINDS.to_vec()),
    ) {
        if let Ok(Some(converted)) = to(kind, &value)
            && !converted.is_empty()
            && !fits(&converted, FieldType::Text)
        {
            let text = text_of(&converted, &field(kind), &catalog()).unwrap();
            prop_assert_eq!(from_text(&text, &field(kind), &catalog()), Ok(Some(converted)), "{}", text);
        }
    }
}
