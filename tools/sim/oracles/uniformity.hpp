// Uniformity: what a wire-tapper sees (docs/testing.md, Oracles): in each direction of each connection a run
// of frames of one size, whose bytes look random from the first handshake message on, and in which nothing
// that was planted in plaintext ever shows. Given to Network::tap; remembers counts, not traffic.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "tools/sim/network.hpp"

namespace catacomb::sim {

class UniformityOracle {
public:
    // `markers`: byte strings of at least 8 bytes that must be on no wire.
    explicit UniformityOracle(std::vector<Bytes> markers);

    void see(const WireBytes& wire);
    std::uint64_t bytes() const { return bytes_; }
    std::size_t directions() const { return directions_.size(); }
    // A marker that was seen, or bytes that are not uniform, in words; else an empty string.
    std::string violation() const;
    // A direction whose bytes so far are not whole frames. Only what was cut off by a crash or waits for a
    // slow reader may be so: ask when all is quiet.
    std::string broken_frame() const;

private:
    using Histogram = std::array<std::uint64_t, 256>;
    struct Direction {
        std::uint64_t bytes = 0;
        Bytes tail;  // the last bytes, in case a marker goes across two writes
    };

    void search(Direction& direction, ByteView bytes);
    void count(std::uint64_t offset, ByteView bytes);

    const std::vector<Bytes> markers_;
    std::size_t longest_ = 0;
    std::map<std::pair<std::uint64_t, Endpoint>, Direction> directions_;
    Histogram all_{}, heads_{}, handshakes_{};  // all bytes; frames' first 16; the first two frames
    std::uint64_t bytes_ = 0;
    std::string found_;
};

// How far counts are from equal ones, in standard deviations of chi-square (255 degrees of freedom).
double chi_square_deviation(const std::array<std::uint64_t, 256>& histogram);

}  // namespace catacomb::sim
