// Proves: the key of an epoch is the same however it is come to, each epoch has another, and what is
// forgotten cannot be made again from what is kept.
#include "routing/onion/onion_seed.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb::routing {
namespace {

struct Seeded {
    crypto::SeededRng rng{3};
    OnionSeed seed = OnionSeed::generate(700, rng);
};

BOOST_FIXTURE_TEST_SUITE(onion_seeds, Seeded)

BOOST_AUTO_TEST_CASE(a_restored_backup_makes_the_same_keys) {
    const auto backup = seed.clone();
    seed.forget_before(705);
    for (std::uint32_t epoch = 705; epoch < 710; ++epoch)
        BOOST_TEST((seed.key_of(epoch).public_key == backup.key_of(epoch).public_key));
    BOOST_TEST(seed.epoch() == 705u);
    BOOST_TEST(backup.epoch() == 700u);
}

BOOST_AUTO_TEST_CASE(each_epoch_has_a_key_of_its_own) {
    std::set<crypto::AgreePublic> keys;
    for (std::uint32_t epoch = 700; epoch < 720; ++epoch) keys.insert(seed.key_of(epoch).public_key);
    BOOST_TEST(keys.size() == 20u);
    BOOST_TEST(!keys.contains(OnionSeed::generate(700, rng).key_of(700).public_key));
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_not_what_was) {
    const auto before = seed.expose().clone();
    seed.forget_before(701);
    BOOST_TEST(!(seed.expose() == before));
    seed.forget_before(699);
    BOOST_TEST(seed.epoch() == 701u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
