//! Runs images on an emulated Cortex-M and reports faults by kind
