//! Faults as they are written on a command line.

use std::str::FromStr;
use std::time::Duration;

use super::faults::{ErrorBody, Fault, RetryAfter, Shape};
use super::script::{Faults, Script};

/// The faults that a command line can name, with what follows the colon.
pub const SPELLINGS: &str = "ok, status:CODE, 429[:SECONDS], 503[:SECONDS], redirect:URL, html, \
     no-resources, endless, gzip-bomb:BYTES, not-http, reset, close, hang, lost, \
     acted:CODE, delay:MILLISECONDS, trickle:MILLISECONDS, cut:BYTES, hang-after:BYTES, truncated:BYTES, \
     huge-header:BYTES";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        let (name, detail) = text.split_once(':').unwrap_or((text, ""));
        let number = || {
            detail
                .parse::<u64>()
                .map_err(|_| format!("`{name}` needs a number: `{name}:N`"))
        };
        let status = || match u16::try_from(number()?) {
            Ok(status @ 200..=599) => Ok(status),
            _ => Err("a status is a number from 200 to 599".to_owned()),
        };
        let retry_after = || match detail {
            "" => Ok(RetryAfter::Absent),
            _ => number().map(RetryAfter::Seconds),
        };
        Ok(match name {
            "ok" => Fault::None,
            "status" => Fault::Status(status()?, ErrorBody::Scim),
            "acted" => Fault::Acted(status()?, ErrorBody::Scim),
            "429" => Fault::TooManyRequests(retry_after()?),
            "503" => Fault::Unavailable(retry_after()?),
            "redirect" => Fault::Redirect(302, detail.into()),
            "html" => Fault::Html,
            "no-resources" => Fault::Shape(Shape::NoResources),
            "endless" => Fault::EndlessAccounts,
            "gzip-bomb" => Fault::GzipBomb(number()?),
            "not-http" => Fault::NotHttp,
            "reset" => Fault::Reset,
            "close" => Fault::Close,
            "hang" => Fault::Hang,
            "lost" => Fault::Lost,
            "delay" => Fault::Delay(Duration::from_millis(number()?)),
            "trickle" => Fault::Trickle(Duration::from_millis(number()?)),
            "cut" => Fault::CutBody(number()?),
            "hang-after" => Fault::HangMidBody(number()?),
            "truncated" => Fault::Truncated(number()?),
            "huge-header" => Fault::HugeHeader(number()? as usize),
            _ => return Err(format!("no such fault; there are: {SPELLINGS}")),
        })
    }
}

impl Faults {
    /// Adds a fault written as `ENDPOINT=FAULT`, or `ENDPOINT=forever:FAULT` for every request
    /// after those already added. Endpoints: auth, list, find, lookup, create,
    /// patch.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let (endpoint, fault) = text.split_once('=').ok_or("expected ENDPOINT=FAULT")?;
        let script = match endpoint {
            "auth" => &mut self.auth,
            "list" => &mut self.list,
            "find" => &mut self.find,
            "lookup" => &mut self.lookup,
            "create" => &mut self.create,
            "patch" => &mut self.patch,
            _ => return Err("endpoints: auth, list, find, lookup, create, patch".into()),
        };
        let earlier: Script = std::mem::take(script);
        *script = match fault.strip_prefix("forever:") {
            Some(fault) => earlier.then_forever(fault.parse()?),
            None => earlier.then(fault.parse()?),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_from_a_command_line() {
        let mut faults = Faults::default();
        for text in [
            "list=429:2",
            "list=ok",
            "list=forever:cut:100",
            "auth=status:500",
        ] {
            faults.add(text).unwrap();
        }
        let two_seconds = Fault::TooManyRequests(RetryAfter::Seconds(2));
        assert_eq!(
            faults.list,
            Script::from([two_seconds, Fault::None]).then_forever(Fault::CutBody(100))
        );
        assert_eq!(faults.auth, Fault::Status(500, ErrorBody::Scim).into());
        for text in [
            "list",
            "lists=ok",
            "list=burn",
            "list=cut",
            "list=status:99",
        ] {
            assert!(faults.add(text).is_err(), "{text}");
        }
    }
}
