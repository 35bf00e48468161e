// Prints the expected text.
include!("body.rs");

fn main() {
    for seed in SEEDS {
        let mut text = vec![0u8; 60000];
        let size = unsafe { run(text.as_mut_ptr(), text.len(), seed) };
        print!("{}", String::from_utf8_lossy(&text[..size]));
    }
}

const SEEDS: [u64; 3] = [1, 77, 0xdead_beef_cafe_f00d];
