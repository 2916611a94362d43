//! The tenant of the demo: Larkspur Freight, a haulier of some forty accounts.

use super::account::{Account, field};
use super::accounts::Accounts;

/// The demo company: 42 accounts with 3 owners (one of them inactive), 4 marketers, 32 members,
/// one with a role that nobody has documented, and two without any. Among them are the three
/// accounts that the published API description shows, and gaps of the kind that it allows:
/// identifiers of three styles, dates with and without fractions, people who have not accepted
/// their invitation and have no name.
pub fn company() -> Accounts {
    published()
        .into_iter()
        .chain(people())
        .chain(oddities())
        .collect()
}

/// The accounts that the API description shows.
fn published() -> Vec<Account> {
    vec![
        Account::new("49c398b12b", "foo@somedomain.com")
            .external_id("string")
            .named("foo", "bar")
            .owner()
            .inactive()
            .dates("2026-03-16T14:13:09.867Z", "2026-03-25T13:22:47.26Z"),
        Account::new("1234c223-7f76-453a-919d-413861904648", "bar@somedomain.com")
            .external_id("another-string")
            .named("bar", "baz")
            .inactive()
            .dates("2026-03-17T10:00:00.000Z", "2026-03-25T13:22:47.26Z"),
        Account::new("2906d4927bf178077519", "emailscimtest1@somedomain.com")
            .external_id("684f7728-1f8c-44da-aefa-21b27dc602cf")
            .named("tttttt", "qqqq")
            .dates("2025-09-11T14:42:59Z", "2025-09-11T14:42:59Z"),
    ]
}

/// The staff, one a line: identifier, address before the domain, first and last name, role, and
/// when the account was made. A role in capitals is that of someone who has left, whose account
/// is inactive.
const PEOPLE: &str = "\
7f02c1d94a | margarethe.olufsen | Margarethe | Olufsen | owner | 2022-01-10T09:02:11Z
b81e6a0c37 | tobias.achterberg | Tobias | Achterberg | owner | 2022-01-10T09:14:45.3Z
0d93f7be21 | ines.carvalho | Inês | Carvalho | marketer | 2022-03-02T13:40:00.512Z
e5a41d7790 | lucian.petrescu | Lucian | Petrescu | marketer | 2023-06-19T07:55:31Z
93bc2f08e6 | saoirse.doyle | Saoirse | Doyle | marketer | 2024-02-27T15:21:08.77Z
4ce7705a1d | walter.pruitt | Walter | Pruitt | MARKETER | 2022-05-30T10:10:10Z
21fa9be304 | aurelie.fontaine | Aurélie | Fontaine | member | 2022-01-12T08:30:00Z
c60d18b5f9 | dariusz.wojcik | Dariusz | Wójcik | member | 2022-01-12T08:31:20.118Z
5a7e92c4d0 | hiroko.matsuda | 裕子 | 松田 | member | 2022-02-01T23:59:59.999Z
f4380be1a7 | olena.shevchuk | Олена | Шевчук | member | 2022-02-14T11:45:03Z
8d5c03f62e | reggie.okafor | Reggie | Okafor | member | 2022-03-21T16:20:47.05Z
17b9e4ad58 | siobhan.o'hara | Siobhán | O'Hara | member | 2022-04-04T09:00:00Z
a2f6c80d13 | nils.ostergaard | Nils | Østergaard | member | 2022-06-15T12:34:56.789Z
6e01d7b94f | gemma.tully | Gemma | Tully | MEMBER | 2022-07-01T08:15:00Z
d94b2a6e80 | rashid.alamoudi | رشيد | العمودي | member | 2022-08-22T06:05:04.3Z
30ce5f81b7 | paloma.iglesias | Paloma | Iglesias Peña | member | 2022-09-09T09:09:09Z
4ab1d09c6f27e8535d10 | jun.ho.baek | Jun-ho | Baek | member | 2022-11-03T02:17:38.41Z
9e3d5c7b1f0a2846cb97 | katarina.horvat | Katarina | Horvat | member | 2023-01-16T10:00:00Z
c1f8047ae6b35d2990ae | emmanuel.tetteh | Emmanuel | Tetteh | member | 2023-02-20T14:48:12Z
0b7a63d2f94e81c5d36b | birgit.lund | Birgit | Lund | MEMBER | 2023-03-13T08:08:08.808Z
e82c19f50d7b46a3f1c4 | vikram.deshpande | Vikram | Deshpande | member | 2023-04-27T05:30:00Z
57d40ae9b6813fc2e09b | zsofia.kertesz | Zsófia | Kertész | member | 2023-05-08T17:26:35.6Z
f36b8d12c07e59a4b8d2 | caleb.nightingale | Caleb | Nightingale | member | 2023-08-31T13:13:13Z
6a90e7c4d1b82f3574e0 | thandiwe.dlamini | Thandiwe | Dlamini | member | 2023-10-10T10:10:10.1Z
0e8b5b5e-3f61-4c0b-9d0e-6b1f0a54c7d1 | marisol.quintero | Marisol | Quintero | member | 2024-01-08T09:45:00.25Z
c7a1f0d2-95be-4e37-8a64-d20b9f3e1c58 | anders.blomkvist | Anders | Blomkvist | member | 2024-03-04T12:00:00Z
3d5e9c80-17fa-46b2-b1c9-84a7e60d2f93 | li.wei | 伟 | 李 | member | 2024-05-21T03:33:33.333Z
91b46e2f-d08c-4a75-9f13-5ce7b8a0d426 | freya.macleod | Freya | MacLeod | member | 2024-06-17T15:51:27Z
ad07c5b3-62e9-4f18-8b5d-17f3e9c420a6 | stefanos.ioannou | Στέφανος | Ιωάννου | MEMBER | 2024-09-02T08:00:00Z
58f2e6d1-b4a3-4907-a8ce-0d61f79b35e2 | chinonso.eze | Chinonso | Eze | member | 2024-11-25T11:22:33.44Z
e09d7b14-3c85-4d6f-92a0-b6f4815ce37d | penelope.ashworth | Penelope | Ashworth | member | 2025-01-20T09:30:15Z
74c3a8f5-e12d-4b90-8d67-f95e0b2a16c4 | mustafa.yildirim | Mustafa | Yıldırım | member | 2025-04-14T07:07:07.707Z
1f6b0e9a-87d4-4c52-b03e-a9d8c75f4e21 | greta.van.der.meer | Greta | van der Meer | member | 2025-07-07T16:05:50Z
b25d4f78-0ea6-4193-9c8b-3e7a61d0f5b9 | noor.siddiqui | Noor | Siddiqui | member | 2025-10-01T10:30:00.9Z";

