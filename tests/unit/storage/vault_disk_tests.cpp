// Proves what a vault does with a disk that fails: one that fills, that cannot read, write or sync. Each is
// told in its words, a block that cannot be read is no block that is missing, nothing that was acknowledged
// is lost, also when the power fails next, and one block's failure is not its group's. And how much is asked
// of the disk: one flush for a group, a longer file now and then, none for a read.
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/power_cut.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

constexpr std::size_t kSize = block_size(BlockClass::cells4);

struct Fixture {
    TemporaryDirectory directory;
    DiskRecord record{directory.path()};
    std::unique_ptr<VaultStore> store = open();

    std::unique_ptr<VaultStore> open() {
        auto options = small_store();
        options.reserve = 0;
        auto opened = VaultStore::open(directory.path(), options);
        BOOST_REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().text()));
        return std::move(*opened);
    }
    std::vector<Result<>> put(std::uint64_t first, std::uint64_t count) {
        std::vector<Put> puts;
        for (auto number = first; number < first + count; ++number) puts.push_back(put_of(number, kSize));
        return store->put_group(puts);
    }
    void put_good(std::uint64_t first, std::uint64_t count) {
        for (const auto& done : put(first, count)) BOOST_TEST(done.has_value());
    }
    // All fail, so.
    void put_bad(std::uint64_t first, std::uint64_t count, Code code, std::string_view words) {
        for (const auto& done : put(first, count)) {
            BOOST_REQUIRE(!done.has_value());
            BOOST_TEST(done.error().is(code));
            BOOST_TEST(done.error().text().find(words) != std::string::npos, done.error().text());
        }
    }
    static bool holds(VaultStore& in, std::uint64_t number) {
        const auto got = in.get(id_of(number));
        return got && *got == bytes_of(number, kSize);
    }
    void check_holds(std::uint64_t first, std::uint64_t count) {
        for (auto number = first; number < first + count; ++number) BOOST_TEST(holds(*store, number));
    }
    // The power fails now: what would be left holds these.
    void check_survive(const std::vector<std::uint64_t>& numbers) {
        Disk disk;
        for (const auto& event : record.events) disk.step(event);
        crypto::SeededRng rng(1);
        for (const auto keeps : {Disk::Keeps::none, Disk::Keeps::all, Disk::Keeps::some}) {
            const TemporaryDirectory image;
            const auto files = disk.after_power_cut(keeps, rng);
            files.at(directory.data()).save(image.data());
            const auto left = VaultStore::open(image.path(), small_store());
            BOOST_REQUIRE_MESSAGE(left.has_value(), (left ? "" : left.error().text()));
            for (const auto number : numbers) BOOST_TEST(holds(**left, number));
        }
    }
};

