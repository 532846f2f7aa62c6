#include "storage/tree/shape.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {
namespace {

constexpr std::uint64_t power(std::uint64_t base, unsigned exponent) {
    std::uint64_t out = 1;
    while (exponent-- > 0) out *= base;
    return out;
}

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0); }

// Any 64-bit size fits.
static_assert(divide_up(UINT64_MAX, kFullSegment) <= power(kFanout, kMaxLevel));

}  // namespace

FileShape::FileShape(std::uint64_t size, std::size_t name_length, std::uint64_t fanout)
    : size_(size), name_length_(name_length), fanout_(fanout) {
    CHECK(name_length <= kMaxName && fanout >= 2 && fanout <= kFanout);
    if (size <= kFullSegment - 1 - name_length) return;
    leaves_ = divide_up(size, kFullSegment);
    levels_ = 1;
    while (span_of(levels_) < leaves_) ++levels_;
    CHECK(levels_ <= kMaxLevel);
}

std::uint64_t FileShape::span_of(unsigned level) const { return power(fanout_, level); }

std::uint64_t FileShape::count(unsigned level) const {
    return level > levels_ ? 0 : divide_up(leaves_, span_of(level));
}

std::uint64_t FileShape::segments() const {
    std::uint64_t out = 0;
    for (unsigned level = 0; level <= levels_; ++level) out += count(level);
    return out;
}

std::size_t FileShape::leaf_size(std::uint64_t index) const {
    CHECK(index < leaves_);
    return index + 1 < leaves_ ? kFullSegment : static_cast<std::size_t>(size_ - index * kFullSegment);
}

Profile FileShape::leaf_profile(std::uint64_t index) const {
    const auto front = single_leaf() ? 1 + name_length_ : 0;
    return storage::leaf_profile(front + leaf_size(index));
}

std::uint64_t FileShape::children(unsigned level, std::uint64_t index) const {
    CHECK(level >= 1 && index < count(level));
    return std::min(fanout_, count(level - 1) - index * fanout_);
}

std::uint64_t FileShape::bytes_under(unsigned level, std::uint64_t index) const {
    CHECK(index < count(level));
    const auto first = index * span_of(level);
    const auto after = std::min(first + span_of(level), leaves_);
    return (after == leaves_ ? size_ : after * kFullSegment) - first * kFullSegment;
}

}  // namespace catacomb::storage
