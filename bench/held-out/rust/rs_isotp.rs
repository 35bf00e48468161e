//! Diagnostics over CAN: segmentation and reassembly by ISO-TP with flow control,
//! services of a control unit (identifiers, security access, trouble codes) with
//! errors as negative responses, two nodes on a simulated bus.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[derive(Clone, Copy, Default)]
struct Frame {
    id: u16,
    len: u8,
    data: [u8; 8],
}

impl Frame {
    fn new(id: u16, bytes: &[u8]) -> Self {
        let mut data = [0xcc; 8];
        data[..bytes.len()].copy_from_slice(bytes);
        Frame { id, len: bytes.len() as u8, data }
    }

    fn bytes(&self) -> &[u8] {
        &self.data[..usize::from(self.len)]
    }
}

/// A queue of a constant size.
struct Queue<T, const N: usize> {
    items: [T; N],
    head: usize,
    count: usize,
}

impl<T: Copy + Default, const N: usize> Queue<T, N> {
    fn new() -> Self {
        Queue { items: [T::default(); N], head: 0, count: 0 }
    }

    fn push(&mut self, item: T) -> Result<(), T> {
        if self.count == N {
            return Err(item);
        }
        self.items[(self.head + self.count) % N] = item;
        self.count += 1;
        Ok(())
    }

    fn pop(&mut self) -> Option<T> {
        if self.count == 0 {
            return None;
        }
        let item = self.items[self.head];
        self.head = (self.head + 1) % N;
        self.count -= 1;
        Some(item)
    }
}

type Bus = Queue<Frame, 16>;

enum Receive {
    Idle,
    Collecting { expected: usize, sequence: u8, left_in_block: u8 },
}

enum Send {
    Idle,
    Waiting { at: usize, sequence: u8 },
    Sending { at: usize, sequence: u8, left_in_block: Option<u8>, gap: u8, wait: u8 },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Sequence,
    Overflow,
    Unexpected,
    Format,
    Full,
}

struct Link {
    id: u16,
    receive: Receive,
    send: Send,
    input: [u8; 96],
    received: usize,
    output: [u8; 96],
    length: usize,
    faults: [u16; 5],
}

impl Link {
    fn new(id: u16) -> Self {
        Link {
            id,
            receive: Receive::Idle,
            send: Send::Idle,
            input: [0; 96],
            received: 0,
            output: [0; 96],
            length: 0,
            faults: [0; 5],
        }
    }

    /// Begins to send a message.
    fn start(&mut self, message: &[u8], bus: &mut Bus) -> Result<(), Fault> {
        if !matches!(self.send, Send::Idle) {
            return Err(Fault::Full);
        }
        let mut first = [0u8; 8];
        if message.len() < 8 {
            first[0] = message.len() as u8;
            first[1..=message.len()].copy_from_slice(message);
            return bus.push(Frame::new(self.id, &first[..=message.len()])).map_err(|_| Fault::Full);
        }
        let output = self.output.get_mut(..message.len()).ok_or(Fault::Overflow)?;
        output.copy_from_slice(message);
        self.length = message.len();
        first[0] = 0x10 | (message.len() >> 8) as u8;
        first[1] = message.len() as u8;
        first[2..].copy_from_slice(&message[..6]);
        self.send = Send::Waiting { at: 6, sequence: 1 };
        bus.push(Frame::new(self.id, &first)).map_err(|_| Fault::Full)
    }

