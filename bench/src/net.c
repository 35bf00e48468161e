/* A small network stack: Ethernet, ARP, IPv4 with fragments, ICMP, UDP, TCP with
 * retransmission and reordering, DHCP, DNS, CoAP with blocks, and a little HTTP.
 * Three hosts with the same code talk over a cable that loses, repeats, swaps
 * and damages frames. */
#include "bench.h"

typedef uint32_t ip_address;
typedef uint16_t port;

enum {
    HOSTS = 3, FRAME = 360, MTU = 340, BUFFERS = 40, ARP_ENTRIES = 4, SOCKETS = 6, CONNECTIONS = 4,
    REASSEMBLY = 2, LARGEST = 720, SEND_ROOM = 1024, RECEIVE_ROOM = 512, SEGMENT = 256,
};

#define IP(a, b, c, d) ((ip_address)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define BROADCAST 0xffffffffu

/* ------------------------------------------------------------------------
 * Packets
 * ------------------------------------------------------------------------ */

/* A frame; what is below `start` is room for headers of lower layers. */
struct buffer {
    struct buffer *next;
    uint16_t start, end;
    uint32_t due;
    uint8_t from;
    uint8_t bytes[FRAME];
};

struct queue { struct buffer *first, *last; };

static struct buffer buffers[BUFFERS];
static struct buffer *free_buffers;
static uint32_t free_count, least_free;

static void buffers_init(void)
{
    free_buffers = NULL;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        buffers[i].next = free_buffers;
        free_buffers = &buffers[i];
    }
    free_count = least_free = BUFFERS;
}

static struct buffer *take_buffer(uint32_t headroom)
{
    struct buffer *b = free_buffers;
    if (!b)
        return NULL;
    free_buffers = b->next;
    if (--free_count < least_free)
        least_free = free_count;
    b->next = NULL;
    b->start = b->end = (uint16_t)headroom;
    return b;
}

static void give_buffer(struct buffer *b)
{
    b->next = free_buffers;
    free_buffers = b;
    free_count++;
}

static void queue_put(struct queue *q, struct buffer *b)
{
    b->next = NULL;
    if (q->last)
        q->last->next = b;
    else
        q->first = b;
    q->last = b;
}

static struct buffer *queue_get(struct queue *q)
{
    struct buffer *b = q->first;
    if (b) {
        q->first = b->next;
        if (!q->first)
            q->last = NULL;
    }
    return b;
}

static inline uint8_t *data_of(struct buffer *b) { return b->bytes + b->start; }
static inline uint32_t length_of(const struct buffer *b) { return b->end - b->start; }

static uint8_t *prepend(struct buffer *b, uint32_t n)
{
    b->start = (uint16_t)(b->start - n);
    return data_of(b);
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
    while (n--)
        *to++ = *from++;
}

static int same(const uint8_t *a, const uint8_t *b, uint32_t n)
{
    for (; n; n--)
        if (*a++ != *b++)
            return 0;
    return 1;
}

static int append(struct buffer *b, const uint8_t *bytes, uint32_t n)
{
    if (b->end + n > FRAME)
        return 0;
    copy(b->bytes + b->end, bytes, n);
    b->end = (uint16_t)(b->end + n);
    return 1;
}

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static inline void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

