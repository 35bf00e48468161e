/* A FAT16 volume on a memory card: sectors through a driver with a cache of two,
 * cluster chains, directories with long names, paths, reading, appending. */
#include "../../src/bench.h"

enum { SECTOR = 128, SECTORS = 160, CACHED = 2, ENTRY_SIZE = 32, NAME = 40 };
enum attribute { READ_ONLY = 1, HIDDEN = 2, SYSTEM = 4, LABEL = 8, DIRECTORY = 16, LONG_NAME = 15 };
enum fault { NOT_FOUND = -1, NOT_A_FILE = -2, FULL = -3, BROKEN = -4 };

struct block_device {
    int (*read)(struct block_device *, uint32_t sector, uint8_t *data);
    int (*write)(struct block_device *, uint32_t sector, const uint8_t *data);
    uint8_t *store;
    uint32_t reads, writes;
};

struct cached { uint32_t sector, used; uint8_t valid, dirty; uint8_t data[SECTOR]; };

struct volume {
    struct block_device *device;
    struct cached cache[CACHED];
    uint32_t clock;
    uint32_t fat, root, data; /* first sectors */
    uint16_t root_entries, clusters;
    uint8_t per_cluster;
};

struct file { struct volume *volume; uint32_t size, position, entry_sector; uint16_t first, cluster, entry_offset; };

struct entry {
    uint8_t name[NAME];
    uint8_t attributes;
    uint16_t cluster;
    uint32_t size, sector;
    uint16_t offset;
};

struct cursor { uint16_t cluster; uint32_t sector, index; }; /* cluster 0: the root directory */

static uint8_t card[SECTOR * SECTORS];

static int card_read(struct block_device *d, uint32_t sector, uint8_t *data)
{
    if (sector >= SECTORS)
        return BROKEN;
    for (uint32_t i = 0; i < SECTOR; i++)
        data[i] = d->store[sector * SECTOR + i];
    d->reads++;
    return 0;
}

static int card_write(struct block_device *d, uint32_t sector, const uint8_t *data)
{
    if (sector >= SECTORS)
        return BROKEN;
    for (uint32_t i = 0; i < SECTOR; i++)
        d->store[sector * SECTOR + i] = data[i];
    d->writes++;
    return 0;
}

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t get32(const uint8_t *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }
static void put16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); }
static void put32(uint8_t *p, uint32_t v) { put16(p, (uint16_t)v); put16(p + 2, (uint16_t)(v >> 16)); }

static int flush(struct volume *v, struct cached *c)
{
    if (!c->dirty)
        return 0;
    c->dirty = 0;
    return v->device->write(v->device, c->sector, c->data);
}

KERNEL uint8_t *sector_at(struct volume *v, uint32_t sector, int change)
{
    struct cached *oldest = &v->cache[0];
    for (struct cached *c = v->cache; c < v->cache + CACHED; c++) {
        if (c->valid && c->sector == sector) {
            c->used = ++v->clock;
            c->dirty |= (uint8_t)change;
            return c->data;
        }
        if (c->used < oldest->used)
            oldest = c;
    }
    if (flush(v, oldest) || v->device->read(v->device, sector, oldest->data))
        return NULL;
    oldest->sector = sector;
    oldest->valid = 1;
    oldest->dirty = (uint8_t)change;
    oldest->used = ++v->clock;
    return oldest->data;
}

KERNEL int mount(struct volume *v, struct block_device *d)
{
    v->device = d;
    v->clock = 0;
    for (int i = 0; i < CACHED; i++)
        v->cache[i].valid = v->cache[i].dirty = 0, v->cache[i].used = 0;
    const uint8_t *b = sector_at(v, 0, 0);
    if (!b || get16(b + 126) != 0xaa55 || get16(b + 11) != SECTOR)
        return BROKEN;
    v->per_cluster = b[13];
    v->fat = get16(b + 14);
    v->root_entries = get16(b + 17);
    v->root = v->fat + b[16] * get16(b + 22);
    v->data = v->root + v->root_entries * ENTRY_SIZE / SECTOR;
    v->clusters = (uint16_t)((get16(b + 19) - v->data) / v->per_cluster);
    return v->per_cluster ? 0 : BROKEN;
}

static uint32_t first_sector(const struct volume *v, uint16_t cluster)
{
    return v->data + (uint32_t)(cluster - 2) * v->per_cluster;
}

KERNEL uint16_t next_cluster(struct volume *v, uint16_t cluster)
{
    const uint8_t *fat = sector_at(v, v->fat + cluster * 2u / SECTOR, 0);
    return fat ? get16(fat + cluster * 2u % SECTOR) : 0xffff;
}

KERNEL int set_cluster(struct volume *v, uint16_t cluster, uint16_t next)
{
    uint8_t *fat = sector_at(v, v->fat + cluster * 2u / SECTOR, 1);
    if (!fat)
        return BROKEN;
    put16(fat + cluster * 2u % SECTOR, next);
    return 0;
}