    /// Sends what is due in a tick.
    fn tick(&mut self, bus: &mut Bus) -> Result<(), Fault> {
        let Send::Sending { at, sequence, left_in_block, gap, wait } = &mut self.send else { return Ok(()) };
        if *wait > 0 {
            *wait -= 1;
            return Ok(());
        }
        let rest = &self.output[*at..self.length];
        let part = &rest[..rest.len().min(7)];
        let mut bytes = [0u8; 8];
        bytes[0] = 0x20 | *sequence;
        bytes[1..=part.len()].copy_from_slice(part);
        bus.push(Frame::new(self.id, &bytes[..=part.len()])).map_err(|_| Fault::Full)?;
        *at += part.len();
        *sequence = (*sequence + 1) & 15;
        *wait = *gap;
        let (at, sequence) = (*at, *sequence);
        if at == self.length {
            self.send = Send::Idle;
        } else if let Some(left) = left_in_block {
            *left -= 1;
            if *left == 0 {
                self.send = Send::Waiting { at, sequence };
            }
        }
        Ok(())
    }

    /// Takes a frame; the message that it completes.
    fn take(&mut self, frame: &Frame, bus: &mut Bus) -> Result<Option<&[u8]>, Fault> {
        let bytes = frame.bytes();
        let (&kind, rest) = bytes.split_first().ok_or(Fault::Format)?;
        match (kind >> 4, &mut self.receive) {
            (0, receive) => {
                let length = usize::from(kind & 15);
                let payload = rest.get(..length).ok_or(Fault::Format)?;
                *receive = Receive::Idle;
                self.input[..length].copy_from_slice(payload);
                Ok(Some(&self.input[..length]))
            }
            (1, receive) => {
                let (&low, payload) = rest.split_first().ok_or(Fault::Format)?;
                let expected = usize::from(kind & 15) << 8 | usize::from(low);
                if expected > self.input.len() {
                    let _ = bus.push(Frame::new(self.id, &[0x32, 0, 0]));
                    return Err(Fault::Overflow);
                }
                self.input[..payload.len()].copy_from_slice(payload);
                self.received = payload.len();
                *receive = Receive::Collecting { expected, sequence: 1, left_in_block: 4 };
                bus.push(Frame::new(self.id, &[0x30, 4, 1])).map_err(|_| Fault::Full)?;
                Ok(None)
            }
            (2, Receive::Collecting { expected, sequence, left_in_block }) => {
                if kind & 15 != *sequence {
                    self.receive = Receive::Idle;
                    return Err(Fault::Sequence);
                }
                for (to, &byte) in self.input[self.received..*expected].iter_mut().zip(rest) {
                    *to = byte;
                    self.received += 1;
                }
                let expected = *expected;
                if self.received == expected {
                    self.receive = Receive::Idle;
                    return Ok(Some(&self.input[..expected]));
                }
                *sequence = (*sequence + 1) & 15;
                *left_in_block -= 1;
                if *left_in_block == 0 {
                    *left_in_block = 4;
                    bus.push(Frame::new(self.id, &[0x30, 4, 1])).map_err(|_| Fault::Full)?;
                }
                Ok(None)
            }
            (3, _) => {
                let Send::Waiting { at, sequence } = self.send else { return Err(Fault::Unexpected) };
                self.send = match (kind & 15, rest) {
                    (0, &[block, gap, ..]) => {
                        let left_in_block = Some(block).filter(|&block| block > 0);
                        Send::Sending { at, sequence, left_in_block, gap, wait: 0 }
                    }
                    (1, _) => Send::Waiting { at, sequence },
                    _ => Send::Idle,
                };
                Ok(None)
            }
            _ => Err(Fault::Unexpected),
        }
    }
}

/// Negative responses.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Negative {
    NotSupported = 0x11,
    Length = 0x13,
    OutOfRange = 0x31,
    Denied = 0x33,
    InvalidKey = 0x35,
}

struct Unit {
    speed: u16,
    serial: [u8; 10],
    calibration: [u8; 40],
    codes: [(u32, u8); 6],
    seed: u32,
    unlocked: bool,
    ticks: u32,
}

/// Writes bytes one after the other.
struct Writer<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Negative> {
        let to = self.bytes.get_mut(self.at..self.at + bytes.len()).ok_or(Negative::Length)?;
        to.copy_from_slice(bytes);
        self.at += bytes.len();
        Ok(())
    }
}