// Pages that the disk cannot read, until they are written whole.
class BadPages {
public:
    explicit BadPages(DiskRecord& record) : record_(record) {
        record.fault = [this](const DiskCall& call) { return refuse(call); };
    }
    ~BadPages() { record_.fault = nullptr; }
    // Those that the block's bytes lie in.
    void spoil(VaultStore& store, std::uint64_t number) {
        noting_ = true;
        BOOST_TEST(store.get(id_of(number)).has_value());
        noting_ = false;
        BOOST_TEST(!pages_.empty());
    }
    bool writes_fail = false;

private:
    int refuse(const DiskCall& call) {
        const auto first = call.offset / 4096,
                   last = (call.offset + std::max<std::uint64_t>(call.size, 1) - 1) / 4096;
        const bool load = call.kind == DiskCall::Kind::load || call.kind == DiskCall::Kind::read;
        if (!load && call.kind != DiskCall::Kind::write) return 0;
        for (auto page = first; page <= last; ++page) {
            if (load && noting_) pages_.insert(page);
            if (pages_.count(page) == 0 || noting_) continue;
            if (load) return EFAULT;
            const bool whole = call.offset <= page * 4096 && call.offset + call.size >= (page + 1) * 4096;
            if (!whole || writes_fail) return EIO;
            pages_.erase(page);
        }
        return 0;
    }
    DiskRecord& record_;
    std::set<std::uint64_t> pages_;
    bool noting_ = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(vault_disks, Fixture)

BOOST_AUTO_TEST_CASE(a_group_is_one_flush_and_the_file_grows_now_and_then) {
    const auto flushes = record.count(DiskCall::Kind::sync);
    const auto growths = record.count(DiskCall::Kind::resize);
    constexpr std::uint64_t kGroups = 60, kEach = 20;
    for (std::uint64_t i = 0; i < kGroups; ++i) put_good(i * kEach, kEach);
    BOOST_TEST(record.count(DiskCall::Kind::sync) - flushes == kGroups);
    BOOST_TEST(record.count(DiskCall::Kind::resize) - growths <= 1u);
    BOOST_TEST(record.count(DiskCall::Kind::allocate) == 0u);
}

BOOST_AUTO_TEST_CASE(a_fetch_costs_no_commit_and_is_kept_by_the_day) {
    put_good(0, 20);
    const auto day = hours(24);
    const auto before = record.events.size();
    for (int hour = 0; hour < 24; ++hour) {
        for (std::uint64_t i = 0; i < 20; ++i)
            BOOST_TEST(store->fetch(id_of(i), Time(5 * day + hours(hour))).has_value());
    }
    BOOST_TEST(record.events.size() == before);
    BOOST_TEST(store->info(id_of(0))->fetched == 0u);
    put_good(100, 1);
    for (std::uint64_t i = 0; i < 20; ++i) BOOST_TEST(store->info(id_of(i))->fetched == 5u);
    BOOST_TEST(store->info(id_of(100))->fetched == 0u);
    // An earlier day changes nothing; a later one is written when the store closes.
    BOOST_TEST(store->fetch(id_of(1), Time(4 * day)).has_value());
    BOOST_TEST(store->fetch(id_of(2), Time(6 * day)).has_value());
    store.reset();
    store = open();
    BOOST_TEST(store->info(id_of(1))->fetched == 5u);
    BOOST_TEST(store->info(id_of(2))->fetched == 6u);
}

BOOST_AUTO_TEST_CASE(very_many_fetches_are_written_by_themselves) {
    std::vector<Put> puts;
    for (std::uint64_t i = 0; i < 1100; ++i) puts.push_back(put_of(i, 100));
    for (const auto& done : store->put_group(puts)) BOOST_REQUIRE(done.has_value());
    const auto flushes = record.count(DiskCall::Kind::sync);
    for (std::uint64_t i = 0; i < 1100; ++i)
        BOOST_REQUIRE(store->fetch(id_of(i), at_hour(24 * 7)).has_value());
    BOOST_TEST(record.count(DiskCall::Kind::sync) - flushes == 1u);
    BOOST_TEST(store->info(id_of(0))->fetched == 7u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_neither_missing_nor_renewed_and_a_put_replaces_it) {
    put_good(0, 5);
    const auto lease = store->info(id_of(2))->lease_end;
    BadPages bad(record);
    bad.spoil(*store, 2);
    const auto got = store->get(id_of(2));
    BOOST_TEST(got.error().is(Code::io));
    BOOST_TEST(got.error().text() == "the disk cannot read a stored block");
    BOOST_TEST(store->has(id_of(2)));
    const Renewal renewals[] = {
        {id_of(1), lease + hours(9)}, {id_of(2), lease + hours(9)}, {id_of(77), lease}};
    const auto renewed = store->renew(renewals);
    BOOST_TEST(renewed[0].has_value());
    BOOST_TEST(renewed[1].error().is(Code::io));
    BOOST_TEST(renewed[2].error().is(Code::not_found));
    BOOST_TEST((store->info(id_of(1))->lease_end == lease + hours(9)));
    BOOST_TEST((store->info(id_of(2))->lease_end == lease));
    put_good(2, 1);
    check_holds(0, 5);
    BOOST_TEST(store->usage().blocks == 5u);
    check_survive({0, 1, 2, 3, 4});
}

BOOST_AUTO_TEST_CASE(a_block_that_cannot_be_replaced_fails_alone) {
    put_good(0, 5);
    {
        BadPages bad(record);
        bad.spoil(*store, 2);
        bad.writes_fail = true;
        const auto results = put(0, 8);
        for (std::size_t i = 0; i < 8; ++i) {
            BOOST_TEST_CONTEXT(i) BOOST_TEST(results[i].has_value() == (i != 2));
        }
        BOOST_TEST(results[2].error().is(Code::io));
        for (const std::uint64_t number : {0, 1, 3, 4, 5, 6, 7}) check_holds(number, 1);
    }
    check_survive({0, 1, 3, 4, 5, 6, 7});
}

BOOST_AUTO_TEST_CASE(a_disk_that_fills_loses_nothing) {
    put_good(0, 5);
    record.fault = [](const DiskCall& call) { return call.kind == DiskCall::Kind::write ? ENOSPC : 0; };
    put_bad(5, 5, Code::full, "the disk of the vault is full");
    check_holds(0, 5);
    BOOST_TEST(store->usage().blocks == 5u);
    BOOST_TEST(store->usage().disk_full);
    check_survive({0, 1, 2, 3, 4});
    record.fault = nullptr;
    put_good(10, 5);
    BOOST_TEST(!store->usage().disk_full);
    check_holds(0, 5);
    check_survive({0, 1, 2, 3, 4, 10, 11, 12, 13, 14});
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_to_sync_acknowledges_nothing_and_loses_nothing) {
    put_good(0, 5);
    record.fault = [](const DiskCall& call) { return call.kind == DiskCall::Kind::sync ? EIO : 0; };
    put_bad(5, 5, Code::io, "Input/output error");
    const BlockId one[] = {id_of(0)};
    BOOST_TEST(store->remove(one).error().is(Code::io));
    check_holds(0, 5);
    record.fault = nullptr;
    // Linux drops what it could not sync: it must be written anew, not synced again.
    put_good(5, 5);
    check_holds(0, 10);
    check_survive({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

BOOST_AUTO_TEST_CASE(a_head_that_cannot_be_written_stops_the_store_and_loses_nothing) {
    put_good(0, 5);
    record.fault = [](const DiskCall& call) {
        return call.kind == DiskCall::Kind::write && call.durable ? EIO : 0;
    };
    put_bad(5, 5, Code::io, "Input/output error");
    record.fault = nullptr;
    put_bad(5, 5, Code::io, "start the node anew");
    BOOST_TEST(store->get(id_of(0)).error().is(Code::io));
    check_survive({0, 1, 2, 3, 4});
    store.reset();
    store = open();
    check_holds(0, 5);
    put_good(5, 5);
    check_survive({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::storage
