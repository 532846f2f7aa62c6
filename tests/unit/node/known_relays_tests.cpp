// Proves: the relays of the last life come back from their file as they were; a file with any one byte
// changed, cut or added, or with counts that are too large, is passed over; and the sample changes no more
// than it must.
#include "node/known_relays.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "crypto/random.hpp"
#include "tests/support/scratch_dir.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

namespace catacomb::node {
namespace {

struct Fixture {
    tests::ScratchDir dir;
    crypto::SeededRng rng{1};
    KnownRelays some{{tests::test_address(1), tests::test_address(2)}, {tests::test_address(3)}};

    std::vector<routing::DescriptorPtr> relays(std::uint32_t from, std::uint32_t count) {
        std::vector<routing::DescriptorPtr> out;
        for (std::uint32_t i = 0; i < count; ++i)
            out.push_back(tests::TestRelay(rng, tests::test_address(from + i)).descriptor());
        return out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(known_relays, Fixture)

BOOST_AUTO_TEST_CASE(they_come_back_in_order) {
    BOOST_TEST((load_known_relays(dir.path()) == KnownRelays{}));
    BOOST_REQUIRE(save_known_relays(dir.path(), some));
    BOOST_TEST((load_known_relays(dir.path()) == some));
    BOOST_TEST(!std::filesystem::exists(dir.path() / "relays.new"));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_passed_over) {
    const auto good = encode(some);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] ^= 0x10;
        BOOST_REQUIRE(!decode_known_relays(bad));
        BOOST_REQUIRE(!decode_known_relays(ByteView(good).first(i)));
    }
    for (const auto& content : {Bytes(1 << 20, 'x'), Bytes{}}) {
        std::ofstream(dir.path() / "relays", std::ios::binary) << as_text(content);
        BOOST_TEST((load_known_relays(dir.path()) == KnownRelays{}));
    }
}

BOOST_AUTO_TEST_CASE(a_checksum_alone_makes_no_list) {
    const auto sealed = [](Bytes body) {
        const auto sum = crypto::content_hash(body);
        append(body, sum);
        return body;
    };
    const auto good = encode(some);
    const Bytes body(good.begin(), good.end() - 32);
    BOOST_REQUIRE(decode_known_relays(sealed(body)));
    auto longer = body;
    longer.push_back(0);
    BOOST_TEST(!decode_known_relays(sealed(longer)));
    auto many = body;
    many[18] = 0xff;  // the count of guards
    BOOST_TEST(!decode_known_relays(sealed(many)));
    auto portless = some;
    portless.others[0].port = 0;
    BOOST_TEST(!decode_known_relays(encode(portless)));
    auto crowd = some;
    crowd.guards.assign(KnownRelays::kMostGuards + 1, tests::test_address(1));
    BOOST_TEST(!decode_known_relays(encode(crowd)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_an_error) {
    BOOST_TEST(!save_known_relays(dir.path() / "nowhere", some).has_value());
}

BOOST_AUTO_TEST_CASE(the_sample_stays_while_its_relays_live) {
    const auto live = relays(0, 200);
    const std::vector<routing::DescriptorPtr> guards(live.begin(), live.begin() + 3);
    const auto first = know_again({}, guards, live, rng);
    BOOST_TEST(first.guards.size() == 3);
    BOOST_TEST(first.others.size() == KnownRelays::kMostOthers);
    for (const auto& guard : first.guards)
        BOOST_TEST(std::count(first.others.begin(), first.others.end(), guard) == 0);
    BOOST_TEST((know_again(first, guards, live, rng) == first));
    // Half of all go: their places are filled, the others keep theirs.
    const std::vector<routing::DescriptorPtr> rest(live.begin(), live.begin() + 100);
    const auto second = know_again(first, guards, rest, rng);
    BOOST_TEST(second.others.size() == KnownRelays::kMostOthers);
    BOOST_TEST((decode_known_relays(encode(second)).value() == second));
    for (const auto& relay : rest) {
        const auto& address = relay->addresses.front();
        const bool was = std::count(first.others.begin(), first.others.end(), address) > 0;
        const bool is = std::count(second.others.begin(), second.others.end(), address) > 0;
        BOOST_TEST((is || !was));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
