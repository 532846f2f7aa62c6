#include "tools/sim/oracles/uniformity.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/log.hpp"
#include "routing/link/frame.hpp"

namespace catacomb::sim {
namespace {

using routing::kFrameSize;

constexpr std::size_t kHead = 16;            // where a header in clear would stand
constexpr std::size_t kHandshakeFrames = 2;  // of each direction
constexpr std::size_t kShortestMarker = 8;   // shorter ones turn up by chance
constexpr double kMostDeviation = 6;         // one honest histogram in a billion
constexpr std::uint64_t kLeastCounted = 256 * 10;

}  // namespace

double chi_square_deviation(const std::array<std::uint64_t, 256>& histogram) {
    std::uint64_t total = 0;
    for (const auto count : histogram) total += count;
    const auto expected = static_cast<double>(total) / 256;
    double sum = 0;
    for (const auto count : histogram) {
        const auto off = static_cast<double>(count) - expected;
        sum += off * off / expected;
    }
    return (sum - 255) / std::sqrt(2.0 * 255);
}

UniformityOracle::UniformityOracle(std::vector<Bytes> markers) : markers_(std::move(markers)) {
    for (const auto& marker : markers_) {
        CHECK(marker.size() >= kShortestMarker);
        longest_ = std::max(longest_, marker.size());
    }
}

void UniformityOracle::see(const WireBytes& wire) {
    auto& direction = directions_[{wire.connection, wire.from}];
    count(direction.bytes, wire.bytes);
    direction.bytes += wire.bytes.size();
    bytes_ += wire.bytes.size();
    if (longest_ > 0) search(direction, wire.bytes);
}

void UniformityOracle::count(std::uint64_t offset, ByteView bytes) {
    for (const auto byte : bytes) {
        ++all_[byte];
        if (offset % kFrameSize < kHead) ++heads_[byte];
        if (offset < kHandshakeFrames * kFrameSize) ++handshakes_[byte];
        ++offset;
    }
}

void UniformityOracle::search(Direction& direction, ByteView bytes) {
    auto& seen = direction.tail;
    append(seen, bytes);
    for (const auto& marker : markers_) {
        if (std::search(seen.begin(), seen.end(), marker.begin(), marker.end()) != seen.end())
            found_ = concat("a planted marker of ", marker.size(), " bytes was on a wire");
    }
    const auto keep = std::min(seen.size(), longest_ - 1);
    seen.erase(seen.begin(), seen.end() - static_cast<std::ptrdiff_t>(keep));
}

std::string UniformityOracle::violation() const {
    if (!found_.empty()) return found_;
    const std::pair<const char*, const Histogram*> histograms[] = {
        {"all bytes", &all_}, {"the heads of frames", &heads_}, {"the handshakes", &handshakes_}};
    for (const auto& [name, histogram] : histograms) {
        std::uint64_t counted = 0;
        for (const auto one : *histogram) counted += one;
        if (counted < kLeastCounted) return concat("too few of ", name, " were seen to judge");
        const auto deviation = chi_square_deviation(*histogram);
        if (deviation > kMostDeviation)
            return concat(name, " do not look random: chi-square is ", deviation, " deviations off");
    }
    return {};
}

std::string UniformityOracle::broken_frame() const {
    for (const auto& [which, direction] : directions_) {
        if (direction.bytes % kFrameSize != 0)
            return concat("connection ", which.first, " carried ", direction.bytes, " bytes from ",
                          which.second.text(), ": not whole frames");
    }
    return {};
}

}  // namespace catacomb::sim
