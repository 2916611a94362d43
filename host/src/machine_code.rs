//! Machine code of components, as bytes. To run it is to trust it.

use crate::engine::Engine;
use std::ops::Deref;
use wasmtime::component::Component;

/// Machine code that this program has made: nothing else may be put in here.
pub(crate) struct MachineCode<B> {
    bytes: B,
    /// Where in them it begins.
    at: usize,
}

impl<B: Deref<Target = [u8]>> MachineCode<B> {
    /// Vouches for bytes, which from `at` on come from [`Component::serialize`] or
    /// [`wasmtime::Engine::precompile_component`] in this program, unchanged.
    pub(crate) fn vouched_for(bytes: B, at: usize) -> Self {
        Self { bytes, at }
    }

    /// The component.
    ///
    /// # Errors
    ///
    /// When it was made for another engine, or another machine.
    #[expect(
        unsafe_code,
        reason = "machine code from bytes is run as it is, so somebody has to vouch for it"
    )]
    pub(crate) fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: there are two places that vouch for bytes. The cache has authenticated them with a
        // key that only this user can read, and makes codes for nothing but what this program has
        // compiled. The compiler has read them from a process of this very program, which it has
        // started itself, through a pipe that nobody else has.
        unsafe { Component::deserialize(engine.wasmtime(), &self.bytes[self.at..]) }
    }
}
