/* Compiled with -matomics. */
static _Thread_local int own;
int next(void) { return ++own; }
