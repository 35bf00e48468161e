//! A plotter: lines of G-code with a checksum, a modal interpreter, arcs as
//! chords, a planner of speeds over a queue of moves, and a step generator with
//! trapezoid profiles in fixed point.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Error {
    Checksum = 1,
    Number,
    Unknown,
    MissingWord,
    Limit,
    NotHomed,
}

/// A letter with its value in thousandths.
#[derive(Clone, Copy)]
struct Word {
    letter: u8,
    value: i32,
}

/// The words of a line, without comments.
struct Words<'a> {
    rest: &'a [u8],
}

impl Iterator for Words<'_> {
    type Item = Result<Word, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&c, rest) = self.rest.split_first()?;
            self.rest = rest;
            match c {
                b' ' | b'\t' => {}
                b'(' => {
                    let end = rest.iter().position(|&c| c == b')')?;
                    self.rest = &rest[end + 1..];
                }
                b';' => return None,
                letter if letter.is_ascii_alphabetic() => {
                    let letter = letter.to_ascii_uppercase();
                    return Some(self.number().map(|value| Word { letter, value }));
                }
                _ => return Some(Err(Error::Unknown)),
            }
        }
    }
}

impl Words<'_> {
    fn number(&mut self) -> Result<i32, Error> {
        let negative = self.rest.first() == Some(&b'-');
        let mut value = 0i32;
        let mut scale: Option<i32> = None;
        let mut length = usize::from(negative);
        let mut digits = 0;
        for &c in &self.rest[length..] {
            match (c, scale) {
                (b'0'..=b'9', None) => {
                    value = value.checked_mul(10).and_then(|v| v.checked_add((c - b'0').into())).ok_or(Error::Number)?;
                    digits += 1;
                }
                (b'0'..=b'9', Some(place)) => {
                    value = value.checked_add(i32::from(c - b'0') * place).ok_or(Error::Number)?;
                    scale = Some(place / 10);
                    digits += 1;
                }
                (b'.', None) => {
                    value = value.checked_mul(1000).ok_or(Error::Number)?;
                    scale = Some(100);
                }
                _ => break,
            }
            length += 1;
        }
        if digits == 0 {
            return Err(Error::Number);
        }
        if scale.is_none() {
            value = value.checked_mul(1000).ok_or(Error::Number)?;
        }
        self.rest = &self.rest[length..];
        Ok(if negative { -value } else { value })
    }
}

