"""Reads an event file with nothing but Python's own library, and prints [step, {tag: value}] line by line."""
import json
import struct
import sys

table = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    table.append(n)


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        else:
            size = {1: 8, 2: None, 5: 4}[kind] or varint()
            yield key >> 3, data[at : at + size]
            at += size


with open(sys.argv[1], "rb") as file:
    while head := file.read(12):
        length, check = struct.unpack("<QI", head)
        assert masked(head[:8]) == check, "checksum of a length"
        data = file.read(length)
        assert masked(data) == struct.unpack("<I", file.read(4))[0], "checksum of an event"
        event = dict(fields(data))
        values = {}
        for _, value in fields(event.get(5, b"")):
            one = dict(fields(value))
            if 2 in one:
                values[one[1].decode()] = repr(struct.unpack("<f", one[2])[0])
        print(json.dumps([event.get(2, 0), event[3].decode() if 3 in event else None, struct.unpack("<d", event[1])[0], values]))
