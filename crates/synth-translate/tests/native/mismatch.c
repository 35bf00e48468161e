/* Declared in another way than it is defined (-DDEFINITION). */
#ifdef DEFINITION
int other(int x) { return x; }
#else
void other(void);
void caller(void) { other(); }
#endif
