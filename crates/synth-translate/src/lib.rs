//! Translates WebAssembly operators to SSA and index spaces to symbols