KERNEL uint16_t allocate(struct volume *v, uint16_t previous)
{
    for (uint16_t cluster = 2; cluster < v->clusters + 2; cluster++) {
        if (next_cluster(v, cluster) == 0) {
            set_cluster(v, cluster, 0xffff);
            if (previous)
                set_cluster(v, previous, cluster);
            return cluster;
        }
    }
    return 0;
}

/* --- Directories --- */

static uint8_t short_sum(const uint8_t *name)
{
    uint8_t sum = 0;
    for (int i = 0; i < 11; i++)
        sum = (uint8_t)((sum & 1 ? 0x80 : 0) + (sum >> 1) + name[i]);
    return sum;
}

static void short_name(uint8_t *to, const uint8_t *raw)
{
    for (int i = 0; i < 8 && raw[i] != ' '; i++)
        *to++ = raw[i];
    if (raw[8] != ' ')
        *to++ = '.';
    for (int i = 8; i < 11 && raw[i] != ' '; i++)
        *to++ = raw[i];
    *to = 0;
}

static void long_part(uint8_t *name, const uint8_t *raw)
{
    static const uint8_t places[13] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
    uint32_t at = ((raw[0] & 0x1fu) - 1) * 13;
    for (int i = 0; i < 13 && at < NAME - 1; i++, at++) {
        uint16_t c = get16(raw + places[i]);
        name[at] = c == 0xffff ? 0 : c < 128 ? (uint8_t)c : '_';
    }
    if (raw[0] & 0x40 && at < NAME)
        name[at] = 0;
}

/* The next raw entry, or NULL at the end. */
static const uint8_t *raw_next(struct volume *v, struct cursor *c, uint32_t *sector, uint16_t *offset)
{
    uint32_t per_sector = SECTOR / ENTRY_SIZE;
    if (c->index == per_sector) {
        c->index = 0;
        c->sector++;
        if (!c->cluster) {
            if (c->sector == v->data)
                return NULL;
        } else if (c->sector == first_sector(v, c->cluster) + v->per_cluster) {
            c->cluster = next_cluster(v, c->cluster);
            if (c->cluster < 2 || c->cluster >= 0xfff8)
                return NULL;
            c->sector = first_sector(v, c->cluster);
        }
    }
    const uint8_t *data = sector_at(v, c->sector, 0);
    *sector = c->sector;
    *offset = (uint16_t)(c->index++ * ENTRY_SIZE);
    return data && data[*offset] ? data + *offset : NULL;
}

KERNEL int directory_next(struct volume *v, struct cursor *c, struct entry *e)
{
    uint8_t sum = 0, parts = 0;
    const uint8_t *raw;
    while ((raw = raw_next(v, c, &e->sector, &e->offset))) {
        if (raw[0] == 0xe5) {
            parts = 0;
        } else if (raw[11] == LONG_NAME) {
            if (raw[0] & 0x40) {
                parts = raw[0] & 0x1f;
                sum = raw[13];
            }
            if (parts && sum == raw[13])
                long_part(e->name, raw);
            else
                parts = 0;
        } else if (!(raw[11] & LABEL)) {
            if (!parts || sum != short_sum(raw))
                short_name(e->name, raw);
            e->attributes = raw[11];
            e->cluster = get16(raw + 26);
            e->size = get32(raw + 28);
            return 1;
        }
    }
    return 0;
}

static uint8_t fold(uint8_t c) { return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c; }

static struct cursor directory(const struct volume *v, uint16_t cluster)
{
    return (struct cursor){ cluster, cluster ? first_sector(v, cluster) : v->root, 0 };
}

KERNEL int find(struct volume *v, const uint8_t *path, struct entry *e)
{
    uint16_t cluster = 0;
    for (;;) {
        struct cursor c = directory(v, cluster);
        uint32_t length = 0;
        while (*path == '/')
            path++;
        while (path[length] && path[length] != '/')
            length++;
        for (;;) {
            uint32_t i = 0;
            if (!directory_next(v, &c, e))
                return NOT_FOUND;
            while (i < length && fold(path[i]) == fold(e->name[i]))
                i++;
            if (i == length && !e->name[i])
                break;
        }
        path += length;
        if (!*path)
            return 0;
        if (!(e->attributes & DIRECTORY))
            return NOT_FOUND;
        cluster = e->cluster;
    }
}

/* --- Files --- */

KERNEL int file_open(struct volume *v, struct file *f, const uint8_t *path)
{
    struct entry e;
    int fault = find(v, path, &e);
    if (fault)
        return fault;
    if (e.attributes & DIRECTORY)
        return NOT_A_FILE;
    *f = (struct file){ v, e.size, 0, e.sector, e.cluster, e.cluster, e.offset };
    return 0;
}

KERNEL int file_read(struct file *f, uint8_t *to, uint32_t n)
{
    struct volume *v = f->volume;
    uint32_t done = 0, cluster_size = (uint32_t)v->per_cluster * SECTOR;
    while (done < n && f->position < f->size) {
        uint32_t within = f->position % cluster_size;
        if (f->position && !within)
            f->cluster = next_cluster(v, f->cluster);
        if (f->cluster < 2 || f->cluster >= 0xfff8)
            return BROKEN;
        const uint8_t *data = sector_at(v, first_sector(v, f->cluster) + within / SECTOR, 0);
        if (!data)
            return BROKEN;
        do {
            to[done++] = data[f->position++ % SECTOR];
        } while (done < n && f->position < f->size && f->position % SECTOR);
    }
    return (int)done;
}

