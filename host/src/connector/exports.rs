//! The component's functions, those of its optional interfaces included.

use super::Interface;
use crate::{
    contract::{
        create_account, describe, get_resource, grant, invoke_action, list_entitlements,
        list_grants, list_resources, validate,
    },
    sandbox::State,
};
use wasmtime::{
    Result, Store,
    component::{Instance, InstancePre},
};

/// The functions of an instance.
pub struct Exports {
    pub describe: describe::Guest,
    pub validate: validate::Guest,
    pub list_resources: list_resources::Guest,
    pub list_entitlements: list_entitlements::Guest,
    pub list_grants: list_grants::Guest,
    pub get_resource: Option<get_resource::Guest>,
    pub grant: Option<grant::Guest>,
    pub create_account: Option<create_account::Guest>,
    pub invoke_action: Option<invoke_action::Guest>,
}

/// A component that is ready to be instantiated, and where its functions are.
pub(super) struct ExportsPre {
    component: InstancePre<State>,
    describe: describe::GuestIndices,
    validate: validate::GuestIndices,
    list_resources: list_resources::GuestIndices,
    list_entitlements: list_entitlements::GuestIndices,
    list_grants: list_grants::GuestIndices,
    get_resource: Option<get_resource::GuestIndices>,
    grant: Option<grant::GuestIndices>,
    create_account: Option<create_account::GuestIndices>,
    invoke_action: Option<invoke_action::GuestIndices>,
}

impl ExportsPre {
    /// Looks the functions up.
    pub(super) fn new(component: InstancePre<State>, interface: &Interface) -> Result<Self> {
        let exported = |name: &str| interface.exports.contains(name);
        let pre = &component;
        Ok(Self {
            describe: describe::GuestIndices::new(pre)?,
            validate: validate::GuestIndices::new(pre)?,
            list_resources: list_resources::GuestIndices::new(pre)?,
            list_entitlements: list_entitlements::GuestIndices::new(pre)?,
            list_grants: list_grants::GuestIndices::new(pre)?,
            get_resource: exported("get-resource")
                .then(|| get_resource::GuestIndices::new(pre))
                .transpose()?,
            grant: exported("grant")
                .then(|| grant::GuestIndices::new(pre))
                .transpose()?,
            create_account: exported("create-account")
                .then(|| create_account::GuestIndices::new(pre))
                .transpose()?,
            invoke_action: exported("invoke-action")
                .then(|| invoke_action::GuestIndices::new(pre))
                .transpose()?,
            component,
        })
    }

    /// Makes an instance.
    pub(super) async fn instantiate(&self, store: &mut Store<State>) -> Result<Exports> {
        let instance: Instance = self.component.instantiate_async(&mut *store).await?;
        let instance = &instance;
        Ok(Exports {
            describe: self.describe.load(&mut *store, instance)?,
            validate: self.validate.load(&mut *store, instance)?,
            list_resources: self.list_resources.load(&mut *store, instance)?,
            list_entitlements: self.list_entitlements.load(&mut *store, instance)?,
            list_grants: self.list_grants.load(&mut *store, instance)?,
            get_resource: (self.get_resource.as_ref())
                .map(|indices| indices.load(&mut *store, instance))
                .transpose()?,
            grant: (self.grant.as_ref())
                .map(|indices| indices.load(&mut *store, instance))
                .transpose()?,
            create_account: (self.create_account.as_ref())
                .map(|indices| indices.load(&mut *store, instance))
                .transpose()?,
            invoke_action: (self.invoke_action.as_ref())
                .map(|indices| indices.load(&mut *store, instance))
                .transpose()?,
        })
    }
}
