//! ELF objects and firmware images for ARM Cortex-M
