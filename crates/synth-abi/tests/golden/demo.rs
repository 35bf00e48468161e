// The interface of demo.o: contract 1, native model. Made by synth.

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct point {
    pub x: i16,
    pub y: i16,
}
const _: () = {
    assert!(core::mem::size_of::<point>() == 4);
    assert!(core::mem::offset_of!(point, x) == 0);
    assert!(core::mem::offset_of!(point, y) == 2);
};

#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub type colour = u16;
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub const RED: colour = 0;
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub const GREEN: colour = 300;
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub const BLUE: colour = 301;

#[allow(non_camel_case_types, dead_code)]
pub type u8_ = u8;

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub union Option_ {
    pub byte: u8_,
    pub half: u16,
}
const _: () = {
    assert!(core::mem::size_of::<Option_>() == 2);
    assert!(core::mem::offset_of!(Option_, byte) == 0);
    assert!(core::mem::offset_of!(Option_, half) == 0);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct bool_t {
    pub kind: u8_,
    pub length: u32,
}
const _: () = {
    assert!(core::mem::size_of::<bool_t>() == 8);
    assert!(core::mem::offset_of!(bool_t, kind) == 0);
    assert!(core::mem::offset_of!(bool_t, length) == 4);
};

#[repr(C, align(4))]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct flags {
    pub bytes: [u8; 4],
}
const _: () = {
    assert!(core::mem::size_of::<flags>() == 4);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub union word {
    pub i: i32,
    pub f: f32,
    pub bytes: [u8; 4],
}
const _: () = {
    assert!(core::mem::size_of::<word>() == 4);
    assert!(core::mem::offset_of!(word, i) == 0);
    assert!(core::mem::offset_of!(word, f) == 0);
    assert!(core::mem::offset_of!(word, bytes) == 0);
};

#[allow(non_camel_case_types, dead_code)]
pub type node_t = node;

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct node {
    pub next: *mut node,
    pub owner: *mut owner,
    pub value: u16,
}
const _: () = {
    assert!(core::mem::size_of::<node>() == 12);
    assert!(core::mem::offset_of!(node, next) == 0);
    assert!(core::mem::offset_of!(node, owner) == 4);
    assert!(core::mem::offset_of!(node, value) == 8);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct key_t_ {
    pub key: i32,
}
const _: () = {
    assert!(core::mem::size_of::<key_t_>() == 4);
    assert!(core::mem::offset_of!(key_t_, key) == 0);
};

#[allow(non_camel_case_types, dead_code)]
pub type callback_t = Option<unsafe extern "C" fn(point, *mut core::ffi::c_void) -> i32>;

#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub type state_t = u8;
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub const IDLE: state_t = 0;
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
pub const BUSY: state_t = 1;

#[repr(C, align(4))]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct mixed_t {
    pub bytes: [u8; 12],
}
const _: () = {
    assert!(core::mem::size_of::<mixed_t>() == 12);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct owner {
    pub first: node_t,
    pub all: [*mut node_t; 4],
    pub notify: Option<unsafe extern "C" fn(*mut owner, i32)>,
}
const _: () = {
    assert!(core::mem::size_of::<owner>() == 32);
    assert!(core::mem::offset_of!(owner, first) == 0);
    assert!(core::mem::offset_of!(owner, all) == 12);
    assert!(core::mem::offset_of!(owner, notify) == 28);
};

#[repr(C, align(16))]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct buffer {
    pub bytes: [u8; 32],
}
const _: () = {
    assert!(core::mem::size_of::<buffer>() == 32);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct tail {
    pub count: i32,
    pub items: [i32; 0],
}
const _: () = {
    assert!(core::mem::size_of::<tail>() == 4);
    assert!(core::mem::offset_of!(tail, count) == 0);
    assert!(core::mem::offset_of!(tail, items) == 4);
};

#[repr(C, packed(1))]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct packet {
    pub kind: u8,
    pub length: u32,
    pub data: [core::ffi::c_char; 3],
}
const _: () = {
    assert!(core::mem::size_of::<packet>() == 8);
    assert!(core::mem::offset_of!(packet, kind) == 0);
    assert!(core::mem::offset_of!(packet, length) == 1);
    assert!(core::mem::offset_of!(packet, data) == 5);
};

#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_camel_case_types, dead_code)]
pub struct hidden {
    _private: [u8; 0],
}

// Defined by the object.
#[allow(dead_code)]
unsafe extern "C" {
    pub fn area(a: point, b: *const point, c: colour) -> i32;
    pub fn checksum(bytes: *const u8_, count: usize, option: Option_, flag: *mut bool_t) -> u8_;
    pub fn convert(flags: flags, w: word, template: u8) -> word;
    pub fn find(list: *mut node_t, value: u16, r#match: Option<unsafe extern "C" fn(*const node_t) -> bool>) -> *mut node_t;
    pub fn lock(reg: *mut u32) -> key_t_;
    pub fn mix(h: *mut hidden, cb: callback_t, state: state_t) -> *mut mixed_t;
    pub fn names() -> *const *mut core::ffi::c_char;
    pub fn send(packets: *const packet, count: i32);
    pub fn sum(tail: *mut tail, scale: f64, f: f32, into: *mut buffer) -> i64;
    pub fn table(i: i32) -> Option<unsafe extern "C" fn(point, *mut core::ffi::c_void) -> i32>;
    pub fn undeclared(p0: i32, p1: i64) -> f64;
}

// To be defined by the host.
#[allow(dead_code)]
unsafe extern "C" {
    pub fn host_vlog(format: *const core::ffi::c_char, arguments: *mut core::ffi::c_void) -> i32;
    pub fn host_sleep(ticks: u32);
    pub fn host_undeclared(p0: i32, p1: i64) -> f64;
    pub static mut host_owners: [owner; 3];
    pub static mut host_ticks: u32;
}
