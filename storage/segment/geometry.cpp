#include "storage/segment/geometry.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {
namespace {

std::size_t fragments_for(std::size_t size, BlockClass c) {
    return (size + kSealOverhead + fragment_size(c) - 1) / fragment_size(c);
}

BlockClass smallest_class(std::size_t size) {
    for (auto c : kBlockClasses) {
        if (fragments_for(size, c) <= kFullK) return c;
    }
    CHECK(size <= kFullSegment);
    return BlockClass::cells64;
}

}  // namespace

Profile leaf_profile(std::size_t size) {
    const auto c = smallest_class(size);
    const auto k = std::max<std::size_t>(fragments_for(size, c), kLeastK);
    const auto n = std::max<std::size_t>(3 * k, kLeastN);
    return {static_cast<std::uint8_t>(k), static_cast<std::uint8_t>(n), c};
}

Profile branch_profile(std::size_t size) { return {kFullProfile.k, kFullProfile.n, smallest_class(size)}; }

Result<Profile> to_profile(std::uint8_t k, std::uint8_t n, std::uint8_t block_class) {
    const Profile out{k, n, static_cast<BlockClass>(block_class)};
    if (!out.valid()) return error(Code::malformed, "impossible profile");
    return out;
}

}  // namespace catacomb::storage
