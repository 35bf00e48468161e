// The long test of the floating-point routines: what its files share.

#ifndef SYNTH_FLOAT_CHECK_H
#define SYNTH_FLOAT_CHECK_H

#include "../float.h"

// What the operands of a routine are, which decides how they are chosen.
enum operands { FLOATS, DOUBLES, WORDS, DOUBLEWORDS };

// A routine, and the same by the arithmetic of the host. Operands and results
// are widened to 64 bits; a routine of one operand ignores the second.
struct routine {
  const char *name;
  enum operands operands;
  int arity;
  u64 (*got)(u64 a, u64 b);
  u64 (*expected)(u64 a, u64 b);
};

extern const struct routine ROUTINES[];
extern const u32 ROUTINE_COUNT;

// A fixed sequence of random bits for a seed.
struct random {
  u64 state;
};
u64 next(struct random *random);

// Operands that are worth trying with all others.
u32 special_count(enum operands kind);
u64 special(enum operands kind, u32 index);

// A random pair of operands.
void choose(struct random *random, enum operands kind, u64 *a, u64 *b);

#endif
