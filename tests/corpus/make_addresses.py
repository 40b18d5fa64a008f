#!/usr/bin/env python3
"""Made-up payout addresses for the corpus: right in form and checksum, owned by nobody.

Every payload is a digest of a counter, not a key: no private key is known for any of them, and none was ever used.
`make_addresses.py KIND COUNT [START]` prints COUNT addresses of one KIND (see KINDS).
"""
import hashlib
import sys

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
MASK = (1 << 64) - 1


def payload(kind, number, length):
    return hashlib.shake_256(f"firedamp corpus {kind} {number}".encode()).digest(length)


def keccak256(data):
    """Keccak with the padding from before it became SHA-3, as Monero and Ethereum use it."""
    def turn(word, by):
        by %= 64
        return ((word << by) | (word >> (64 - by))) & MASK

    def permute(s):
        register = 1
        for _ in range(24):
            c = [s[x][0] ^ s[x][1] ^ s[x][2] ^ s[x][3] ^ s[x][4] for x in range(5)]
            d = [c[(x + 4) % 5] ^ turn(c[(x + 1) % 5], 1) for x in range(5)]
            s = [[s[x][y] ^ d[x] for y in range(5)] for x in range(5)]
            x, y, current = 1, 0, s[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, s[x][y] = s[x][y], turn(current, (t + 1) * (t + 2) // 2)
            for y in range(5):
                row = [s[x][y] for x in range(5)]
                for x in range(5):
                    s[x][y] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5])
            for j in range(7):
                register = ((register << 1) ^ ((register >> 7) * 0x71)) % 256
                if register & 2:
                    s[0][0] ^= 1 << ((1 << j) - 1)
        return s

    rate = 136
    data = bytearray(data) + b"\x01"
    data += bytes(-len(data) % rate)
    data[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for start in range(0, len(data), rate):
        for i in range(rate // 8):
            at = start + 8 * i
            state[i % 5][i // 5] ^= int.from_bytes(data[at:at + 8], "little")
        state = permute(state)
    return b"".join(state[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def base58check(data):
    return base58(data + hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4])


def cryptonote(prefix, body):
    """Monero's own base58: blocks of eight bytes give eleven characters, the last one fewer."""
    whole = prefix + body
    whole += keccak256(whole)[:4]
    widths, text = [0, 2, 3, 5, 6, 7, 9, 10, 11], ""
    for start in range(0, len(whole), 8):
        block = whole[start:start + 8]
        number, part = int.from_bytes(block, "big"), ""
        for _ in range(widths[len(block)]):
            number, rest = divmod(number, 58)
            part = BASE58[rest] + part
        text += part
    return text


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def fives(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]


def bech32(prefix, words):
    def polymod(values):
        check = 1
        for value in values:
            top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
            for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                check ^= g if top >> i & 1 else 0
        return check
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = polymod(spread + words + [0] * 6) ^ 1
    return prefix + "1" + "".join(BECH32[w] for w in words + [check >> 5 * (5 - i) & 31 for i in range(6)])


def cashaddr(prefix, version, data):
    def polymod(values):
        check = 1
        for value in values:
            top, check = check >> 35, (check & 0x07FFFFFFFF) << 5 ^ value
            for i, g in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
                check ^= g if top >> i & 1 else 0
        return check ^ 1
    words = fives(bytes([version]) + data)
    check = polymod([ord(c) & 31 for c in prefix] + [0] + words + [0] * 8)
    return prefix + ":" + "".join(BECH32[w] for w in words + [check >> 5 * (7 - i) & 31 for i in range(8)])


def checked(version, length=20):
    return lambda kind, n: base58check(version + payload(kind, n, length))


def eip55(kind, n):
    plain = payload(kind, n, 20).hex()
    digest = keccak256(plain.encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) > 7 else c for c, d in zip(plain, digest))


def ergo(kind, n):
    body = b"\x01\x02" + payload(kind, n, 32)
    return base58(body + hashlib.blake2b(body, digest_size=32).digest()[:4])


def qubic(kind, n):
    """Sixty capital letters: shaped right, its own checksum (KangarooTwelve) not worked out."""
    return "".join(chr(65 + b % 26) for b in payload(kind, n, 60))


KINDS = {
    "XMR": lambda k, n: cryptonote(varint(18), payload(k, n, 64)),
    "XMR8": lambda k, n: cryptonote(varint(42), payload(k, n, 64)),
    "XMRI": lambda k, n: cryptonote(varint(19), payload(k, n, 72)),
    "WOW": lambda k, n: cryptonote(varint(4146), payload(k, n, 64)),
    "ETH": lambda k, n: "0x" + payload(k, n, 20).hex(),
    "ETH0": lambda k, n: payload(k, n, 20).hex(),
    "ETHC": eip55,
    "BTC": checked(b"\x00"), "BTC3": checked(b"\x05"), "LTC": checked(b"\x30"), "DOGE": checked(b"\x1e"),
    "DASH": checked(b"\x4c"), "RVN": checked(b"\x3c"), "VRSC": checked(b"\x3c"), "ZEC": checked(b"\x1c\xb8"),
    "BC1": lambda k, n: bech32("bc", [0] + fives(payload(k, n, 20))),
    "LTC1": lambda k, n: bech32("ltc", [0] + fives(payload(k, n, 20))),
    "ZIL": lambda k, n: bech32("zil", fives(payload(k, n, 20))),
    "DERO": lambda k, n: bech32("dero", fives(b"\x01" + payload(k, n, 33))),
    "XEL": lambda k, n: bech32("xel", fives(payload(k, n, 33))).replace("xel1", "xel:", 1),
    "KAS": lambda k, n: cashaddr("kaspa", 0, payload(k, n, 32)),
    "BCH": lambda k, n: cashaddr("bitcoincash", 0, payload(k, n, 20)),
    "ERG": ergo,
    "ALPH": lambda k, n: base58(b"\x00" + payload(k, n, 32)),
    "QUBIC": qubic,
}

if __name__ == "__main__":
    name, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for number in range(first, first + count):
        print(KINDS[name](name, number))
