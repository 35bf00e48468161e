//! ARM Cortex-M code generation: selection, allocation, layout, encoding
