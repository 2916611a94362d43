//! What a connector declares, and what an operator's file says of it.

use crate::{template::Template, text::one_of};
use arbitrary::Arbitrary;
use connector_host::{
    contract::describe::{self, Operations, OutboundRequest},
    egress::{Operation, rule::may_read},
};

const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"];
const CHANGES: [Operation; 4] = [
    Operation::Grant,
    Operation::Revoke,
    Operation::CreateAccount,
    Operation::InvokeAction,
];

/// A method of a request.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Method(u8);

impl Method {
    pub fn text(self) -> &'static str {
        one_of(&METHODS, self.0)
    }

    pub fn http(self) -> http::Method {
        self.text().parse().unwrap()
    }
}

/// Something that happens, among some.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Set(u8);

impl Set {
    /// Those of `all` that are in it.
    fn among<T: Copy>(self, all: &[T]) -> Vec<T> {
        let chosen = |number| self.0 >> number & 1 == 1;
        let all = all.iter().copied().enumerate();
        all.filter_map(|(number, one)| chosen(number).then_some(one))
            .collect()
    }
}

/// What something does in the product.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Effect {
    Read,
    SignIn,
    Change,
}

impl Effect {
    pub fn described(self) -> describe::Effect {
        match self {
            Self::Read => describe::Effect::Read,
            Self::SignIn => describe::Effect::SignIn,
            Self::Change => describe::Effect::Change,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::SignIn => "sign-in",
            Self::Change => "change",
        }
    }
}

/// What a connector declares.
#[derive(Arbitrary, Debug)]
pub struct Declared<'a> {
    methods: Vec<Method>,
    pub template: Template<'a>,
    effect: Effect,
    during: Set,
    sends: bool,
}

impl Declared<'_> {
    /// As a connector says it. A description in which a PATCH reads, say, is refused before.
    pub fn request(&self) -> OutboundRequest {
        let changes = matches!(self.effect, Effect::Change);
        let methods = self.methods.iter().map(|method| method.text());
        let during = match changes {
            true => self.during.among(&CHANGES),
            false => Vec::new(),
        };
        OutboundRequest {
            methods: methods
                .filter(|method| changes || may_read(method))
                .map(str::to_owned)
                .collect(),
            url: self.template.text(),
            effect: self.effect.described(),
            during: during
                .into_iter()
                .map(Operation::unlocks)
                .fold(Operations::empty(), |all, one| all | one),
            sends_secrets: self.sends.then(|| "token".to_owned()).into_iter().collect(),
            returns_secrets: Vec::new(),
            purpose: String::new(),
        }
    }
}

/// What an operator allows or denies.
#[derive(Arbitrary, Debug)]
pub struct File<'a> {
    pub only: bool,
    pub allow: Vec<Allow<'a>>,
    pub deny: Vec<Deny<'a>>,
}

impl File<'_> {
    /// As an operator writes it.
    pub fn text(&self) -> String {
        let default = if self.only { "none" } else { "declared" };
        let allow: Vec<_> = self.allow.iter().map(Allow::text).collect();
        let deny: Vec<_> = self.deny.iter().map(Deny::text).collect();
        format!(
            "default = '{default}'\nallow = [{}]\ndeny = [{}]",
            allow.join(", "),
            deny.join(", ")
        )
    }
}

/// What an operator allows.
#[derive(Arbitrary, Debug)]
pub struct Allow<'a> {
    methods: Vec<Method>,
    pub template: Template<'a>,
    effect: Option<Effect>,
    during: Set,
    sends: bool,
}

impl Allow<'_> {
    fn text(&self) -> String {
        let mut fields = vec![methods(&self.methods), url(&self.template)];
        fields.extend(self.effect.map(effect));
        // Only what changes something is bound to operations.
        if !matches!(self.effect, Some(Effect::Read | Effect::SignIn)) {
            fields.extend(during(&self.during.among(&CHANGES)));
        }
        if self.sends {
            fields.push("sends-secrets = ['token']".to_owned());
        }
        format!("{{ {} }}", fields.join(", "))
    }
}

/// What an operator denies.
#[derive(Arbitrary, Debug)]
pub struct Deny<'a> {
    methods: Option<Vec<Method>>,
    template: Option<Template<'a>>,
    pub effect: Option<Effect>,
    during: Set,
}

impl Deny<'_> {
    fn text(&self) -> String {
        let mut fields = Vec::new();
        fields.extend(self.methods.as_deref().map(methods));
        fields.extend(self.template.as_ref().map(url));
        fields.extend(self.effect.map(effect));
        fields.extend(during(&self.during.among(&Operation::ALL)));
        format!("{{ {} }}", fields.join(", "))
    }

    /// The requests that it names as they are written, if it names any: others that a careless
    /// service could take for the same are denied, too.
    pub fn request(&self, method: Method) -> Option<OutboundRequest> {
        Some(OutboundRequest {
            methods: vec![method.text().to_owned()],
            url: self.template.as_ref()?.text(),
            effect: describe::Effect::Read,
            during: Operations::empty(),
            sends_secrets: Vec::new(),
            returns_secrets: Vec::new(),
            purpose: String::new(),
        })
    }

    /// Whether it counts for this method in this operation.
    pub fn counts(&self, operation: Operation, method: Method) -> bool {
        let during = self.during.among(&Operation::ALL);
        let named = |own: &Method| own.text() == method.text();
        let methods = self.methods.as_ref();
        methods.is_none_or(|methods| methods.iter().any(named))
            && (during.is_empty() || during.contains(&operation))
    }

    /// Whether it counts for each URL.
    pub fn is_about_any_url(&self) -> bool {
        self.template.is_none()
    }
}

fn methods(methods: &[Method]) -> String {
    let methods: Vec<_> = methods.iter().map(|method| method.text()).collect();
    format!("methods = {methods:?}")
}

fn url(template: &Template) -> String {
    // TOML has the escapes of JSON.
    format!("url = {}", serde_json::Value::from(template.text()))
}

fn effect(effect: Effect) -> String {
    format!("effect = '{}'", effect.text())
}

/// Nothing where there are none: an empty list makes no sense.
fn during(operations: &[Operation]) -> Option<String> {
    let operations: Vec<_> = operations.iter().map(Operation::to_string).collect();
    (!operations.is_empty()).then(|| format!("during = {operations:?}"))
}
