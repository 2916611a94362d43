//! When something goes wrong: a script of faults for each endpoint.

use std::collections::VecDeque;

use super::faults::Fault;

/// Which faults befall the requests to one endpoint: some in order, then one for ever or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    queue: VecDeque<Fault>,
    ever_after: Fault,
}

impl Script {
    /// The same fault for every request.
    pub fn forever(fault: Fault) -> Script {
        Script {
            queue: VecDeque::new(),
            ever_after: fault,
        }
    }

    /// The same fault for so many requests.
    pub fn times(times: usize, fault: Fault) -> Script {
        vec![fault; times].into()
    }

    /// One more fault after those in order.
    pub fn then(mut self, fault: Fault) -> Script {
        self.queue.push_back(fault);
        self
    }

    /// The same fault for every request after those in order.
    pub fn then_forever(mut self, fault: Fault) -> Script {
        self.ever_after = fault;
        self
    }

    pub(super) fn next(&mut self) -> Fault {
        self.queue
            .pop_front()
            .unwrap_or_else(|| self.ever_after.clone())
    }
}

impl From<Fault> for Script {
    fn from(fault: Fault) -> Script {
        vec![fault].into()
    }
}

impl From<Vec<Fault>> for Script {
    fn from(faults: Vec<Fault>) -> Script {
        Script {
            queue: faults.into(),
            ever_after: Fault::None,
        }
    }
}

impl<const N: usize> From<[Fault; N]> for Script {
    fn from(faults: [Fault; N]) -> Script {
        Vec::from(faults).into()
    }
}

/// The script of each endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// `POST /auth`
    pub auth: Script,
    /// `GET …/Users` without a filter
    pub list: Script,
    /// `GET …/Users?filter=…`
    pub find: Script,
    /// `GET …/Users/{id}`
    pub lookup: Script,
    /// `POST …/Users`
    pub create: Script,
    /// `PATCH …/Users/{id}`
    pub patch: Script,
}

impl Faults {
    /// Faults of `POST /auth` alone.
    pub fn auth(script: impl Into<Script>) -> Faults {
        Faults {
            auth: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `GET …/Users` without a filter alone.
    pub fn list(script: impl Into<Script>) -> Faults {
        Faults {
            list: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `GET …/Users?filter=…` alone.
    pub fn find(script: impl Into<Script>) -> Faults {
        Faults {
            find: script.into(),
            ..Faults::default()
        }
    }

    /// The same for every way to read accounts: with a filter, one alone, and the whole list.
    pub fn reading(script: impl Into<Script>) -> Faults {
        let script = script.into();
        Faults {
            list: script.clone(),
            find: script.clone(),
            lookup: script,
            ..Faults::default()
        }
    }

    /// Faults of `GET …/Users/{id}` alone.
    pub fn lookup(script: impl Into<Script>) -> Faults {
        Faults {
            lookup: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `POST …/Users` alone.
    pub fn create(script: impl Into<Script>) -> Faults {
        Faults {
            create: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `PATCH …/Users/{id}` alone.
    pub fn patch(script: impl Into<Script>) -> Faults {
        Faults {
            patch: script.into(),
            ..Faults::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_used_up_in_order() {
        let mut script = Script::times(2, Fault::Reset)
            .then(Fault::None)
            .then(Fault::Html);
        let taken: Vec<_> = (0..5).map(|_| script.next()).collect();
        assert_eq!(
            taken,
            [
                Fault::Reset,
                Fault::Reset,
                Fault::None,
                Fault::Html,
                Fault::None
            ]
        );
        let mut script = Script::from([Fault::Hang]).then_forever(Fault::Close);
        assert_eq!(
            [script.next(), script.next(), script.next()],
            [Fault::Hang, Fault::Close, Fault::Close]
        );
    }
}
