// Proves the contract of BlockStore on both implementations, and on disk: that it survives reopening, keeps
// its quota, refuses cleanly when disk or map is full, and is opened only once.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "storage/store/memory_store.hpp"
#include "storage/store/store_format.hpp"
#include "storage/store/vault_files.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

constexpr std::size_t kSizes[] = {kQuarterCell, 4096, 16384, kMaxBlockSize};

// Runs `test` on a MemoryBlockStore and on a VaultStore.
template <class Test>
void on_both(Test test, std::uint64_t quota = std::uint64_t{64} << 20) {
    BOOST_TEST_CONTEXT("in memory") {
        MemoryBlockStore store(quota);
        test(store);
    }
    BOOST_TEST_CONTEXT("on disk") {
        const TemporaryDirectory directory;
        const auto store = VaultStore::open(directory.path(), small_store(quota));
        BOOST_REQUIRE(store.has_value());
        test(**store);
    }
}

BOOST_AUTO_TEST_CASE(what_was_put_is_got) {
    on_both([](BlockStore& store) {
        std::uint64_t number = 0;
        for (const auto size : kSizes) BOOST_TEST(put_one(store, put_of(number++, size)).has_value());
        for (const std::size_t size :
             {std::size_t{1}, std::size_t{2000}, std::size_t{2047}, std::size_t{2048}, std::size_t{4080},
              std::size_t{4081}, kMaxBlockSize - 1}) {
            BOOST_TEST(put_one(store, put_of(number++, size)).has_value());
        }
        for (std::uint64_t i = 0; i < number; ++i) {
            BOOST_TEST(store.has(id_of(i)));
            BOOST_TEST((*store.get(id_of(i)) == bytes_of(i, store.get(id_of(i))->size())));
        }
        BOOST_TEST(store.usage().blocks == number);
        BOOST_TEST(!store.has(id_of(number)));
        BOOST_TEST(store.get(id_of(number)).error().is(Code::not_found));
        BOOST_TEST(store.info(id_of(number)).error().is(Code::not_found));
    });
}

BOOST_AUTO_TEST_CASE(a_second_put_changes_nothing_but_the_lease) {
    on_both([](BlockStore& store) {
        BOOST_TEST(put_one(store, put_of(1, 4096, at_hour(10))).has_value());
        const auto before = store.usage();
        BOOST_TEST(put_one(store, {id_of(1), bytes_of(2, 4096), at_hour(20)}).has_value());
        BOOST_TEST((*store.get(id_of(1)) == bytes_of(1, 4096)));
        BOOST_TEST((store.info(id_of(1))->lease_end == at_hour(20)));
        BOOST_TEST(put_one(store, put_of(1, 4096, at_hour(5))).has_value());
        BOOST_TEST((store.info(id_of(1))->lease_end == at_hour(20)));
        BOOST_TEST(store.usage().bytes == before.bytes);
        BOOST_TEST(store.expire(at_hour(19), 10)->size() == 0u);
        BOOST_TEST(store.expire(at_hour(20), 10)->size() == 1u);
        // Twice in one group.
        const Put twice[] = {put_of(3, kMaxBlockSize, at_hour(1)), put_of(3, kMaxBlockSize, at_hour(2))};
        for (const auto& result : store.put_group(twice)) BOOST_TEST(result.has_value());
        BOOST_TEST((*store.get(id_of(3)) == bytes_of(3, kMaxBlockSize)));
        BOOST_TEST((store.info(id_of(3))->lease_end == at_hour(2)));
        BOOST_TEST(store.usage().blocks == 1u);
    });
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_block_is_kept_beside_it) {
    on_both([](BlockStore& store) {
        auto put = put_of(1, 5000, at_hour(100));
        put.profile = {20, 60, BlockClass::cells4};
        put.asker = Asker::hand_over;
        put.now = at_hour(50);
        BOOST_TEST(put_one(store, put).has_value());
        BlockInfo due{5000, put.profile, 0, Asker::hand_over, at_hour(100), 2, 0};
        BOOST_TEST((*store.info(put.id) == due));
        // A later put for somebody else extends the lease, and nothing more.
        put.asker = Asker::steward;
        put.lease_end = at_hour(200);
        put.now = at_hour(90);
        BOOST_TEST(put_one(store, put).has_value());
        due.asker = Asker::steward;
        due.lease_end = at_hour(200);
        BOOST_TEST((*store.info(put.id) == due));
    });
}

