// Reed-Solomon over GF(2^8)/0x11d with ISA-L's Cauchy matrix, systematic: fragments 0..k-1 are the data. A
// code is immutable and shared: its tables are computed once per (k, n) and process. Thread-safe.
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace catacomb::storage {

class ErasureCode {
public:
    // Requires: 1 <= k < n <= kMaxBlocks.
    static const ErasureCode& of(unsigned k, unsigned n);

    // data: k fragments, one after another; parity: room for n - k of them.
    void encode(ByteView data, MutableBytes parity) const;

    struct Fragment {
        unsigned index = 0;
        ByteView bytes;
    };
    // Recovers the data (k fragments, one after another) from k fragments of one length and distinct indexes
    // below n; Requires exactly that, and data.size() == k * length.
    void decode(std::span<const Fragment> fragments, MutableBytes data) const;

    unsigned k() const { return k_; }
    unsigned n() const { return n_; }

private:
    ErasureCode(unsigned k, unsigned n);
    unsigned k_, n_;
    std::vector<std::uint8_t> matrix_;         // n rows of k coefficients; the first k are the identity
    std::vector<std::uint8_t> encode_tables_;  // ISA-L's expansion of the rows below
};

}  // namespace catacomb::storage
