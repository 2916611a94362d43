//! How a component is made of components.
//!
//! A compiler writes out what is instantiated, each time that it is. Some kilobytes can say that
//! something is to be doubled thirty times, or hold components within components so deep that the
//! compiler's memory, which grows with the square of the depth, does not suffice.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Encoding, Parser, Payload,
};

/// Components within components. No tool comes near it.
const DEEPEST: usize = 32;
/// Bytes of all that is instantiated, each time that it is. Most components have some ten kilobytes.
const LARGEST: u64 = 1 << 20;

/// Looks at a component before it is compiled. What is wrong with it otherwise is left to the
/// compiler.
///
/// # Errors
///
/// Says that it is nested too deep, or too large when it is written out.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut open: Vec<Part> = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let Ok(payload) = payload else {
            return Ok(());
        };
        match &payload {
            Payload::Version { encoding, .. } => open.push(Part::new(*encoding)),
            Payload::End(_) => {
                let closed = open.pop();
                let closed = closed.filter(|part| part.encoding == Encoding::Component);
                if let (Some(around), Some(closed)) = (open.last_mut(), closed) {
                    around.components.push(closed.size);
                }
            }
            payload => match look(payload, &mut open) {
                Ok(()) => {}
                Err(Trouble::Unreadable) => return Ok(()),
                Err(Trouble::PassedOn) => {
                    return Err("it imports a component, or takes one from an instance".to_owned());
                }
            },
        }
        if open.len() > DEEPEST {
            return Err(format!(
                "it holds components within components, more than {DEEPEST} deep"
            ));
        }
        if open.last().is_some_and(|part| part.size > LARGEST) {
            return Err(format!(
                "it is larger than {} MiB when each component in it is written out as often as it is instantiated",
                LARGEST >> 20
            ));
        }
    }
    Ok(())
}

/// A component or a module that has not come to its end.
struct Part {
    encoding: Encoding,
    /// Bytes of a component's own definitions, and of what it instantiates.
    size: u64,
    /// The sizes of the components that it can instantiate, by index.
    components: Vec<u64>,
}

impl Part {
    fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            size: 0,
            components: Vec::new(),
        }
    }

    fn component(&self, index: u32) -> Result<u64, Trouble> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        self.components
            .get(index)
            .copied()
            .ok_or(Trouble::Unreadable)
    }
}

/// Why a component is not looked at any further.
enum Trouble {
    /// The compiler will say what is wrong with it.
    Unreadable,
    /// Which component is meant is not known before another one is instantiated.
    PassedOn,
}

impl From<BinaryReaderError> for Trouble {
    fn from(_: BinaryReaderError) -> Self {
        Self::Unreadable
    }
}

/// Takes a section of the innermost part into account.
fn look(payload: &Payload<'_>, open: &mut [Part]) -> Result<(), Trouble> {
    let Some((part, around)) = open.split_last_mut() else {
        return Ok(());
    };
    if part.encoding == Encoding::Module {
        return Ok(());
    }
    match payload {
        // They have a size of their own.
        Payload::ModuleSection { .. }
        | Payload::ComponentSection { .. }
        | Payload::CustomSection(_) => return Ok(()),
        Payload::ComponentInstanceSection(instances) => {
            for instance in instances.clone() {
                if let ComponentInstance::Instantiate {
                    component_index, ..
                } = instance?
                {
                    let size = part.component(component_index)?;
                    part.size = part.size.saturating_add(size);
                }
            }
        }
        Payload::ComponentAliasSection(aliases) => {
            for alias in aliases.clone() {
                match alias? {
                    ComponentAlias::Outer {
                        kind: ComponentOuterAliasKind::Component,
                        count,
                        index,
                    } => {
                        let size = match usize::try_from(count).unwrap_or(usize::MAX) {
                            0 => part.component(index)?,
                            count => {
                                let outer = around.len().checked_sub(count);
                                let outer = outer.and_then(|at| around.get(at));
                                outer.ok_or(Trouble::Unreadable)?.component(index)?
                            }
                        };
                        part.components.push(size);
                    }
                    ComponentAlias::InstanceExport {
                        kind: ComponentExternalKind::Component,
                        ..
                    } => return Err(Trouble::PassedOn),
                    _ => {}
                }
            }
        }
        Payload::ComponentImportSection(imports) => {
            for import in imports.clone() {
                if matches!(import?.ty, ComponentTypeRef::Component(_)) {
                    return Err(Trouble::PassedOn);
                }
            }
        }
        Payload::ComponentExportSection(exports) => {
            for export in exports.clone() {
                let export = export?;
                if export.kind == ComponentExternalKind::Component {
                    // What is exported has an index of its own from then on.
                    part.components.push(part.component(export.index)?);
                }
            }
        }
        _ => {}
    }
    let length = payload.as_section().map_or(0, |(_, range)| range.len());
    part.size = part.size.saturating_add(length as u64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    /// A section; its size takes two bytes, as it may.
    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let size = content.len();
        let header = [id, (size & 0x7f) as u8 | 0x80, (size >> 7) as u8];
        [&header, content].concat()
    }

    /// So many components, each but the last with another one in it.
    fn nested(depth: usize) -> Vec<u8> {
        let inner = |inner: Vec<u8>, _| [EMPTY, &section(4, &inner)].concat();
        (0..depth).fold(EMPTY.to_vec(), inner)
    }

    /// Components beside each other, each of which instantiates the one before it twice.
    fn doubling(times: u8) -> Vec<u8> {
        // A type, so that there is something: list<string>.
        let mut bytes = [
            EMPTY,
            &section(4, &[EMPTY, &section(7, b"\x01\x70\x73")].concat()),
        ]
        .concat();
        for index in 0..times {
            let outer = section(6, &[1, 4, 2, 1, index]);
            let twice = section(5, &[2, 0, 0, 0, 0, 0, 0]);
            bytes.extend(section(4, &[EMPTY, &outer, &twice].concat()));
        }
        bytes
    }

    #[test]
    fn components_lie_within_components_only_so_deep() {
        assert_eq!(check(&nested(0)), Ok(()));
        assert_eq!(check(&nested(DEEPEST - 1)), Ok(()));
        let error = check(&nested(DEEPEST)).unwrap_err();
        assert!(error.contains("more than 32 deep"), "{error}");
    }

    #[test]
    fn components_beside_components_are_not_deep() {
        let many = [EMPTY, &section(4, EMPTY).repeat(1000)].concat();
        assert_eq!(check(&many), Ok(()));
    }

    #[test]
    fn what_is_instantiated_counts_each_time() {
        assert_eq!(check(&doubling(10)), Ok(()));
        for times in [20, 30, 100] {
            let error = check(&doubling(times)).unwrap_err();
            assert!(error.contains("written out"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_compiler() {
        for bytes in [&b"\0asm"[..], b"text", &[EMPTY, &[4, 0xff]].concat(), &[]] {
            assert_eq!(check(bytes), Ok(()));
        }
        // An index that there is not.
        let outer = section(6, &[1, 4, 2, 1, 7]);
        assert_eq!(
            check(&[EMPTY, &section(4, &[EMPTY, &outer].concat())].concat()),
            Ok(())
        );
    }
}
