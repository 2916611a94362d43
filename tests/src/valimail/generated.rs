//! Accounts made up from their position alone, written from a prebuilt template.
//!
//! One record costs some hundred nanoseconds: the constant text is copied, and only what differs
//! between two accounts is computed. Identifiers come from a bijection of the position, so that
//! none repeats and a position can be found again.

use serde_json::{Value, json};

use super::account::{Account, CORE, EXTENSION, SLUG};
use super::json::Layout;
use super::names::{DOMAINS, FAMILY, GIVEN};
use super::numbers::{MASK, date, mix, scramble, unscramble, uuid};

/// The layout's template for one account, cut where something differs.
pub(super) struct Template {
    pieces: Vec<(Vec<u8>, Slot)>,
    tail: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Slot {
    Id,
    ExternalId,
    UserName,
    Given,
    Family,
    Active,
    MemberType,
    Created,
    LastModified,
}

const SLOTS: [(&str, Slot); 9] = [
    ("<<id>>", Slot::Id),
    ("<<external>>", Slot::ExternalId),
    ("<<user>>", Slot::UserName),
    ("<<given>>", Slot::Given),
    ("<<family>>", Slot::Family),
    ("\"<<active>>\"", Slot::Active),
    ("<<type>>", Slot::MemberType),
    ("<<created>>", Slot::Created),
    ("<<modified>>", Slot::LastModified),
];

impl Template {
    /// The template for a list in this layout.
    pub(super) fn new(layout: Layout) -> Template {
        let mut rest = layout.render_item(&marked());
        let mut pieces = Vec::new();
        while let Some((at, mark, slot)) = SLOTS
            .iter()
            .filter_map(|(mark, slot)| rest.find(mark).map(|at| (at, *mark, *slot)))
            .min_by_key(|(at, _, _)| *at)
        {
            pieces.push((rest.as_bytes()[..at].to_vec(), slot));
            rest = rest.split_off(at + mark.len());
        }
        Template {
            pieces,
            tail: rest.into_bytes(),
        }
    }

    /// Appends the account at `position` to `out`.
    pub(super) fn write(&self, position: u64, out: &mut Vec<u8>) {
        let facts = Facts::new(position);
        for (text, slot) in &self.pieces {
            out.extend_from_slice(text);
            match slot {
                Slot::Id => out.extend_from_slice(&facts.id),
                Slot::ExternalId => facts.external_id(out),
                Slot::UserName => facts.user_name(out),
                Slot::Given => out.extend_from_slice(facts.given.0.as_bytes()),
                Slot::Family => out.extend_from_slice(facts.family.0.as_bytes()),
                Slot::Active => {
                    out.extend_from_slice(if facts.active { b"true" } else { b"false" })
                }
                Slot::MemberType => out.extend_from_slice(facts.member_type.as_bytes()),
                Slot::Created => out.extend_from_slice(&date(2019, 7, facts.seed)),
                Slot::LastModified => out.extend_from_slice(&date(2026, 1, facts.seed >> 20)),
            }
        }
        out.extend_from_slice(&self.tail);
    }
}

/// The generated account at a position.
pub(super) fn account(position: u64) -> Account {
    let mut text = Vec::new();
    Template::new(Layout::Compact).write(position, &mut text);
    Account::item(serde_json::from_slice(&text).expect("a generated account is JSON"))
}

/// The position whose generated account has this identifier.
pub(super) fn position_of_id(id: &str) -> Option<u64> {
    let head = format!("{}{}", id.get(..8)?, id.get(9..13)?);
    let position = unscramble(u64::from_str_radix(&head, 16).ok()?);
    (Facts::new(position).id == id.as_bytes()).then_some(position)
}

/// The position whose generated account has this address.
pub(super) fn position_of_user_name(user_name: &str, any_case: bool) -> Option<u64> {
    let (local, _) = user_name.split_once('@')?;
    let position = local
        .rsplit('.')
        .next()?
        .parse()
        .ok()
        .filter(|at| *at <= MASK)?;
    let mut own = Vec::new();
    Facts::new(position).user_name(&mut own);
    let same =
        own == user_name.as_bytes() || any_case && own.eq_ignore_ascii_case(user_name.as_bytes());
    same.then_some(position)
}

fn marked() -> Value {
    json!({
        "schemas": [CORE, EXTENSION],
        "id": "<<id>>",
        "userName": "<<user>>",
        "externalId": "<<external>>",
        "name": {"familyName": "<<family>>", "givenName": "<<given>>"},
        "active": "<<active>>",
        EXTENSION: {"memberType": "<<type>>"},
        "meta": {
            "resourceType": "User",
            "created": "<<created>>",
            "lastModified": "<<modified>>",
            "location": format!("https://api.valimail.com/account/{SLUG}/scim/v2/users/<<id>>"),
        },
    })
}

/// What differs between two generated accounts.
struct Facts {
    position: u64,
    seed: u64,
    id: [u8; 36],
    given: (&'static str, &'static str),
    family: (&'static str, &'static str),
    active: bool,
    member_type: &'static str,
}

impl Facts {
    fn new(position: u64) -> Facts {
        let seed = mix(position);
        Facts {
            position,
            seed,
            id: uuid(scramble(position), mix(seed)),
            given: GIVEN[(seed >> 8) as usize % GIVEN.len()],
            family: FAMILY[(seed >> 24) as usize % FAMILY.len()],
            active: (seed >> 40) % 100 < 93,
            member_type: match (seed >> 48) % 100 {
                0 => "owner",
                1..5 => "marketer",
                _ => "member",
            },
        }
    }