/* The sum of 16-bit words, to be folded. */
KERNEL uint32_t sum_words(const uint8_t *p, uint32_t n, uint32_t sum)
{
    for (; n > 1; n -= 2, p += 2)
        sum += get16(p);
    if (n)
        sum += (uint32_t)*p << 8;
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* ------------------------------------------------------------------------
 * Hosts
 * ------------------------------------------------------------------------ */

struct arp_entry { ip_address ip; uint8_t mac[6]; uint8_t state, tries; uint32_t expiry; struct queue waiting; };
enum { ARP_FREE, ARP_PENDING, ARP_KNOWN };

struct hole { ip_address from; uint16_t id, total; uint8_t protocol, used; uint32_t expiry; uint8_t seen[LARGEST / 8 / 8 + 1]; uint8_t bytes[LARGEST]; };

struct host;
typedef void receive(struct host *, ip_address from, port from_port, const uint8_t *, uint32_t n);

struct socket { port local; receive *call; };

enum tcp_state {
    CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, TIME_WAIT,
    CLOSE_WAIT, LAST_ACK,
};

struct connection;
typedef void tcp_event(struct host *, struct connection *, int closed);

struct connection {
    enum tcp_state state;
    ip_address remote;
    port local_port, remote_port;
    uint32_t first_unacked, next_send, next_receive, window, initial;
    uint32_t timeout, timer, smoothed, variance, timed_sequence, timed_at;
    uint32_t congestion, threshold;
    uint16_t send_count, receive_count;
    uint8_t duplicates, tries, fin_wanted, ack_wanted, measuring, room_made;
    uint32_t early_at;
    uint16_t early_count;
    tcp_event *call;
    uint32_t progress; /* the application's */
    uint8_t send[SEND_ROOM], received[RECEIVE_ROOM], early[SEGMENT];
};

enum dhcp_state { D_OFF, D_SELECTING, D_REQUESTING, D_BOUND, D_RENEWING };

struct dhcp {
    enum dhcp_state state;
    uint32_t transaction, timer, lease, tries;
    ip_address offered, server;
};

struct lease { uint8_t mac[6]; ip_address ip; uint32_t expiry; };

struct exchange {
    uint8_t active, tries, token, message_type;
    uint16_t id, length;
    port to_port;
    ip_address to;
    uint32_t timer, timeout, block;
    uint8_t message[64];
};

struct host {
    uint8_t number;
    uint8_t mac[6];
    ip_address ip, mask, gateway, dns;
    uint16_t next_id;
    port next_port;
    struct queue input;
    struct arp_entry arp[ARP_ENTRIES];
    struct hole holes[REASSEMBLY];
    struct socket sockets[SOCKETS];
    struct connection connections[CONNECTIONS];
    struct dhcp dhcp;
    struct lease leases[4];
    struct exchange exchange;
    struct { uint8_t name[32]; ip_address ip; uint16_t id; uint32_t timer; uint8_t tries; } query;
    uint16_t last_seen_id;
    uint32_t random;
    struct {
        uint32_t frames_in, frames_out, bad, arp, fragments, reassembled, echo, unreachable, udp, segments,
            resent, early, resets, coap, repeated;
    } count;
    uint32_t digest;
};

static struct host hosts[HOSTS];
static uint32_t now, wire_random, lost, damaged_frames;
static struct queue wire;

static void digest(struct host *h, const uint8_t *p, uint32_t n)
{
    while (n--)
        h->digest = h->digest * 31 + *p++;
}

/* ------------------------------------------------------------------------
 * The cable: frames reach every host after a delay
 * ------------------------------------------------------------------------ */

static struct buffer *clone(const struct buffer *b)
{
    struct buffer *c = take_buffer(b->start);
    if (c) {
        append(c, b->bytes + b->start, length_of(b));
        c->from = b->from;
        c->due = b->due;
    }
    return c;
}

static void wire_insert(struct buffer *b)
{
    struct buffer **at = &wire.first;
    while (*at && (int32_t)((*at)->due - b->due) <= 0)
        at = &(*at)->next;
    b->next = *at;
    *at = b;
}

KERNEL void wire_send(struct host *h, struct buffer *b)
{
    uint32_t r = next_random(&wire_random);
    h->count.frames_out++;
    b->from = h->number;
    b->due = now + 2 + (r >> 8 & 3);
    if (r % 29 == 3) {
        lost++;
        give_buffer(b);
        return;
    }
    if (r % 31 == 5) {
        data_of(b)[(r >> 16) % length_of(b)] ^= (uint8_t)(1 << (r & 7));
        damaged_frames++;
    }
    if (r % 37 == 7) {
        struct buffer *again = clone(b);
        if (again) {
            again->due += 5;
            wire_insert(again);
        }
    }
    if (r % 23 == 9)
        b->due += 11;
    wire_insert(b);
}

KERNEL void wire_deliver(void)
{
    while (wire.first && (int32_t)(wire.first->due - now) <= 0) {
        struct buffer *b = wire.first;
        wire.first = b->next;
        for (uint32_t i = 0; i < HOSTS; i++) {
            if (i == b->from)
                continue;
            int mine = same(data_of(b), hosts[i].mac, 6), all = data_of(b)[0] & 1;
            struct buffer *c = mine || all ? clone(b) : NULL;
            if (c)
                queue_put(&hosts[i].input, c);
        }
        give_buffer(b);
    }
}

/* ------------------------------------------------------------------------
 * Ethernet and ARP
 * ------------------------------------------------------------------------ */

enum { ETHERNET = 14, TYPE_IP = 0x0800, TYPE_ARP = 0x0806, ARP_LENGTH = 28 };

static const uint8_t everybody[6] = { 255, 255, 255, 255, 255, 255 };

static void ethernet_send(struct host *h, struct buffer *b, const uint8_t *to, uint32_t type)
{
    uint8_t *p = prepend(b, ETHERNET);
    copy(p, to, 6);
    copy(p + 6, h->mac, 6);
    put16(p + 12, type);
    wire_send(h, b);
}

static void arp_send(struct host *h, uint32_t operation, const uint8_t *to_mac, ip_address to)
{
    struct buffer *b = take_buffer(ETHERNET);
    if (!b)
        return;
    uint8_t *p = data_of(b);
    b->end = (uint16_t)(b->end + ARP_LENGTH);
    put16(p, 1);
    put16(p + 2, TYPE_IP);
    p[4] = 6;
    p[5] = 4;
    put16(p + 6, operation);
    copy(p + 8, h->mac, 6);
    put32(p + 14, h->ip);
    copy(p + 18, to_mac, 6);
    put32(p + 24, to);
    h->count.arp++;
    ethernet_send(h, b, operation == 1 ? everybody : to_mac, TYPE_ARP);
}

static struct arp_entry *arp_find(struct host *h, ip_address ip)
{
    for (uint32_t i = 0; i < ARP_ENTRIES; i++)
        if (h->arp[i].state != ARP_FREE && h->arp[i].ip == ip)
            return &h->arp[i];
    return NULL;
}

static void arp_drop(struct arp_entry *e)
{
    struct buffer *b;
    while ((b = queue_get(&e->waiting)))
        give_buffer(b);
    e->state = ARP_FREE;
}

/* A free entry, or the one that expires first. */
static struct arp_entry *arp_new(struct host *h)
{
    struct arp_entry *oldest = &h->arp[0];
    for (uint32_t i = 0; i < ARP_ENTRIES; i++) {
        struct arp_entry *e = &h->arp[i];
        if (e->state == ARP_FREE)
            return e;
        if ((int32_t)(e->expiry - oldest->expiry) < 0)
            oldest = e;
    }
    arp_drop(oldest);
    return oldest;
}

static void arp_learn(struct host *h, ip_address ip, const uint8_t *mac, int wanted)
{
    struct arp_entry *e = arp_find(h, ip);
    if (!e && !wanted)
        return;
    if (!e)
        e = arp_new(h);
    e->ip = ip;
    copy(e->mac, mac, 6);
    e->state = ARP_KNOWN;
    e->expiry = now + 4000;
    struct buffer *b;
    while ((b = queue_get(&e->waiting)))
        ethernet_send(h, b, e->mac, TYPE_IP);
}

KERNEL void arp_input(struct host *h, const uint8_t *p, uint32_t n)
{
    if (n < ARP_LENGTH || get16(p) != 1 || get16(p + 2) != TYPE_IP || p[4] != 6 || p[5] != 4) {
        h->count.bad++;
        return;
    }
    ip_address from = get32(p + 14), to = get32(p + 24);
    int mine = h->ip && to == h->ip;
    if (from)
        arp_learn(h, from, p + 8, mine);
    if (mine && get16(p + 6) == 1)
        arp_send(h, 2, p + 8, from);
}

KERNEL void arp_resolve(struct host *h, struct buffer *b, ip_address to)
{
    if (to == BROADCAST || to == (h->ip | ~h->mask)) {
        ethernet_send(h, b, everybody, TYPE_IP);
        return;
    }
    struct arp_entry *e = arp_find(h, to);
    if (e && e->state == ARP_KNOWN) {
        ethernet_send(h, b, e->mac, TYPE_IP);
        return;
    }
    if (!e) {
        static const uint8_t unknown[6];
        e = arp_new(h);
        e->ip = to;
        e->state = ARP_PENDING;
        e->tries = 0;
        e->expiry = now + 60;
        arp_send(h, 1, unknown, to);
    }
    queue_put(&e->waiting, b);
}

static void arp_tick(struct host *h)
{
    static const uint8_t unknown[6];
    for (uint32_t i = 0; i < ARP_ENTRIES; i++) {
        struct arp_entry *e = &h->arp[i];
        if (e->state == ARP_FREE || (int32_t)(now - e->expiry) < 0)
            continue;
        if (e->state == ARP_KNOWN || ++e->tries == 4) {
            arp_drop(e);
        } else {
            e->expiry = now + 60;
            arp_send(h, 1, unknown, e->ip);
        }
    }
}

/* ------------------------------------------------------------------------
 * IPv4
 * ------------------------------------------------------------------------ */

enum { IP_HEADER = 20, ICMP = 1, TCP = 6, UDP = 17, MORE = 0x2000, DONT_FRAGMENT = 0x4000 };
enum { BELOW_IP = ETHERNET + IP_HEADER };

static uint32_t pseudo_header(ip_address from, ip_address to, uint32_t protocol, uint32_t n)
{
    return (from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff) + protocol + n;
}

static void ip_output(struct host *h, struct buffer *b, ip_address to, uint32_t protocol,
    uint32_t fragment, uint32_t id)
{
    uint8_t *p = prepend(b, IP_HEADER);
    p[0] = 0x45;
    p[1] = 0;
    put16(p + 2, length_of(b));
    put16(p + 4, id);
    put16(p + 6, fragment);
    p[8] = 64;
    p[9] = (uint8_t)protocol;
    put16(p + 10, 0);
    put32(p + 12, h->ip);
    put32(p + 16, to);
    put16(p + 10, fold(sum_words(p, IP_HEADER, 0)));
    ip_address hop = to;
    if (to != BROADCAST && (to & h->mask) != (h->ip & h->mask))
        hop = h->gateway;
    if (!hop)
        give_buffer(b);
    else
        arp_resolve(h, b, hop);
}

static void ip_send(struct host *h, struct buffer *b, ip_address to, uint32_t protocol)
{
    ip_output(h, b, to, protocol, protocol == TCP ? DONT_FRAGMENT : 0, h->next_id++);
}

/* Sends what does not fit into one frame in pieces. */
KERNEL void ip_send_large(struct host *h, const uint8_t *bytes, uint32_t n, ip_address to, uint32_t protocol)
{
    uint32_t piece = (MTU - IP_HEADER) & ~7u, id = h->next_id++;
    for (uint32_t at = 0; at < n; at += piece) {
        uint32_t count = n - at < piece ? n - at : piece;
        struct buffer *b = take_buffer(BELOW_IP);
        if (!b)
            return;
        append(b, bytes + at, count);
        if (n > piece)
            h->count.fragments++;
        ip_output(h, b, to, protocol, at / 8 | (at + count < n ? MORE : 0), id);
    }
}

static struct hole *hole_for(struct host *h, ip_address from, uint32_t id, uint32_t protocol)
{
    struct hole *free = NULL;
    for (uint32_t i = 0; i < REASSEMBLY; i++) {
        struct hole *r = &h->holes[i];
        if (r->used && (int32_t)(now - r->expiry) >= 0)
            r->used = 0;
        if (r->used && r->from == from && r->id == id && r->protocol == protocol)
            return r;
        if (!r->used)
            free = r;
    }
    if (!free)
        return NULL;
    free->used = 1;
    free->from = from;
    free->id = (uint16_t)id;
    free->protocol = (uint8_t)protocol;
    free->total = 0;
    free->expiry = now + 400;
    for (uint32_t i = 0; i < sizeof free->seen; i++)
        free->seen[i] = 0;
    return free;
}

/* The whole packet, when its last piece has come. */
KERNEL struct hole *reassemble(struct host *h, const uint8_t *p, uint32_t header, uint32_t n)
{
    uint32_t fragment = get16(p + 6), at = (fragment & 0x1fff) * 8;
    struct hole *r = hole_for(h, get32(p + 12), get16(p + 4), p[9]);
    n -= header;
    if (!r || at + n > LARGEST || (fragment & MORE && n % 8))
        return NULL;
    copy(r->bytes + at, p + header, n);
    for (uint32_t i = at / 8; i < (at + n + 7) / 8; i++)
        r->seen[i / 8] |= (uint8_t)(1 << i % 8);
    if (!(fragment & MORE))
        r->total = (uint16_t)(at + n);
    if (!r->total)
        return NULL;
    for (uint32_t i = 0; i < (r->total + 7u) / 8; i++)
        if (!(r->seen[i / 8] >> i % 8 & 1))
            return NULL;
    r->used = 0;
    h->count.reassembled++;
    return r;
}

static void icmp_input(struct host *h, ip_address from, const uint8_t *p, uint32_t n);
static void udp_input(struct host *h, ip_address from, ip_address to, const uint8_t *p, uint32_t n,
    const uint8_t *packet);
static void tcp_input(struct host *h, ip_address from, const uint8_t *p, uint32_t n);

KERNEL void ip_input(struct host *h, const uint8_t *p, uint32_t n)
{
    uint32_t header = (p[0] & 15u) * 4, total = get16(p + 2);
    if (n < IP_HEADER || p[0] >> 4 != 4 || header < IP_HEADER || total > n || total < header
        || fold(sum_words(p, header, 0))) {
        h->count.bad++;
        return;
    }
    ip_address from = get32(p + 12), to = get32(p + 16);
    if (to != h->ip && to != BROADCAST && to != (h->ip | ~h->mask))
        return;
    const uint8_t *payload = p + header;
    uint32_t length = total - header;
    if (get16(p + 6) & (MORE | 0x1fff)) {
        struct hole *whole = reassemble(h, p, header, total);
        if (!whole)
            return;
        payload = whole->bytes;
        length = whole->total;
    }
    switch (p[9]) {
    case ICMP: icmp_input(h, from, payload, length); break;
    case UDP: udp_input(h, from, to, payload, length, p); break;
    case TCP: tcp_input(h, from, payload, length); break;
    default: break;
    }
}

/* ------------------------------------------------------------------------
 * ICMP
 * ------------------------------------------------------------------------ */

static void icmp_send(struct host *h, ip_address to, uint32_t type, uint32_t code, uint32_t rest,
    const uint8_t *bytes, uint32_t n)
{
    static uint8_t packet[LARGEST];
    packet[0] = (uint8_t)type;
    packet[1] = (uint8_t)code;
    put16(packet + 2, 0);
    put32(packet + 4, rest);
    copy(packet + 8, bytes, n);
    put16(packet + 2, fold(sum_words(packet, 8 + n, 0)));
    ip_send_large(h, packet, 8 + n, to, ICMP);
}

static void icmp_input(struct host *h, ip_address from, const uint8_t *p, uint32_t n)
{
    if (n < 8 || fold(sum_words(p, n, 0))) {
        h->count.bad++;
        return;
    }
    switch (p[0]) {
    case 8:
        if (n <= LARGEST)
            icmp_send(h, from, 0, 0, get32(p + 4), p + 8, n - 8);
        break;
    case 0:
        h->count.echo++;
        digest(h, p + 4, n - 4);
        break;
    case 3:
        h->count.unreachable++;
        break;
    default:
        break;
    }
}

static void ping(struct host *h, ip_address to, uint32_t n)
{
    static uint8_t pattern[LARGEST - 8];
    for (uint32_t i = 0; i < n; i++)
        pattern[i] = (uint8_t)(i * 7 + h->number);
    icmp_send(h, to, 8, 0, (uint32_t)h->number << 16 | n, pattern, n);
}

/* ------------------------------------------------------------------------
 * UDP
 * ------------------------------------------------------------------------ */

enum { UDP_HEADER = 8 };

static void udp_bind(struct host *h, port local, receive *call)
{
    for (uint32_t i = 0; i < SOCKETS; i++)
        if (!h->sockets[i].call || h->sockets[i].local == local) {
            h->sockets[i] = (struct socket){ local, call };
            return;
        }
}

static void udp_close(struct host *h, port local)
{
    for (uint32_t i = 0; i < SOCKETS; i++)
        if (h->sockets[i].local == local)
            h->sockets[i].call = NULL;
}

/* The buffer has the payload, with room for headers below it. */
static struct buffer *udp_buffer(void)
{
    return take_buffer(BELOW_IP + UDP_HEADER);
}

KERNEL void udp_send(struct host *h, struct buffer *b, port local, ip_address to, port remote)
{
    uint8_t *p = prepend(b, UDP_HEADER);
    uint32_t n = length_of(b);
    put16(p, local);
    put16(p + 2, remote);
    put16(p + 4, n);
    put16(p + 6, 0);
    uint16_t sum = fold(sum_words(p, n, pseudo_header(h->ip, to, UDP, n)));
    put16(p + 6, sum ? sum : 0xffff);
    h->count.udp++;
    ip_send(h, b, to, UDP);
}

static void udp_input(struct host *h, ip_address from, ip_address to, const uint8_t *p, uint32_t n,
    const uint8_t *packet)
{
    if (n < UDP_HEADER || get16(p + 4) > n || get16(p + 4) < UDP_HEADER) {
        h->count.bad++;
        return;
    }
    n = get16(p + 4);
    if (get16(p + 6) && fold(sum_words(p, n, pseudo_header(from, to, UDP, n)))) {
        h->count.bad++;
        return;
    }
    for (uint32_t i = 0; i < SOCKETS; i++)
        if (h->sockets[i].call && h->sockets[i].local == get16(p + 2)) {
            h->sockets[i].call(h, from, get16(p), p + UDP_HEADER, n - UDP_HEADER);
            return;
        }
    if (to == h->ip)
        icmp_send(h, from, 3, 3, 0, packet, IP_HEADER + 8);
}

/* ------------------------------------------------------------------------
 * DHCP
 * ------------------------------------------------------------------------ */

enum { DHCP_CLIENT = 68, DHCP_SERVER = 67, DHCP_OPTIONS = 240 };
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK };
enum { O_MASK = 1, O_ROUTER = 3, O_DNS = 6, O_WANTED = 50, O_LEASE = 51, O_TYPE = 53, O_SERVER = 54, O_END = 255 };

