//! The records that host and server exchange, laid out as in `server/server.s`:
//! little-endian words, requests of 32 words, replies of 64 words.

/// Number of words of a request.
const REQUEST_WORDS: usize = 32;
/// Number of words of a reply to CALL and RESUME.
pub(crate) const REPLY_WORDS: usize = 64;

/// Operations, in the order of the server's table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Write = 0,
    Read = 1,
    Fill = 2,
    Poke = 3,
    Peek = 4,
    Call = 5,
    Resume = 6,
    Abort = 7,
}

/// A request; fields that an operation does not use are zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The function, or the first address.
    pub address: u32,
    /// The stack pointer at entry, a length, or the value to poke.
    pub length: u32,
    /// Bits of CALL, or the byte to fill with.
    pub flags: u32,
    pub r: [u32; 4],
    pub stack_limit: u32,
    pub watchdog: u32,
    pub stack_words: u32,
    pub s: [u32; 16],
}

/// CALL: turn the floating-point unit on.
pub(crate) const FLAG_FPU: u32 = 1;
/// CALL: CCR.UNALIGN_TRP, in its place.
pub(crate) const FLAG_UNALIGN_TRP: u32 = 1 << 3;
/// CALL: CCR.DIV_0_TRP, in its place.
pub(crate) const FLAG_DIV_0_TRP: u32 = 1 << 4;

impl Request {
    /// The record as bytes.
    pub(crate) fn encode(&self, operation: Operation) -> [u8; 4 * REQUEST_WORDS] {
        let mut words = [0; REQUEST_WORDS];
        words[0] = operation as u32;
        words[1] = self.address;
        words[2] = self.length;
        words[3] = self.flags;
        words[4..8].copy_from_slice(&self.r);
        words[8] = self.stack_limit;
        words[9] = self.watchdog;
        words[10] = self.stack_words;
        words[16..32].copy_from_slice(&self.s);
        let mut bytes = [0; 4 * REQUEST_WORDS];
        for (chunk, word) in bytes.chunks_exact_mut(4).zip(words) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// How a run of the code under test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Returned,
    Fault,
    HostCall,
}

/// A reply to CALL or RESUME. A field that its kind does not set is stale.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub kind: Kind,
    pub r: [u32; 4],
    pub sp: u32,
    /// Index of the host function, or the exception number.
    pub index: u32,
    /// Timer ticks spent between the two timer reads.
    pub ticks: u32,
    pub pc: u32,
    pub lr: u32,
    pub psr: u32,
    pub cfsr: u32,
    pub hfsr: u32,
    pub mmfar: u32,
    pub bfar: u32,
    pub s: [u32; 16],
    pub r4_r11: [u32; 8],
    pub s16_s31: [u32; 16],
    pub r12: u32,
    /// The undefined instruction, its first halfword on top.
    pub code: u32,
    pub sfsr: u32,
    pub sfar: u32,
}

impl Reply {
    /// Reads a record; `None` for a kind that the protocol does not have.
    pub(crate) fn decode(bytes: &[u8; 4 * REPLY_WORDS]) -> Option<Self> {
        let mut words = [0; REPLY_WORDS];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        }
        let kind = match words[0] {
            1 => Kind::Returned,
            2 => Kind::Fault,
            3 => Kind::HostCall,
            _ => return None,
        };
        Some(Self {
            kind,
            r: slice(&words, 1),
            sp: words[5],
            index: words[6],
            // The timer counts down.
            ticks: words[7].wrapping_sub(words[8]),
            pc: words[9],
            lr: words[10],
            psr: words[11],
            cfsr: words[12],
            hfsr: words[13],
            mmfar: words[14],
            bfar: words[15],
            s: slice(&words, 16),
            r4_r11: slice(&words, 32),
            s16_s31: slice(&words, 40),
            r12: words[56],
            code: words[57],
            sfsr: words[58],
            sfar: words[59],
        })
    }
}

fn slice<const N: usize>(words: &[u32; REPLY_WORDS], at: usize) -> [u32; N] {
    std::array::from_fn(|i| words[at + i])
}

/// What the server leaves in register `number` before a call: r4-r11 as 4 to
/// 11, s16-s31 as 16 to 31.
pub(crate) fn register_pattern(number: u32) -> u32 {
    0xa5c3_0000 + number
}
