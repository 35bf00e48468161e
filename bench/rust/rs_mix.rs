//! A synthesiser's voice: fixed-point types with operators, traits with dynamic
//! dispatch, floats for the envelope, saturation, and a small state machine over
//! messages that are parsed from bytes.
#![no_std]

use core::ops::{Add, Mul, Neg, Sub};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// A number between -1 and 1 in Q31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Q31(i32);

impl Add for Q31 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Q31(self.0.saturating_add(other.0))
    }
}

impl Sub for Q31 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Q31(self.0.saturating_sub(other.0))
    }
}

impl Mul for Q31 {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Q31(((i64::from(self.0) * i64::from(other.0)) >> 31) as i32)
    }
}

impl Neg for Q31 {
    type Output = Self;
    fn neg(self) -> Self {
        Q31(self.0.checked_neg().unwrap_or(i32::MAX))
    }
}

impl From<f32> for Q31 {
    fn from(v: f32) -> Self {
        Q31((v * 2_147_483_648.0) as i32)
    }
}

trait Source {
    fn next(&mut self) -> Q31;
    fn tune(&mut self, _note: u8) {}
}

struct Saw {
    phase: u32,
    step: u32,
}

struct Noise(u32);

struct Triangle {
    saw: Saw,
    fold: Q31,
}

/// Steps per sample of the notes of an octave.
const STEPS: [u32; 12] = [
    23_409_859, 24_801_882, 26_276_679, 27_839_172, 29_494_575, 31_248_413, 33_106_539, 35_075_154, 37_160_828,
    39_370_524, 41_711_614, 44_191_911,
];

impl Source for Saw {
    fn next(&mut self) -> Q31 {
        self.phase = self.phase.wrapping_add(self.step);
        Q31(self.phase as i32)
    }

    fn tune(&mut self, note: u8) {
        let (octave, key) = (u32::from(note / 12), usize::from(note % 12));
        self.step = STEPS[key] >> 10_u32.saturating_sub(octave).min(31);
    }
}

impl Source for Noise {
    fn next(&mut self) -> Q31 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        Q31(self.0 as i32 >> 2)
    }
}

impl Source for Triangle {
    fn next(&mut self) -> Q31 {
        let v = self.saw.next();
        let folded = if v.0 < 0 { -v } else { v };
        let centred = Q31((folded.0 - 0x4000_0000).saturating_mul(2));
        let low = -self.fold;
        centred.clamp(low, self.fold)
    }

