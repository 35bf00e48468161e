/* Speech for an intercom: IMA ADPCM in blocks with headers, mu-law and A-law
 * companding, a jitter buffer, voice activity, gain with a limiter. */
#include "../../src/bench.h"

enum { BLOCK = 64, BLOCKS = 12, CODED = 4 + BLOCK / 2, SLOTS = 4 };

static const int16_t steps[89] = {
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
};

static const int8_t index_change[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };

struct adpcm { int16_t predicted; int8_t index; };

static inline int16_t saturate(int32_t v)
{
    if (v > INT16_MAX)
        return INT16_MAX;
    if (v < INT16_MIN)
        return INT16_MIN;
    return (int16_t)v;
}

static void adpcm_advance(struct adpcm *s, uint8_t code)
{
    int32_t step = steps[s->index], change = step >> 3;
    if (code & 4)
        change += step;
    if (code & 2)
        change += step >> 1;
    if (code & 1)
        change += step >> 2;
    s->predicted = saturate(code & 8 ? s->predicted - change : s->predicted + change);
    int32_t index = s->index + index_change[code & 7];
    s->index = (int8_t)(index < 0 ? 0 : index > 88 ? 88 : index);
}

KERNEL uint8_t adpcm_encode(struct adpcm *s, int16_t sample)
{
    int32_t step = steps[s->index], difference = sample - s->predicted;
    uint8_t code = 0;
    if (difference < 0) {
        code = 8;
        difference = -difference;
    }
    for (uint8_t bit = 4; bit; bit >>= 1) {
        if (difference >= step) {
            code |= bit;
            difference -= step;
        }
        step >>= 1;
    }
    adpcm_advance(s, code);
    return code;
}

KERNEL int16_t adpcm_decode(struct adpcm *s, uint8_t code)
{
    adpcm_advance(s, code);
    return s->predicted;
}

/* A block: the state, then two samples a byte. */
KERNEL void encode_block(struct adpcm *s, const int16_t *samples, uint8_t *out)
{
    out[0] = (uint8_t)s->predicted;
    out[1] = (uint8_t)(s->predicted >> 8);
    out[2] = (uint8_t)s->index;
    out[3] = 0;
    for (int i = 0; i < BLOCK; i += 2) {
        uint8_t low = adpcm_encode(s, samples[i]);
        uint8_t high = adpcm_encode(s, samples[i + 1]);
        out[4 + i / 2] = (uint8_t)(high << 4 | low);
    }
}

KERNEL int decode_block(const uint8_t *in, int16_t *samples)
{
    struct adpcm s = { (int16_t)(in[0] | in[1] << 8), (int8_t)in[2] };
    if (in[2] > 88 || in[3])
        return -1;
    for (int i = 0; i < BLOCK / 2; i++) {
        *samples++ = adpcm_decode(&s, in[4 + i] & 15);
        *samples++ = adpcm_decode(&s, in[4 + i] >> 4);
    }
    return 0;
}

/* --- Companding (G.711) --- */

KERNEL uint8_t mulaw(int16_t sample)
{
    int32_t v = sample;
    uint8_t sign = 0, exponent = 7;
    if (v < 0) {
        v = -v;
        sign = 0x80;
    }
    v = (v > 32635 ? 32635 : v) + 132;
    for (int32_t mask = 0x4000; !(v & mask) && exponent; mask >>= 1)
        exponent--;
    return (uint8_t)~(sign | exponent << 4 | (v >> (exponent + 3) & 15));
}

KERNEL int16_t mulaw_linear(uint8_t code)
{
    code = (uint8_t)~code;
    int32_t v = (((code & 15) << 3) + 132) << (code >> 4 & 7);
    return (int16_t)(code & 0x80 ? 132 - v : v - 132);
}

KERNEL uint8_t alaw(int16_t sample)
{
    int32_t v = sample >> 3;
    uint8_t mask = 0xd5, code;
    if (v < 0) {
        mask = 0x55;
        v = -v - 1;
    }
    int segment = 0;
    while (segment < 8 && v > (0x20 << segment) - 1)
        segment++;
    if (segment >= 8)
        return 0x7f ^ mask;
    code = (uint8_t)(segment << 4);
    code |= (uint8_t)(v >> (segment < 2 ? 1 : segment) & 15);
    return code ^ mask;
}

/* --- Level --- */