struct options { uint8_t *at; };

static void option32(struct options *o, uint32_t kind, uint32_t v)
{
    o->at[0] = (uint8_t)kind;
    o->at[1] = 4;
    put32(o->at + 2, v);
    o->at += 6;
}

static const uint8_t *find_option(const uint8_t *p, uint32_t n, uint32_t kind, uint32_t length)
{
    for (uint32_t at = DHCP_OPTIONS; at + 1 < n && p[at] != O_END;) {
        if (p[at] == 0) {
            at++;
            continue;
        }
        if (p[at] == kind && p[at + 1] >= length && at + 2 + length <= n)
            return p + at + 2;
        at += 2u + p[at + 1];
    }
    return NULL;
}

static uint32_t option_word(const uint8_t *p, uint32_t n, uint32_t kind)
{
    const uint8_t *at = find_option(p, n, kind, 4);
    return at ? get32(at) : 0;
}

/* The fixed part of a message; options follow. */
static struct buffer *dhcp_message(uint32_t operation, uint32_t transaction, const uint8_t *mac,
    uint32_t type, struct options *o)
{
    struct buffer *b = udp_buffer();
    if (!b)
        return NULL;
    uint8_t *p = data_of(b);
    for (uint32_t i = 0; i < DHCP_OPTIONS; i++)
        p[i] = 0;
    p[0] = (uint8_t)operation;
    p[1] = 1;
    p[2] = 6;
    put32(p + 4, transaction);
    copy(p + 28, mac, 6);
    put32(p + 236, 0x63825363);
    o->at = p + DHCP_OPTIONS;
    *o->at++ = O_TYPE;
    *o->at++ = 1;
    *o->at++ = (uint8_t)type;
    return b;
}

static void finish_options(struct buffer *b, struct options *o)
{
    *o->at++ = O_END;
    b->end = (uint16_t)(o->at - b->bytes);
}

KERNEL void dhcp_send(struct host *h)
{
    struct dhcp *d = &h->dhcp;
    struct options o;
    int renewing = d->state == D_RENEWING;
    struct buffer *b = dhcp_message(1, d->transaction, h->mac, d->state == D_SELECTING ? DISCOVER : REQUEST, &o);
    d->timer = now + (40u << (d->tries < 4 ? d->tries : 4));
    d->tries++;
    if (!b)
        return;
    if (renewing) {
        put32(data_of(b) + 12, h->ip);
    } else if (d->state == D_REQUESTING) {
        option32(&o, O_WANTED, d->offered);
        option32(&o, O_SERVER, d->server);
    }
    finish_options(b, &o);
    udp_send(h, b, DHCP_CLIENT, renewing ? d->server : BROADCAST, DHCP_SERVER);
}

static void dhcp_start(struct host *h)
{
    h->dhcp.state = D_SELECTING;
    h->dhcp.transaction = next_random(&h->random);
    h->dhcp.tries = 0;
    h->ip = h->mask = h->gateway = 0;
    dhcp_send(h);
}

