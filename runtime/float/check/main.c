// check COUNT [SEED]: each routine on all (pairs of) special operands and on
// COUNT random ones, against the host. Ends with 1 if any result differs.

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static u64 mismatches;

static void check(const struct routine *routine, u64 a, u64 b) {
  u64 got = routine->got(a, b), expected = routine->expected(a, b);
  if (got == expected)
    return;
  mismatches++;
  if (mismatches <= 20)
    printf("%s(%#llx, %#llx) = %#llx, expected %#llx\n", routine->name, a, b, got, expected);
}

static u64 check_special(const struct routine *routine) {
  u32 count = special_count(routine->operands);
  for (u32 i = 0; i < count; i++)
    for (u32 j = 0; j < (routine->arity == 2 ? count : 1); j++)
      check(routine, special(routine->operands, i), special(routine->operands, j));
  return routine->arity == 2 ? count * count : count;
}

int main(int arguments, char **argument) {
  u64 count = arguments > 1 ? strtoull(argument[1], 0, 0) : 100000;
  u64 seed = arguments > 2 ? strtoull(argument[2], 0, 0) : 1;
  for (u32 index = 0; index < ROUTINE_COUNT; index++) {
    const struct routine *routine = &ROUTINES[index];
    struct random random = {seed};
    u64 before = mismatches;
    u64 special = check_special(routine);
    for (u64 i = 0; i < count; i++) {
      u64 a, b;
      choose(&random, routine->operands, &a, &b);
      check(routine, a, b);
    }
    printf("%-28s %llu random, %llu special: %llu differ\n", routine->name, count, special,
           mismatches - before);
  }
  printf("%u routines, %llu differences\n", ROUTINE_COUNT, mismatches);
  return mismatches != 0;
}
