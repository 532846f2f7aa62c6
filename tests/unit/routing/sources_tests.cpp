// Proves: places for links are counted per address and per source, a source's rates outlive its links, and
// what is remembered of sources is bounded while the work that they may cause stays so, too.
#include "routing/link/sources.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"

namespace catacomb::routing {
namespace {

Endpoint at(std::string_view text) { return *Endpoint::parse(text); }
// A source of its own for each number.
Endpoint v6(std::uint32_t network, std::uint8_t host = 1) {
    auto out = at("[2a02::]:1");
    for (std::size_t i = 0; i < 4; ++i) out.address[4 + i] = static_cast<std::uint8_t>(network >> (8 * i));
    out.address[15] = host;
    return out;
}
LinkLimits few() {
    LinkLimits out;
    out.links_per_address = 2;
    out.links_per_prefix = 5;
    out.handshakes_per_second = 1;
    out.handshake_burst = 100;
    out.creates_per_second = 10;
    out.create_burst = 20;
    out.sources = 8;
    return out;
}
unsigned creates(Sources& sources, const Endpoint& from, Time now) {
    unsigned out = 0;
    while (sources.may_create(from, now)) ++out;
    return out;
}
unsigned taken(SourceRates& rates, const Source& source, Time now) {
    unsigned out = 0;
    while (rates.take(source, now)) ++out;
    return out;
}

const Time kNow{seconds(1000)};

}  // namespace

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(a_source_is_24_bits_of_v4_and_64_of_v6) {
    const Sources all(few(), false);
    const auto same = [&](std::string_view one, std::string_view other) {
        return all.source_of(at(one)) == all.source_of(at(other));
    };
    BOOST_TEST(same("8.8.8.1:1", "8.8.8.255:9"));
    BOOST_TEST(!same("8.8.8.1:1", "8.8.9.1:1"));
    BOOST_TEST(same("[2a02:1:2:3::1]:1", "[2a02:1:2:3:ffff:ffff:ffff:ffff]:9"));
    BOOST_TEST(!same("[2a02:1:2:3::1]:1", "[2a02:1:2:4::1]:1"));
    BOOST_TEST(!same("0.0.0.1:1", "[::1]:1"));
}

BOOST_AUTO_TEST_CASE(special_addresses_stand_apart_where_they_are_allowed) {
    const Sources testnet(few(), true), real(few(), false);
    const auto one = at("127.0.0.1:1"), other = at("127.0.0.2:1");
    BOOST_CHECK(testnet.source_of(one) != testnet.source_of(other));
    BOOST_CHECK(real.source_of(one) == real.source_of(other));
    BOOST_CHECK(testnet.source_of(at("8.8.8.1:1")) == testnet.source_of(at("8.8.8.2:1")));
}

BOOST_AUTO_TEST_CASE(places_are_counted_by_address_and_by_source) {
    Sources sources(few(), false);
    for (int i = 0; i < 2; ++i) BOOST_TEST(sources.admit(v6(7, 1), kNow));
    BOOST_TEST(!sources.admit(v6(7, 1), kNow));
    for (std::uint8_t host = 2; host < 5; ++host) BOOST_TEST(sources.admit(v6(7, host), kNow));
    BOOST_TEST(!sources.admit(v6(7, 5), kNow));
    BOOST_TEST(sources.admit(v6(8, 5), kNow));
    BOOST_TEST(sources.accepted() == 6u);
    sources.left(v6(7, 3));
    BOOST_TEST(sources.admit(v6(7, 5), kNow));
    BOOST_TEST(!sources.admit(v6(7, 6), kNow));
    BOOST_TEST(sources.accepted() == 6u);
}

BOOST_AUTO_TEST_CASE(handshakes_have_a_rate_that_outlives_links) {
    auto limits = few();
    limits.handshake_burst = 10;
    Sources sources(limits, false);
    const auto come_and_go = [&](const Endpoint& from, Time now) {
        if (!sources.admit(from, now)) return false;
        sources.left(from);
        return true;
    };
    for (std::uint8_t i = 0; i < 10; ++i) BOOST_TEST(come_and_go(v6(7, i), kNow));
    BOOST_TEST(!come_and_go(v6(7, 99), kNow));
    BOOST_TEST(come_and_go(v6(8), kNow));
    BOOST_TEST(come_and_go(v6(7), kNow + seconds(1)));
    BOOST_TEST(!come_and_go(v6(7), kNow + seconds(1)));
    BOOST_TEST(sources.accepted() == 0u);
}

// No place: no handshake is done, and none is paid.
BOOST_AUTO_TEST_CASE(a_refusal_for_want_of_places_costs_no_handshake) {
    auto limits = few();
    limits.handshake_burst = 3;
    Sources sources(limits, false);
    for (int i = 0; i < 2; ++i) BOOST_TEST(sources.admit(v6(7, 1), kNow));
    for (int i = 0; i < 10; ++i) BOOST_TEST(!sources.admit(v6(7, 1), kNow));
    BOOST_TEST(sources.admit(v6(7, 2), kNow));
}

BOOST_AUTO_TEST_CASE(creates_have_a_rate_that_outlives_links) {
    Sources sources(few(), false);
    BOOST_TEST(sources.admit(v6(7), kNow));
    BOOST_TEST(creates(sources, v6(7), kNow) == 20u);
    sources.left(v6(7));
    BOOST_TEST(sources.admit(v6(7, 2), kNow));
    BOOST_TEST(creates(sources, v6(7, 2), kNow) == 0u);
    BOOST_TEST(creates(sources, v6(8), kNow) == 20u);
    BOOST_TEST(creates(sources, v6(7, 2), kNow + seconds(1)) == 10u);
}

BOOST_AUTO_TEST_CASE(what_is_full_again_is_forgotten) {
    Sources sources(few(), false);
    for (std::uint32_t i = 0; i < 5; ++i) BOOST_TEST(sources.may_create(v6(i), kNow));
    BOOST_TEST(sources.remembered() == 5u);
    BOOST_TEST(sources.may_create(v6(9), kNow + seconds(1)));
    BOOST_TEST(sources.remembered() == 1u);
}

BOOST_AUTO_TEST_CASE(those_for_whom_there_is_no_room_share_one_bucket) {
    Sources sources(few(), false);
    for (std::uint32_t i = 0; i < 8; ++i) BOOST_TEST(creates(sources, v6(i), kNow) == 20u);
    BOOST_TEST(creates(sources, v6(8), kNow) == 20u);
    for (std::uint32_t i = 9; i < 50; ++i) BOOST_TEST(creates(sources, v6(i), kNow) == 0u);
    BOOST_TEST(sources.remembered() == 8u);
    // The others keep what is theirs.
    BOOST_TEST(creates(sources, v6(3), kNow + seconds(1)) == 10u);
    // Once there is room again, each has his own.
    BOOST_TEST(creates(sources, v6(30), kNow + seconds(5)) == 20u);
}

// However many sources there are: no more than a burst and a rate for each bucket, and one of all others.
BOOST_AUTO_TEST_CASE(all_work_together_is_bounded) {
    crypto::SeededRng rng(3);
    SourceRates rates(10, 20, 8);
    Time now = kNow;
    unsigned all = 0;
    for (int round = 0; round < 1000; ++round) {
        Source source{};
        source[0] = static_cast<std::uint8_t>(rng.below(200));
        all += taken(rates, source, now);
        BOOST_REQUIRE(rates.remembered() <= 8u);
        now += milliseconds(rng.below(20));
    }
    const auto whole = static_cast<unsigned>(duration_cast<seconds>(now - kNow).count()) + 1;
    BOOST_TEST(all <= 9 * (20 + 10 * whole));
    BOOST_TEST(all >= 8 * 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