static void dhcp_client(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    struct dhcp *d = &h->dhcp;
    (void)from;
    if (n < DHCP_OPTIONS || from_port != DHCP_SERVER || p[0] != 2 || get32(p + 4) != d->transaction
        || !same(p + 28, h->mac, 6))
        return;
    const uint8_t *type = find_option(p, n, O_TYPE, 1);
    if (!type)
        return;
    if (*type == OFFER && d->state == D_SELECTING) {
        d->offered = get32(p + 16);
        d->server = option_word(p, n, O_SERVER);
        d->state = D_REQUESTING;
        d->tries = 0;
        dhcp_send(h);
    } else if (*type == ACK && (d->state == D_REQUESTING || d->state == D_RENEWING)) {
        h->ip = get32(p + 16);
        h->mask = option_word(p, n, O_MASK);
        h->gateway = option_word(p, n, O_ROUTER);
        h->dns = option_word(p, n, O_DNS);
        d->lease = option_word(p, n, O_LEASE);
        d->state = D_BOUND;
        d->timer = now + d->lease / 2;
        arp_send(h, 1, everybody, h->ip); /* tells others of the address */
    } else if (*type == NAK) {
        dhcp_start(h);
    }
}

static void dhcp_tick(struct host *h)
{
    struct dhcp *d = &h->dhcp;
    if (d->state == D_OFF || (int32_t)(now - d->timer) < 0)
        return;
    switch (d->state) {
    case D_BOUND:
        d->state = D_RENEWING;
        d->tries = 0;
        d->transaction++;
        dhcp_send(h);
        break;
    case D_RENEWING: case D_REQUESTING:
        if (d->tries > 5)
            dhcp_start(h);
        else
            dhcp_send(h);
        break;
    default:
        dhcp_send(h);
    }
}

static struct lease *lease_for(struct host *h, const uint8_t *mac)
{
    struct lease *free = NULL;
    for (uint32_t i = 0; i < 4; i++) {
        struct lease *l = &h->leases[i];
        if (l->ip && same(l->mac, mac, 6))
            return l;
        if (!free && (!l->ip || (int32_t)(now - l->expiry) >= 0)) {
            free = l;
            l->ip = 0;
        }
    }
    if (free) {
        free->ip = (h->ip & h->mask) + 100 + (uint32_t)(free - h->leases);
        copy(free->mac, mac, 6);
    }
    return free;
}

static void dhcp_server(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    (void)from_port;
    if (n < DHCP_OPTIONS || p[0] != 1)
        return;
    const uint8_t *type = find_option(p, n, O_TYPE, 1);
    struct lease *l = lease_for(h, p + 28);
    if (!type || !l)
        return;
    uint32_t answer = *type == DISCOVER ? OFFER : ACK, wanted = option_word(p, n, O_WANTED);
    if (*type == REQUEST && wanted && wanted != l->ip)
        answer = NAK;
    struct options o;
    struct buffer *b = dhcp_message(2, get32(p + 4), p + 28, answer, &o);
    if (!b)
        return;
    put32(data_of(b) + 16, l->ip);
    l->expiry = now + 2400;
    option32(&o, O_MASK, h->mask);
    option32(&o, O_ROUTER, h->ip);
    option32(&o, O_DNS, h->ip);
    option32(&o, O_LEASE, 2400);
    option32(&o, O_SERVER, h->ip);
    finish_options(b, &o);
    udp_send(h, b, DHCP_SERVER, from ? from : BROADCAST, DHCP_CLIENT);
}

/* ------------------------------------------------------------------------
 * DNS
 * ------------------------------------------------------------------------ */

enum { DNS = 53, DNS_HEADER = 12, TYPE_A = 1, CLASS_IN = 1 };

static const struct { const char *name; ip_address ip; } zone[] = {
    { "boiler.plant.example", IP(10, 0, 0, 100) }, { "meter.plant.example", IP(10, 0, 0, 101) },
    { "gateway.plant.example", IP(10, 0, 0, 1) }, { "far.example", IP(192, 168, 7, 7) },
};

/* A name with dots as labels with lengths. */
static uint32_t put_name(uint8_t *out, const char *name)
{
    uint32_t to = 0;
    while (*name) {
        uint32_t n = 0;
        while (name[n] && name[n] != '.')
            n++;
        out[to++] = (uint8_t)n;
        copy(out + to, (const uint8_t *)name, n);
        to += n;
        name += n;
        if (*name == '.')
            name++;
    }
    out[to++] = 0;
    return to;
}

/* Reads a name, which may point to earlier ones, as text; returns where it
 * ends, or 0. */
KERNEL uint32_t get_name(const uint8_t *p, uint32_t n, uint32_t at, char *out, uint32_t room)
{
    uint32_t end = 0, to = 0, jumps = 0;
    for (;;) {
        if (at >= n)
            return 0;
        uint32_t length = p[at];
        if (length >= 0xc0) {
            if (at + 1 >= n || ++jumps > 4)
                return 0;
            if (!end)
                end = at + 2;
            at = (length & 63) << 8 | p[at + 1];
            continue;
        }
        at++;
        if (!length)
            break;
        if (at + length > n || to + length + 2 > room)
            return 0;
        if (to)
            out[to++] = '.';
        copy((uint8_t *)out + to, p + at, length);
        to += length;
        at += length;
    }
    out[to] = 0;
    return end ? end : at;
}

static int same_name(const char *a, const char *b)
{
    while (*a && (*a | 32) == (*b | 32)) {
        a++;
        b++;
    }
    return *a == *b;
}

static void dns_server(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    char name[40];
    if (n < DNS_HEADER || get16(p + 2) & 0x8000 || get16(p + 4) != 1)
        return;
    uint32_t end = get_name(p, n, DNS_HEADER, name, sizeof name);
    if (!end || end + 4 > n || get16(p + end) != TYPE_A)
        return;
    struct buffer *b = udp_buffer();
    if (!b)
        return;
    append(b, p, end + 4);
    uint8_t *out = data_of(b);
    uint32_t found = sizeof zone / sizeof *zone;
    for (uint32_t i = 0; i < sizeof zone / sizeof *zone; i++)
        if (same_name(zone[i].name, name))
            found = i;
    int known = found < sizeof zone / sizeof *zone;
    put16(out + 2, known ? 0x8180 : 0x8183);
    put16(out + 6, known ? 1 : 0);
    if (known) {
        uint8_t answer[16];
        put16(answer, 0xc000 | DNS_HEADER);
        put16(answer + 2, TYPE_A);
        put16(answer + 4, CLASS_IN);
        put32(answer + 6, 300);
        put16(answer + 10, 4);
        put32(answer + 12, zone[found].ip);
        append(b, answer, sizeof answer);
    }
    udp_send(h, b, DNS, from, from_port);
}

static void dns_send(struct host *h)
{
    struct buffer *b = udp_buffer();
    h->query.timer = now + 80;
    h->query.tries++;
    if (!b)
        return;
    uint8_t *p = data_of(b);
    for (uint32_t i = 0; i < DNS_HEADER; i++)
        p[i] = 0;
    put16(p, h->query.id);
    put16(p + 2, 0x0100);
    put16(p + 4, 1);
    uint32_t end = DNS_HEADER + put_name(p + DNS_HEADER, (const char *)h->query.name);
    put16(p + end, TYPE_A);
    put16(p + end + 2, CLASS_IN);
    b->end = (uint16_t)(b->end + end + 4);
    udp_send(h, b, 1053, h->dns, DNS);
}

static void resolve(struct host *h, const char *name)
{
    uint32_t i = 0;
    for (; name[i] && i < sizeof h->query.name - 1; i++)
        h->query.name[i] = (uint8_t)name[i];
    h->query.name[i] = 0;
    h->query.id = (uint16_t)next_random(&h->random);
    h->query.ip = 0;
    h->query.tries = 0;
    dns_send(h);
}

static void dns_client(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    char name[40];
    (void)from_port;
    if (from != h->dns || n < DNS_HEADER || get16(p) != h->query.id || !h->query.tries)
        return;
    h->query.tries = 0;
    h->query.ip = BROADCAST; /* answered: there is none */
    if (get16(p + 2) & 15 || !get16(p + 6))
        return;
    uint32_t at = get_name(p, n, DNS_HEADER, name, sizeof name);
    if (!at)
        return;
    at = get_name(p, n, at + 4, name, sizeof name);
    if (at && at + 14 <= n && get16(p + at) == TYPE_A && get16(p + at + 8) == 4) {
        h->query.ip = get32(p + at + 10);
        digest(h, (const uint8_t *)name, 8);
    }
}

static void dns_tick(struct host *h)
{
    if (h->query.tries && (int32_t)(now - h->query.timer) >= 0) {
        if (h->query.tries > 5) {
            h->query.tries = 0;
            h->query.ip = BROADCAST;
        } else {
            dns_send(h);
        }
    }
}

/* ------------------------------------------------------------------------
 * CoAP
 * ------------------------------------------------------------------------ */

enum { COAP = 5683, CONFIRMABLE = 0, NON_CONFIRMABLE = 1, ACKNOWLEDGEMENT = 2, RESET = 3 };
enum { GET = 1, PUT = 3, CHANGED = 68, CONTENT = 69, BAD_OPTION = 130, NOT_FOUND = 132, NOT_ALLOWED = 133 };
enum { C_PATH = 11, C_FORMAT = 12, C_QUERY = 15, C_BLOCK2 = 23 };
enum { BLOCK = 32 };

