// The library that is compiled to wasm.
#![no_std]

include!("body.rs");

unsafe extern "C" {
    fn host_abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { host_abort() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_run(text: *mut u8, size: usize, seed: u64) -> usize {
    unsafe { run(text, size, seed) }
}
