// Secret sharing: the published values, every threshold, and what fewer or wrong shares give.
#include "crypto/shamir.hpp"

#include "crypto/random.hpp"
#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb::crypto {

using testing::hex_field;

static Key256 secret_of(std::uint64_t seed) {
    Key256 out;
    SeededRng(seed).fill(out.expose_mutable());
    return out;
}

static std::vector<IndexedShare> pick(const std::vector<Share>& shares,
                                      const std::vector<unsigned>& indices) {
    std::vector<IndexedShare> out;
    for (auto index : indices) out.push_back({index, shares[index].clone()});
    return out;
}

// `count` different indices below n, in random order.
static std::vector<unsigned> random_indices(Rng& rng, unsigned count, unsigned n) {
    std::vector<unsigned> out(n);
    for (unsigned i = 0; i < n; ++i) out[i] = i;
    rng.shuffle(out);
    out.resize(count);
    return out;
}

// Bit by bit, as one would on paper: carry-less product, then reduction by 0x11b.
static std::uint8_t slow_product(std::uint8_t a, std::uint8_t b) {
    unsigned product = 0;
    for (int i = 0; i < 8; ++i) product ^= (b >> i & 1) ? unsigned{a} << i : 0;
    for (int i = 14; i >= 8; --i) product ^= (product >> i & 1) ? 0x11bu << (i - 8) : 0;
    return static_cast<std::uint8_t>(product);
}

BOOST_AUTO_TEST_SUITE(shamir)

// TSS-03 gives a secret and two shares at threshold 2. The first share tells the coefficient (x is 1 there),
// the second then checks the field; and both together give the secret back.
BOOST_AUTO_TEST_CASE(published_vector) {
    const auto file = testing::load_vectors("shamir.json");
    const auto& vector = file.at("vectors").at(0);
    const auto secret = hex_field(vector, "secret");
    const auto first = hex_field(vector.at("shares").at(0), "y");
    const auto second = hex_field(vector.at("shares").at(1), "y");

    Bytes coefficient(secret.size());
    for (std::size_t i = 0; i < secret.size(); ++i) coefficient[i] = first[i] ^ secret[i];
    const std::vector<Bytes> coefficients{coefficient};
    BOOST_TEST((shamir_evaluate(secret, coefficients, 0) == secret));
    BOOST_TEST((shamir_evaluate(secret, coefficients, 1) == first));
    BOOST_TEST((shamir_evaluate(secret, coefficients, 2) == second));

    std::vector<IndexedShare> shares(2);
    shares[1].index = 1;
    copy(shares[0].share.expose_mutable(), first);
    copy(shares[1].share.expose_mutable(), second);
    const auto combined = shamir_combine(shares, 2).value();
    BOOST_TEST(equal(ByteView(combined.expose()).first(secret.size()), secret));
    BOOST_TEST(all_zero(ByteView(combined.expose()).subspan(secret.size())));
}

