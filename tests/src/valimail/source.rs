//! Where the bytes of a body come from, so that a body of any length needs little memory.

use std::io::Write;
use std::rc::Rc;

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc};

/// A body in the making.
pub(super) trait Source {
    /// Appends some more to `out`; false if there is no more.
    fn fill(&mut self, out: &mut Vec<u8>) -> bool;
}

/// Makes a body from its beginning, as often as asked: once to measure it, once to send it.
pub(super) type Maker = Rc<dyn Fn() -> Box<dyn Source>>;

/// A body that is at hand.
pub(super) fn whole(body: impl Into<Bytes>) -> Maker {
    struct Whole(Bytes);
    impl Source for Whole {
        fn fill(&mut self, out: &mut Vec<u8>) -> bool {
            let now = self.0.split_to(self.0.len().min(BLOCK));
            out.extend_from_slice(&now);
            !now.is_empty()
        }
    }
    let body = body.into();
    Rc::new(move || Box::new(Whole(body.clone())))
}

/// A beginning, and then the same for ever.
pub(super) fn endless(beginning: Vec<u8>, again: Vec<u8>) -> Maker {
    struct Endless {
        beginning: Option<Vec<u8>>,
        again: Rc<Vec<u8>>,
    }
    impl Source for Endless {
        fn fill(&mut self, out: &mut Vec<u8>) -> bool {
            out.extend_from_slice(self.beginning.take().as_ref().unwrap_or(&self.again));
            true
        }
    }
    let again = Rc::new(again);
    Rc::new(move || {
        Box::new(Endless {
            beginning: Some(beginning.clone()),
            again: again.clone(),
        })
    })
}

/// Another body, compressed.
pub(super) fn gzipped(plain: Maker) -> Maker {
    struct Gzipped {
        plain: Box<dyn Source>,
        encoder: Option<GzEncoder<Vec<u8>>>,
        block: Vec<u8>,
    }
    impl Source for Gzipped {
        fn fill(&mut self, out: &mut Vec<u8>) -> bool {
            let Some(mut encoder) = self.encoder.take() else {
                return false;
            };
            self.block.clear();
            let mut more = true;
            while more && self.block.len() < BLOCK {
                more = self.plain.fill(&mut self.block);
            }
            encoder.write_all(&self.block).expect("writing to memory");
            if more {
                out.append(encoder.get_mut());
                self.encoder = Some(encoder);
            } else {
                out.append(&mut encoder.finish().expect("writing to memory"));
            }
            true
        }
    }
    Rc::new(move || {
        let encoder = GzEncoder::new(Vec::new(), Compression::fast());
        Box::new(Gzipped {
            plain: plain(),
            encoder: Some(encoder),
            block: Vec::new(),
        })
    })
}

/// Gzip of `beginning`, so many times the letter a (rounded up to whole mebibytes), and `end`:
/// correct to the last byte, and about a thousandth of the size.
pub(super) fn gzip_bomb(beginning: &[u8], inflated: u64, end: &[u8]) -> Maker {
    let block = vec![b'a'; 1 << 20];
    let times = inflated.div_ceil(block.len() as u64);
    let (beginning, again, end) = (deflated(beginning), deflated(&block), (deflated(end), end));
    let mut crc = Crc::new();
    crc.update(&beginning.1);
    let mut block_crc = Crc::new();
    block_crc.update(&block);
    for _ in 0..times {
        crc.combine(&block_crc);
    }
    let mut end_crc = Crc::new();
    end_crc.update(end.1);
    crc.combine(&end_crc);

    struct Bomb {
        head: Vec<u8>,
        times: u64,
        again: Rc<Vec<u8>>,
        tail: Vec<u8>,
    }
    impl Source for Bomb {
        fn fill(&mut self, out: &mut Vec<u8>) -> bool {
            if !self.head.is_empty() {
                out.append(&mut self.head);
            } else if self.times > 0 {
                self.times -= 1;
                out.extend_from_slice(&self.again);
            } else {
                let more = !self.tail.is_empty();
                out.append(&mut self.tail);
                return more;
            }
            true
        }
    }
    let mut head = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    head.extend(beginning.0);
    let mut tail = end.0.0;
    tail.extend([3, 0]);
    tail.extend(crc.sum().to_le_bytes());
    tail.extend(crc.amount().to_le_bytes());
    let again = Rc::new(again.0);
    Rc::new(move || {
        let (head, again, tail) = (head.clone(), again.clone(), tail.clone());
        Box::new(Bomb {
            head,
            times,
            again,
            tail,
        })
    })
}