/// The line without the checksum after `*`, which must be right if it is there.
fn verified(line: &[u8]) -> Result<&[u8], Error> {
    let Some(star) = line.iter().position(|&c| c == b'*') else { return Ok(line) };
    let (text, tail) = line.split_at(star);
    let expected = text.iter().fold(0, |sum, &c| sum ^ c);
    let given = tail[1..].iter().try_fold(0u32, |v, &c| match c {
        b'0'..=b'9' => Ok(v * 10 + u32::from(c - b'0')),
        _ => Err(Error::Checksum),
    });
    if given? == u32::from(expected) { Ok(text) } else { Err(Error::Checksum) }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Point {
    x: i32,
    y: i32,
}

impl core::ops::Add for Point {
    type Output = Point;
    fn add(self, other: Point) -> Point {
        Point { x: self.x + other.x, y: self.y + other.y }
    }
}

impl core::ops::Sub for Point {
    type Output = Point;
    fn sub(self, other: Point) -> Point {
        Point { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Point {
    fn length(self) -> u32 {
        let (x, y) = (i64::from(self.x), i64::from(self.y));
        square_root((x * x + y * y) as u64)
    }

    fn dot(self, other: Point) -> i64 {
        i64::from(self.x) * i64::from(other.x) + i64::from(self.y) * i64::from(other.y)
    }
}

/// By Newton's method from above; core's has a product of 128 bits.
fn square_root(v: u64) -> u32 {
    if v < 2 {
        return v as u32;
    }
    let mut root = 1u64 << (64 - v.leading_zeros()).div_ceil(2);
    loop {
        let next = (root + v / root) / 2;
        if next >= root {
            return root as u32;
        }
        root = next;
    }
}

#[derive(Clone, Copy, Default)]
struct Move {
    delta: Point,
    length: u32,
    /// Speeds in micrometres a second: wanted, at the start, at the end.
    nominal: u32,
    entry: u32,
    exit: u32,
    pen: bool,
}

const QUEUE: usize = 12;
const ACCELERATION: u32 = 800_000;
const STEPS_PER_MM: i32 = 80;

/// Moves whose speeds can still change.
struct Planner {
    moves: [Move; QUEUE],
    count: usize,
}

impl Planner {
    fn push(&mut self, mut next: Move, machine: &mut Machine) {
        if self.count == QUEUE {
            self.run_first(machine);
        }
        next.entry = match self.moves[..self.count].last() {
            Some(last) => corner_speed(last, &next),
            None => 0,
        };
        self.moves[self.count] = next;
        self.count += 1;
        self.plan();
    }

    /// Backwards for what can be stopped from, forwards for what can be reached.
    fn plan(&mut self) {
        let moves = &mut self.moves[..self.count];
        let mut exit = 0;
        for m in moves.iter_mut().rev() {
            m.exit = exit;
            m.entry = m.entry.min(reachable(exit, m.length)).min(m.nominal);
            exit = m.entry;
        }
        for i in 1..moves.len() {
            let before = &mut moves[i - 1];
            let limit = reachable(before.entry, before.length);
            before.exit = before.exit.min(limit);
            moves[i].entry = moves[i].entry.min(limit);
        }
    }

    fn run_first(&mut self, machine: &mut Machine) {
        let first = self.moves[0];
        self.moves.copy_within(1..self.count, 0);
        self.count -= 1;
        machine.execute(&first);
    }

    fn finish(&mut self, machine: &mut Machine) {
        while self.count > 0 {
            self.run_first(machine);
        }
    }
}

/// v^2 = u^2 + 2 a s
fn reachable(speed: u32, length: u32) -> u32 {
    let square = u64::from(speed) * u64::from(speed) + 2 * u64::from(ACCELERATION) * u64::from(length);
    square_root(square)
}

/// Less the sharper the corner is.
fn corner_speed(a: &Move, b: &Move) -> u32 {
    let lengths = i64::from(a.length) * i64::from(b.length);
    if lengths == 0 {
        return 0;
    }
    let cosine = a.delta.dot(b.delta) * 256 / lengths;
    let share = (cosine.clamp(-256, 256) + 256) as u32;
    a.nominal.min(b.nominal) / 512 * share
}

struct Machine {
    position: [i32; 2],
    digest: u32,
    time: u64,
    steps: u32,
}

impl Machine {
    /// Bresenham's steps along the longer axis, at the speed of the profile.
    fn execute(&mut self, m: &Move) {
        let steps = [m.delta.x * STEPS_PER_MM / 1000, m.delta.y * STEPS_PER_MM / 1000];
        let signs = steps.map(i32::signum);
        let sizes = steps.map(i32::unsigned_abs);
        let total = sizes[0].max(sizes[1]);
        let mut errors = [total / 2; 2];
        let per_step = if total == 0 { 0 } else { m.length / total };
        let mut speed = m.entry.max(2000);
        for done in 0..total {
            let to_go = (total - done) * per_step;
            let target = m.nominal.min(reachable(m.exit, to_go)).max(2000);
            let change = ACCELERATION / 256 * per_step / (speed >> 8);
            speed = if speed < target { target.min(speed + change) } else { target.max(speed.saturating_sub(change)) };
            let interval = per_step * 1000 / (speed / 1000);
            for axis in 0..2 {
                errors[axis] += sizes[axis];
                if errors[axis] >= total {
                    errors[axis] -= total;
                    self.position[axis] += signs[axis];
                    self.digest = self.digest.rotate_left(3) ^ (self.position[axis] as u32) << axis;
                }
            }
            self.time += u64::from(interval);
            self.steps += 1;
        }
        self.digest = self.digest.wrapping_mul(31).wrapping_add(u32::from(m.pen));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Motion {
    Rapid,
    Linear,
    Arc { clockwise: bool },
}

struct Interpreter {
    motion: Motion,
    relative: bool,
    homed: bool,
    pen: bool,
    feed: u32,
    at: Point,
}

impl Interpreter {
    fn line(&mut self, line: &[u8], planner: &mut Planner, machine: &mut Machine) -> Result<(), Error> {
        let mut words = Words { rest: verified(line)? };
        let (mut x, mut y, mut offset) = (None, None, Point::default());
        words.try_for_each(|word| {
            let Word { letter, value } = word?;
            match (letter, value) {
                (b'G', 0) => self.motion = Motion::Rapid,
                (b'G', 1000) => self.motion = Motion::Linear,
                (b'G', 2000) => self.motion = Motion::Arc { clockwise: true },
                (b'G', 3000) => self.motion = Motion::Arc { clockwise: false },
                (b'G', 28000) => {
                    self.homed = true;
                    self.at = Point::default();
                }
                (b'G', 90000) => self.relative = false,
                (b'G', 91000) => self.relative = true,
                (b'M', 3000 | 5000) => self.pen = value == 3000,
                (b'F', 1..) => self.feed = value as u32 / 60,
                (b'X', _) => x = Some(value),
                (b'Y', _) => y = Some(value),
                (b'I', _) => offset.x = value,
                (b'J', _) => offset.y = value,
                (b'N', _) => {}
                _ => return Err(Error::Unknown),
            }
            Ok(())
        })?;
        if x.is_none() && y.is_none() {
            return Ok(());
        }
        if !self.homed {
            return Err(Error::NotHomed);
        }
        let base = if self.relative { self.at } else { Point::default() };
        let to = Point {
            x: x.map_or(self.at.x, |x| x + base.x),
            y: y.map_or(self.at.y, |y| y + base.y),
        };
        if !(0..=200_000).contains(&to.x) || !(0..=150_000).contains(&to.y) {
            return Err(Error::Limit);
        }
        match self.motion {
            Motion::Rapid => self.go(to, 80_000, planner, machine),
            Motion::Linear if self.feed == 0 => return Err(Error::MissingWord),
            Motion::Linear => self.go(to, self.feed, planner, machine),
            Motion::Arc { clockwise } => self.arc(to, offset, clockwise, planner, machine)?,
        }
        Ok(())
    }

    fn go(&mut self, to: Point, speed: u32, planner: &mut Planner, machine: &mut Machine) {
        let delta = to - self.at;
        let length = delta.length();
        if length > 0 {
            planner.push(Move { delta, length, nominal: speed, pen: self.pen, ..Move::default() }, machine);
        }
        self.at = to;
    }

    /// Chords by rotation through about a tenth of a radian, in Q16.
    fn arc(
        &mut self,
        to: Point,
        offset: Point,
        clockwise: bool,
        planner: &mut Planner,
        machine: &mut Machine,
    ) -> Result<(), Error> {
        let (sine, cosine) = if clockwise { (-6543i64, 65209i64) } else { (6543, 65209) };
        let radius = offset.length();
        if radius == 0 || self.feed == 0 {
            return Err(Error::MissingWord);
        }
        let centre = self.at + offset;
        let mut arm = self.at - centre;
        for _ in 0..64 {
            let (x, y) = (i64::from(arm.x), i64::from(arm.y));
            arm = Point { x: ((x * cosine - y * sine) >> 16) as i32, y: ((x * sine + y * cosine) >> 16) as i32 };
            let next = centre + arm;
            if (to - next).length() < radius / 8 {
                break;
            }
            self.go(next, self.feed, planner, machine);
        }
        self.go(to, self.feed, planner, machine);
        Ok(())
    }
}

const PROGRAM: &[u8] = b"G1 X10 F600
G28
N1 G90 G0 X10 Y10*71
N2 G1 X20.5 Y10 F1800
m3 (pen down)
X22 Y14.25 ; a corner
G2 X30 Y20 I4 J2
G91
G1 X-5.125 Y3
X-3 Y.5
G3 X2 Y-6 I3 J-1
G1 X.1 Y.1
X.1 Y.12
X.1 Y.14
N9 X1*3
G0 X-500
G7
G1 Y- F1200
G90 M5 G0 X1 Y1
X12 Y0.5 F99999999
";

#[unsafe(no_mangle)]
pub extern "C" fn bench_rs_gcode() -> u32 {
    let mut machine = Machine { position: [0; 2], digest: 1, time: 0, steps: 0 };
    let mut planner = Planner { moves: [Move::default(); QUEUE], count: 0 };
    let mut interpreter = Interpreter {
        motion: Motion::Rapid,
        relative: false,
        homed: false,
        pen: false,
        feed: 0,
        at: Point::default(),
    };
    let mut errors = 0u32;
    for (number, line) in PROGRAM.split(|&c| c == b'\n').enumerate() {
        if let Err(error) = interpreter.line(line, &mut planner, &mut machine) {
            errors = errors.wrapping_mul(37).wrapping_add(number as u32 * 8 + error as u32);
        }
    }
    planner.finish(&mut machine);
    machine.digest ^ errors ^ machine.steps ^ machine.time as u32 ^ (machine.time >> 32) as u32
}