BOOST_AUTO_TEST_CASE(a_lease_is_renewed_without_a_body_and_never_made_shorter) {
    on_both([](BlockStore& store) {
        BOOST_TEST(put_one(store, put_of(1, 5000, at_hour(10))).has_value());
        BOOST_TEST(put_one(store, put_of(2, 5000, at_hour(10))).has_value());
        const Renewal renewals[] = {{id_of(1), at_hour(20)}, {id_of(3), at_hour(20)}, {id_of(2), at_hour(5)}};
        const auto results = store.renew(renewals);
        BOOST_TEST(results[0].has_value());
        BOOST_TEST(results[1].error().is(Code::not_found));
        BOOST_TEST(results[2].has_value());
        BOOST_TEST((store.info(id_of(1))->lease_end == at_hour(20)));
        BOOST_TEST((store.info(id_of(1))->asker == Asker::renew));
        BOOST_TEST((store.info(id_of(2))->lease_end == at_hour(10)));
        const std::vector<BlockId> second{id_of(2)};
        BOOST_TEST((*store.expire(at_hour(19), 10) == second));
        BOOST_TEST(!store.has(id_of(3)));
    });
}

BOOST_AUTO_TEST_CASE(what_expired_is_told_by_name_in_order) {
    on_both([](BlockStore& store) {
        std::vector<BlockId> due;
        for (int i = 0; i < 100; ++i) {
            BOOST_TEST(put_one(store, put_of(i, 100, at_hour(i))).has_value());
            if (i <= 80) due.push_back(id_of(i));
        }
        BOOST_TEST((*store.expire(at_hour(80), 1000) == due));
        BOOST_TEST(store.expire(at_hour(80), 1000)->empty());
    });
}

BOOST_AUTO_TEST_CASE(leases_end_in_order_and_no_more_than_asked) {
    on_both([](BlockStore& store) {
        std::vector<Put> puts;
        for (int i = 0; i < 200; ++i) puts.push_back(put_of(i, 1024, at_hour(i)));
        for (const auto& result : store.put_group(puts)) BOOST_REQUIRE(result.has_value());
        BOOST_TEST(store.expire(at_hour(-1), 1000)->size() == 0u);
        BOOST_TEST(store.expire(at_hour(150), 100)->size() == 100u);
        BOOST_TEST(!store.has(id_of(99)));
        BOOST_TEST(store.has(id_of(100)));
        BOOST_TEST(store.expire(at_hour(150), 1000)->size() == 51u);
        BOOST_TEST(store.has(id_of(151)));
        BOOST_TEST(store.usage().blocks == 49u);
        BOOST_TEST(store.usage().bytes == 49 * quota_charge(1024));
    });
}

BOOST_AUTO_TEST_CASE(removed_blocks_are_gone_and_their_room_is_free) {
    on_both([](BlockStore& store) {
        std::vector<Put> puts;
        std::vector<BlockId> ids;
        for (int i = 0; i < 150; ++i) {
            puts.push_back(put_of(i, 4096));
            ids.push_back(id_of(i));
        }
        store.put_group(puts);
        ids.push_back(id_of(999));
        BOOST_TEST(store.remove(ids).has_value());
        BOOST_TEST(store.remove(ids).has_value());
        BOOST_TEST(store.usage().blocks == 0u);
        BOOST_TEST(store.usage().bytes == 0u);
        BOOST_TEST(store.list({}, 10)->empty());
        BOOST_TEST(store.expire(at_hour(100000), 10)->size() == 0u);
    });
}

