"""Bech32m, as far as a test needs it to make a well-formed key of nothing out of a key of something."""

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
FINAL = 0x2BC830A3
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def polymod(symbols):
    check = 1
    for symbol in symbols:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ symbol
        for i, generator in enumerate(GENERATOR):
            check ^= generator if top >> i & 1 else 0
    return check


def expand(prefix):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def decode(text):
    """(prefix, symbols without the checksum); the checksum must hold."""
    prefix, _, data = text.rpartition("1")
    symbols = [CHARSET.index(c) for c in data]
    if polymod(expand(prefix) + symbols) != FINAL:
        raise ValueError("the checksum does not hold")
    return prefix, symbols[:-6]


def encode(prefix, symbols):
    check = polymod(expand(prefix) + symbols + [0] * 6) ^ FINAL
    return prefix + "1" + "".join(CHARSET[s] for s in symbols + [check >> 5 * (5 - i) & 31 for i in range(6)])