impl Unit {
    fn serve(&mut self, request: &[u8], out: &mut Writer) -> Result<(), Negative> {
        let (&service, arguments) = request.split_first().ok_or(Negative::Length)?;
        out.put(&[service | 0x40])?;
        match (service, arguments) {
            (0x22, identifiers) if !identifiers.is_empty() => {
                identifiers.chunks_exact(2).try_for_each(|id| self.read(u16::from_be_bytes([id[0], id[1]]), out))
            }
            (0x2e, &[high, low, ref data @ ..]) => {
                self.write(u16::from_be_bytes([high, low]), data)?;
                out.put(&[high, low])
            }
            (0x27, &[1]) => {
                self.seed = self.ticks.wrapping_mul(0x9e37_79b9) | 1;
                out.put(&[1])?;
                out.put(&self.seed.to_be_bytes())
            }
            (0x27, &[2, a, b, c, d]) => {
                let key = u32::from_be_bytes([a, b, c, d]);
                self.unlocked = self.seed != 0 && key == secret(self.seed);
                self.seed = 0;
                if self.unlocked { out.put(&[2]) } else { Err(Negative::InvalidKey) }
            }
            (0x19, &[2, mask]) => {
                out.put(&[2, 0x2f])?;
                for (code, status) in self.codes.iter().filter(|(_, status)| status & mask != 0) {
                    out.put(&code.to_be_bytes()[1..])?;
                    out.put(&[*status])?;
                }
                Ok(())
            }
            (0x14, &[a, b, c]) => {
                let group = u32::from_be_bytes([0, a, b, c]);
                for (code, status) in &mut self.codes {
                    if group == 0xff_ffff || *code >> 16 == group >> 16 {
                        *status = 0;
                    }
                }
                Ok(())
            }
            (0x22 | 0x2e | 0x27 | 0x19 | 0x14, _) => Err(Negative::Length),
            _ => Err(Negative::NotSupported),
        }
    }

    fn read(&self, id: u16, out: &mut Writer) -> Result<(), Negative> {
        out.put(&id.to_be_bytes())?;
        match id {
            0xf18c => out.put(&self.serial),
            0x0100 => out.put(&self.speed.to_be_bytes()),
            0x0200 => out.put(&self.calibration),
            0x0300 => out.put(&self.ticks.to_le_bytes()),
            _ => Err(Negative::OutOfRange),
        }
    }

    fn write(&mut self, id: u16, data: &[u8]) -> Result<(), Negative> {
        if !self.unlocked {
            return Err(Negative::Denied);
        }
        let to: &mut [u8] = match id {
            0xf18c => &mut self.serial,
            0x0200 => &mut self.calibration,
            _ => return Err(Negative::OutOfRange),
        };
        if to.len() != data.len() {
            return Err(Negative::Length);
        }
        to.copy_from_slice(data);
        Ok(())
    }

    fn tick(&mut self) {
        self.ticks += 1;
        self.speed = self.speed.wrapping_add((self.ticks % 7) as u16);
        let at = self.ticks as usize % self.codes.len();
        let (code, status) = &mut self.codes[at];
        *status = status.rotate_left(1) ^ (*code as u8 & 9);
    }
}

fn secret(seed: u32) -> u32 {
    (0..12).fold(seed ^ 0x5a5a_1234, |v, i| if v & 0x8000_0000 != 0 { v << 1 ^ 0x04c1_1db7 } else { v << 1 | (i & 1) })
}

