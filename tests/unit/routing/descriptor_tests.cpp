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
    BOOST_CHECK(decoded->id == node_id(relay.key.public_key, relay.fields.proofs.founding));
    BOOST_CHECK(decoded->key == relay.key.public_key);
    BOOST_CHECK(decoded->link_key == relay.fields.link_key);
    BOOST_CHECK(decoded->onion_key == relay.fields.onion_key);
    BOOST_CHECK(decoded->addresses == relay.fields.addresses);
    BOOST_CHECK(decoded->published == relay.fields.published);
    BOOST_CHECK(decoded->expires == relay.fields.expires);
    BOOST_TEST(decoded->incarnation == 1U);
    BOOST_TEST(decoded->encoded == signed_one->encoded);
    BOOST_TEST(signed_one->encoded.size() < 430U);
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

// By the epochs of its own id, which begin when no other id's do.
BOOST_AUTO_TEST_CASE(a_ticket_of_this_epoch_and_the_last_counts) {
    const auto epoch = test_network().epoch_of(signed_one->id, kTestNow);
    BOOST_TEST(relay.fields.proofs.epoch == epoch);
    const auto can_show = [&](std::uint32_t other) {
        return can_sign([&](Descriptor& d) { d.proofs.epoch = other; });
    };
    BOOST_TEST(can_show(epoch - 1));
    BOOST_TEST(!can_show(epoch - 2));
    BOOST_TEST(!can_show(epoch + 1));
}

BOOST_AUTO_TEST_CASE(needs_both_its_proofs_of_work) {
    auto priced = test_network();
    priced.pow = priced.ticket = {4, 4, {1, 8192}};
    priced = priced.with_id();
    TestRelay honest(rng, test_address(1), kTestNow, priced);
    const auto good = honest.sign(priced).value();
    BOOST_TEST(decode_descriptor(good->encoded, priced, kTestNow).has_value());
    const auto cheap = relay.sign(priced).value();  // its work was minted for a network without a price
    BOOST_CHECK(failure(cheap->encoded, priced) == Code::corrupt);
    for (auto proof : {&IdentityProofs::founding, &IdentityProofs::ticket}) {
        auto forged = TestRelay(honest.key.clone(), honest.fields);
        (forged.fields.proofs.*proof).bytes[8] ^= 1;  // the claimed Argon2id output
        BOOST_CHECK(failure(forged.sign(priced).value()->encoded, priced) == Code::corrupt);
    }
}

BOOST_AUTO_TEST_CASE(a_ticket_is_of_one_id_and_one_epoch) {
    TestRelay other(rng, test_address(1));
    other.fields.proofs.ticket = relay.fields.proofs.ticket;
    other.fields.proofs.epoch = test_network().epoch_of(other.descriptor()->id, kTestNow);
    BOOST_CHECK(failure(other.descriptor()->encoded) == Code::corrupt);
    auto moved = TestRelay(relay.key.clone(), relay.fields);
    moved.fields.proofs.epoch -= 1;  // an epoch that counts, of which the ticket is not
    BOOST_CHECK(failure(moved.descriptor()->encoded) == Code::corrupt);
}

BOOST_AUTO_TEST_CASE(a_renewed_ticket_is_a_newer_descriptor_of_the_same_id) {
    auto renewed = TestRelay(relay.key.clone(), relay.fields);
    const auto later = kTestNow + test_network().pow_epoch;
    BOOST_REQUIRE(renew_ticket(renewed.fields.proofs, signed_one->id, test_network(), later, rng));
    renewed.fields.published = later;
    renewed.fields.expires = later + hours(24);
    const auto next = renewed.descriptor();
    BOOST_TEST((next->id == signed_one->id));
    BOOST_TEST(next->proofs.epoch == signed_one->proofs.epoch + 1);
    BOOST_TEST(next->newer_than(*signed_one));
    BOOST_TEST(decode_descriptor(next->encoded, test_network(), later).has_value());
}

// Of a thousand ids about as many renew in each tenth of an epoch.
BOOST_AUTO_TEST_CASE(epochs_of_different_ids_begin_at_different_times) {
    const auto& network = test_network();
    std::array<int, 10> tenths{};
    for (int i = 0; i < 1000; ++i) {
        const auto id = rng.opaque<NodeId>();
        const auto epoch = network.epoch_of(id, kTestNow);
        const auto begun = network.epoch_begins(id, epoch), next = network.epoch_begins(id, epoch + 1);
        BOOST_REQUIRE((begun <= kTestNow && kTestNow < next && next - begun == network.pow_epoch));
        BOOST_REQUIRE(network.epoch_of(id, next) == epoch + 1);
        BOOST_REQUIRE(network.epoch_of(id, next - Duration(1)) == epoch);
        ++tenths.at(static_cast<std::size_t>((kTestNow - begun) * 10 / network.pow_epoch));
    }
    for (const int count : tenths) BOOST_TEST((count > 60 && count < 140));
}

BOOST_AUTO_TEST_CASE(unknown_features_are_carried_and_mean_nothing) {
    auto able = TestRelay(relay.key.clone(), relay.fields);
    able.fields.features = std::uint64_t{1} << 63 | kFeatures;
    const auto decoded = decode_descriptor(able.descriptor()->encoded, test_network(), kTestNow);
    BOOST_REQUIRE(decoded);
    BOOST_TEST((*decoded)->features == able.fields.features);
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
