#!/usr/bin/env python3
"""Copies of a store as a power cut, a bad block or a cosmic ray would leave it.

cut_tail.py FILE FOLDER --mode cut|garble|flip --count N [--seed S]
Writes FOLDER/0000/helio.db and its -wal, FOLDER/0001/... and so on.
  cut     the write-ahead log ends at any byte
  garble  from any byte on the log is noise
  flip    one bit anywhere in the file or its log
"""
import argparse
import os
import random


def read(path):
    try:
        with open(path, "rb") as file:
            return bytearray(file.read())
    except FileNotFoundError:
        return bytearray()


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("file")
    words.add_argument("folder")
    words.add_argument("--mode", choices=["cut", "garble", "flip"], default="cut")
    words.add_argument("--count", type=int, default=50)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    chance = random.Random(given.seed)
    base, log = read(given.file), read(given.file + "-wal")
    for number in range(given.count):
        parts = [bytearray(base), bytearray(log)]
        if given.mode == "flip":
            at = chance.randrange(len(base) + len(log))
            part, at = (0, at) if at < len(base) else (1, at - len(base))
            parts[part][at] ^= 1 << chance.randrange(8)
        else:
            at = len(log) * number // max(1, given.count - 1)
            rest = b"" if given.mode == "cut" else chance.randbytes(len(log) - at)
            parts[1] = log[:at] + rest
        folder = os.path.join(given.folder, "%04d" % number)
        os.makedirs(folder)
        for name, data in (("helio.db", parts[0]), ("helio.db-wal", parts[1])):
            if data or name == "helio.db":
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)


main()
