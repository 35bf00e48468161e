#!/usr/bin/env python3
"""Makes bench/src/image_data.h, the files that bench/src/image.c decodes.

    python3 -m venv venv && venv/bin/pip install pillow==13.0.0
    venv/bin/python bench/image_data.py > bench/src/image_data.h

Pillow compresses the JPEG and GIF files; PNG and BMP files are put together
here, since Pillow writes neither interlaced PNG nor compressed BMP.
"""

import io
import struct
import zlib

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 36, 28


def picture():
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            image.putpixel((x, y), (32 + 5 * x, 64 + 4 * y, 200 - 3 * x - 2 * y))
    draw = ImageDraw.Draw(image)
    draw.ellipse((5, 5, 17, 19), fill=(200, 32, 32))
    draw.rectangle((20, 14, 32, 24), fill=(32, 160, 64))
    draw.line((2, 26, 34, 3), fill=(255, 255, 255))
    return image


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def gif(image, **options):
    out = io.BytesIO()
    image.save(out, "GIF", **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def filtered(rows, bpp):
    """Filters each row by another method in turn."""
    out, last = b"", None
    for number, row in enumerate(rows):
        last = last or bytes(len(row))
        method = number % 5
        line = bytearray()
        for i, v in enumerate(row):
            a = row[i - bpp] if i >= bpp else 0
            b, c = last[i], last[i - bpp] if i >= bpp else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((v - [0, a, b, (a + b) // 2, nearest][method]) & 255)
        out += bytes([method]) + bytes(line)
        last = row
    return out


def png(size, kind, depth, samples, pixel, palette=b"", transparent=b"", interlace=False, level=9, strategy=0):
    """`pixel(x, y)` gives the samples of a pixel."""

    def row(xs, y):
        bits = "".join(format(s, f"0{depth}b") for x in xs for s in pixel(x, y))
        bits += "0" * (-len(bits) % 8)
        return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))

    width, height = size
    bpp = max(1, samples * depth // 8)
    data = b""
    for x0, y0, dx, dy in PASSES if interlace else [(0, 0, 1, 1)]:
        rows = [row(range(x0, width, dx), y) for y in range(y0, height, dy) if x0 < width]
        data += filtered(rows, bpp)
    packer = zlib.compressobj(level, zlib.DEFLATED, 15, 9, strategy)
    packed = packer.compress(data) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlace))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    if palette:
        out += chunk(b"PLTE", palette)
    if transparent:
        out += chunk(b"tRNS", transparent)
    half = len(packed) // 2
    return out + chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + chunk(b"IEND", b"")


def bmp_rle8(image):
    image = image.quantize(12)
    width, height = image.size
    palette = image.getpalette()[: 3 * 16]
    palette += [0] * (3 * 16 - len(palette))
    body = bytearray()
    for y in reversed(range(height)):
        row = [image.getpixel((x, y)) for x in range(width)]
        at = 0
        while at < width:
            run = 1
            while at + run < width and row[at + run] == row[at]:
                run += 1
            if run > 1 or width - at < 4:
                body += bytes([run, row[at]])
                at += run
                continue
            end = at
            while end < width and (end + 1 >= width or row[end] != row[end + 1]):
                end += 1
            if end - at < 3:
                body += bytes([1, row[at]])
                at += 1
                continue
            body += bytes([0, end - at]) + bytes(row[at:end]) + b"\0" * ((end - at) % 2)
            at = end
        body += b"\0\0"
    body += b"\0\1"
    colours = b"".join(bytes([palette[i + 2], palette[i + 1], palette[i], 0]) for i in range(0, 48, 3))
    offset = 14 + 40 + len(colours)
    head = struct.pack("<2sIHHI", b"BM", offset + len(body), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(body), 2835, 2835, 16, 0)
    return head + info + colours + bytes(body)


def qoi(image):
    out = bytearray(struct.pack(">4sIIBB", b"qoif", *image.size, 3, 0))
    seen, last, run = [(0, 0, 0, 0)] * 64, (0, 0, 0, 255), 0
    pixels = [image.getpixel((x, y)) + (255,) for y in range(image.height) for x in range(image.width)]
    for number, pixel in enumerate(pixels):
        if pixel == last:
            run += 1
        if run and (pixel != last or run == 62 or number == len(pixels) - 1):
            out.append(0xC0 | run - 1)
            run = 0
        if pixel == last:
            continue
        r, g, b, a = pixel
        place = (r * 3 + g * 5 + b * 7 + a * 11) % 64
        dr, dg, db = ((new - old + 128) % 256 - 128 for new, old in zip(pixel[:3], last))
        if seen[place] == pixel:
            out.append(place)
        elif all(-2 <= d < 2 for d in (dr, dg, db)):
            out.append(0x40 | dr + 2 << 4 | dg + 2 << 2 | db + 2)
        elif -32 <= dg < 32 and -8 <= dr - dg < 8 and -8 <= db - dg < 8:
            out += bytes([0x80 | dg + 32, dr - dg + 8 << 4 | db - dg + 8])
        else:
            out += bytes([0xFE, r, g, b])
        seen[place] = last = pixel
    return bytes(out) + b"\0" * 7 + b"\1"


def files():
    image = picture()
    grey = image.convert("L")
    few = image.crop((3, 2, 28, 23)).quantize(14)
    palette = bytes(few.getpalette()[:42])
    yield "jpeg_420", jpeg(image, quality=55, subsampling=2, restart_marker_blocks=2, optimize=True)
    yield "jpeg_grey", jpeg(grey.crop((4, 3, 25, 22)), quality=70, optimize=True)
    yield "jpeg_422", jpeg(image.crop((6, 4, 28, 22)), quality=60, subsampling=1, optimize=True)
    yield "png_palette", png(few.size, 3, 4, 1, lambda x, y: (few.getpixel((x, y)),), palette, b"\xff\x80\x00\xff", True)
    yield "png_rgba", png((13, 9), 6, 8, 4, lambda x, y: image.getpixel((x + 4, y + 3)) + (x * 19,))
    yield "png_grey16", png((17, 9), 0, 16, 1, lambda x, y: (grey.getpixel((x + 4, y + 8)) * 257,), strategy=zlib.Z_FIXED)
    yield "png_stored", png((6, 5), 2, 8, 3, lambda x, y: image.getpixel((x + 6, y + 6)), level=0)
    yield "gif", gif(image.crop((3, 2, 28, 23)).quantize(15), interlace=1, transparency=3)
    yield "bmp", bmp_rle8(image.crop((3, 5, 33, 23)))
    yield "qoi", qoi(image.crop((12, 8, 30, 17)))


def main():
    print("/* Small pictures in several formats, made by bench/image_data.py. */")
    for name, data in files():
        print(f"\nstatic const uint8_t {name}[{len(data)}] = {{")
        for i in range(0, len(data), 20):
            print("    " + " ".join(f"{b}," for b in data[i : i + 20]))
        print("};")


main()
