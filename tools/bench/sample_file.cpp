#include "tools/bench/sample_file.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "crypto/random.hpp"

namespace catacomb::bench {
namespace {

constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::uint64_t kSeed = 1;

}  // namespace

SampleFile::SampleFile(std::uint64_t size) : size_(size), megabyte_(kPiece) {
    crypto::SeededRng(kSeed).fill(megabyte_);
}

std::size_t SampleFile::read(std::uint64_t at, MutableBytes into) const {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at));
    for (std::size_t done = 0; done < count;) {
        const auto piece = (at + done) / kPiece, from = (at + done) % kPiece;
        const auto length = std::min<std::size_t>(kPiece - from, count - done);
        copy(into.subspan(done), ByteView(megabyte_).subspan(from, length));
        // The piece's number stands in its first bytes.
        for (auto i = from; i < 8 && i < from + length; ++i) {
            into[done + i - from] = static_cast<std::uint8_t>(piece >> (8 * i));
        }
        done += length;
    }
    return count;
}

}  // namespace catacomb::bench
