/* Position-independent code: addresses by way of imported globals. */
extern int host;
extern int call(int (*)(void));
static int own = 5;
static int get(void) { return own; }
int *data(void) { return &host; }
int *local(void) { return &own; }
int function(void) { return call(get); }
