/* A member that nobody needs: what it needs does not exist. */
int nowhere(int x);
int scale_twice(int x) { return nowhere(nowhere(x)); }
