//! SSA functions, the symbol graph, verifier, text form and interpreter
