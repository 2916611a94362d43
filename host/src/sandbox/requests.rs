//! Requests while they are made: the engine keeps methods and authorities of any length, outside of
//! the component's memory.

use super::State;
use wasmtime::{
    StoreContextMut,
    component::{Linker, Resource},
};
use wasmtime_wasi_http::{
    WasiHttpView,
    p3::{
        Request,
        bindings::http::types::{HostRequest, Method},
    },
};

/// Where they are made.
const TYPES: &str = "wasi:http/types@0.3.0";
/// Bytes of a method. The longest that is registered, `BASELINE-CONTROL`, takes 16.
const METHOD: usize = 64;
/// Bytes of a host and a port. A name has at most 253 (RFC 1035, section 2.3.4).
const AUTHORITY: usize = 1024;

type Set = (Result<(), ()>,);

/// Puts functions that know a limit in the place of two that know none.
///
/// # Errors
///
/// When there are no such functions, which would be a fault of this program.
pub fn limit(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(TYPES)?;
    types.func_wrap("[method]request.set-method", set_method)?;
    types.func_wrap("[method]request.set-authority", set_authority)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn set_method(
    mut store: StoreContextMut<'_, State>,
    (request, method): (Resource<Request>, Method),
) -> wasmtime::Result<Set> {
    if matches!(&method, Method::Other(name) if name.len() > METHOD) {
        return Ok((Err(()),));
    }
    Ok((store.data_mut().http().set_method(request, method)?,))
}

fn set_authority(
    mut store: StoreContextMut<'_, State>,
    (request, authority): (Resource<Request>, Option<String>),
) -> wasmtime::Result<Set> {
    if authority
        .as_ref()
        .is_some_and(|name| name.len() > AUTHORITY)
    {
        return Ok((Err(()),));
    }
    Ok((store.data_mut().http().set_authority(request, authority)?,))
}