BOOST_AUTO_TEST_CASE(ids_are_listed_in_order_in_pages) {
    on_both([](BlockStore& store) {
        std::vector<Put> puts;
        for (int i = 0; i < 100; ++i) puts.push_back(put_of(i, 100));
        store.put_group(puts);
        std::vector<BlockId> all;
        std::optional<BlockId> last;
        for (;;) {
            const auto page = store.list(last, 7);
            BOOST_REQUIRE(page.has_value());
            if (page->empty()) break;
            BOOST_TEST(page->size() <= 7u);
            all.insert(all.end(), page->begin(), page->end());
            last = all.back();
        }
        BOOST_TEST(all.size() == 100u);
        BOOST_TEST(std::is_sorted(all.begin(), all.end()));
    });
}

BOOST_AUTO_TEST_CASE(the_quota_refuses_what_does_not_fit_and_loses_nothing) {
    const auto quota = 10 * quota_charge(kMaxBlockSize) + quota_charge(1024);
    on_both(
        [quota](BlockStore& store) {
            std::vector<Put> puts;
            for (int i = 0; i < 12; ++i) puts.push_back(put_of(i, kMaxBlockSize));
            puts.push_back(put_of(12, 1024));
            const auto results = store.put_group(puts);
            for (int i = 0; i < 10; ++i) BOOST_TEST(results[i].has_value());
            BOOST_TEST(results[10].error().is(Code::full));
            BOOST_TEST(results[11].error().is(Code::full));
            BOOST_TEST(results[12].has_value());  // the small one still fits
            BOOST_TEST(store.usage().bytes == quota);
            BOOST_TEST(put_one(store, put_of(13, 1)).error().is(Code::full));
            for (int i = 0; i < 10; ++i) BOOST_TEST((*store.get(id_of(i)) == bytes_of(i, kMaxBlockSize)));
            const BlockId first[] = {id_of(0)};
            BOOST_TEST(store.remove(first).has_value());
            BOOST_TEST(put_one(store, put_of(14, kMaxBlockSize)).has_value());
        },
        quota);
}

BOOST_AUTO_TEST_CASE(readers_run_beside_the_writer) {
    on_both([](BlockStore& store) {
        std::vector<Put> first;
        for (int i = 0; i < 32; ++i) first.push_back(put_of(i, 4096, at_hour(2000)));
        store.put_group(first);
        std::atomic<bool> writing{true};
        std::atomic<unsigned> wrong{0};
        std::vector<std::thread> readers;
        for (int r = 0; r < 2; ++r) {
            readers.emplace_back([&] {
                do {
                    for (std::uint64_t i = 0; i < 32; ++i) {
                        const auto block = store.get(id_of(i));
                        if (!block || *block != bytes_of(i, 4096)) ++wrong;
                    }
                    store.usage();
                } while (writing);
            });
        }
        for (std::uint64_t group = 1; group <= 20; ++group) {
            std::vector<Put> puts;
            for (std::uint64_t i = 0; i < 16; ++i)
                puts.push_back(put_of(group * 1000 + i, 16384, at_hour(1)));
            store.put_group(puts);
            BOOST_TEST(store.expire(at_hour(1), 16)->size() == 16u);
        }
        writing = false;
        for (auto& reader : readers) reader.join();
        BOOST_TEST(wrong == 0u);
        BOOST_TEST(store.usage().blocks == 32u);
    });
}

