// Needles: finds any of many byte strings in a plaintext, at any offset, in one pass: a filter on hashes of
// 8-byte windows, then a comparison. Needles may be added between searches. Owned by the knowledge audit; one
// thread.
#pragma once

#include <unordered_map>

#include "base/bytes.hpp"

namespace catacomb::sim {

class Needles {
public:
    using Name = std::uint32_t;
    // A needle has at least so many bytes: fewer would be found by chance.
    static constexpr std::size_t kShortest = 8;

    Needles() : filter_(kFilterWords) {}

    // Several needles may have one name. Requires: needle.size() >= kShortest.
    void add(ByteView needle, Name name);
    // The names of all that occur in `hay`, in order of their place, with repetitions.
    std::vector<Name> find(ByteView hay) const;
    std::size_t size() const { return count_; }

private:
    static constexpr unsigned kFilterBits = 19;  // 64 KiB: it stays in the cache
    static constexpr std::size_t kFilterWords = (std::size_t{1} << kFilterBits) / 64;
    struct Needle {
        Bytes bytes;
        Name name;
    };

    std::vector<std::uint64_t> filter_;
    std::unordered_map<std::uint64_t, std::vector<Needle>> by_front_;
    std::size_t count_ = 0;
};

}  // namespace catacomb::sim
