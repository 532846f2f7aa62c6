// Proves: no hop can tell from a forward cell how many hops come before or after it. All cells have one size;
// every slot byte that a hop gets, and every one that a recipient finds when it has opened its cell, is
// uniform at every position of the hop in the circuit, alike at all of them, and no slot ever repeats.
#include "tests/unit/routing/onion_fixture.hpp"

#include <map>
#include <set>

namespace catacomb::routing {
namespace {

constexpr std::size_t kCells = 4096;
constexpr std::size_t kSmallCell = 1024 - (kFrameSize - kCellSize);

// How often each value stood at one byte position.
using Counts = std::array<std::uint32_t, 256>;

// Chi-square with 255 degrees of freedom has mean 255 and standard deviation 22.6; seeds are fixed, so the
// bounds (about 6 deviations) are passed for ever or broken by a change.
constexpr double kLow = 120, kHigh = 390;

double chi_square_uniform(const Counts& counts) {
    const double expected = kCells / 256.0;
    double sum = 0;
    for (const auto count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

double chi_square_equal(const Counts& a, const Counts& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double both = double(a[i]) + b[i];
        const double difference = double(a[i]) - b[i];
        if (both > 0) sum += difference * difference / both;
    }
    return sum;
}

class Census {
public:
    explicit Census(std::size_t bytes) : counts_(bytes, Counts{}) {}
    void add(ByteView slots) {
        for (std::size_t i = 0; i < slots.size(); ++i) ++counts_[i][slots[i]];
        for (std::size_t at = 0; at < slots.size(); at += kSlot)
            repeats_ += !seen_.insert(to_bytes(slots.subspan(at, kSlot))).second;
    }
    void check_uniform() const {
        BOOST_TEST(repeats_ == 0u);
        for (const auto& counts : counts_) {
            const auto chi = chi_square_uniform(counts);
            BOOST_TEST((kLow < chi && chi < kHigh), "chi-square " << chi);
        }
    }
    void check_like(const Census& other) const {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            const auto chi = chi_square_equal(counts_[i], other.counts_[i]);
            BOOST_TEST((kLow < chi && chi < kHigh), "chi-square " << chi);
        }
    }

private:
    std::vector<Counts> counts_;
    std::set<Bytes> seen_;
    std::size_t repeats_ = 0;
};

// What the hop at `hop` sees of kCells cells for it, in a circuit of kMaxHops.
struct Seen {
    Census arrived{kSlotBytes};              // all slots, still sealed
    Census opened{kInnerSlotBytes - kSlot};  // behind the zeros that say "mine"
};

Seen watch_recipient(std::size_t hop, CipherSuite suite) {
    Seen seen;
    TestCircuit circuit(kMaxHops, {suite, kSmallCell}, 40 + hop);
    for (std::size_t i = 0; i < kCells; ++i) {
        auto cell = circuit.wrap(hop, {});
        circuit.carry_to(hop, cell);
        seen.arrived.add(ByteView(cell).first(kSlotBytes));
        BOOST_REQUIRE(circuit.arrive(hop, cell) == Peeled::mine);
        BOOST_REQUIRE(all_zero(ByteView(cell).subspan(kSlot, kSlot)));
        seen.opened.add(ByteView(cell).subspan(2 * kSlot, kInnerSlotBytes - kSlot));
    }
    return seen;
}

Census watch_on_the_way(std::size_t hop, CipherSuite suite) {
    Census arrived(kSlotBytes);
    TestCircuit circuit(kMaxHops, {suite, kSmallCell}, 50 + hop);
    for (std::size_t i = 0; i < kCells; ++i) {
        auto cell = circuit.wrap(kMaxHops, {});
        circuit.carry_to(hop, cell);
        arrived.add(ByteView(cell).first(kSlotBytes));
        for (auto at = hop; at < kMaxHops; ++at) BOOST_REQUIRE(circuit.arrive(at, cell) == Peeled::forward);
    }
    return arrived;
}

BOOST_AUTO_TEST_SUITE(onion_uniformity)

BOOST_AUTO_TEST_CASE(a_recipient_cannot_tell_its_position) {
    for (const auto suite : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        const auto first = watch_recipient(1, suite);
        first.arrived.check_uniform();
        first.opened.check_uniform();
        for (std::size_t hop = 2; hop <= kMaxHops; ++hop) {
            const auto seen = watch_recipient(hop, suite);
            seen.arrived.check_uniform();
            seen.opened.check_uniform();
            seen.arrived.check_like(first.arrived);
            seen.opened.check_like(first.opened);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_hop_on_the_way_cannot_tell_its_position) {
    for (const auto suite : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        const auto first = watch_on_the_way(1, suite);
        first.check_uniform();
        for (std::size_t hop = 2; hop < kMaxHops; ++hop) {
            const auto seen = watch_on_the_way(hop, suite);
            seen.check_uniform();
            seen.check_like(first);
        }
    }
}

// The measure itself: bytes of which one bit is always clear do not pass for uniform.
BOOST_AUTO_TEST_CASE(the_measure_sees_a_missing_bit) {
    crypto::SeededRng rng(60);
    Counts counts{};
    for (std::size_t i = 0; i < kCells; ++i) ++counts[rng.below(256) & 0x7f];
    BOOST_TEST(chi_square_uniform(counts) > kHigh);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
