//! Numbers that look random and are computed from one another.

/// A number of 48 bits for each position of 48 bits, and no two alike.
pub(super) fn scramble(position: u64) -> u64 {
    let mut x = position.wrapping_add(OFFSET) & MASK;
    for _ in 0..2 {
        x = x.wrapping_mul(FACTOR) & MASK;
        x ^= x >> 24;
    }
    x
}

/// The position to which [`scramble`] gives this number.
pub(super) fn unscramble(number: u64) -> u64 {
    let mut x = number;
    for _ in 0..2 {
        x ^= x >> 24;
        x = x.wrapping_mul(INVERSE) & MASK;
    }
    x.wrapping_sub(OFFSET) & MASK
}

/// The positions that there can be.
pub(super) const MASK: u64 = (1 << 48) - 1;
const OFFSET: u64 = 0x5A17_C0DE_1234;
const FACTOR: u64 = 0x9E37_79B9_7F4B;
const INVERSE: u64 = {
    let (mut inverse, mut step) = (FACTOR, 0);
    while step < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
};

/// Another number, as though by chance.
pub(super) fn mix(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A UUID of version 4 with `head` in its first 48 bits.
pub(super) fn uuid(head: u64, tail: u64) -> [u8; 36] {
    let (head, tail) = ((head << 16).to_be_bytes(), tail.to_be_bytes());
    let bytes = [
        head[0],
        head[1],
        head[2],
        head[3],
        head[4],
        head[5],
        0x40 | tail[0] & 0x0F,
        tail[0].rotate_left(3),
        0x80 | tail[1] & 0x3F,
        tail[2],
        tail[1].rotate_left(5),
        tail[3],
        tail[4],
        tail[5],
        tail[6],
        tail[7],
    ];
    let mut text = [b'-'; 36];
    for (byte, at) in bytes.into_iter().zip(UUID_PLACES) {
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 15)];
    }
    text
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const UUID_PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// A date within `years` from the beginning of `year`, with milliseconds.
pub(super) fn date(year: u64, years: u64, seed: u64) -> [u8; 24] {
    let mut text = *b"2000-00-00T00:00:00.000Z";
    let parts = [
        (2, (year + (seed & 0xFF) % years) % 100),
        (
            5,
            1 + ((seed >> 8) & 0xFF) % if years == 1 { 3 } else { 12 },
        ),
        (8, 1 + ((seed >> 16) & 0xFF) % 28),
        (11, 6 + ((seed >> 24) & 0xFF) % 14),
        (14, ((seed >> 32) & 0xFF) % 60),
        (17, ((seed >> 40) & 0xFF) % 60),
        (20, ((seed >> 6) & 0xFF) % 100),
    ];
    for (at, number) in parts {
        text[at] = b'0' + (number / 10) as u8;
        text[at + 1] = b'0' + (number % 10) as u8;
    }
    text
}