struct coap_writer { uint8_t *at, *end; uint32_t option; };

struct coap_message {
    uint8_t type, code, token_length;
    uint16_t id;
    const uint8_t *token, *payload;
    uint32_t payload_length, block;
    uint8_t has_block, segments;
    const uint8_t *path[3];
    uint8_t path_length[3];
};

static void coap_start(struct coap_writer *w, uint8_t *out, uint32_t room, uint32_t type, uint32_t code,
    uint32_t id, const uint8_t *token, uint32_t token_length)
{
    out[0] = (uint8_t)(0x40 | type << 4 | token_length);
    out[1] = (uint8_t)code;
    put16(out + 2, id);
    copy(out + 4, token, token_length);
    w->at = out + 4 + token_length;
    w->end = out + room;
    w->option = 0;
}

/* A number in the nibbles of an option's head, and what follows it. */
static uint32_t nibble(uint32_t v, uint8_t *more, uint32_t *count)
{
    if (v < 13)
        return v;
    if (v < 269) {
        more[(*count)++] = (uint8_t)(v - 13);
        return 13;
    }
    put16(more + *count, v - 269);
    *count += 2;
    return 14;
}

static void coap_option(struct coap_writer *w, uint32_t option, const uint8_t *bytes, uint32_t n)
{
    uint8_t more[4];
    uint32_t count = 0;
    uint32_t high = nibble(option - w->option, more, &count), low = nibble(n, more, &count);
    if (w->at + 1 + count + n > w->end)
        return;
    *w->at++ = (uint8_t)(high << 4 | low);
    copy(w->at, more, count);
    copy(w->at + count, bytes, n);
    w->at += count + n;
    w->option = option;
}

static void coap_number(struct coap_writer *w, uint32_t option, uint32_t v)
{
    uint8_t bytes[4];
    uint32_t n = v > 0xffff ? 3 : v > 0xff ? 2 : v ? 1 : 0;
    for (uint32_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(v >> 8 * (n - 1 - i));
    coap_option(w, option, bytes, n);
}

static void coap_payload(struct coap_writer *w, const uint8_t *bytes, uint32_t n)
{
    if (!n || w->at + 1 + n > w->end)
        return;
    *w->at++ = 0xff;
    copy(w->at, bytes, n);
    w->at += n;
}

static int extended(const uint8_t **p, const uint8_t *end, uint32_t *v)
{
    if (*v == 13) {
        if (*p >= end)
            return 0;
        *v = *(*p)++ + 13u;
    } else if (*v == 14) {
        if (end - *p < 2)
            return 0;
        *v = get16(*p) + 269u;
        *p += 2;
    }
    return *v != 15;
}

KERNEL int coap_parse(struct coap_message *m, const uint8_t *p, uint32_t n)
{
    const uint8_t *end = p + n;
    if (n < 4 || p[0] >> 6 != 1 || (p[0] & 15) > 8 || 4u + (p[0] & 15) > n)
        return 0;
    m->type = p[0] >> 4 & 3;
    m->token_length = p[0] & 15;
    m->code = p[1];
    m->id = get16(p + 2);
    m->token = p + 4;
    m->payload = end;
    m->payload_length = m->block = 0;
    m->has_block = m->segments = 0;
    p += 4 + m->token_length;
    for (uint32_t option = 0; p < end;) {
        if (*p == 0xff) {
            m->payload = p + 1;
            m->payload_length = (uint32_t)(end - p - 1);
            return m->payload_length > 0;
        }
        uint32_t delta = *p >> 4, length = *p & 15;
        p++;
        if (!extended(&p, end, &delta) || !extended(&p, end, &length) || length > (uint32_t)(end - p))
            return 0;
        option += delta;
        switch (option) {
        case C_PATH:
            if (m->segments == 3)
                return 0;
            m->path[m->segments] = p;
            m->path_length[m->segments++] = (uint8_t)length;
            break;
        case C_BLOCK2:
            if (length > 3)
                return 0;
            m->has_block = 1;
            for (uint32_t i = 0; i < length; i++)
                m->block = m->block << 8 | p[i];
            break;
        default:
            if (option & 1 && option != C_QUERY) /* critical, and unknown */
                return 0;
        }
        p += length;
    }
    return 1;
}

static int32_t set_point;

static int segment_is(const struct coap_message *m, uint32_t i, const char *name)
{
    uint32_t n = 0;
    while (name[n])
        n++;
    return i < m->segments && m->path_length[i] == n && same(m->path[i], (const uint8_t *)name, n);
}

static uint32_t decimal(uint8_t *out, int32_t v)
{
    uint8_t digits[12];
    uint32_t n = 0, to = 0, rest = v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
    do {
        digits[n++] = (uint8_t)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (v < 0)
        out[to++] = '-';
    while (n)
        out[to++] = digits[--n];
    return to;
}

/* The document of /log, made as it is asked for. */
static uint32_t log_text(uint32_t from, uint8_t *out, uint32_t room)
{
    enum { ENTRIES = 12, LINE = 11 };
    uint32_t n = 0;
    for (uint32_t at = from; n < room && at < ENTRIES * LINE; at++) {
        uint32_t entry = at / LINE, column = at % LINE, v = entry * 7919 % 1000;
        static const char shape[LINE + 1] = "t00=000 ok\n";
        uint8_t c = (uint8_t)shape[column];
        if (column == 1 || column == 2)
            c = (uint8_t)('0' + (column == 1 ? entry / 10 : entry % 10));
        else if (column >= 4 && column <= 6)
            c = (uint8_t)('0' + (column == 4 ? v / 100 : column == 5 ? v / 10 % 10 : v % 10));
        out[n++] = c;
    }
    return n;
}

static uint32_t coap_answer(struct host *h, const struct coap_message *m, struct coap_writer *w, uint8_t *code)
{
    uint8_t text[BLOCK];
    uint32_t n = 0;
    if (segment_is(m, 0, "setpoint") && m->segments == 1) {
        if (m->code == PUT) {
            int32_t v = 0;
            for (uint32_t i = 0; i < m->payload_length; i++)
                v = v * 10 + (m->payload[i] - '0');
            set_point = v;
            *code = CHANGED;
            return 0;
        }
        n = decimal(text, set_point);
    } else if (segment_is(m, 0, "sensors") && segment_is(m, 1, "temp")) {
        n = decimal(text, (int32_t)(h->random % 400) - 100);
    } else if (segment_is(m, 0, "log")) {
        uint32_t number = m->has_block ? m->block >> 4 : 0;
        uint8_t next;
        n = log_text(number * BLOCK, text, BLOCK);
        uint32_t more = log_text((number + 1) * BLOCK, &next, 1);
        coap_number(w, C_FORMAT, 0);
        coap_number(w, C_BLOCK2, number << 4 | more << 3 | 1);
    } else {
        *code = NOT_FOUND;
        return 0;
    }
    if (m->code != GET) {
        *code = NOT_ALLOWED;
        return 0;
    }
    coap_payload(w, text, n);
    *code = CONTENT;
    return n;
}

static void coap_server(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    struct coap_message m;
    struct coap_writer w;
    struct buffer *b = udp_buffer();
    if (!b)
        return;
    int good = coap_parse(&m, p, n);
    if (n < 4 || (good && (m.code == 0 || m.code >= 32))) {
        give_buffer(b);
        return;
    }
    h->count.coap++;
    if (get16(p + 2) == h->last_seen_id)
        h->count.repeated++;
    h->last_seen_id = get16(p + 2);
    uint8_t *out = data_of(b), code = BAD_OPTION;
    uint32_t token_length = good ? m.token_length : 0;
    coap_start(&w, out, 100, ACKNOWLEDGEMENT, 0, get16(p + 2), p + 4, token_length);
    if (good)
        coap_answer(h, &m, &w, &code);
    out[1] = code;
    b->end = (uint16_t)(w.at - b->bytes);
    udp_send(h, b, COAP, from, from_port);
}

static void coap_transmit(struct host *h)
{
    struct exchange *x = &h->exchange;
    struct buffer *b = udp_buffer();
    x->timer = now + x->timeout;
    x->timeout *= 2;
    x->tries++;
    if (!b)
        return;
    append(b, x->message, x->length);
    udp_send(h, b, COAP + 1, x->to, x->to_port);
}

static void coap_request(struct host *h, ip_address to, uint32_t code, const char *path, int32_t argument,
    int32_t block)
{
    struct exchange *x = &h->exchange;
    struct coap_writer w;
    uint8_t digits[12];
    x->token++;
    x->id = (uint16_t)next_random(&h->random);
    coap_start(&w, x->message, sizeof x->message, CONFIRMABLE, code, x->id, &x->token, 1);
    while (*path) {
        uint32_t n = 0;
        while (path[n] && path[n] != '/')
            n++;
        coap_option(&w, C_PATH, (const uint8_t *)path, n);
        path += n;
        if (*path)
            path++;
    }
    if (block >= 0)
        coap_number(&w, C_BLOCK2, (uint32_t)block << 4 | 1);
    if (code == PUT)
        coap_payload(&w, digits, decimal(digits, argument));
    x->length = (uint16_t)(w.at - x->message);
    x->to = to;
    x->to_port = COAP;
    x->active = 1;
    x->tries = 0;
    x->timeout = 60 + next_random(&h->random) % 30;
    x->block = block < 0 ? 0 : (uint32_t)block;
    coap_transmit(h);
}

static void coap_client(struct host *h, ip_address from, port from_port, const uint8_t *p, uint32_t n)
{
    struct coap_message m;
    struct exchange *x = &h->exchange;
    (void)from_port;
    if (!x->active || from != x->to || !coap_parse(&m, p, n) || m.id != x->id)
        return;
    if (m.code && (m.token_length != 1 || *m.token != x->token))
        return;
    x->active = 0;
    h->digest = h->digest * 31 + m.code;
    digest(h, m.payload, m.payload_length);
    if (m.has_block && m.block & 8)
        coap_request(h, x->to, GET, "log", 0, (int32_t)(m.block >> 4) + 1);
}

static void coap_tick(struct host *h)
{
    struct exchange *x = &h->exchange;
    if (!x->active || (int32_t)(now - x->timer) < 0)
        return;
    if (x->tries > 4) {
        x->active = 0;
        h->digest ^= 0xdead;
    } else {
        coap_transmit(h);
    }
}

/* ------------------------------------------------------------------------
 * TCP
 * ------------------------------------------------------------------------ */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, TCP_ACK = 16, TCP_HEADER = 20 };

static inline int before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

static void tcp_transmit(struct host *h, ip_address to, port local, port remote, uint32_t sequence,
    uint32_t acknowledge, uint32_t flags, uint32_t window, const uint8_t *bytes, uint32_t n)
{
    struct buffer *b = take_buffer(BELOW_IP + TCP_HEADER + 4);
    if (!b)
        return;
    append(b, bytes, n);
    uint32_t header = flags & SYN ? TCP_HEADER + 4 : TCP_HEADER;
    uint8_t *p = prepend(b, header);
    put16(p, local);
    put16(p + 2, remote);
    put32(p + 4, sequence);
    put32(p + 8, acknowledge);
    p[12] = (uint8_t)(header / 4 << 4);
    p[13] = (uint8_t)flags;
    put16(p + 14, window);
    put32(p + 16, 0);
    if (flags & SYN) { /* the largest segment */
        put16(p + 20, 0x0204);
        put16(p + 22, SEGMENT);
    }
    uint32_t length = length_of(b);
    put16(p + 16, fold(sum_words(p, length, pseudo_header(h->ip, to, TCP, length))));
    h->count.segments++;
    ip_send(h, b, to, TCP);
}

static void tcp_segment(struct host *h, struct connection *c, uint32_t sequence, uint32_t flags,
    const uint8_t *bytes, uint32_t n)
{
    c->ack_wanted = 0;
    tcp_transmit(h, c->remote, c->local_port, c->remote_port, sequence, c->next_receive, flags,
        RECEIVE_ROOM - c->receive_count, bytes, n);
}

static void tcp_ack(struct host *h, struct connection *c)
{
    tcp_segment(h, c, c->next_send, TCP_ACK, NULL, 0);
}

static void arm(struct connection *c)
{
    c->timer = now + c->timeout;
    if (!c->timer)
        c->timer = 1;
}

/* Sends what the windows allow; then the end, if the application is done. */
KERNEL void tcp_push(struct host *h, struct connection *c)
{
    if (c->state != ESTABLISHED && c->state != CLOSE_WAIT)
        return;
    uint32_t window = c->window < c->congestion ? c->window : c->congestion;
    for (;;) {
        uint32_t flight = c->next_send - c->first_unacked, left = c->send_count - flight;
        uint32_t room = window > flight ? window - flight : 0;
        uint32_t n = left < room ? left : room;
        if (n > SEGMENT)
            n = SEGMENT;
        if (!n)
            break;
        if (n < SEGMENT && n < left && flight) /* not in small pieces */
            break;
        if (!c->measuring) {
            c->measuring = 1;
            c->timed_sequence = c->next_send + n;
            c->timed_at = now;
        }
        tcp_segment(h, c, c->next_send, TCP_ACK | (n == left ? PSH : 0), c->send + flight, n);
        c->next_send += n;
        if (!c->timer)
            arm(c);
    }
    if (c->fin_wanted && c->next_send - c->first_unacked == c->send_count) {
        tcp_segment(h, c, c->next_send, TCP_ACK | FIN, NULL, 0);
        c->next_send++;
        c->state = c->state == ESTABLISHED ? FIN_WAIT_1 : LAST_ACK;
        if (!c->timer)
            arm(c);
    }
}

static uint32_t tcp_write(struct host *h, struct connection *c, const uint8_t *bytes, uint32_t n)
{
    uint32_t room = SEND_ROOM - c->send_count;
    if (n > room)
        n = room;
    copy(c->send + c->send_count, bytes, n);
    c->send_count = (uint16_t)(c->send_count + n);
    tcp_push(h, c);
    return n;
}

static void tcp_close(struct host *h, struct connection *c)
{
    c->fin_wanted = 1;
    tcp_push(h, c);
}

static void reset_connection(struct connection *c, enum tcp_state state)
{
    c->state = state;
    c->send_count = c->receive_count = c->early_count = 0;
    c->duplicates = c->tries = c->fin_wanted = c->ack_wanted = c->measuring = c->room_made = 0;
    c->timeout = 120;
    c->smoothed = c->variance = c->timer = c->progress = 0;
    c->congestion = 2 * SEGMENT;
    c->threshold = 4096;
    c->window = SEGMENT;
}

static struct connection *tcp_new(struct host *h)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        if (h->connections[i].state == CLOSED)
            return &h->connections[i];
    return NULL;
}

