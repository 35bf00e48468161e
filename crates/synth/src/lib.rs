//! WebAssembly to native ARM Cortex-M code: the library facade.
