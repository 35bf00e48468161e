/* What the host supplies. */
void print(const char *text);
void log_step(int step);
extern int host_level;
