// Rng's derived draws: bounds, uniformity, permutations. The source is a seed, so that nothing here is luck.
#include "base/rng.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <numeric>

namespace catacomb {

// Gives out prepared numbers.
class ScriptedRng final : public Rng {
public:
    explicit ScriptedRng(std::vector<std::uint64_t> draws) : draws_(std::move(draws)) {}
    void fill(MutableBytes out) override {
        BOOST_REQUIRE(next_ < draws_.size());
        for (auto& byte : out) byte = static_cast<std::uint8_t>(draws_[next_] >> (8 * (&byte - out.data())));
        ++next_;
    }
    std::unique_ptr<Rng> split(std::string_view) const override { return nullptr; }
    std::size_t used() const { return next_; }

private:
    std::vector<std::uint64_t> draws_;
    std::size_t next_ = 0;
};

// Pearson's statistic of `counts` against equal shares.
template <std::size_t N>
static double chi_square(const std::array<int, N>& counts) {
    const double expected = std::accumulate(counts.begin(), counts.end(), 0.0) / N;
    double sum = 0;
    for (int count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

BOOST_AUTO_TEST_SUITE(rng)

// Without the rejection of the incomplete last copy, low values would come up too often: for three, the very
// last number is one too many and must be drawn again.
BOOST_AUTO_TEST_CASE(below_rejects_the_incomplete_copy) {
    ScriptedRng rng({UINT64_MAX, UINT64_MAX - 1, 7});
    BOOST_TEST(rng.below(3) == 2u);
    BOOST_TEST(rng.used() == 2u);
    BOOST_TEST(rng.below(3) == 1u);
}

// 70,000 draws over seven values: chi square with 6 degrees of freedom is under 22.5 in 999 of 1,000 seeds.
BOOST_AUTO_TEST_CASE(below_is_uniform) {
    crypto::SeededRng rng(1);
    std::array<int, 7> counts{};
    for (int i = 0; i < 70'000; ++i) ++counts[rng.below(7)];
    BOOST_TEST(chi_square(counts) < 22.5);
}

BOOST_AUTO_TEST_CASE(between_includes_both_ends) {
    crypto::SeededRng rng(2);
    bool low = false;
    bool high = false;
    for (int i = 0; i < 200; ++i) {
        const auto draw = rng.between(10, 13);
        BOOST_TEST((draw >= 10 && draw <= 13));
        low |= draw == 10;
        high |= draw == 13;
    }
    BOOST_TEST((low && high));
    BOOST_TEST(rng.between(5, 5) == 5u);
}

// unit() stays under one even for the largest draw.
BOOST_AUTO_TEST_CASE(unit_is_half_open) {
    ScriptedRng rng({0, UINT64_MAX});
    BOOST_TEST(rng.unit() == 0.0);
    BOOST_TEST(rng.unit() < 1.0);
}

BOOST_AUTO_TEST_CASE(chance_follows_its_probability) {
    crypto::SeededRng rng(3);
    int hits = 0;
    for (int i = 0; i < 10'000; ++i) {
        hits += rng.chance(0.25);
        BOOST_TEST(!rng.chance(0.0));
        BOOST_TEST(rng.chance(1.0));
    }
    BOOST_TEST((hits > 2'300 && hits < 2'700));  // 4.6 standard deviations
}

// All six orders of three items come up equally often: 5 degrees of freedom, 1 in 1,000 seeds over 20.5.
BOOST_AUTO_TEST_CASE(shuffle_is_uniform) {
    crypto::SeededRng rng(4);
    std::array<int, 6> counts{};
    for (int i = 0; i < 60'000; ++i) {
        std::array<int, 3> items{0, 1, 2};
        rng.shuffle(items);
        const int rank = items[0] * 2 + (items[1] > items[2] ? 1 : 0);
        ++counts[static_cast<std::size_t>(rank)];
    }
    BOOST_TEST(chi_square(counts) < 20.5);
}

BOOST_AUTO_TEST_CASE(pick_reaches_every_item) {
    crypto::SeededRng rng(5);
    std::vector<int> seen{0, 0, 0};
    std::vector<std::size_t> items{0, 1, 2};
    for (int i = 0; i < 100; ++i) ++seen[rng.pick(items)];
    BOOST_TEST(std::count(seen.begin(), seen.end(), 0) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