KERNEL int file_append(struct file *f, const uint8_t *from, uint32_t n)
{
    struct volume *v = f->volume;
    uint32_t cluster_size = (uint32_t)v->per_cluster * SECTOR;
    uint16_t last = f->first;
    if (last)
        for (uint16_t next; (next = next_cluster(v, last)) < 0xfff8;)
            last = next;
    for (uint32_t i = 0; i < n; i++) {
        if (f->size % cluster_size == 0) {
            uint16_t added = allocate(v, f->size ? last : 0);
            if (!added)
                return FULL;
            if (!f->first)
                f->first = f->cluster = added;
            last = added;
        }
        uint32_t sector = first_sector(v, last) + f->size % cluster_size / SECTOR;
        uint8_t *data = sector_at(v, sector, 1);
        if (!data)
            return BROKEN;
        data[f->size++ % SECTOR] = from[i];
    }
    uint8_t *entry = sector_at(v, f->entry_sector, 1);
    if (!entry)
        return BROKEN;
    put16(entry + f->entry_offset + 26, f->first);
    put32(entry + f->entry_offset + 28, f->size);
    return 0;
}

/* --- A volume to work on --- */

static void format(void)
{
    static const uint16_t fields[][2] = { { 11, SECTOR }, { 14, 1 }, { 17, 16 }, { 19, SECTORS }, { 22, 2 }, { 126, 0xaa55 } };
    for (uint32_t i = 0; i < sizeof card; i++)
        card[i] = 0;
    for (uint32_t i = 0; i < sizeof fields / sizeof *fields; i++)
        put16(card + fields[i][0], fields[i][1]);
    card[13] = 2;
    card[16] = 1;
    put16(card + SECTOR, 0xfff8);
    put16(card + SECTOR + 2, 0xffff);
}

static void make(uint8_t *at, const char *name, uint8_t attributes, uint16_t cluster)
{
    for (int i = 0; i < 11; i++)
        at[i] = (uint8_t)name[i];
    at[11] = attributes;
    put16(at + 26, cluster);
    if (cluster)
        put16(card + SECTOR + 2 * cluster, 0xffff);
}

/* One entry of a long name of up to 13 letters. */
static void make_long(uint8_t *at, const char *name, const uint8_t *of)
{
    static const uint8_t places[13] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
    int ended = 0;
    at[0] = 0x41;
    at[11] = LONG_NAME;
    at[13] = short_sum(of);
    for (int i = 0; i < 13; i++) {
        put16(at + places[i], ended ? 0xffff : (uint8_t)*name);
        if (!ended && !*name++)
            ended = 1;
    }
}

static struct block_device device = { 0 };
static struct volume volume;

ENTRY(bench_fat)
{
    static const char *const paths[] = { "/config.ini", "/log/Samples.csv", "LOG/B.TXT", "/log/none", "/log", "/SAMPLE~1.CSV" };
    struct file f;
    uint8_t text[48];
    uint32_t seed = 16, result = 0;
    format();
    uint8_t *root = card + 3 * SECTOR, *log = card + (3 + 16 * ENTRY_SIZE / SECTOR + 2) * SECTOR;
    make(root, "CARD       ", LABEL, 0);
    make(root + 32, "CONFIG  INI", READ_ONLY, 0);
    make(root + 64, "\345OLD    TXT", 0, 0);
    make(root + 96, "LOG        ", DIRECTORY, 3);
    make(log, "B       TXT", 0, 0);
    make(log + 64, "SAMPLE~1CSV", 0, 0);
    make_long(log + 32, "Samples.csv", log + 64);
    device.read = card_read;
    device.write = card_write;
    device.store = card;
    if (mount(&volume, &device))
        return 0;
    for (uint32_t round = 0; round < 24; round++) {
        int fault = file_open(&volume, &f, (const uint8_t *)paths[round % 6]);
        result = result * 31 + (uint32_t)fault;
        if (fault)
            continue;
        for (uint32_t i = 0; i < sizeof text; i++)
            text[i] = (uint8_t)(' ' + next_random(&seed) % 90);
        for (uint32_t i = 0; i < 5 + round / 4; i++)
            result += (uint32_t)file_append(&f, text, 20 + next_random(&seed) % 28);
        int n;
        while ((n = file_read(&f, text, 33)) > 0)
            for (int i = 0; i < n; i++)
                result = result * 31 + text[i];
        result ^= (uint32_t)n;
    }
    for (int i = 0; i < CACHED; i++)
        flush(&volume, &volume.cache[i]);
    for (uint32_t i = 0; i < sizeof card; i++)
        result = result * 33 + card[i];
    return result + device.reads + (device.writes << 16);
}
