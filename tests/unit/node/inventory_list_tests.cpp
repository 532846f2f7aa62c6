// Proves: whatever vault and rendezvous know, after one conversation they know the same; what is told is what
// differs, not the whole list; what changes during it is not lost; and nothing that is no inventory is taken.
#include "node/protocol/inventory_list.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

using routing::Inventory;
using routing::PositionPrefix;

// A vault and the rendezvous that knows what it told, wire between them.
struct Pair {
    Inventory ours;
    routing::Registry registry;
    crypto::SeededRng rng{1};
    std::size_t messages = 0, told = 0;  // prefixes

    Pair() {
        routing::RegisteredVault vault;
        vault.session = 1;
        BOOST_REQUIRE(registry.enter(vault).has_value());
    }
    const Inventory& theirs() const { return *registry.inventory(1); }
    PositionPrefix random() { return rng.u64(); }
    void know(PositionPrefix prefix) {
        ours.insert(prefix);
        routing::InventoryUpdate update;
        update.added.push_back(prefix);
        BOOST_REQUIRE(registry.update(1, update));
    }
    wire::Registered answer(unsigned bits) {
        wire::Register request;
        request.set_inventory_digest(proto_bytes(ours.digest()));
        request.set_inventory_bits(bits);
        return registered_answer(theirs(), request);
    }
    void tell_next(InventoryTeller& teller) {
        const auto message = teller.next(ours);
        const auto update = read_inventory(message, teller.bits());
        BOOST_REQUIRE(update.has_value());
        BOOST_REQUIRE(registry.update(1, *update));
        ++messages;
        told += update->added.size() + update->removed.size();
    }
    InventoryTeller begin() {
        InventoryTeller out(ours.fitting_bits());
        BOOST_REQUIRE(out.answered(answer(out.bits()), ours).has_value());
        return out;
    }
    void tell_all(InventoryTeller& teller) {
        while (teller.has_more()) tell_next(teller);
    }
    bool agree() const { return theirs().all() == ours.all() && theirs().digest() == ours.digest(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(inventory_lists, Pair)

BOOST_AUTO_TEST_CASE(what_is_equal_is_not_told) {
    for (int i = 0; i < 1000; ++i) know(random());
    auto teller = begin();
    BOOST_TEST(!teller.has_more());
    BOOST_TEST(answer(teller.bits()).ranges().empty());
}

BOOST_AUTO_TEST_CASE(to_whom_knows_nothing_all_is_told) {
    for (int i = 0; i < 20'000; ++i) ours.insert(random());
    auto teller = begin();
    tell_all(teller);
    BOOST_TEST(agree());
    BOOST_TEST(messages == 3U);  // 8,192 prefixes in each
    BOOST_TEST(told == ours.size());
}

BOOST_AUTO_TEST_CASE(what_differs_is_told_and_not_the_rest) {
    for (int i = 0; i < 20'000; ++i) know(random());
    const auto all = ours.all();
    for (int i = 0; i < 5; ++i) {
        ours.erase(all[rng.below(all.size())]);
        ours.insert(random());
    }
    auto teller = begin();
    tell_all(teller);
    BOOST_TEST(agree());
    BOOST_TEST(told < 10 * 4 * 64U, told << " of " << ours.size());
}

// A vault that lost all it had, to a rendezvous that remembers.
BOOST_AUTO_TEST_CASE(what_is_gone_is_forgotten) {
    for (int i = 0; i < 300; ++i) know(random());
    ours = Inventory();
    auto teller = begin();
    tell_all(teller);
    BOOST_TEST(theirs().size() == 0U);
    BOOST_TEST(agree());
}

BOOST_AUTO_TEST_CASE(histories_that_differ_at_random_end_alike) {
    for (int round = 0; round < 50; ++round) {
        Pair pair;
        pair.rng = crypto::SeededRng(static_cast<std::uint64_t>(round));
        // Numbers close together: ranges of very different sizes.
        const auto number = [&] { return pair.rng.below(4) << 62 | pair.rng.below(3000); };
        for (int i = 0; i < 2000; ++i) {
            const auto prefix = number();
            const auto where = pair.rng.below(3);
            if (where == 0) pair.ours.insert(prefix);
            if (where > 0) pair.know(prefix);
            if (where == 2) pair.ours.erase(prefix);
        }
        auto teller = pair.begin();
        // What changes at every step is told, too.
        while (teller.has_more()) {
            pair.tell_next(teller);
            if (pair.messages > 20) continue;
            const auto prefix = number();
            if (pair.ours.insert(prefix) || pair.ours.erase(prefix)) teller.changed(prefix);
        }
        BOOST_TEST(pair.agree(), "round " << round);
    }
}

// Between the registration and its answer the vault goes on taking blocks.
BOOST_AUTO_TEST_CASE(what_changes_before_the_answer_is_told) {
    know(1);
    InventoryTeller teller(ours.fitting_bits());
    const auto first = answer(teller.bits());
    ours.insert(2);
    teller.changed(2);
    BOOST_REQUIRE(teller.answered(first, ours).has_value());
    tell_all(teller);
    BOOST_TEST(agree());
}

// Who grinds roots to fill one range gets no message over the maximum.
BOOST_AUTO_TEST_CASE(a_range_longer_than_a_message_takes_several) {
    for (PositionPrefix i = 0; i < 20'000; ++i) ours.insert(i);
    auto teller = begin();
    tell_all(teller);
    BOOST_TEST(agree());
    BOOST_TEST(messages == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_no_inventory_is_not_taken) {
    const auto taken = [](auto change) {
        wire::Inventory message;
        change(message);
        return read_inventory(message, 3).has_value();
    };
    BOOST_TEST(taken([](auto& m) { m.set_added(std::string(16, 'a')); }));
    BOOST_TEST(!taken([](auto& m) { m.set_added(std::string(15, 'a')); }));
    BOOST_TEST(!taken([](auto& m) { m.set_removed("1234567"); }));
    BOOST_TEST(taken([](auto& m) { m.set_ranges(std::string("\7\0", 2)); }));
    BOOST_TEST(!taken([](auto& m) { m.set_ranges(std::string("\10\0", 2)); }));
    BOOST_TEST(!taken([](auto& m) { m.set_ranges("\1"); }));
    BOOST_TEST(!taken([](auto& m) { m.set_ranges(std::string(2 * 9, '\0')); }));
    BOOST_TEST(!taken([](auto& m) { m.set_added(std::string(8 * (limits::kPrefixesPerMessage + 1), 'a')); }));

    InventoryTeller teller(3);
    wire::Registered odd;
    odd.set_send_inventory(true);
    odd.set_ranges(std::string(8 * 7, 'a'));
    BOOST_TEST(teller.answered(odd, ours).error().is(Code::malformed));
    BOOST_TEST(!teller.has_more());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