// Multiplication, all 65,536 products: the polynomial 0 + a x at x = b.
BOOST_AUTO_TEST_CASE(every_product) {
    Bytes all(256);
    for (std::size_t a = 0; a < 256; ++a) all[a] = static_cast<std::uint8_t>(a);
    const std::vector<Bytes> coefficients{all};
    for (unsigned b = 0; b < 256; ++b) {
        const auto products = shamir_evaluate(Bytes(256), coefficients, static_cast<std::uint8_t>(b));
        for (unsigned a = 0; a < 256; ++a) {
            const auto expected = slow_product(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
            if (products[a] != expected) BOOST_ERROR("wrong product of " << a << " and " << b);
        }
    }
}

// Any k of n shares, in any order, give the secret: all subsets of a small case, random ones of the large.
BOOST_AUTO_TEST_CASE(any_k_shares_combine) {
    const auto secret = secret_of(1);
    const auto small = shamir_split(secret, 3, 6);
    for (unsigned mask = 0; mask < 64; ++mask) {
        std::vector<unsigned> indices;
        for (unsigned i = 0; i < 6; ++i) {
            if (mask >> i & 1) indices.push_back(i);
        }
        const auto combined = shamir_combine(pick(small, indices), 3);
        BOOST_TEST(combined.has_value() == (indices.size() >= 3), mask);
        if (combined) BOOST_TEST((*combined == secret), mask);
    }
    SeededRng rng(2);
    struct {
        unsigned k, n;
    } const shapes[] = {{1, 1}, {1, 5}, {2, 2}, {20, 60}, {64, 64}, {255, 255}};
    for (const auto [k, n] : shapes) {
        const auto shares = shamir_split(secret, k, n);
        BOOST_TEST(shares.size() == n);
        const auto picked = pick(shares, random_indices(rng, k, n));
        BOOST_TEST((shamir_combine(picked, k).value() == secret), k << " of " << n);
    }
}

// A lost share is rebuilt exactly from any k others; a share that is there comes out as it is.
BOOST_AUTO_TEST_CASE(shares_are_rebuilt) {
    SeededRng rng(3);
    const auto shares = shamir_split(secret_of(2), 20, 60);
    for (unsigned index = 0; index < 60; ++index) {
        const auto rebuilt = shamir_share_at(pick(shares, random_indices(rng, 20, 60)), 20, index).value();
        BOOST_TEST((rebuilt == shares[index]), index);
    }
}

// One share fewer and the wrong threshold give something else than the secret.
BOOST_AUTO_TEST_CASE(too_low_a_threshold_gives_another_value) {
    const auto secret = secret_of(3);
    const auto shares = shamir_split(secret, 5, 8);
    BOOST_TEST(!(shamir_combine(pick(shares, {0, 1, 2, 3}), 4).value() == secret));
}

// A share under a wrong index, or changed in one bit, gives another secret: callers check a commitment.
BOOST_AUTO_TEST_CASE(wrong_shares_give_another_secret) {
    const auto secret = secret_of(4);
    const auto shares = shamir_split(secret, 3, 5);
    auto moved = pick(shares, {0, 1, 2});
    moved[2].index = 4;
    BOOST_TEST(!(shamir_combine(moved, 3).value() == secret));
    for (std::size_t bit = 0; bit < kShareSize * 8; ++bit) {
        auto changed = pick(shares, {0, 1, 2});
        changed[1].share.expose_mutable()[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST(!(shamir_combine(changed, 3).value() == secret), bit);
    }
}

BOOST_AUTO_TEST_CASE(bad_sets_are_refused) {
    const auto shares = shamir_split(secret_of(5), 2, 5);
    const auto refused = [](const auto& result) { return !result && result.error().is(Code::bad_input); };
    BOOST_TEST(refused(shamir_combine({}, 1)));
    BOOST_TEST(refused(shamir_combine(pick(shares, {1}), 2)));
    BOOST_TEST(refused(shamir_combine(pick(shares, {1, 2}), 0)));
    BOOST_TEST(refused(shamir_combine(pick(shares, {1, 1}), 2)));
    BOOST_TEST(refused(shamir_share_at(pick(shares, {1, 1}), 2, 0)));
    BOOST_TEST(refused(shamir_share_at(pick(shares, {1, 2}), 2, 255)));
    auto beyond = pick(shares, {1, 2});
    beyond[1].index = 255;  // x would be zero
    BOOST_TEST(refused(shamir_combine(beyond, 2)));
    beyond[1].index = 257;  // x would be that of index 1
    BOOST_TEST(refused(shamir_combine(beyond, 2)));
}

// Splitting is a function of (secret, k, n), and each of them matters.
BOOST_AUTO_TEST_CASE(splitting_is_deterministic) {
    const auto digest = [](std::uint64_t seed, unsigned k, unsigned n) {
        return to_hex(shamir_split(secret_of(seed), k, n)[0].expose());
    };
    BOOST_TEST(digest(6, 3, 5) == digest(6, 3, 5));
    BOOST_TEST((std::set{digest(6, 3, 5), digest(7, 3, 5), digest(6, 4, 5), digest(6, 3, 6)}.size() == 4u));
    // Pinned: blocks stored long ago are repaired with today's code.
    BOOST_TEST(to_hex(shamir_split(Key256(), 20, 60)[59].expose()) ==
               "84114d70973f6a092b1e1adb3b7c862d371485789823c4af2d48e41e7fe26c10");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
