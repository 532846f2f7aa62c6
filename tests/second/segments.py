"""Blocks and segments (docs/spec/segments.md 1 to 5): k blocks in, what was sealed out."""
import collections

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import blake3
import fields

FRAGMENT_SIZES = [712, 3672, 15624, 63432, 254664]
HEAD = 8 + 32 + 32 + 6 * 32
FULL = 20 * FRAGMENT_SIZES[4] - 24

Ref = collections.namedtuple('Ref', 'k n block_class root')
Block = collections.namedtuple('Block', 'header commitment share path fragment')


class Refused(Exception):
    pass


def expect(holds, why):
    if not holds:
        raise Refused(why)


def H(label, *parts):
    return blake3.derive('catacomb ' + label, b''.join(parts))


def u8(*values):
    return bytes(values)


def u32(value):
    return value.to_bytes(4, 'little')


def u64(value):
    return value.to_bytes(8, 'little')


def sized(part):
    return u64(len(part)) + part


def number(data):
    return int.from_bytes(data, 'little')


def unseal(key, sealed):
    return ChaCha20Poly1305(key).decrypt(bytes(12), sealed, None)


def split_block(ref, index, data):
    header = bytes([2, ref.block_class, ref.k, ref.n, index, 0, 0, 0])
    expect(data[:8] == header, 'a block with another header')
    expect(len(data) == HEAD + FRAGMENT_SIZES[ref.block_class], 'a block of another length')
    return Block(header, data[8:40], data[40:72], [data[at:at + 32] for at in range(72, 264, 32)], data[264:])


def leaf_hash(block):
    return H('block', block.header, block.commitment, block.share, block.fragment)


def segment_root(ref, commitment, top):
    return H('root', u8(ref.k, ref.n, ref.block_class), commitment, top)


def check_block(ref, index, block):
    node = leaf_hash(block)
    for step, sibling in enumerate(block.path):
        node = H('merkle node', sibling, node) if index >> step & 1 else H('merkle node', node, sibling)
    expect(segment_root(ref, block.commitment, node) == ref.root, 'a block that is not of this segment')


def recover(ref, get, from_the_end=False):
    """The sealed stripe and s, of k blocks that get(root, index) finds; every one of them is checked."""
    found = {}
    order = range(ref.n - 1, -1, -1) if from_the_end else range(ref.n)
    for index in order:
        data = get(ref.root, index)
        if data is not None:
            found[index] = split_block(ref, index, data)
            check_block(ref, index, found[index])
        if len(found) == ref.k:
            break
    expect(len(found) == ref.k, f'{len(found)} of {ref.k} blocks')
    secret = fields.combine_shares({index: block.share for index, block in found.items()})
    stripe = fields.decode_fragments({index: block.fragment for index, block in found.items()}, ref.k)
    commitment = H('segment', sized(stripe), H('secret hash', secret))
    expect(all(block.commitment == commitment for block in found.values()), 'the commitment does not come out')
    return stripe, secret


def content_of(stripe, key):
    text = unseal(key, stripe)
    size = number(text[:8])
    expect(size <= len(text) - 8 and not any(text[8 + size:]), 'a stripe that is not canonical')
    return text[8:8 + size]


def rederived(ref, stripe, secret):
    """All n blocks of a segment, from its stripe and secret."""
    size = len(stripe) // ref.k
    data = [stripe[i * size:(i + 1) * size] for i in range(ref.k)]
    fragments = [fields.FRAGMENTS.sum(fields.fragment_row(i, ref.k), data) for i in range(ref.n)]
    coefficients = blake3.derive('catacomb shamir', secret + u32(ref.k) + u32(ref.n), 32 * (ref.k - 1))
    shares = fields.split_secret(secret, coefficients, ref.n)
    commitment = H('segment', sized(stripe), H('secret hash', secret))
    blocks = [Block(bytes([2, ref.block_class, ref.k, ref.n, i, 0, 0, 0]), commitment, shares[i], None, fragments[i])
              for i in range(ref.n)]
    rows = [[leaf_hash(block) for block in blocks] + [H('merkle missing')] * (64 - ref.n)]
    while len(rows[-1]) > 1:
        rows.append([H('merkle node', *rows[-1][at:at + 2]) for at in range(0, len(rows[-1]), 2)])
    expect(segment_root(ref, commitment, rows[-1][0]) == ref.root, 'the root does not come out')
    return [block.header + commitment + block.share + b''.join(rows[j][(i >> j) ^ 1] for j in range(6)) + block.fragment
            for i, block in enumerate(blocks)]


def profile_of(size):
    """The profile of a leaf whose content has `size` bytes: k, n, class."""
    for block_class, fragment in enumerate(FRAGMENT_SIZES):
        k = -(-(size + 24) // fragment)
        if k <= 20:
            k = max(k, 8)
            return k, max(3 * k, 32), block_class
    raise Refused('more than a segment holds')
