//! What a writer takes: identities to find a row by, and the encoded message itself.

/// Whether a row was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// It was.
    New,
    /// It was not: this sync has a row of that identity already, and the first one stays.
    Duplicate,
}

/// An object to store.
#[derive(Clone, Copy, Debug)]
pub struct ResourceRow<'a> {
    /// [`ResourceType::id`](super::ResourceType::id) of its kind.
    pub resource_type: &'a str,
    /// Its identity within the kind.
    pub resource: &'a str,
    /// Kind and identity of the object that it belongs to.
    pub parent: Option<(&'a str, &'a str)>,
    /// The encoded [`Resource`](super::Resource).
    pub data: &'a [u8],
}

/// Something grantable to store.
#[derive(Clone, Copy, Debug)]
pub struct EntitlementRow<'a> {
    /// Kind of the object that it gives access to.
    pub resource_type: &'a str,
    /// Identity of that object.
    pub resource: &'a str,
    /// See [`entitlement_id`](super::entitlement_id).
    pub id: &'a str,
    /// The encoded [`Entitlement`](super::Entitlement).
    pub data: &'a [u8],
}

/// Something granted to store.
#[derive(Clone, Copy, Debug)]
pub struct GrantRow<'a> {
    /// Kind of the object that the entitlement gives access to.
    pub resource_type: &'a str,
    /// Identity of that object.
    pub resource: &'a str,
    /// [`EntitlementRow::id`] of what is granted. Older readers crash if there is no such row.
    pub entitlement: &'a str,
    /// Kind of the object that it is granted to.
    pub principal_type: &'a str,
    /// Identity of that object.
    pub principal: &'a str,
    /// See [`grant_id`](super::grant_id).
    pub id: &'a str,
    /// The encoded [`Grant`](super::Grant).
    pub data: &'a [u8],
}
