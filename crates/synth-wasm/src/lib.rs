//! Reads WebAssembly: binary and text format, names, custom sections
