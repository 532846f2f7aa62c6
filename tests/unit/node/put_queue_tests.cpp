// Proves: a lone put is written at once, and so are those of small files; puts that come while a group is
// being written share the next flush, within the maxima of a group; bodies on their way are waited for, not
// for long; large blocks gather; each caller gets the outcome of its own block; and what waits is bounded.
#include "node/vault/put_queue.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/node/vault_queue.hpp"

namespace catacomb::node {
namespace {

// Remembers the groups; refuses the blocks that it was told to.
class RecordingStore final : public sim::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;
    std::vector<Result<>> put_group(std::span<const storage::Put> puts) override {
        groups.push_back(puts.size());
        std::vector<Result<>> out;
        for (const auto& put : puts) {
            const bool refuse = put.id.index == refused;
            out.push_back(refuse ? Result<>(error(Code::full)) : truth_.put_group({&put, 1}).front());
        }
        return out;
    }

    std::vector<std::size_t> groups;
    std::optional<std::uint8_t> refused;
};

struct Fixture : VaultQueue<PutQueue, RecordingStore> {
    unsigned stored = 0;
    std::vector<Code> failed;

    ~Fixture() { world.close(); }
    Task<void> put(std::uint8_t index, std::size_t size) {
        storage::Put one;
        one.id.index = index;
        one.bytes = Bytes(size, index);
        auto done = co_await queue.put(std::move(one));
        if (done) {
            ++stored;
        } else {
            failed.push_back(done.error().code);
        }
    }
    // A body that is expected, and comes after `travel`.
    Task<void> arrive(std::uint8_t index, Duration travel) {
        std::optional<PutQueue::Expected> expected(std::in_place, queue);
        co_await routing::sleep_for(runtime, travel);
        expected.reset();
        co_await put(index, 1000);
    }
    Task<void> arrive_unasked(std::uint8_t index, Duration travel, std::size_t size) {
        co_await routing::sleep_for(runtime, travel);
        co_await put(index, size);
    }
    // Nobody announced them; one after the other.
    void come_apart(std::uint8_t count, Duration apart, std::size_t size) {
        for (std::uint8_t i = 0; i < count; ++i) tasks.spawn(arrive_unasked(i, i * apart, size));
        world.run_for(count * apart + seconds(1));
    }
    void put_many(unsigned count, std::size_t size) {
        for (unsigned i = 0; i < count; ++i) tasks.spawn(put(static_cast<std::uint8_t>(i), size));
        world.run_for(seconds(1));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(put_queues, Fixture)

BOOST_AUTO_TEST_CASE(a_lone_put_does_not_wait_for_company) {
    put_many(1, 1000);
    BOOST_TEST(stored == 1U);
    BOOST_TEST((store.groups == std::vector<std::size_t>{1}));
}

BOOST_AUTO_TEST_CASE(what_comes_together_is_flushed_together) {
    put_many(40, 1000);
    BOOST_TEST(stored == 40U);
    BOOST_TEST(store.usage().blocks == 40U);
    std::size_t sum = 0;
    for (const auto size : store.groups) {
        BOOST_TEST(size <= storage::kPutGroupBlocks);
        sum += size;
    }
    BOOST_TEST(sum == 40U);
    BOOST_TEST(store.groups.size() <= 3U);
}

BOOST_AUTO_TEST_CASE(each_gets_the_outcome_of_its_own_block) {
    store.refused = 3;
    put_many(8, 1000);
    BOOST_TEST(stored == 7U);
    BOOST_TEST((failed == std::vector<Code>{Code::full}));
    BOOST_TEST(store.usage().blocks == 7U);
}

// The machine dies at the very moment of the word.
BOOST_AUTO_TEST_CASE(the_word_comes_when_the_block_outlives_a_crash) {
    for (std::uint8_t index = 0; index < 20; ++index) {
        tasks.spawn(put(index, 1000));
        BOOST_REQUIRE(world.run_until([&] { return stored == index + 1U; }, seconds(1)));
        memory.crash();
        storage::BlockId id;
        id.index = index;
        BOOST_TEST(memory.has(id));
    }
}

BOOST_AUTO_TEST_CASE(what_waits_is_bounded) {
    constexpr std::size_t kBlock = storage::kMaxBlockSize;
    constexpr unsigned kRoom = 4 * storage::kPutGroupBytes / kBlock;
    put_many(2 * kRoom, kBlock);
    BOOST_TEST(stored + failed.size() == 2 * kRoom);
    BOOST_TEST(!failed.empty());
    for (const auto code : failed) BOOST_TEST((code == Code::limit));
    // The room comes back.
    const auto before = stored;
    put_many(4, kBlock);
    BOOST_TEST(stored == before + 4U);
}

// Bodies on their way are waited for, so that a flush is shared: 60 blocks that come one after the other.
BOOST_AUTO_TEST_CASE(what_is_on_its_way_is_waited_for) {
    for (std::uint8_t i = 0; i < 60; ++i) tasks.spawn(arrive(i, milliseconds(2 * i)));
    world.run_for(seconds(1));
    BOOST_TEST(stored == 60U);
    BOOST_TEST(store.groups.size() <= 60U / 8, store.groups.size() << " commits");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_long) {
    std::optional<PutQueue::Expected> never(std::in_place, queue);
    const auto began = world.now();
    tasks.spawn(put(1, 1000));
    BOOST_TEST(world.run_until([&] { return stored == 1; }, seconds(1)));
    BOOST_TEST((world.now() - began <= milliseconds(30)));
    // Whoever gives up ends the wait.
    world.run_for(seconds(1));
    tasks.spawn(put(2, 1000));
    world.run_for(milliseconds(10));
    BOOST_TEST(stored == 1U);
    never.reset();
    world.run_for(milliseconds(10));
    BOOST_TEST(stored == 2U);
}

// The first is written at once, the others in groups; as far apart as over distance, too.
BOOST_AUTO_TEST_CASE(under_load_a_flush_is_shared) {
    for (const auto apart : {milliseconds(5), milliseconds(50)}) {
        store.groups.clear();
        stored = 0;
        come_apart(60, apart, storage::kMaxBlockSize);
        BOOST_TEST(stored == 60U);
        BOOST_TEST(store.groups.front() == 1U);
        BOOST_TEST(store.groups.size() <= 60U / 4, store.groups.size() << " commits");
        world.run_for(seconds(2));
    }
}

// Whoever inserts small files one after the other waits for no other's.
BOOST_AUTO_TEST_CASE(blocks_of_small_files_do_not_wait_for_others) {
    for (std::uint8_t index = 0; index < 20; ++index) {
        const auto began = world.now();
        tasks.spawn(put(index, 1000));
        BOOST_REQUIRE(world.run_until([&] { return stored == index + 1U; }, seconds(1)));
        BOOST_TEST((world.now() - began <= milliseconds(5)));
    }
    // And they take along what waits for company.
    tasks.spawn(put(100, storage::kMaxBlockSize));
    world.run_for(milliseconds(10));
    BOOST_TEST(stored == 20U);
    tasks.spawn(put(101, 1000));
    world.run_for(milliseconds(10));
    BOOST_TEST(stored == 22U);
}

BOOST_AUTO_TEST_CASE(a_full_group_waits_for_nobody) {
    const PutQueue::Expected never(queue);
    for (std::uint8_t i = 0; i < storage::kPutGroupBlocks; ++i) tasks.spawn(put(i, 1000));
    world.run_for(milliseconds(10));
    BOOST_TEST((store.groups == std::vector<std::size_t>{storage::kPutGroupBlocks}));
}

BOOST_AUTO_TEST_CASE(a_put_that_runs_at_the_end_ends_too) {
    tasks.spawn(put(1, 1000));
    world.close();
    BOOST_TEST(stored + failed.size() == 1U);
    BOOST_TEST(tasks.count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