static struct connection *tcp_listen(struct host *h, port local, tcp_event *call)
{
    struct connection *c = tcp_new(h);
    if (c) {
        reset_connection(c, LISTEN);
        c->local_port = local;
        c->remote_port = 0;
        c->remote = 0;
        c->call = call;
    }
    return c;
}

static struct connection *tcp_connect(struct host *h, ip_address to, port remote, tcp_event *call)
{
    struct connection *c = tcp_new(h);
    if (!c)
        return NULL;
    reset_connection(c, SYN_SENT);
    c->local_port = h->next_port++;
    c->remote_port = remote;
    c->remote = to;
    c->call = call;
    c->initial = next_random(&h->random);
    c->first_unacked = c->initial;
    c->next_send = c->initial + 1;
    c->next_receive = 0;
    tcp_segment(h, c, c->initial, SYN, NULL, 0);
    arm(c);
    return c;
}

static struct connection *tcp_find(struct host *h, ip_address from, port local, port remote)
{
    struct connection *listening = NULL;
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &h->connections[i];
        if (c->state == CLOSED || c->local_port != local)
            continue;
        if (c->state == LISTEN)
            listening = c;
        else if (c->remote == from && c->remote_port == remote)
            return c;
    }
    return listening;
}

static void measure(struct connection *c)
{
    int32_t sample = (int32_t)(now - c->timed_at) * 8;
    c->measuring = 0;
    if (!c->smoothed) {
        c->smoothed = (uint32_t)sample;
        c->variance = (uint32_t)sample / 2;
    } else {
        int32_t error = sample - (int32_t)c->smoothed;
        c->smoothed = (uint32_t)((int32_t)c->smoothed + error / 8);
        c->variance += ((uint32_t)(error < 0 ? -error : error) - c->variance) / 4;
    }
    c->timeout = (c->smoothed + 4 * c->variance) / 8;
    if (c->timeout < 30)
        c->timeout = 30;
}

static void resend(struct host *h, struct connection *c)
{
    uint32_t n = c->send_count < SEGMENT ? c->send_count : SEGMENT;
    c->measuring = 0;
    h->count.resent++;
    switch (c->state) {
    case SYN_SENT:
        tcp_segment(h, c, c->initial, SYN, NULL, 0);
        break;
    case SYN_RECEIVED:
        tcp_segment(h, c, c->initial, SYN | TCP_ACK, NULL, 0);
        break;
    default:
        if (n)
            tcp_segment(h, c, c->first_unacked, TCP_ACK, c->send, n);
        else if (c->state == FIN_WAIT_1 || c->state == CLOSING || c->state == LAST_ACK)
            tcp_segment(h, c, c->first_unacked, TCP_ACK | FIN, NULL, 0);
        else
            tcp_ack(h, c);
    }
    arm(c);
}