BOOST_AUTO_TEST_CASE(memory_forgets_what_was_not_synced_and_shows_damage) {
    MemoryBlockStore store(1 << 20);
    put_one(store, put_of(1, 1024, at_hour(10)));
    put_one(store, put_of(3, 1024));
    store.hold_syncs(true);
    put_one(store, put_of(2, 1024));
    put_one(store, put_of(1, 1024, at_hour(20)));
    const BlockId third[] = {id_of(3)};
    BOOST_TEST(store.remove(third).has_value());
    BOOST_TEST(store.has(id_of(2)));
    BOOST_TEST(!store.has(id_of(3)));
    store.crash();
    BOOST_TEST(!store.has(id_of(2)));
    BOOST_TEST(store.has(id_of(3)));
    BOOST_TEST((store.info(id_of(1))->lease_end == at_hour(10)));
    BOOST_TEST(store.usage().bytes == 2 * quota_charge(1024));
    put_one(store, put_of(2, 1024));
    store.hold_syncs(false);
    store.crash();
    BOOST_TEST(store.has(id_of(2)));
    BOOST_TEST(store.damage(id_of(1)));
    BOOST_TEST(store.get(id_of(1)).error().is(Code::corrupt));
    const Renewal damaged[] = {{id_of(1), at_hour(30)}};
    BOOST_TEST(store.renew(damaged).front().error().is(Code::corrupt));
    BOOST_TEST(put_one(store, put_of(1, 1024)).has_value());
    BOOST_TEST((*store.get(id_of(1)) == bytes_of(1, 1024)));
    store.fail_reads(true);
    BOOST_TEST(store.get(id_of(1)).error().is(Code::io));
    BOOST_TEST(store.get(id_of(9)).error().is(Code::not_found));
    BOOST_TEST(store.renew(damaged).front().error().is(Code::io));
}

BOOST_AUTO_TEST_CASE(everything_is_there_after_reopening) {
    const TemporaryDirectory directory;
    Usage before;
    {
        const auto store = VaultStore::open(directory.path(), small_store());
        for (std::uint64_t i = 0; i < 40; ++i)
            put_one(**store, put_of(i, kSizes[i % 4], at_hour(static_cast<int>(i))));
        before = (*store)->usage();
    }
    const auto store = VaultStore::open(directory.path(), small_store());
    BOOST_TEST((*store)->usage().blocks == 40u);
    BOOST_TEST((*store)->usage().bytes == before.bytes);
    for (std::uint64_t i = 0; i < 40; ++i)
        BOOST_TEST((*(*store)->get(id_of(i)) == bytes_of(i, kSizes[i % 4])));
    BOOST_TEST((*store)->expire(at_hour(19), 1000)->size() == 20u);
}

BOOST_AUTO_TEST_CASE(a_directory_is_opened_once) {
    const TemporaryDirectory directory;
    auto first = VaultStore::open(directory.path(), small_store());
    BOOST_TEST(VaultStore::open(directory.path(), small_store()).error().is(Code::busy));
    first->reset();
    BOOST_TEST(VaultStore::open(directory.path(), small_store()).has_value());
    BOOST_TEST(VaultStore::open("/proc/no/such/place", small_store()).error().is(Code::io));
}

std::uint64_t disk_use(const std::string& directory) {
    std::uint64_t out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        struct stat info {};
        ::stat(entry.path().c_str(), &info);
        out += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
    return out;
}

