//! Objects of the frame: what is known of their addresses.
//!
//! An address that is only an operand of loads, stores and sums is *private*:
//! no call and no access through another pointer touches the slot.

mod uses;

pub(crate) use uses::Uses;