static void halve(struct connection *c)
{
    uint32_t flight = c->next_send - c->first_unacked;
    c->threshold = flight / 2 > 2 * SEGMENT ? flight / 2 : 2 * SEGMENT;
}

/* Takes off what the other side has. */
static void acknowledged(struct connection *c, uint32_t to)
{
    uint32_t n = to - c->first_unacked;
    if (c->measuring && !before(to, c->timed_sequence))
        measure(c);
    uint32_t bytes = n < c->send_count ? n : c->send_count;
    for (uint32_t i = 0; i + bytes < c->send_count; i++)
        c->send[i] = c->send[i + bytes];
    c->send_count = (uint16_t)(c->send_count - bytes);
    c->first_unacked = to;
    c->duplicates = c->tries = 0;
    if (c->congestion < c->threshold)
        c->congestion += SEGMENT;
    else
        c->congestion += SEGMENT * SEGMENT / c->congestion;
    if (c->first_unacked == c->next_send)
        c->timer = 0;
    else
        arm(c);
    c->room_made = bytes > 0;
}

static void tcp_acknowledge(struct host *h, struct connection *c, uint32_t ack, uint32_t window, uint32_t n)
{
    if (before(c->first_unacked, ack) && !before(c->next_send, ack)) {
        acknowledged(c, ack);
    } else if (ack == c->first_unacked && !n && window == c->window && c->next_send != ack) {
        if (++c->duplicates == 3) {
            halve(c);
            c->congestion = c->threshold;
            resend(h, c);
        }
    }
    c->window = window;
}

static void keep_early(struct host *h, struct connection *c, uint32_t sequence, const uint8_t *p, uint32_t n)
{
    h->count.early++;
    if (c->early_count || n > SEGMENT)
        return;
    c->early_at = sequence;
    c->early_count = (uint16_t)n;
    copy(c->early, p, n);
}

/* Data in order; what came early and fits now follows it. */
static void tcp_deliver(struct host *h, struct connection *c, uint32_t sequence, const uint8_t *p, uint32_t n)
{
    if (!n)
        return;
    c->ack_wanted = 1;
    if (before(c->next_receive, sequence)) {
        keep_early(h, c, sequence, p, n);
        tcp_ack(h, c);
        return;
    }
    uint32_t skip = c->next_receive - sequence;
    if (skip >= n) {
        tcp_ack(h, c);
        return;
    }
    n -= skip;
    uint32_t room = RECEIVE_ROOM - c->receive_count;
    if (n > room)
        n = room;
    copy(c->received + c->receive_count, p + skip, n);
    c->receive_count = (uint16_t)(c->receive_count + n);
    c->next_receive += n;
    if (c->early_count && !before(c->next_receive, c->early_at)) {
        uint32_t count = c->early_count;
        c->early_count = 0;
        tcp_deliver(h, c, c->early_at, c->early, count);
    }
}

static void tcp_refuse(struct host *h, ip_address from, const uint8_t *p, uint32_t flags, uint32_t n)
{
    uint32_t length = n + !!(flags & SYN) + !!(flags & FIN);
    h->count.resets++;
    if (flags & TCP_ACK)
        tcp_transmit(h, from, get16(p + 2), get16(p), get32(p + 8), 0, RST, 0, NULL, 0);
    else
        tcp_transmit(h, from, get16(p + 2), get16(p), 0, get32(p + 4) + length, RST | TCP_ACK, 0, NULL, 0);
}

static void tcp_accept(struct host *h, struct connection *listening, ip_address from, const uint8_t *p)
{
    struct connection *c = tcp_new(h);
    if (!c)
        return;
    reset_connection(c, SYN_RECEIVED);
    c->local_port = listening->local_port;
    c->call = listening->call;
    c->remote = from;
    c->remote_port = get16(p);
    c->next_receive = get32(p + 4) + 1;
    c->window = get16(p + 14);
    c->initial = next_random(&h->random);
    c->first_unacked = c->initial;
    c->next_send = c->initial + 1;
    tcp_segment(h, c, c->initial, SYN | TCP_ACK, NULL, 0);
    arm(c);
}

static void tcp_end(struct host *h, struct connection *c, int told)
{
    c->state = CLOSED;
    if (!told)
        c->call(h, c, 1);
}

/* The other side has sent its last byte. */
static void tcp_fin(struct host *h, struct connection *c)
{
    c->next_receive++;
    tcp_ack(h, c);
    switch (c->state) {
    case ESTABLISHED: c->state = CLOSE_WAIT; break;
    case FIN_WAIT_1: c->state = CLOSING; break;
    case FIN_WAIT_2: c->state = TIME_WAIT; c->timer = now + 200; break;
    default: break;
    }
}

KERNEL void tcp_states(struct host *h, struct connection *c, uint32_t flags)
{
    int all_acked = c->first_unacked == c->next_send;
    switch (c->state) {
    case FIN_WAIT_1: if (all_acked) c->state = FIN_WAIT_2; break;
    case CLOSING: if (all_acked) { c->state = TIME_WAIT; c->timer = now + 200; } break;
    case LAST_ACK: if (all_acked) tcp_end(h, c, 0); break;
    case TIME_WAIT: if (flags & FIN) tcp_ack(h, c); break;
    default: break;
    }
}

static void tcp_input(struct host *h, ip_address from, const uint8_t *p, uint32_t n)
{
    if (n < TCP_HEADER || fold(sum_words(p, n, pseudo_header(from, h->ip, TCP, n)))) {
        h->count.bad++;
        return;
    }
    uint32_t header = (p[12] >> 4) * 4u, flags = p[13], sequence = get32(p + 4), ack = get32(p + 8);
    if (header < TCP_HEADER || header > n)
        return;
    struct connection *c = tcp_find(h, from, get16(p + 2), get16(p));
    n -= header;
    if (!c || (c->state == LISTEN && !(flags & SYN))) {
        if (!(flags & RST))
            tcp_refuse(h, from, p, flags, n);
        return;
    }
    if (c->state == LISTEN) {
        tcp_accept(h, c, from, p);
        return;
    }
    if (flags & RST) {
        if (c->state != SYN_SENT || ack == c->next_send)
            tcp_end(h, c, 0);
        return;
    }
    if (c->state == SYN_SENT) {
        if ((flags & (SYN | TCP_ACK)) != (SYN | TCP_ACK) || ack != c->next_send)
            return;
        c->next_receive = sequence + 1;
        c->first_unacked = ack;
        c->window = get16(p + 14);
        c->state = ESTABLISHED;
        c->timer = 0;
        c->tries = 0;
        tcp_ack(h, c);
        c->call(h, c, 0);
        return;
    }
    if (flags & SYN) { /* again, since our answer was lost */
        if (c->state == SYN_RECEIVED)
            resend(h, c);
        else
            tcp_ack(h, c);
        return;
    }
    if (!(flags & TCP_ACK))
        return;
    if (c->state == SYN_RECEIVED) {
        if (ack != c->next_send)
            return;
        c->first_unacked = ack;
        c->state = ESTABLISHED;
        c->timer = 0;
        c->tries = 0;
        c->window = get16(p + 14);
    } else {
        tcp_acknowledge(h, c, ack, get16(p + 14), n);
    }
    tcp_states(h, c, flags);
    if (c->state == CLOSED)
        return;
    uint32_t end = sequence + n;
    if (c->state == ESTABLISHED || c->state == FIN_WAIT_1 || c->state == FIN_WAIT_2)
        tcp_deliver(h, c, sequence, p + header, n);
    if (flags & FIN && end == c->next_receive)
        tcp_fin(h, c);
    if (c->receive_count || c->room_made || c->state == CLOSE_WAIT) {
        c->room_made = 0;
        c->call(h, c, 0);
    }
    tcp_push(h, c);
    if (c->ack_wanted && c->state != CLOSED)
        tcp_ack(h, c);
}

static void tcp_tick(struct host *h)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct connection *c = &h->connections[i];
        if (c->state == CLOSED || c->state == LISTEN || !c->timer || (int32_t)(now - c->timer) < 0)
            continue;
        if (c->state == TIME_WAIT) {
            tcp_end(h, c, 0);
        } else if (++c->tries > 7) {
            tcp_end(h, c, 0);
            h->count.resets++;
        } else {
            halve(c);
            c->congestion = SEGMENT;
            c->timeout *= 2;
            resend(h, c);
        }
    }
}

/* ------------------------------------------------------------------------
 * Applications
 * ------------------------------------------------------------------------ */

