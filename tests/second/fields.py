"""The two fields of 256 elements: multiplication as tables, so that whole fragments go through bytes.translate."""


class Field:
    def __init__(self, polynomial):
        def times(a, b):
            out = 0
            while b:
                if b & 1:
                    out ^= a
                a = a << 1 ^ (polynomial if a & 0x80 else 0)
                b >>= 1
            return out

        self.row = [bytes(times(a, b) for a in range(256)) for b in range(256)]
        self.inverse = [0] + [self.row[a].index(1) for a in range(1, 256)]

    def times(self, a, b):
        return self.row[a][b]

    def sum(self, factors, strings):
        """factor * string of each, added: strings of one length."""
        out = 0
        for factor, string in zip(factors, strings):
            if factor:
                out ^= int.from_bytes(string.translate(self.row[factor]), 'little')
        return out.to_bytes(len(strings[0]), 'little')

    def inverted(self, matrix):
        size = len(matrix)
        rows = [list(row) + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
        for column in range(size):
            pivot = next(i for i in range(column, size) if rows[i][column])
            rows[column], rows[pivot] = rows[pivot], rows[column]
            scale = self.inverse[rows[column][column]]
            rows[column] = [self.times(scale, value) for value in rows[column]]
            for i in range(size):
                if i != column and rows[i][column]:
                    factor = rows[i][column]
                    rows[i] = [a ^ self.times(factor, b) for a, b in zip(rows[i], rows[column])]
        return [row[size:] for row in rows]


FRAGMENTS = Field(0x11D)
SHARES = Field(0x11B)


def fragment_row(index, k):
    """What fragment `index` is of the k data fragments."""
    if index < k:
        return [int(index == j) for j in range(k)]
    return [FRAGMENTS.inverse[index ^ j] for j in range(k)]


def decode_fragments(found, k):
    """{index: fragment} with k of them: the k data fragments in a row."""
    indexes = sorted(found)
    inverse = FRAGMENTS.inverted([fragment_row(index, k) for index in indexes])
    strings = [found[index] for index in indexes]
    return b''.join(found[i] if i in found else FRAGMENTS.sum(inverse[i], strings) for i in range(k))


def combine_shares(found):
    """{index: share}: the polynomial's value at 0, by Lagrange."""
    factors = []
    for i in found:
        factor = 1
        for j in found:
            if j != i:
                factor = SHARES.times(factor, SHARES.times(j + 1, SHARES.inverse[(i + 1) ^ (j + 1)]))
        factors.append(factor)
    return SHARES.sum(factors, list(found.values()))


def split_secret(secret, coefficients, n):
    """The shares of all n blocks."""
    terms = [secret] + [coefficients[at:at + 32] for at in range(0, len(coefficients), 32)]
    shares = []
    for x in range(1, n + 1):
        powers = [1]
        for _ in terms[1:]:
            powers.append(SHARES.times(powers[-1], x))
        shares.append(SHARES.sum(powers, terms))
    return shares
