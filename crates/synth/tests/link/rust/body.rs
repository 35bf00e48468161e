// Formats, parses, sorts and computes with what `core` has, and writes what came
// of it as text: compiled for wasm and, for the expected text, for this machine.
use core::fmt::Write;
pub struct Buf {
    p: *mut u8,
    len: usize,
    at: usize,
}
impl Write for Buf {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        for b in s.bytes() {
            if self.at < self.len {
                unsafe {
                    *self.p.add(self.at) = b;
                }
                self.at += 1;
            }
        }
        Ok(())
    }
}
struct Rng(u64);
impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Shape {
    Circle(f32),
    Rect { w: f64, h: i16 },
    Unit,
}
trait Area {
    fn area(&self) -> f64;
}
impl Area for Shape {
    fn area(&self) -> f64 {
        match *self {
            Shape::Circle(r) => r as f64 * r as f64 * 3.25,
            Shape::Rect { w, h } => w * h as f64,
            Shape::Unit => 1.0,
        }
    }
}
#[inline(never)]
fn dynsum(v: &[&dyn Area]) -> f64 {
    v.iter().map(|a| a.area()).sum()
}
fn work(out: &mut Buf, seed: u64) -> core::fmt::Result {
    let mut r = Rng(seed | 1);
    for _ in 0..12 {
        let x = r.next();
        writeln!(
            out,
            "{} {} {:x} {:#010b} {:>12} {:<8}|",
            x, x as i64, x, x as u8, x as i32, x as i16
        )?;
        writeln!(
            out,
            "{} {} {}",
            x / 1000003,
            (x as i64) % 977,
            (x as u32).rotate_left(x as u32 >> 27)
        )?;
        let f = f64::from_bits(x);
        let g = f32::from_bits(x as u32);
        writeln!(out, "{:?} {:?} {:e} {:.3}", f, g, g, (x as i32) as f64 / 1024.0)?;
        writeln!(out, "{} {} {}", x.leading_zeros(), x.count_ones(), x.swap_bytes())?;
        writeln!(
            out,
            "{:?} {:?} {:?}",
            (x as i32).checked_add(0x40000000),
            (x as i32).overflowing_mul(3),
            (x as i64).saturating_mul(5)
        )?;
        writeln!(out, "{} {} {}", f as i32, g as u64, (x as i64) as f32)?;
        writeln!(out, "{:?}", (x as u128 * (x ^ 0x5555) as u128))?;
    }
    let mut v = [0u32; 64];
    for e in v.iter_mut() {
        *e = r.next() as u32 % 1000;
    }
    v.sort_unstable();
    writeln!(out, "{:?}", &v[..])?;
    writeln!(out, "{:?}", v.binary_search(&v[17]).is_ok())?;
    let mut w = [(0u16, 0i8); 40];
    for e in w.iter_mut() {
        let x = r.next();
        *e = (x as u16 % 50, x as i8);
    }
    w.sort_unstable_by_key(|e| (e.1, e.0));
    writeln!(out, "{:?}", w)?;
    let s = "Grüße, Jürgen ❤ 12 -7 3.25e2 x";
    for t in s.split(' ') {
        writeln!(
            out,
            "{:?} {:?} {:?} {}",
            t,
            t.parse::<i32>(),
            t.parse::<f64>(),
            t.chars().rev().count()
        )?;
    }
    writeln!(out, "{:?} {:?}", s.find("gen"), s.char_indices().filter(|c| !c.1.is_ascii()).last())?;
    let shapes = [Shape::Circle(1.5), Shape::Rect { w: 2.5, h: -3 }, Shape::Unit];
    writeln!(out, "{:?} {:#?}", shapes, shapes[1])?;
    writeln!(out, "{}", dynsum(&[&shapes[0], &shapes[1], &shapes[2]]))?;
    let mut crc = !0u32;
    for i in 0..256u32 {
        crc ^= i;
        for _ in 0..8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xedb88320 } else { crc >> 1 };
        }
    }
    writeln!(out, "{:08x}", !crc)?;
    let mut m = [[0i64; 6]; 6];
    for i in 0..6 {
        for j in 0..6 {
            m[i][j] = (r.next() as i64) >> 40;
        }
    }
    let mut p = [[0i64; 6]; 6];
    for i in 0..6 {
        for j in 0..6 {
            p[i][j] = (0..6).map(|k| m[i][k] * m[k][j]).sum();
        }
    }
    writeln!(out, "{:?}", p)?;
    let h =
        v.iter().fold(0xcbf29ce484222325u64, |h, &b| (h ^ b as u64).wrapping_mul(0x100000001b3));
    writeln!(out, "{:016x}", h)?;
    Ok(())
}
pub unsafe fn run(p: *mut u8, len: usize, seed: u64) -> usize {
    let mut b = Buf { p, len, at: 0 };
    let _ = work(&mut b, seed);
    b.at
}