// The quota is about the disk: filled with any class and refilled, the directory stays within it, the reserve
// and one group, for LMDB takes what is freed only two commits later.
BOOST_AUTO_TEST_CASE(the_disk_stays_within_the_quota) {
    constexpr std::uint64_t kQuota = 24 << 20;
    for (const auto size : kSizes) {
        const TemporaryDirectory directory;
        const auto store = VaultStore::open(directory.path(), small_store(kQuota));
        std::uint64_t number = 0;
        for (int round = 0; round < 3; ++round) {
            for (bool full = false; !full;) {
                std::vector<Put> puts;
                for (std::size_t i = 0; i < 64 && (i + 1) * size <= kPutGroupBytes; ++i, ++number) {
                    puts.push_back(put_of(number, size, at_hour(static_cast<int>(number))));
                }
                for (const auto& result : (*store)->put_group(puts)) full |= !result;
            }
            BOOST_TEST_CONTEXT("blocks of " << size << ", round " << round) {
                BOOST_TEST(disk_use(directory.path()) <= kQuota + (1 << 20) + kPutGroupBytes + kQuota / 20);
            }
            BOOST_REQUIRE((*store)->expire(at_hour(1 << 30), (*store)->usage().blocks / 2).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_a_clean_refusal) {
    const TemporaryDirectory directory;
    std::uint64_t free = std::uint64_t{1} << 40;
    auto options = small_store();
    options.free_space = [&free] { return free; };
    const auto store = VaultStore::open(directory.path(), options);
    BOOST_TEST(put_one(**store, put_of(1, kMaxBlockSize)).has_value());
    free = 1000;
    const auto refused = put_one(**store, put_of(2, kMaxBlockSize));
    BOOST_TEST(refused.error().is(Code::full));
    BOOST_TEST(refused.error().text() == "the disk of the vault is full");
    BOOST_TEST((*store)->usage().disk_full);
    BOOST_TEST((*(*store)->get(id_of(1)) == bytes_of(1, kMaxBlockSize)));
    const BlockId first[] = {id_of(1)};
    BOOST_TEST((*store)->remove(first).has_value());
    free = std::uint64_t{1} << 40;
    BOOST_TEST(put_one(**store, put_of(2, kMaxBlockSize)).has_value());
    BOOST_TEST(!(*store)->usage().disk_full);
}

// Before anybody offers a block.
BOOST_AUTO_TEST_CASE(a_full_disk_is_seen_at_the_start) {
    for (const bool full : {true, false}) {
        const TemporaryDirectory directory;
        auto options = small_store();
        options.free_space = [full] { return full ? 1000 : std::uint64_t{1} << 40; };
        const auto store = VaultStore::open(directory.path(), options);
        BOOST_TEST((*store)->usage().disk_full == full);
    }
}

BOOST_AUTO_TEST_CASE(a_full_map_is_a_clean_refusal_and_deletes_go_on) {
    const TemporaryDirectory directory;
    auto options = small_store();
    options.map_size = 4 << 20;
    const auto store = VaultStore::open(directory.path(), options);
    std::uint64_t number = 0;
    Result<> result = ok();
    while ((result = put_one(**store, put_of(number, 16384)))) ++number;
    BOOST_TEST(result.error().is(Code::full));
    BOOST_TEST(number > 100u);
    BOOST_TEST((*store)->usage().blocks == number);
    for (std::uint64_t i = 0; i < number; ++i)
        BOOST_REQUIRE((*(*store)->get(id_of(i)) == bytes_of(i, 16384)));
    std::vector<BlockId> ids;
    for (std::uint64_t i = 0; i < number; ++i) ids.push_back(id_of(i));
    BOOST_TEST((*store)->remove(ids).has_value());
    BOOST_TEST((*store)->usage().blocks == 0u);
    BOOST_TEST(put_one(**store, put_of(1, 16384)).has_value());
}

BOOST_AUTO_TEST_CASE(the_reserve_is_held_released_and_held_again) {
    const TemporaryDirectory directory;
    DiskReserve reserve(directory.path() + "/reserve", 1 << 20);
    BOOST_TEST(!reserve.held());
    BOOST_TEST(reserve.hold());
    BOOST_TEST(reserve.held());
    BOOST_TEST(disk_use(directory.path()) >= 1u << 20);
    reserve.release();
    BOOST_TEST(!reserve.held());
    BOOST_TEST(reserve.hold());
    DiskReserve impossible(directory.path() + "/impossible", std::uint64_t{1} << 60);
    BOOST_TEST(!impossible.hold());
    BOOST_TEST(!std::filesystem::exists(directory.path() + "/impossible"));
}

// Else a flipped bit would have a good block evicted, or kept for ever.
BOOST_AUTO_TEST_CASE(a_record_with_any_bit_flipped_is_damage) {
    const auto put = put_of(1, 16384);
    const auto record = StoredMeta::of(put).encode(put.id);
    BOOST_TEST((StoredMeta::decode(put.id, record)->info == StoredMeta::of(put).info));
    BOOST_TEST(!StoredMeta::decode(id_of(2), record).has_value());
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
        auto damaged = record;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST(!StoredMeta::decode(put.id, damaged).has_value());
    }
}

}  // namespace
}  // namespace catacomb::storage