    fn external_id(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"LF-");
        out.extend_from_slice(
            itoa::Buffer::new()
                .format(1_000_000 + self.position)
                .as_bytes(),
        );
    }

    fn user_name(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.given.1.as_bytes());
        out.push(b'.');
        out.extend_from_slice(self.family.1.as_bytes());
        out.push(b'.');
        out.extend_from_slice(itoa::Buffer::new().format(self.position).as_bytes());
        out.push(b'@');
        out.extend_from_slice(DOMAINS[(self.seed >> 56) as usize % DOMAINS.len()].as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::account::field;
    use super::*;

    #[test]
    fn a_position_can_be_found_again_by_identifier_and_address() {
        for position in [0, 1, 2, 41, 999_999, 123_456_789, MASK] {
            assert_eq!(unscramble(scramble(position)), position);
            let account = account(position);
            assert_eq!(
                position_of_id(account.text(field::ID).unwrap()),
                Some(position)
            );
            let user_name = account.text(field::USER_NAME).unwrap();
            assert_eq!(position_of_user_name(user_name, false), Some(position));
        }
        assert_eq!(position_of_id("49c398b12b"), None);
        assert_eq!(
            position_of_user_name("ann.bee.17@elsewhere.example", true),
            None
        );
    }

    #[test]
    fn identifiers_neither_repeat_nor_come_sorted() {
        let ids: Vec<_> = (0..50_000)
            .map(|position| Facts::new(position).id)
            .collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let rising = ids.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((20_000..30_000).contains(&rising), "{rising} of 50000 rise");
    }

    #[test]
    fn roles_and_sizes_are_believable() {
        let template = Template::new(Layout::Compact);
        let mut text = Vec::new();
        let mut roles = [0; 3];
        for position in 0..10_000 {
            template.write(position, &mut text);
            match Facts::new(position).member_type {
                "owner" => roles[0] += 1,
                "marketer" => roles[1] += 1,
                _ => roles[2] += 1,
            }
        }
        let average = text.len() / 10_000;
        assert!((550..=650).contains(&average), "{average} bytes on average");
        assert!(
            (50..200).contains(&roles[0]) && (300..500).contains(&roles[1]),
            "{roles:?}"
        );
    }
}
