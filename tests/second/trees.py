"""Keys and files (docs/spec/keys.md, segments.md 6): a chk1 key and a way to get blocks in, name and bytes out."""
import collections

import segments
from segments import FULL, H, Ref, content_of, expect, number, recover

ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
LEAF, BRANCH = 1, 2

Key = collections.namedtuple('Key', 'kind ref read')


def bech32m_sum(values):
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
            if top >> bit & 1:
                check ^= generator
    return check


def decode_key(text):
    text = text.strip()
    text = text.lower() if text.upper() == text else text
    prefix, _, data = text.rpartition('1')
    expect(prefix == 'chk', 'not a chk1 key')
    expect(all(c in ALPHABET for c in data), 'not a key')
    values = [ALPHABET.index(c) for c in data]
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    expect(bech32m_sum(spread + values) == 0x2BC830A3, 'the checksum does not hold')
    bits = ''.join(f'{value:05b}' for value in values[:-6])
    size = len(bits) // 8
    expect(len(bits) - 8 * size < 5 and '1' not in bits[8 * size:], 'not a key')
    key = bytes(int(bits[8 * i:8 * i + 8], 2) for i in range(size))
    expect(size == 69 and key[0] == 2, 'a key of another format')
    kind, k, n, block_class = key[1:5]
    expect(kind in (LEAF, BRANCH), 'not the key of a file')
    return Key(kind, Ref(k, n, block_class, key[5:37]), key[37:])


class File:
    """Walks the tree of one key; write(bytes) is given the file's bytes in order."""

    def __init__(self, key, get, write, from_the_end=False, fanout=2048):
        self.read, self.verify = key.read, H('verify', key.read)
        self.get, self.write, self.from_the_end, self.fanout = get, write, from_the_end, fanout
        self.name = None
        self.size = 0  # written
        if key.kind == LEAF:
            content = self.leaf(key.ref)
            self.name = content[1:1 + content[0]]
            data = content[1 + content[0]:]
            expect(len(self.name) == content[0], 'a name that is cut short')
            expect(segments.profile_of(len(content)) == key.ref[:3], 'a leaf of another profile')
            self.deliver(data)
        else:
            total = self.branch(key.ref, None, True)
            expect(self.size == total, 'a tree that does not hold what it says')

    def recovered(self, ref):
        return recover(ref, self.get, self.from_the_end)

    def deliver(self, data):
        self.write(data)
        self.size += len(data)

    def leaf(self, ref):
        stripe, secret = self.recovered(ref)
        return content_of(stripe, H('leaf key', self.read, secret))

    def branch(self, ref, level, last):
        """Bytes under the branch, all of them delivered."""
        stripe, secret = self.recovered(ref)
        content = content_of(stripe, H('branch key', self.verify, secret))
        own, kind, count = content[0], content[1], number(content[2:4])
        expect(kind == 1 and level in (None, own) and 1 <= own <= 4 and 1 <= count <= self.fanout, 'not a branch')
        expect(len(content) == 4 + 35 * count + 280, 'a branch of another length')
        hidden = segments.unseal(H('inner key', self.read, secret), content[-280:])
        total, name = number(hidden[:8]), hidden[9:9 + hidden[8]]
        expect(len(hidden) == 264 and not any(hidden[9 + hidden[8]:]), 'a private part that is not canonical')
        expect(level is None or not name, 'a name below the top')
        if level is None:
            self.name = name
        expect(last or count == self.fanout, 'a branch that is not full')
        before = self.size
        for i in range(count):
            entry = content[4 + 35 * i:39 + 35 * i]
            child = Ref(*entry[:3], entry[3:])
            child_last = last and i == count - 1
            if own > 1:
                self.branch(child, own - 1, child_last)
            else:
                data = self.leaf(child)
                expect(len(data) == FULL or child_last, 'a leaf that is not full')
                expect(segments.profile_of(len(data)) == child[:3], 'a leaf of another profile')
                self.deliver(data)
        expect(self.size - before == total, 'a branch that does not hold what it says')
        return total