    fn tune(&mut self, note: u8) {
        self.saw.tune(note);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Off,
    Attack,
    Decay,
    Sustain,
    Release,
}

struct Envelope {
    stage: Stage,
    level: f32,
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
}

impl Envelope {
    fn next(&mut self) -> f32 {
        (self.stage, self.level) = match self.stage {
            Stage::Off => (Stage::Off, 0.0),
            Stage::Attack => match self.level + self.attack * (1.2 - self.level) {
                level if level >= 1.0 => (Stage::Decay, 1.0),
                level => (Stage::Attack, level),
            },
            Stage::Decay => match self.level - self.decay * (self.level - self.sustain) {
                level if level - self.sustain < 0.001 => (Stage::Sustain, self.sustain),
                level => (Stage::Decay, level),
            },
            Stage::Sustain => (Stage::Sustain, self.sustain),
            Stage::Release => match self.level * (1.0 - self.release) {
                level if level < 0.0005 => (Stage::Off, 0.0),
                level => (Stage::Release, level),
            },
        };
        self.level
    }
}

/// A state-variable filter.
#[derive(Default)]
struct Filter {
    low: Q31,
    band: Q31,
}

impl Filter {
    fn next(&mut self, input: Q31, cutoff: Q31, damping: Q31) -> Q31 {
        self.low = self.low + cutoff * self.band;
        let high = input - self.low - damping * self.band;
        self.band = self.band + cutoff * high;
        self.low
    }
}

#[derive(Clone, Copy)]
enum Message {
    On { note: u8, speed: u8 },
    Off { note: u8 },
    Control { number: u8, value: u8 },
}

/// Messages as bytes come; the status may be left out when it stays.
#[derive(Default)]
struct Parser {
    status: u8,
    first: Option<u8>,
}

impl Parser {
    fn feed(&mut self, byte: u8) -> Option<Message> {
        if byte & 0x80 != 0 {
            self.status = byte & 0xf0;
            self.first = None;
            return None;
        }
        let Some(first) = self.first.take() else {
            self.first = Some(byte);
            return None;
        };
        match self.status {
            0x90 if byte == 0 => Some(Message::Off { note: first }),
            0x90 => Some(Message::On { note: first, speed: byte }),
            0x80 => Some(Message::Off { note: first }),
            0xb0 => Some(Message::Control { number: first, value: byte }),
            _ => None,
        }
    }
}

struct Voice<'a> {
    sources: [&'a mut dyn Source; 3],
    gains: [Q31; 3],
    envelope: Envelope,
    filter: Filter,
    cutoff: f32,
    damping: f32,
    note: u8,
}

impl Voice<'_> {
    fn handle(&mut self, message: Message) {
        match message {
            Message::On { note, speed } => {
                self.note = note;
                self.sources.iter_mut().for_each(|source| source.tune(note));
                self.envelope.stage = Stage::Attack;
                self.envelope.attack = 0.01 + f32::from(speed) * (1.0 / 512.0);
            }
            Message::Off { note } if note == self.note => self.envelope.stage = Stage::Release,
            Message::Control { number: 1, value } => self.cutoff = f32::from(value) * (0.9 / 127.0),
            Message::Control { number: 2, value } => self.damping = 0.2 + f32::from(value) * (0.7 / 127.0),
            Message::Control { number: number @ 3..=5, value } => {
                self.gains[usize::from(number - 3)] = Q31::from(f32::from(value) * (1.0 / 256.0));
            }
            _ => {}
        }
    }

    fn render(&mut self, out: &mut [i16]) {
        let (cutoff, damping) = (Q31::from(self.cutoff), Q31::from(self.damping));
        for sample in out {
            let sources = self.sources.iter_mut().zip(&self.gains);
            let mixed = sources.fold(Q31(0), |sum, (source, &gain)| sum + source.next() * gain);
            let level = self.envelope.next();
            let filtered = self.filter.next(mixed, cutoff, damping);
            *sample = ((filtered * Q31::from(level * 0.999)).0 >> 16) as i16;
        }
    }
}

const BYTES: [u8; 33] = [
    0xb0, 1, 60, 2, 30, 3, 90, 4, 50, 5, 20, 0x90, 57, 100, 60, 90, 0x80, 57, 0, 0x90, 60, 0, 0xb0, 1, 110, 5, 0, 0x90,
    72, 127, 72, 0, 0xf8,
];

#[unsafe(no_mangle)]
pub extern "C" fn bench_rs_mix() -> u32 {
    let mut saw = Saw { phase: 0, step: 0 };
    let mut noise = Noise(0x1234_5678);
    let mut triangle = Triangle { saw: Saw { phase: 0x2000_0000, step: 0 }, fold: Q31(0x6000_0000) };
    let mut voice = Voice {
        sources: [&mut saw, &mut triangle, &mut noise],
        gains: [Q31(0); 3],
        envelope: Envelope { stage: Stage::Off, level: 0.0, attack: 0.1, decay: 0.02, sustain: 0.6, release: 0.03 },
        filter: Filter::default(),
        cutoff: 0.5,
        damping: 0.5,
        note: 0,
    };
    let mut parser = Parser::default();
    let mut block = [0i16; 24];
    let mut result = 0u32;
    for byte in BYTES {
        if let Some(message) = parser.feed(byte) {
            voice.handle(message);
        }
        voice.render(&mut block);
        result = block.iter().fold(result, |sum, &v| sum.wrapping_mul(31).wrapping_add(v as u16 as u32));
    }
    result
}
