//! The contract's `listed` in protocol buffers, as far as the bench fills it. Guest and host
//! compile this same file.

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Listed {
    #[prost(message, required, tag = "1")]
    pub(crate) resource: Resource,
    #[prost(message, repeated, tag = "2")]
    pub(crate) entitlements: Vec<EntitlementId>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) grants: Vec<Grant>,
    #[prost(uint64, tag = "4")]
    pub(crate) position: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Resource {
    #[prost(message, required, tag = "1")]
    pub(crate) id: ResourceId,
    #[prost(string, tag = "2")]
    pub(crate) display_name: String,
    #[prost(string, optional, tag = "3")]
    pub(crate) description: Option<String>,
    #[prost(message, tag = "4")]
    pub(crate) parent: Option<ResourceId>,
    #[prost(message, tag = "5")]
    pub(crate) user: Option<User>,
    #[prost(message, tag = "6")]
    pub(crate) created_at: Option<Timestamp>,
    #[prost(message, repeated, tag = "7")]
    pub(crate) profile: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct User {
    #[prost(enumeration = "Status", tag = "1")]
    pub(crate) status: i32,
    #[prost(string, optional, tag = "2")]
    pub(crate) status_details: Option<String>,
    #[prost(enumeration = "AccountType", tag = "3")]
    pub(crate) account_type: i32,
    #[prost(string, optional, tag = "4")]
    pub(crate) login: Option<String>,
    #[prost(string, repeated, tag = "5")]
    pub(crate) emails: Vec<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) given_name: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) family_name: Option<String>,
    #[prost(message, tag = "8")]
    pub(crate) last_login: Option<Timestamp>,
    #[prost(bool, optional, tag = "9")]
    pub(crate) mfa_enabled: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
pub(crate) enum Status {
    Unspecified = 0,
    Enabled = 1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
pub(crate) enum AccountType {
    Unspecified = 0,
    Human = 1,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Attribute {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(oneof = "Value", tags = "2, 3")]
    pub(crate) value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Value {
    #[prost(string, tag = "2")]
    Text(String),
    #[prost(bool, tag = "3")]
    Flag(bool),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Grant {
    #[prost(message, required, tag = "1")]
    pub(crate) entitlement: EntitlementId,
    #[prost(message, required, tag = "2")]
    pub(crate) principal: ResourceId,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct EntitlementId {
    #[prost(message, required, tag = "1")]
    pub(crate) on: ResourceId,
    #[prost(string, tag = "2")]
    pub(crate) slug: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ResourceId {
    #[prost(string, tag = "1")]
    pub(crate) resource_type: String,
    #[prost(string, tag = "2")]
    pub(crate) id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Timestamp {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(uint32, tag = "2")]
    pub(crate) nanoseconds: u32,
}
