// Functions and data that several objects may hold.
template <class T> struct Counter {
    static T value;
    static T next() { return ++value; }
};
template <class T> T Counter<T>::value = 41;
inline int twice(int x) { return 2 * x; }
extern "C" int use(int x) { return Counter<int>::next() + twice(x); }
int (*keep)(int) = twice;
