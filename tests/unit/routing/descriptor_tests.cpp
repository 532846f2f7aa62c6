// Proves that a relay descriptor survives the wire bit for bit, that no changed, cut, oversized, expired,
// premature, foreign or cheap one is believed, and that of two descriptors of one relay every view picks the
// same.
#include "routing/descriptor.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/unit/routing/relay_fixture.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;

namespace {

struct OneRelay {
    crypto::SeededRng rng{1};
    TestRelay relay{rng, Endpoint::v4(0x7f0a0001, 4000)};
    DescriptorPtr signed_one = relay.descriptor();

    Code failure(ByteView bytes, const NetworkParameters& network = test_network(),
                 Time now = kTestNow) const {
        const auto decoded = decode_descriptor(bytes, network, now);
        BOOST_REQUIRE(!decoded);
        return decoded.error().code;
    }
    bool can_sign(const std::function<void(Descriptor&)>& change) const {
        auto changed = TestRelay(relay.key.clone(), relay.fields);
        change(changed.fields);
        return changed.sign().has_value();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(descriptors, OneRelay)

BOOST_AUTO_TEST_CASE(survives_the_wire) {
    const auto decoded = decode_descriptor(signed_one->encoded, test_network(), kTestNow).value();
    BOOST_CHECK(decoded->id == node_id(relay.key.public_key, relay.fields.pow));
    BOOST_CHECK(decoded->key == relay.key.public_key);
    BOOST_CHECK(decoded->link_key == relay.fields.link_key);
    BOOST_CHECK(decoded->onion_key == relay.fields.onion_key);
    BOOST_CHECK(decoded->addresses == relay.fields.addresses);
    BOOST_CHECK(decoded->published == relay.fields.published);
    BOOST_CHECK(decoded->expires == relay.fields.expires);
    BOOST_TEST(decoded->incarnation == 1U);
    BOOST_TEST(decoded->encoded == signed_one->encoded);
    BOOST_TEST(signed_one->encoded.size() < 400U);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_noticed) {
    for (std::size_t i = 0; i < signed_one->encoded.size() * 8; ++i) {
        auto bytes = signed_one->encoded;
        bytes[i / 8] ^= static_cast<std::uint8_t>(1u << (i % 8));
        BOOST_REQUIRE_MESSAGE(!decode_descriptor(bytes, test_network(), kTestNow), "bit " << i);
    }
}

BOOST_AUTO_TEST_CASE(every_cut_and_garbage_is_refused) {
    for (std::size_t n = 0; n < signed_one->encoded.size(); ++n)
        BOOST_REQUIRE(!decode_descriptor(ByteView(signed_one->encoded).first(n), test_network(), kTestNow));
    auto longer = signed_one->encoded;
    longer.resize(kMaxDescriptorSize + 1);
    BOOST_CHECK(failure(longer) == Code::malformed);
    for (int i = 0; i < 2000; ++i) {
        Bytes garbage(rng.below(kMaxDescriptorSize));
        rng.fill(garbage);
        BOOST_REQUIRE(!decode_descriptor(garbage, test_network(), kTestNow));
    }
}

BOOST_AUTO_TEST_CASE(belongs_to_one_network) {
    BOOST_CHECK(failure(signed_one->encoded, NetworkParameters::testnet("another")) == Code::corrupt);
    auto stricter = test_network();
    stricter.allow_special_addresses = false;
    BOOST_CHECK(failure(signed_one->encoded, stricter) == Code::malformed);
    auto other = stricter.with_id();
    BOOST_CHECK(other.id != test_network().id);
}

BOOST_AUTO_TEST_CASE(has_its_time) {
    const auto at = [&](Time now) {
        return decode_descriptor(signed_one->encoded, test_network(), now).has_value();
    };
    BOOST_TEST(at(kTestNow - kMaxClockSkew));
    BOOST_TEST(!at(kTestNow - kMaxClockSkew - seconds(1)));
    BOOST_TEST(at(kTestNow + hours(24) - seconds(1)));
    BOOST_TEST(!at(kTestNow + hours(24)));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.expires += seconds(1); }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.expires = d.published; }));
}

BOOST_AUTO_TEST_CASE(work_of_this_epoch_and_the_last_counts) {
    const auto epoch = relay.fields.epoch;
    BOOST_TEST(
        can_sign([&](Descriptor& d) { d.epoch = epoch - 1; }));  // trivial work: any epoch can be claimed
    BOOST_TEST(!can_sign([&](Descriptor& d) { d.epoch = epoch - 2; }));
    BOOST_TEST(!can_sign([&](Descriptor& d) { d.epoch = epoch + 1; }));
}

BOOST_AUTO_TEST_CASE(needs_its_proof_of_work) {
    auto priced = test_network();
    priced.pow = {4, 4, {1, 8192}};
    priced = priced.with_id();
    TestRelay honest(rng, test_address(1), kTestNow, priced);
    const auto good = honest.sign(priced).value();
    BOOST_TEST(decode_descriptor(good->encoded, priced, kTestNow).has_value());
    const auto cheap = relay.sign(priced).value();  // its work was minted for a network without a price
    BOOST_CHECK(failure(cheap->encoded, priced) == Code::corrupt);
    honest.fields.pow.bytes[8] ^= 1;  // the claimed Argon2id output
    BOOST_CHECK(failure(honest.sign(priced).value()->encoded, priced) == Code::corrupt);
}

BOOST_AUTO_TEST_CASE(keeps_its_limits) {
    BOOST_TEST(can_sign([](Descriptor& d) { d.addresses.resize(4, d.addresses[0]); }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.addresses.resize(5, d.addresses[0]); }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.addresses.clear(); }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.addresses[0].port = 0; }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.capacity_class = kMaxCapacityClass + 1; }));
    BOOST_TEST(!can_sign([](Descriptor& d) { d.version = 0; }));
}

BOOST_AUTO_TEST_CASE(two_of_one_relay_are_ordered) {
    auto later = TestRelay(relay.key.clone(), relay.fields);
    later.fields.published += seconds(1);
    auto restarted = TestRelay(relay.key.clone(), relay.fields);
    restarted.fields.incarnation = 2;
    auto twin = TestRelay(relay.key.clone(), relay.fields);
    twin.fields.capacity_class = 3;
    const auto a = signed_one, b = later.descriptor(), c = restarted.descriptor(), d = twin.descriptor();
    BOOST_TEST((b->newer_than(*a) && !a->newer_than(*b)));
    BOOST_TEST((c->newer_than(*b) && !b->newer_than(*c)));
    BOOST_TEST(a->newer_than(*d) != d->newer_than(*a));
    BOOST_TEST(!a->newer_than(*a));
}

BOOST_AUTO_TEST_SUITE_END()
