// Proves: extensions that come while others are being written share the next flush, up to a maximum; each
// caller gets the results of its own, in its order.
#include "node/vault/renew_queue.hpp"

#include <boost/test/unit_test.hpp>

#include "node/protocol/limits.hpp"
#include "tests/unit/node/vault_queue.hpp"

namespace catacomb::node {
namespace {

// Remembers the groups; refuses every block with an odd index.
class RecordingStore final : public sim::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;
    std::vector<Result<>> renew(std::span<const storage::Renewal> renewals) override {
        groups.push_back(renewals.size());
        std::vector<Result<>> out;
        for (const auto& one : renewals)
            out.push_back(one.id.index % 2 == 1 ? Result<>(error(Code::not_found)) : ok());
        return out;
    }
    std::vector<std::size_t> groups;
};

struct Fixture : VaultQueue<RenewQueue, RecordingStore> {
    unsigned answered = 0;

    ~Fixture() { world.close(); }
    Task<void> renew(std::uint8_t first, std::size_t count) {
        std::vector<storage::Renewal> wanted(count);
        for (std::size_t i = 0; i < count; ++i) wanted[i].id.index = static_cast<std::uint8_t>(first + i);
        auto done = co_await queue.renew(std::move(wanted));
        BOOST_REQUIRE(done.has_value());
        BOOST_REQUIRE(done->size() == count);
        for (std::size_t i = 0; i < count; ++i) BOOST_TEST((*done)[i].has_value() == ((first + i) % 2 == 0));
        ++answered;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(renew_queues, Fixture)

BOOST_AUTO_TEST_CASE(what_comes_meanwhile_shares_a_flush_and_each_gets_its_own_results) {
    for (std::uint8_t i = 0; i < 5; ++i) tasks.spawn(renew(i, 3));
    world.run_for(seconds(1));
    BOOST_TEST(answered == 5U);
    BOOST_TEST(store.groups.size() <= 2U);
    const auto before = store.groups.size();
    tasks.spawn(renew(0, 1));
    world.run_for(seconds(1));
    BOOST_TEST(answered == 6U);
    BOOST_TEST(store.groups.size() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_group_has_a_maximum) {
    constexpr auto kMany = limits::kRenewedByVault;
    for (int i = 0; i < 9; ++i) tasks.spawn(renew(0, kMany));
    world.run_for(seconds(1));
    BOOST_TEST(answered == 9U);
    BOOST_TEST(store.groups.size() >= 3U);
    BOOST_TEST(store.groups.size() <= 4U);
    for (const auto size : store.groups) BOOST_TEST(size <= 4 * kMany);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