/// How many bytes a body has.
pub(super) fn measure(maker: &Maker) -> u64 {
    let (mut source, mut block, mut length) = (maker(), Vec::new(), 0);
    while source.fill(&mut block) {
        length += block.len() as u64;
        block.clear();
    }
    length
}

/// Cuts a body into pieces of one size; the last may be shorter.
pub(super) struct Pieces {
    source: Box<dyn Source>,
    piece: usize,
    ready: Bytes,
    carry: Vec<u8>,
    more: bool,
}

impl Pieces {
    /// `source` in pieces of so many bytes, at least one.
    pub(super) fn new(source: Box<dyn Source>, piece: usize) -> Pieces {
        Pieces {
            source,
            piece: piece.max(1),
            ready: Bytes::new(),
            carry: Vec::new(),
            more: true,
        }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        if self.ready.is_empty() && self.more {
            self.ready = self.block();
        }
        let piece = self.ready.split_to(self.ready.len().min(self.piece));
        (!piece.is_empty()).then_some(piece)
    }

    /// As many whole pieces as fill a block.
    fn block(&mut self) -> Bytes {
        let size = self.piece.max(BLOCK).next_multiple_of(self.piece);
        let mut block = Vec::with_capacity(size + 4096);
        block.append(&mut self.carry);
        while block.len() < size && self.more {
            self.more = self.source.fill(&mut block);
        }
        if self.more {
            let whole = block.len() - block.len() % self.piece;
            self.carry.extend_from_slice(&block[whole..]);
            block.truncate(whole);
        }
        block.into()
    }
}

const BLOCK: usize = 16 * 1024;

/// A run of whole deflate blocks that refers to nothing before it, and the plain bytes.
fn deflated(plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut compress = flate2::Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(plain.len() + 1024);
    compress
        .compress_vec(plain, &mut out, flate2::FlushCompress::Full)
        .expect("compressing in memory");
    assert_eq!(
        compress.total_in(),
        plain.len() as u64,
        "the output has room for all of the input"
    );
    (out, plain.to_vec())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn all(maker: &Maker, piece: usize) -> (Vec<u8>, Vec<usize>) {
        let (mut body, mut sizes) = (Vec::new(), Vec::new());
        let mut pieces = Pieces::new(maker(), piece);
        while let Some(piece) = pieces.next() {
            sizes.push(piece.len());
            body.extend_from_slice(&piece);
        }
        (body, sizes)
    }

    #[test]
    fn a_body_comes_whole_in_pieces_of_any_size() {
        let plain: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let maker = whole(plain.clone());
        assert_eq!(measure(&maker), 100_000);
        for piece in [1, 7, 16_384, 40_000, 100_000, 1 << 20] {
            let (body, sizes) = all(&maker, piece);
            assert_eq!(body, plain);
            assert!(sizes[..sizes.len() - 1].iter().all(|size| *size == piece));
        }
        assert_eq!(all(&whole(Bytes::new()), 10).0, b"");
    }

    #[test]
    fn gzip_inflates_to_the_body() {
        let plain: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let zipped = gzipped(whole(plain.clone()));
        let (body, _) = all(&zipped, 1000);
        assert_eq!(measure(&zipped), body.len() as u64);
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(&body[..])
            .read_to_end(&mut inflated)
            .unwrap();
        assert_eq!(inflated, plain);
    }

    #[test]
    fn a_gzip_bomb_is_correct_gzip() {
        let (body, _) = all(&gzip_bomb(b"begin", 5 << 20, b"end"), 4096);
        assert!(body.len() < 20_000, "{}", body.len());
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(&body[..])
            .read_to_end(&mut inflated)
            .unwrap();
        assert_eq!(inflated.len(), 5 + (5 << 20) + 3);
        assert!(inflated.starts_with(b"beginaaa") && inflated.ends_with(b"aaaend"));
    }
}
