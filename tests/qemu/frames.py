"""Makes answers for usb_hid of words: QUESTION<TAB>ANSWER become framed bytes.

Both get a check sum (CRC-16, polynomial 0x1021) and a carriage return; the answer also the "("
before it. "*" stays "*", and what has no tab is passed on: "unplug after 3".
"""

import sys

RESERVED = b"(\r\n"  # a byte of the check sum that would be one of these is raised by one


def crc(text: bytes) -> bytes:
    value = 0
    for byte in text:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
        value &= 0xFFFF
    return bytes(b + 1 if b in RESERVED else b for b in value.to_bytes(2, "big"))


def frame(words: str) -> str:
    text = words.encode("ascii")
    return (text + crc(text) + b"\r").hex()


def main() -> None:
    for line in sys.stdin:
        question, tab, answer = line.rstrip("\n").partition("\t")
        if not tab:
            print(question)
            continue
        asked = question if question == "*" else frame(question)
        print(asked + "\t" + frame("(" + answer))


main()
