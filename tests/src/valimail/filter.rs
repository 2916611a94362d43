//! The part of SCIM's filter language that the stand-in speaks: one attribute equal to one text.

/// A filter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// `id eq "…"`
    Id(String),
    /// `userName eq "…"`
    UserName(String),
}

/// Reads a filter; everything but equality of `id` or `userName` is an error.
pub(super) fn parse(text: &str) -> Result<Filter, String> {
    let mut words = text.trim().splitn(3, char::is_whitespace);
    let attribute = words.next().unwrap_or_default();
    let operator = words.next().unwrap_or_default();
    let value = words.next().unwrap_or_default().trim();
    if !operator.eq_ignore_ascii_case("eq") {
        return Err(format!(
            "Unsupported operator in filter expression: {operator:?}"
        ));
    }
    let value = serde_json::from_str(value)
        .map_err(|_| "Expected one quoted string in filter expression".to_owned())?;
    match attribute.to_ascii_lowercase().as_str() {
        "id" => Ok(Filter::Id(value)),
        "username" => Ok(Filter::UserName(value)),
        _ => Err(format!(
            "Unsupported attribute in filter expression: {attribute:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_of_id_and_address_is_understood_and_nothing_else() {
        let address = Filter::UserName("a \"b\"@c.example".into());
        assert_eq!(parse(r#" userName eq "a \"b\"@c.example" "#), Ok(address));
        assert_eq!(parse(r#"ID EQ "1""#), Ok(Filter::Id("1".into())));
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName eq foo",
            r#"userName eq "a" or id eq "b""#,
            r#"userName sw "a""#,
            r#"active eq true"#,
            r#"name.givenName eq "J""#,
            r#"userName eq "a"b""#,
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
