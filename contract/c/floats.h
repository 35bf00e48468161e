#include <stddef.h>
#include <stdint.h>

struct vector {
    float x, y, z;
};
float float_arithmetic(float a, float b);
double double_arithmetic(double a, double b);
float dot(const struct vector *a, const struct vector *b);
void normalise(struct vector *v, float length);
double polynomial(const double *coefficients, size_t count, double x);
int32_t float_compare(float a, float b, double c, double d);
float many_floats(float a, float b, float c, float d, float e, float f, float g, float h, float i,
                  float j, float k, float l, float m, float n, float o, float p, float q, float r);
double mixed_floats(float a, double b, float c, int32_t d, double e, int64_t f, float g);
double doubles_to_the_stack(int a, double b, double c, double d, double e, double f, double g,
                            double h, double i, double j, int k, float l);
int64_t conversions(float a, double b, int32_t *out);
float from_integers(int32_t a, uint32_t b, int64_t c, uint64_t d);
double widen_float(float a);
float call_host_float(float a, double b, int c);
float root(float a);
double fold_doubles(double (*f)(double, float), const float *values, size_t count);
uint32_t classify(double a);
float filter(float *state, float sample);
void rotate(float *matrix, const float *vector, float *out);

// Of the host.
float host_float(float a, double b, int c, float d, double e);
