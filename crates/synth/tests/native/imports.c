/* Functions of the host, by the names of an import. */

__attribute__((import_module("kernel"), import_name("mix")))
double kernel_mix(int a, long long b, float c, double d);
__attribute__((import_module("kernel"), import_name("scale")))
long long scale(long long x);
__attribute__((import_module("kernel"), import_name("stop"))) void stop(void);

double mix(int a, long long b, float c, double d) { return kernel_mix(a, b, c, d) + 1; }
long long twice(long long x) { return scale(scale(x)); }
void leave(int really) {
    if (really) {
        stop();
    }
}
