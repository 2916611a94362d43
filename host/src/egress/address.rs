//! Which addresses are never connected to, unless the operator names the origin.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, if it is none of the public internet: a word for the message.
///
/// The ranges are those of the IANA special-purpose address registries. An IPv4 address that
/// is wrapped in an IPv6 one (mapped, compatible, NAT64, 6to4) counts as what it wraps.
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => not_public_v4(v4),
        IpAddr::V6(v6) => not_public_v6(v6),
    }
}

fn not_public_v4(v4: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = v4.octets();
    Some(match () {
        () if a == 0 => "unspecified",
        () if v4.is_loopback() => "loopback",
        () if v4.is_private() => "private",
        // Cloud metadata services live here.
        () if v4.is_link_local() => "link-local",
        () if a == 100 && (64..128).contains(&b) => "carrier-grade NAT",
        () if v4.is_multicast() => "multicast",
        () if v4.is_documentation() => "documentation",
        () if a == 192 && b == 0 && c == 0 => "reserved for protocols",
        () if a == 192 && b == 88 && c == 99 => "reserved for protocols",
        () if a == 198 && (18..20).contains(&b) => "reserved for benchmarks",
        () if a >= 240 => "reserved",
        () => return None,
    })
}

fn not_public_v6(v6: Ipv6Addr) -> Option<&'static str> {
    let s = v6.segments();
    let [.., c, d] = v6.octets();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        not_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match () {
        () if v6.is_unspecified() => "unspecified",
        () if v6.is_loopback() => "loopback",
        // IPv4-mapped, and the deprecated IPv4-compatible form.
        () if s[..5] == [0; 5] && (s[5] == 0xffff || s[5] == 0) => return embedded(s[6], s[7]),
        // NAT64 (RFC 6052), and its local prefix (RFC 8215), which leads inside by definition.
        () if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => return embedded(s[6], s[7]),
        () if s[..3] == [0x64, 0xff9b, 1] => "local NAT64",
        // 6to4.
        () if s[0] == 0x2002 => return embedded(s[1], s[2]),
        // Teredo: the client's address is the last 32 bits, inverted.
        () if s[..2] == [0x2001, 0] => return embedded(!s[6], !u16::from_be_bytes([c, d])),
        () if v6.is_unique_local() => "private",
        () if v6.is_unicast_link_local() => "link-local",
        () if s[0] & 0xffc0 == 0xfec0 => "site-local",
        () if v6.is_multicast() => "multicast",
        () if s[..2] == [0x2001, 0xdb8] || s[0] & 0xfff0 == 0x3ff0 => "documentation",
        () if s[..4] == [0x100, 0, 0, 0] => "discard-only",
        // Nothing else outside of 2000::/3 is assigned.
        () if s[0] & 0xe000 != 0x2000 => "reserved",
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_public_internet_is_public() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "127.255.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:1:2:3:4:80ff:fefe",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "4000::1",
        ] {
            let parsed = address.parse().unwrap();
            assert!(not_public(parsed).is_some(), "{address} counts as public");
        }
    }

    #[test]
    fn the_public_internet_is_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.1.0.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::",
        ] {
            let parsed = address.parse().unwrap();
            assert_eq!(not_public(parsed), None, "{address}");
        }
    }
}
