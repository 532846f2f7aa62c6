"""BLAKE3 after its paper, all chunks of an input side by side (numpy): hash and derive-key mode, any length of output."""
import numpy

IV = numpy.array([0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19],
                 dtype=numpy.uint32)
PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
CHUNK_START, CHUNK_END, PARENT, ROOT, CONTEXT, MATERIAL = 1, 2, 4, 8, 32, 64


def rotated(x, n):
    return (x >> numpy.uint32(n)) | (x << numpy.uint32(32 - n))


def mix(a, b, c, d, x, y):
    a = a + b + x
    d = rotated(d ^ a, 16)
    c = c + d
    b = rotated(b ^ c, 12)
    a = a + b + y
    d = rotated(d ^ a, 8)
    c = c + d
    return a, rotated(b ^ c, 7), c, d


def compress(chain, words, counter, length, flags):
    """chain (8, n), words (16, n), counter (n): the 16 words of each state after the rounds."""
    n = words.shape[1]
    counter = numpy.asarray(counter, dtype=numpy.uint64)
    a, b = chain[0:4], chain[4:8]
    c = numpy.repeat(IV[0:4, None], n, axis=1)
    d = numpy.empty((4, n), dtype=numpy.uint32)
    d[0], d[1], d[2], d[3] = counter & 0xFFFFFFFF, counter >> 32, length, flags
    for turn in range(7):
        a, b, c, d = mix(a, b, c, d, words[0:8:2], words[1:8:2])
        b, c, d = numpy.roll(b, -1, 0), numpy.roll(c, -2, 0), numpy.roll(d, -3, 0)
        a, b, c, d = mix(a, b, c, d, words[8:16:2], words[9:16:2])
        b, c, d = numpy.roll(b, 1, 0), numpy.roll(c, 2, 0), numpy.roll(d, 3, 0)
        if turn < 6:
            words = words[PERMUTATION]
    low = numpy.concatenate([a, b]) ^ numpy.concatenate([c, d])
    return numpy.concatenate([low, numpy.concatenate([c, d]) ^ chain])


def output(chain, words, length, flags, size):
    """The root's output, `size` bytes."""
    blocks = (size + 63) // 64
    state = compress(numpy.repeat(chain, blocks, axis=1), numpy.repeat(words, blocks, axis=1), range(blocks), length,
                     flags | ROOT)
    return state.T.astype('<u4').tobytes()[:size]


def words_of(data):
    """(16, n) of n blocks of 64 bytes."""
    return numpy.frombuffer(data, dtype='<u4').reshape(-1, 16).T


def chunk_ends(chunks, first, key, flags):
    """Equally long chunks (n of them): their last compression, not yet done: chain, words, length, flags."""
    size = len(chunks[0])
    chain = numpy.repeat(key[:, None], len(chunks), axis=1)
    blocks = max(1, (size + 63) // 64)
    for at in range(blocks):
        pieces = [chunk[64 * at:64 * at + 64] for chunk in chunks]
        words = words_of(b''.join(piece.ljust(64, b'\0') for piece in pieces))
        marks = flags | (CHUNK_START if at == 0 else 0) | (CHUNK_END if at == blocks - 1 else 0)
        if at == blocks - 1:
            return chain, words, len(pieces[0]), marks
        chain = compress(chain, words, range(first, first + len(chunks)), 64, marks)[0:8]


def blake3(data, size=32, key=IV, flags=0):
    chunks = [data[at:at + 1024] for at in range(0, len(data), 1024)] or [b'']
    if len(chunks) == 1:
        return output(*chunk_ends(chunks, 0, key, flags), size)
    parts = [chunks] if len(chunks[-1]) == 1024 else [chunks[:-1], chunks[-1:]]
    row, first = [], 0
    for part in parts:
        chain, words, length, marks = chunk_ends(part, first, key, flags)
        row.append(compress(chain, words, range(first, first + len(part)), length, marks)[0:8])
        first += len(part)
    row = numpy.concatenate(row, axis=1)
    while True:
        pairs = row.shape[1] // 2
        words = numpy.concatenate([row[:, 0:2 * pairs:2], row[:, 1:2 * pairs:2]])
        chain = numpy.repeat(key[:, None], pairs, axis=1)
        if row.shape[1] == 2:
            return output(chain, words, 64, flags | PARENT, size)
        parents = compress(chain, words, [0] * pairs, 64, flags | PARENT)[0:8]
        row = numpy.concatenate([parents, row[:, 2 * pairs:]], axis=1)


_contexts = {}


def derive(context, data, size=32):
    """Derive-key mode: H of the specification, parts already put together."""
    if context not in _contexts:
        _contexts[context] = numpy.frombuffer(blake3(context.encode(), 32, IV, CONTEXT), dtype='<u4').astype(numpy.uint32)
    return blake3(data, size, _contexts[context], MATERIAL)
