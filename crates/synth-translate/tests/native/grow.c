unsigned long more(void) { return __builtin_wasm_memory_grow(0, 1); }
unsigned long size(void) { return __builtin_wasm_memory_size(0); }
