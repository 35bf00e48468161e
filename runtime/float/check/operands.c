// Operands: special ones, and random ones near what is hard.

#include "check.h"

// SplitMix64 (Steele, Lea, Flood 2014).
u64 next(struct random *random) {
  u64 z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static u64 below(struct random *random, u64 limit) { return next(random) % limit; }

// A floating-point format.
struct format {
  u32 fraction; // bits
  u32 exponent; // bits
};

static struct format format_of(enum operands kind) {
  return kind == FLOATS ? (struct format){23, 8} : (struct format){52, 11};
}

static u64 mask(u32 bits) { return bits >= 64 ? ~0ull : (1ull << bits) - 1; }
static u64 bias(struct format f) { return mask(f.exponent - 1); }

// Special magnitudes as exponent and fraction: the exponent relative to 0, to
// the bias, or to that of infinity; of the fraction this many upper bits are
// set, or if negative this many lower ones; then a difference is added.
struct magnitude {
  enum { FROM_ZERO, FROM_ONE, FROM_INFINITY } from;
  int exponent;
  int ones;
  int add;
};

static const struct magnitude MAGNITUDES[] = {
    // Zero, subnormal numbers, the least normal ones.
    {FROM_ZERO, 0, 0, 0},
    {FROM_ZERO, 0, 0, 1},
    {FROM_ZERO, 0, 0, 2},
    {FROM_ZERO, 0, 0, 3},
    {FROM_ZERO, 0, 1, 0},
    {FROM_ZERO, 1, 0, -1},
    {FROM_ZERO, 1, 0, 0},
    {FROM_ZERO, 1, 0, 1},
    {FROM_ZERO, 2, 0, -1},
    {FROM_ZERO, 2, 0, 0},
    // Around one half, one, two: integral parts 0 and 1, ties at .5, 1.5, 2.5.
    {FROM_ONE, -2, 0, 0},
    {FROM_ONE, -1, 0, -1},
    {FROM_ONE, -1, 0, 0},
    {FROM_ONE, -1, 0, 1},
    {FROM_ONE, 0, 0, -1},
    {FROM_ONE, 0, 0, 0},
    {FROM_ONE, 0, 0, 1},
    {FROM_ONE, 0, 1, -1},
    {FROM_ONE, 0, 1, 0},
    {FROM_ONE, 0, 1, 1},
    {FROM_ONE, 1, 0, -1},
    {FROM_ONE, 1, 0, 0},
    {FROM_ONE, 1, 0, 1},
    {FROM_ONE, 1, 2, 0},
    // Where fractions end, in both formats.
    {FROM_ONE, 22, 0, 1},
    {FROM_ONE, 22, 23, 0},
    {FROM_ONE, 23, 0, 0},
    {FROM_ONE, 23, 0, 1},
    {FROM_ONE, 24, 0, 0},
    {FROM_ONE, 51, 0, 1},
    {FROM_ONE, 52, 0, 0},
    {FROM_ONE, 52, 0, 1},
    {FROM_ONE, 53, 0, 0},
    // Ends of the integer types.
    {FROM_ONE, 31, 0, -1},
    {FROM_ONE, 31, 0, 0},
    {FROM_ONE, 31, 0, 1},
    {FROM_ONE, 32, 0, -1},
    {FROM_ONE, 32, 0, 0},
    {FROM_ONE, 62, 0, 0},
    {FROM_ONE, 63, 0, -1},
    {FROM_ONE, 63, 0, 0},
    {FROM_ONE, 63, 0, 1},
    {FROM_ONE, 64, 0, -1},
    {FROM_ONE, 64, 0, 0},
    // Ends of binary32, seen from binary64.
    {FROM_ONE, -150, 0, 0},
    {FROM_ONE, -150, 0, 1},
    {FROM_ONE, -149, 0, 0},
    {FROM_ONE, -126, 0, -1},
    {FROM_ONE, -126, 0, 0},
    {FROM_ONE, 127, 23, 0},
    {FROM_ONE, 127, 24, -1},
    {FROM_ONE, 127, 24, 0},
    {FROM_ONE, 128, 0, 0},
    // Patterns in the fraction.
    {FROM_ONE, 5, 7, 0},
    {FROM_ONE, -7, -9, 0},
    // The greatest numbers, infinity, signalling and quiet NaNs.
    {FROM_INFINITY, -1, 0, 0},
    {FROM_INFINITY, -1, 1, 0},
    {FROM_INFINITY, 0, 0, -2},
    {FROM_INFINITY, 0, 0, -1},
    {FROM_INFINITY, 0, 0, 0},
    {FROM_INFINITY, 0, 0, 1},
    {FROM_INFINITY, 0, 1, -1},
    {FROM_INFINITY, 0, 1, 0},
    {FROM_INFINITY, 0, 1, 5},
};

static u64 magnitude(struct format f, struct magnitude m) {
  i64 exponent = m.exponent;
  if (m.from == FROM_ONE)
    exponent += bias(f);
  if (m.from == FROM_INFINITY)
    exponent += mask(f.exponent);
  if (exponent < 0)
    exponent = 0;
  if (exponent > (i64)mask(f.exponent))
    exponent = mask(f.exponent);
  u32 ones = m.ones < 0 ? -m.ones : m.ones;
  if (ones > f.fraction)
    ones = f.fraction;
  u64 fraction = mask(ones);
  if (m.ones > 0)
    fraction <<= f.fraction - ones;
  return ((u64)exponent << f.fraction) + fraction + m.add;
}

static const i64 INTEGERS[] = {
    0, 1, 2, 3, 7, 255, 0x7fffff, 0x800000, 0xffffff, 0x1000000, 0x1000001, 0x1000002, 0x1000003,
    0x2000001, 0x2000002, 0x2000003, 0x2000006, 0x7fffff80, 0x7fffffbf, 0x7fffffc0, 0x7fffffff,
    0x80000000, 0x80000001, 0xffffff00, 0xffffff7f, 0xffffff80, 0xffffff81, 0xffffffff, 0x100000000,
    0x1fffffffffffff, 0x20000000000000, 0x20000000000001, 0x20000000000002, 0x20000000000003,
    0x40000000000001, 0x40000000000002, 0x40000000000003, 0x40000000000006, 0x7fffffffffffffff,
    0x7ffffffffffffe00, 0x7ffffffffffffdff, 0x7ffffffffffffc00, 0x7fffff4000000000,
    0x7fffffc000000000, 0x7fffffbfffffffff, 0x4000004000000000, 0x4000004000000001, (i64)SIGN64,
    (i64)SIGN64 + 1, (i64)0xfffffffffffff800, (i64)0xfffffffffffffbff, (i64)0xfffffffffffffc00,
    (i64)0xffffff8000000000, (i64)0xffffff7fffffffff, (i64)0xffffff0000000000, -1, -2, -3,
};

#define COUNT(array) (sizeof(array) / sizeof(*array))

u32 special_count(enum operands kind) {
  return kind == FLOATS || kind == DOUBLES ? 2 * COUNT(MAGNITUDES) : COUNT(INTEGERS);
}

u64 special(enum operands kind, u32 index) {
  if (kind == WORDS || kind == DOUBLEWORDS)
    return INTEGERS[index];
  struct format f = format_of(kind);
  u64 sign = (u64)(index & 1) << (f.exponent + f.fraction);
  return sign | magnitude(f, MAGNITUDES[index >> 1]);
}

// A fraction that is uniform, or has few bits set or few clear, so that results
// are often exact or exactly half way.
static u64 some_fraction(struct random *random, u32 bits) {
  u64 fraction = next(random) & mask(bits);
  u64 upper = fraction & ~mask(below(random, bits + 1));
  switch (below(random, 5)) {
  case 0:
    return upper;
  case 1:
    return (upper + below(random, 5) - 2) & mask(bits);
  case 2:
    return 1ull << below(random, bits) | 1ull << below(random, bits);
  case 3:
    return mask(bits) & ~(1ull << below(random, bits));
  default:
    return fraction;
  }
}

static u64 some_number(struct random *random, struct format f, i64 exponent) {
  if (exponent < 0)
    exponent = below(random, 2);
  if (exponent > (i64)mask(f.exponent))
    exponent = mask(f.exponent) - below(random, 2);
  u64 sign = (next(random) & 1) << (f.exponent + f.fraction);
  return sign | (u64)exponent << f.fraction | some_fraction(random, f.fraction);
}

// The exponent of a second operand for which the result of a sum, a product or
// a quotient is hard, or the number is near the ends of an integer type.
static i64 related_exponent(struct random *random, struct format f, i64 exponent) {
  i64 near = (i64)below(random, 7) - 3, far = (i64)below(random, 2 * f.fraction + 8);
  i64 edge = near - (next(random) & 1 ? (i64)below(random, f.fraction + 3) : 0);
  switch (below(random, 8)) {
  case 0:
    return exponent + near;
  case 1:
    return exponent + far - f.fraction - 4;
  case 2: // a product that is nearly or really subnormal
    return (i64)bias(f) + 1 - exponent + edge;
  case 3: // a product that overflows or just does not
    return (i64)(mask(f.exponent) + bias(f)) - exponent - 1 + near;
  case 4: // a quotient that is nearly or really subnormal
    return exponent + (i64)bias(f) - 1 - edge;
  case 5: // a quotient that overflows or just does not
    return exponent - (i64)bias(f) + near;
  case 6:
    return (i64)bias(f) + (i64)below(random, 68) - 2;
  default:
    return below(random, mask(f.exponent) + 1);
  }
}

static u64 some_integer(struct random *random) {
  u32 unused = below(random, 64);
  u64 integer = some_fraction(random, 63) << 1 | (next(random) & 1);
  integer = next(random) & 1 ? integer >> unused : (u64)((i64)integer >> unused);
  return next(random) & 1 ? integer : -integer;
}

// Halfway between two floats, or one unit of binary64 beside it.
static u64 between_floats(struct random *random) {
  u64 a = some_number(random, format_of(DOUBLES), BIAS64 - 152 + below(random, 282));
  u32 lost = 29;
  i64 exponent = (i64)(a >> 52 & 0x7ff) - BIAS64;
  if (exponent < -126)
    lost += -126 - exponent;
  if (lost > 52)
    return a;
  return (a & ~mask(lost)) + (1ull << (lost - 1)) + below(random, 3) - 1;
}

void choose(struct random *random, enum operands kind, u64 *a, u64 *b) {
  if (kind == WORDS || kind == DOUBLEWORDS) {
    *a = below(random, 8) ? some_integer(random) : next(random);
    *b = 0;
    return;
  }
  struct format f = format_of(kind);
  u64 all = mask(f.exponent + f.fraction + 1);
  u64 way = below(random, 16);
  if (way == 0) {
    *a = next(random) & all;
    *b = next(random) & all;
  } else if (way == 1) {
    // Beside a special number.
    *a = (special(kind, below(random, special_count(kind))) + below(random, 9) - 4) & all;
    *b = (special(kind, below(random, special_count(kind))) + below(random, 9) - 4) & all;
  } else if (way == 2 && kind == DOUBLES) {
    *a = between_floats(random);
    *b = between_floats(random);
  } else if (way == 3) {
    // Beside each other, with either sign.
    *a = next(random) & all;
    *b = (*a + below(random, 9) - 4) & all;
    *b ^= (next(random) & 1) << (f.exponent + f.fraction);
  } else {
    i64 exponent = below(random, mask(f.exponent) + 1);
    *a = some_number(random, f, exponent);
    *b = some_number(random, f, related_exponent(random, f, exponent));
    if (next(random) & 1) {
      u64 other = *a;
      *a = *b;
      *b = other;
    }
  }
}