struct level { uint32_t energy, noise; uint16_t gain; uint8_t hang, speaking; };

KERNEL int voice_active(struct level *l, const int16_t *samples)
{
    uint32_t sum = 0, crossings = 0;
    for (int i = 0; i < BLOCK; i++) {
        sum += (uint32_t)((samples[i] * samples[i]) >> 6);
        if (i && (samples[i] ^ samples[i - 1]) < 0)
            crossings++;
    }
    l->energy = sum / BLOCK;
    if (l->energy < l->noise || l->noise == 0)
        l->noise = l->energy;
    else
        l->noise += (l->energy - l->noise) >> 6;
    if (l->energy > 3 * l->noise && crossings < BLOCK / 3)
        l->hang = 4;
    else if (l->hang)
        l->hang--;
    return l->speaking = l->hang != 0;
}

KERNEL void adjust(struct level *l, int16_t *samples)
{
    uint16_t peak = 0;
    for (int i = 0; i < BLOCK; i++) {
        int32_t v = (samples[i] * l->gain) >> 12;
        uint16_t size = (uint16_t)(v < 0 ? -v > 32767 ? 32767 : -v : v > 32767 ? 32767 : v);
        samples[i] = saturate(v);
        if (size > peak)
            peak = size;
    }
    if (peak > 28000)
        l->gain = (uint16_t)(l->gain - (l->gain >> 3));
    else if (peak < 12000 && l->gain < 16384)
        l->gain = (uint16_t)(l->gain + (l->gain >> 5) + 1);
}

/* --- A jitter buffer: blocks in the order of their numbers --- */

struct slot { uint8_t data[CODED]; uint16_t number; uint8_t full; };
struct jitter { struct slot slots[SLOTS]; uint16_t next; uint16_t late, missing; };

KERNEL void jitter_put(struct jitter *j, uint16_t number, const uint8_t *data)
{
    struct slot *s = &j->slots[number % SLOTS];
    if ((int16_t)(number - j->next) < 0) {
        j->late++;
        return;
    }
    for (int i = 0; i < CODED; i++)
        s->data[i] = data[i];
    s->number = number;
    s->full = 1;
}

KERNEL const uint8_t *jitter_get(struct jitter *j)
{
    struct slot *s = &j->slots[j->next % SLOTS];
    uint16_t number = j->next++;
    if (!s->full || s->number != number) {
        j->missing++;
        return NULL;
    }
    s->full = 0;
    return s->data;
}

static struct jitter jitter;
static int16_t microphone[BLOCK], speaker[BLOCK];

ENTRY(bench_adpcm)
{
    struct adpcm sender = { 0, 0 };
    struct level level = { .gain = 4096 };
    uint32_t seed = 711, result = 0;
    int32_t phase = 0, wave = 0;
    uint8_t coded[CODED], held[CODED];
    jitter.next = 0;
    for (uint16_t block = 0; block < BLOCKS; block++) {
        int32_t loud = block > 2 && block < 9 ? 60 : 1;
        for (int i = 0; i < BLOCK; i++) {
            phase += 100 + block * 11;
            wave += (phase & 1024 ? 137 : -137) - wave / 16;
            microphone[i] = saturate(wave * loud / 4 + (int32_t)(next_random(&seed) >> 26));
        }
        result = result * 3 + (uint32_t)voice_active(&level, microphone);
        adjust(&level, microphone);
        encode_block(&sender, microphone, coded);
        if (block % 5 == 2) { /* arrives after the next one */
            for (int i = 0; i < CODED; i++)
                held[i] = coded[i];
        } else {
            jitter_put(&jitter, block, coded);
            if (block % 5 == 3)
                jitter_put(&jitter, (uint16_t)(block - 1), held);
        }
        if (block < 2)
            continue;
        const uint8_t *data = jitter_get(&jitter);
        if (!data || decode_block(data, speaker))
            for (int i = 0; i < BLOCK; i++)
                speaker[i] = (int16_t)(speaker[i] / 2);
        for (int i = 0; i < BLOCK; i++) {
            uint8_t u = mulaw(speaker[i]);
            result = result * 31 + (uint32_t)(mulaw_linear(u) ^ alaw(speaker[i]) << 3);
        }
    }
    return result + level.energy + level.gain + ((uint32_t)jitter.late << 8) + ((uint32_t)jitter.missing << 16);
}