/// Sends a request and waits for the response: a digest of it.
fn exchange(tester: &mut Link, unit_link: &mut Link, unit: &mut Unit, request: &[u8], answer: &mut [u8; 96]) -> (u32, usize) {
    let (mut to_unit, mut to_tester) = (Bus::new(), Bus::new());
    let mut digest = 17u32;
    let mut size = 0;
    if let Err(fault) = tester.start(request, &mut to_unit) {
        tester.faults[fault as usize] += 1;
    }
    for tick in 0..60u32 {
        unit.tick();
        for (link, out) in [(&mut *tester, &mut to_unit), (&mut *unit_link, &mut to_tester)] {
            if let Err(fault) = link.tick(out) {
                link.faults[fault as usize] += 1;
            }
        }
        if let Some(frame) = to_unit.pop() {
            let mut buffer = [0u8; 96];
            let taken = unit_link.take(&frame, &mut to_tester);
            let response = taken.map(|request| {
                request.map(|request| {
                    let mut writer = Writer { bytes: &mut buffer, at: 0 };
                    match unit.serve(request, &mut writer) {
                        Ok(()) => writer.at,
                        Err(negative) => {
                            buffer[..3].copy_from_slice(&[0x7f, request[0], negative as u8]);
                            3
                        }
                    }
                })
            });
            let sent = match response {
                Ok(Some(length)) => unit_link.start(&buffer[..length], &mut to_tester),
                Ok(None) => Ok(()),
                Err(fault) => Err(fault),
            };
            if let Err(fault) = sent {
                unit_link.faults[fault as usize] += 1;
            }
        }
        if let Some(mut frame) = to_tester.pop() {
            digest = frame.bytes().iter().fold(digest, |d, &b| d.wrapping_mul(31).wrapping_add(b.into()));
            if unit.ticks % 97 == 0 {
                frame.data[0] ^= 1; // a frame is lost and another one comes
            }
            match tester.take(&frame, &mut to_unit) {
                Ok(Some(message)) => {
                    size = message.len();
                    answer[..size].copy_from_slice(message);
                    return (digest.wrapping_add(tick), size);
                }
                Ok(None) => {}
                Err(fault) => tester.faults[fault as usize] += 1,
            }
        }
    }
    tester.send = Send::Idle;
    unit_link.send = Send::Idle;
    (digest, size)
}

#[unsafe(no_mangle)]
pub extern "C" fn bench_rs_isotp() -> u32 {
    let mut unit = Unit {
        speed: 1200,
        serial: *b"SN-0042-17",
        calibration: [7; 40],
        codes: [(0x01_2345, 9), (0x01_0171, 0), (0x42_0001, 0x28), (0xc1_0000, 4), (0xc1_2300, 1), (0x42_1111, 0x80)],
        seed: 0,
        unlocked: false,
        ticks: 0,
    };
    let (mut tester, mut link) = (Link::new(0x7e0), Link::new(0x7e8));
    let mut answer = [0u8; 96];
    let mut result = 0u32;
    for round in 0..3u8 {
        let mut write = [0x40 + round; 43];
        write[..3].copy_from_slice(&[0x2e, 0x02, 0x00]);
        let requests: [&[u8]; 8] = [
            &[0x22, 0xf1, 0x8c],
            &write,
            &[0x27, 1],
            &[0x27, 2, 0, 0, 0, 0],
            &write,
            &[0x22, 0x02, 0x00, 0x01, 0x00, 0x03, 0x00],
            &[0x19, 2, 0x0d],
            &[0x14, 0xc1, 0, round],
        ];
        for request in requests {
            let mut keyed = [0u8; 6];
            let request = if request.len() == 6 {
                let seed = u32::from_be_bytes([answer[2], answer[3], answer[4], answer[5]]);
                keyed[..2].copy_from_slice(&request[..2]);
                keyed[2..].copy_from_slice(&secret(seed ^ u32::from(round == 1)).to_be_bytes());
                &keyed
            } else {
                request
            };
            let (digest, size) = exchange(&mut tester, &mut link, &mut unit, request, &mut answer);
            result = result.rotate_left(5) ^ digest;
            result = answer[..size].iter().fold(result, |r, &b| r.wrapping_mul(33).wrapping_add(b.into()));
        }
    }
    let faults = tester.faults.iter().chain(&link.faults);
    faults.fold(result, |r, &f| r.wrapping_mul(5).wrapping_add(f.into()))
}
