//! The native contract: address models, prototypes, headers