fn people() -> impl Iterator<Item = Account> {
    PEOPLE.lines().enumerate().map(|(index, line)| {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [id, local, given, family, role, created] = parts[..] else {
            panic!("six parts in {line:?}");
        };
        let (month, day) = (1 + index % 3, 1 + index % 28);
        let account = Account::new(id, format!("{local}@larkspurfreight.example"))
            .external_id(&format!("LF-{:05}", 10_400 + index * 37))
            .named(given, family)
            .member_type(&role.to_lowercase())
            .dates(
                created,
                &format!("2026-{month:02}-{day:02}T08:{index:02}:00Z"),
            );
        if role.starts_with(char::is_uppercase) {
            account.inactive()
        } else {
            account
        }
    })
}

/// Accounts with gaps: invited and not there yet, shared, made by a tool.
fn oddities() -> Vec<Account> {
    let domain = "larkspurfreight.example";
    vec![
        Account::new(
            "d1e07f3a95",
            format!("audit@{}", "brightwater-audit.example"),
        )
        .named("Brightwater", "Audit LLP")
        .member_type("auditor")
        .without(field::EXTERNAL_ID)
        .dates("2025-12-01T00:00:00Z", "2025-12-01T00:00:00Z"),
        Account::new("2c9b60d8f1", format!("yolanda.ferris@{domain}"))
            .without(field::NAME)
            .without(field::EXTERNAL_ID)
            .dates("2026-03-30T15:42:10.5Z", "2026-03-30T15:42:10.5Z"),
        Account::new("85fe31a7c0", format!("bogdan.ilic@{domain}"))
            .with(field::GIVEN_NAME, "Bogdan")
            .without(field::FAMILY_NAME)
            .without(field::EXTERNAL_ID)
            .without(field::LAST_MODIFIED),
        Account::new("kiosk-rotterdam", format!("kiosk.rotterdam@{domain}"))
            .with(field::GIVEN_NAME, "")
            .with(
                field::FAMILY_NAME,
                "Kiosk Rotterdam (Gate 4 / \"Waalhaven\")",
            )
            .without(field::EXTENSION)
            .without(field::META),
        Account::new("ba640d7e52", format!("Campaigns@{domain}"))
            .named("Campaigns", "Shared Mailbox")
            .without(field::EXTERNAL_ID)
            .without(field::MEMBER_TYPE)
            .without(field::ACTIVE),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_company_is_what_its_description_says() {
        let accounts: Vec<Account> = company().iter().collect();
        let of = |role| {
            accounts
                .iter()
                .filter(|account| account.text(field::MEMBER_TYPE) == role)
                .count()
        };
        assert_eq!(accounts.len(), 42);
        assert_eq!(of(Some("owner")), 3);
        assert_eq!(
            accounts
                .iter()
                .filter(|account| account.is_active_owner())
                .count(),
            2
        );
        assert_eq!(of(Some("marketer")), 4);
        assert_eq!(of(Some("member")), 32);
        assert_eq!(of(Some("auditor")), 1);
        assert_eq!(of(None), 2);
        let ids: HashSet<_> = accounts
            .iter()
            .map(|account| account.text(field::ID))
            .collect();
        let addresses: HashSet<_> = accounts
            .iter()
            .map(|account| account.text(field::USER_NAME))
            .collect();
        assert_eq!((ids.len(), addresses.len()), (42, 42));
    }
}
