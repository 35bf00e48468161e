//! What semaphores and mutexes decide, without the kernel: pure functions that the
//! C of kernel.shim.c asks. Linked with it, they are one program.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// What a caller does next.
#[repr(u8)]
#[derive(Clone, Copy)]
pub enum Action {
    Wake,
    Count,
    Take,
    Busy,
    Wait,
}

#[unsafe(no_mangle)]
pub extern "C" fn sem_decide_give(count: u32, limit: u32, waiter: bool) -> u32 {
    match waiter {
        true => count,
        false if count < limit => count + 1,
        false => count,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn sem_decide_take(count: u32, ticks: i64) -> Action {
    match (count, ticks) {
        (1.., _) => Action::Take,
        (0, 0) => Action::Busy,
        _ => Action::Wait,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn mutex_decide_prio(owner: i32, original: i32, waiter: Option<&i8>) -> i32 {
    let wanted = waiter.map_or(original, |&prio| original.min(prio.into()));
    if wanted == owner { owner } else { wanted }
}