enum { HTTP = 80, ECHO = 7, DOCUMENT = 1500 };

static int starts_with(const uint8_t *p, uint32_t n, const char *text)
{
    for (uint32_t i = 0; text[i]; i++)
        if (i >= n || p[i] != (uint8_t)text[i])
            return 0;
    return 1;
}

static uint32_t put_text(uint8_t *out, const char *text)
{
    uint32_t n = 0;
    for (; text[n]; n++)
        out[n] = (uint8_t)text[n];
    return n;
}

static uint8_t document_byte(uint32_t at)
{
    return (uint8_t)(at % 61 == 60 ? '\n' : 'a' + at * at % 23);
}

/* Answers a request, and keeps the send buffer full until all is out. */
static void http_server(struct host *h, struct connection *c, int closed)
{
    static uint8_t chunk[SEND_ROOM];
    if (closed)
        return;
    if (!c->progress) {
        uint32_t end = 0;
        while (end + 3 < c->receive_count && !starts_with(c->received + end, 4, "\r\n\r\n"))
            end++;
        if (end + 3 >= c->receive_count)
            return;
        int found = starts_with(c->received, c->receive_count, "GET /data ");
        uint32_t n = put_text(chunk, found ? "HTTP/1.0 200 OK\r\nContent-Length: " : "HTTP/1.0 404 No\r\n\r\n");
        if (found) {
            n += decimal(chunk + n, DOCUMENT);
            n += put_text(chunk + n, "\r\n\r\n");
        }
        c->receive_count = 0;
        tcp_write(h, c, chunk, n);
        c->progress = found ? 1 : DOCUMENT + 1;
    }
    uint32_t room = SEND_ROOM - c->send_count, left = DOCUMENT + 1 - c->progress;
    uint32_t n = left < room ? left : room;
    for (uint32_t i = 0; i < n; i++)
        chunk[i] = document_byte(c->progress - 1 + i);
    if (n)
        c->progress += tcp_write(h, c, chunk, n);
    if (c->progress == DOCUMENT + 1 && !c->fin_wanted)
        tcp_close(h, c);
}

static void http_client(struct host *h, struct connection *c, int closed)
{
    if (closed) {
        h->digest = h->digest * 31 + c->progress;
        return;
    }
    if (c->state == ESTABLISHED && !c->progress) {
        uint8_t request[40];
        uint32_t n = put_text(request, h->number == 1 ? "GET /data HTTP/1.0\r\n\r\n" : "GET /none HTTP/1.0\r\n\r\n");
        tcp_write(h, c, request, n);
        c->progress = 1;
    }
    digest(h, c->received, c->receive_count);
    c->progress += c->receive_count;
    c->receive_count = 0;
    if (c->state == CLOSE_WAIT)
        tcp_close(h, c);
}

static void echo_server(struct host *h, struct connection *c, int closed)
{
    if (closed)
        return;
    uint32_t n = tcp_write(h, c, c->received, c->receive_count);
    for (uint32_t i = 0; i + n < c->receive_count; i++)
        c->received[i] = c->received[i + n];
    c->receive_count = (uint16_t)(c->receive_count - n);
    if (c->state == CLOSE_WAIT && !c->receive_count)
        tcp_close(h, c);
}

/* Sends 600 bytes in lines, and closes when all have come back. */
static void echo_client(struct host *h, struct connection *c, int closed)
{
    enum { ALL = 600, LINE = 40 };
    uint8_t line[LINE];
    uint32_t sent = c->progress >> 16, got = c->progress & 0xffff;
    if (closed) {
        h->digest = h->digest * 31 + got;
        return;
    }
    digest(h, c->received, c->receive_count);
    got += c->receive_count;
    c->receive_count = 0;
    while (sent < ALL && SEND_ROOM - c->send_count >= LINE && sent - got < 200) {
        for (uint32_t i = 0; i < LINE; i++)
            line[i] = document_byte(sent + i * 3);
        c->progress = (sent + LINE) << 16 | got;
        tcp_write(h, c, line, LINE);
        sent += LINE;
    }
    c->progress = sent << 16 | got;
    if (got == ALL && !c->fin_wanted)
        tcp_close(h, c);
}

/* ------------------------------------------------------------------------
 * The run
 * ------------------------------------------------------------------------ */

static void host_init(struct host *h, uint32_t number)
{
    static const uint8_t mac[6] = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 };
    h->number = (uint8_t)number;
    copy(h->mac, mac, 6);
    h->mac[5] = (uint8_t)(number + 1);
    h->next_id = (uint16_t)(number * 1000);
    h->next_port = (port)(49152 + number * 100);
    h->random = 0x1234567u * (number + 1);
    h->last_seen_id = 0;
}

static void start_hosts(void)
{
    struct host *server = &hosts[0];
    for (uint32_t i = 0; i < HOSTS; i++)
        host_init(&hosts[i], i);
    set_point = 215;
    server->ip = IP(10, 0, 0, 1);
    server->mask = IP(255, 255, 255, 0);
    server->dns = server->ip;
    udp_bind(server, DHCP_SERVER, dhcp_server);
    udp_bind(server, DNS, dns_server);
    udp_bind(server, COAP, coap_server);
    tcp_listen(server, HTTP, http_server);
    tcp_listen(server, ECHO, echo_server);
    for (uint32_t i = 1; i < HOSTS; i++) {
        udp_bind(&hosts[i], DHCP_CLIENT, dhcp_client);
        udp_bind(&hosts[i], 1053, dns_client);
        udp_bind(&hosts[i], COAP + 1, coap_client);
        dhcp_start(&hosts[i]);
    }
}

KERNEL void host_step(struct host *h)
{
    struct buffer *b;
    while ((b = queue_get(&h->input))) {
        const uint8_t *p = data_of(b);
        uint32_t n = length_of(b);
        h->count.frames_in++;
        if (n < ETHERNET)
            h->count.bad++;
        else if (get16(p + 12) == TYPE_ARP)
            arp_input(h, p + ETHERNET, n - ETHERNET);
        else if (get16(p + 12) == TYPE_IP && n >= ETHERNET + IP_HEADER)
            ip_input(h, p + ETHERNET, n - ETHERNET);
        else
            h->count.bad++;
        give_buffer(b);
    }
}

/* What the clients do, and when. */
KERNEL void script(uint32_t time)
{
    struct host *a = &hosts[1], *b = &hosts[2];
    ip_address server = IP(10, 0, 0, 1);
    switch (time) {
    case 400: ping(a, server, 48); resolve(b, "Meter.plant.example"); break;
    case 440: ping(b, server, 600); break;
    case 460: resolve(a, "nobody.example"); break;
    case 500: tcp_connect(a, server, HTTP, http_client); break;
    case 520: coap_request(b, server, GET, "log", 0, 0); break;
    case 560: tcp_connect(b, server, ECHO, echo_client); break;
    case 1300: coap_request(a, server, PUT, "setpoint", 231, -1); break;
    case 1400: tcp_connect(b, server, HTTP, http_client); break;
    case 1500: coap_request(a, server, GET, "sensors/temp", 0, -1); break;
    case 1560: tcp_connect(a, server, 9999, http_client); break;
    case 1700: coap_request(b, server, GET, "setpoint", 0, -1); break;
    case 1720: coap_request(a, server, GET, "missing", 0, -1); break;
    case 1800: ping(a, b->ip, 500); ping(a, IP(10, 0, 0, 77), 8); break;
    case 1840: udp_close(b, 1053); resolve(b, "far.example"); break;
    default: break;
    }
}

static uint32_t digest_counts(const struct host *h)
{
    const uint32_t *counts = &h->count.frames_in;
    uint32_t result = h->digest;
    for (uint32_t i = 0; i < sizeof h->count / 4; i++)
        result = result * 31 + counts[i];
    return result * 31 + h->ip + h->query.ip;
}

ENTRY(bench_net)
{
    enum { TICK = 10, END = 2600 };
    uint32_t result = 0;
    wire_random = 20240229;
    buffers_init();
    start_hosts();
    for (now = 0; now < END; now += 2) {
        wire_deliver();
        for (uint32_t i = 0; i < HOSTS; i++)
            host_step(&hosts[i]);
        script(now);
        if (now % TICK)
            continue;
        for (uint32_t i = 0; i < HOSTS; i++) {
            arp_tick(&hosts[i]);
            dhcp_tick(&hosts[i]);
            dns_tick(&hosts[i]);
            coap_tick(&hosts[i]);
            tcp_tick(&hosts[i]);
        }
    }
    for (uint32_t i = 0; i < HOSTS; i++)
        result = result * 31 + digest_counts(&hosts[i]);
    return result * 31 + lost + damaged_frames * 256 + least_free * 65536 + (uint32_t)set_point;
}
