// Proof of work: what is minted verifies, for that subject, difficulty and cost only; junk is told without
// Argon2id.
#include "crypto/pow.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

static const Digest kSubject = content_hash(view("what the work is for"));
static const Digest kOther = content_hash(view("something else"));
static constexpr PowParameters kEasy{4, 3, {1, 8192}};

static Pow minted(const PowParameters& parameters) {
    SeededRng rng(1);
    return pow_mint(kSubject, parameters, rng).value();
}

BOOST_AUTO_TEST_SUITE(proof_of_work)

BOOST_AUTO_TEST_CASE(what_is_minted_verifies) {
    const auto pow = minted(kEasy);
    BOOST_TEST(pow_plausible(kSubject, pow, kEasy));
    BOOST_CHECK(pow_verify(kSubject, pow, kEasy));
    BOOST_TEST((minted(kEasy) == pow));
}

// With both difficulties at zero the first try fits, and still only the true output verifies.
BOOST_AUTO_TEST_CASE(trivial_difficulty_still_needs_the_output) {
    const PowParameters trivial{0, 0, {1, 8192}};
    const auto pow = minted(trivial);
    BOOST_CHECK(pow_verify(kSubject, pow, trivial));
    for (std::size_t bit = 0; bit < Pow::kSize * 8; ++bit) {
        auto flipped = pow;
        flipped.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST(pow_plausible(kSubject, flipped, trivial), bit);
        BOOST_TEST(!pow_verify(kSubject, flipped, trivial), bit);
    }
}

BOOST_AUTO_TEST_CASE(it_is_bound_to_subject_and_cost) {
    const PowParameters trivial{0, 0, {1, 8192}};
    const auto pow = minted(trivial);
    BOOST_TEST(!pow_verify(kOther, pow, trivial));
    BOOST_TEST(!pow_verify(kSubject, pow, {0, 0, {2, 8192}}));
    BOOST_TEST(!pow_verify(kSubject, pow, {0, 0, {1, 16384}}));
}

// Each difficulty is asked for by the cheap check already, and no proof reaches more bits than there are.
BOOST_AUTO_TEST_CASE(difficulty_is_enforced) {
    const auto pow = minted(kEasy);
    const auto plausible = [&](unsigned prefilter_bits, unsigned difficulty_bits) {
        return pow_plausible(kSubject, pow, {prefilter_bits, difficulty_bits, kEasy.cost});
    };
    BOOST_TEST(plausible(0, 0));
    BOOST_TEST(plausible(4, 3));
    BOOST_TEST(!plausible(60, 0));
    BOOST_TEST(!plausible(0, 60));
    BOOST_TEST(!pow_plausible(kSubject, Pow(), {0, 129, kEasy.cost}));
    BOOST_TEST(pow_plausible(kSubject, Pow(), {0, 128, kEasy.cost}));
    BOOST_TEST(!pow_verify(kSubject, Pow(), {0, 128, kEasy.cost}));
}

// Of random junk the pre-filter passes about one in 2^bits.
BOOST_AUTO_TEST_CASE(prefilter_throws_junk_away) {
    SeededRng rng(3);
    int passed = 0;
    for (int i = 0; i < 4096; ++i) passed += pow_plausible(kSubject, rng.opaque<Pow>(), {4, 0, {}});
    BOOST_TEST((passed > 190 && passed < 322));  // 256 expected, 4 standard deviations
}

BOOST_AUTO_TEST_CASE(minting_can_be_stopped) {
    SeededRng rng(4);
    int asked = 0;
    const auto stop_at_third = [&] { return ++asked == 3; };
    const auto pow = pow_mint(kSubject, {128, 128, {1, 8192}}, rng, stop_at_third);
    BOOST_REQUIRE(!pow);
    BOOST_TEST(pow.error().is(Code::closed));
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(impossible_cost_is_an_error_not_a_loop) {
    SeededRng rng(5);
    const auto pow = pow_mint(kSubject, {0, 0, {0, 0}}, rng);
    BOOST_REQUIRE(!pow);
    BOOST_TEST(pow.error().is(Code::bad_input));
    const auto told = pow_verify(kSubject, Pow(), {0, 0, {0, 0}});
    BOOST_REQUIRE(!told);
    BOOST_TEST(told.error().is(Code::bad_input));  // not "it does not hold": nobody worked it out
}

// In pieces it comes to the same proof as at one go.
BOOST_AUTO_TEST_CASE(it_can_be_made_in_pieces) {
    SeededRng rng(6);
    const auto first = rng.u64();
    std::optional<Pow> found;
    for (auto nonce = first; !found; nonce += 5) found = pow_try(kSubject, kEasy, nonce, 5).value();
    SeededRng again(6);
    BOOST_TEST((*found == pow_mint(kSubject, kEasy, again).value()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
