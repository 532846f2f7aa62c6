// Proves that a damaged vault says so: flipped bytes in a block are damage and not absence, and mend by a new
// put; a truncated database, a damaged head and a damaged tree are refused in words before they are mapped;
// whatever bit is flipped, nothing crashes, hangs or gives a wrong byte; and no sound database is refused.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "storage/store/lmdb_check.hpp"
#include "storage/store/store_format.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

std::uint64_t last_page(const Bytes& file) {
    return std::max(load_le(ByteView(file).subspan(16 + 120, 8)),
                    load_le(ByteView(file).subspan(4096 + 16 + 120, 8)));
}

// The pages that are in use: the file is longer.
Bytes read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    Bytes out(2 * kStorePage);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    const auto heads = out.size();
    out.resize((last_page(out) + 1) * kStorePage);
    in.read(reinterpret_cast<char*>(out.data() + heads), static_cast<std::streamsize>(out.size() - heads));
    BOOST_REQUIRE(in.good());
    return out;
}
void write_all(const std::string& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

constexpr std::size_t kSizes[] = {kQuarterCell, 4096, 16384, kMaxBlockSize};

void fill(const TemporaryDirectory& directory) {
    const auto store = VaultStore::open(directory.path(), small_store());
    for (std::uint64_t i = 0; i < 4; ++i) BOOST_REQUIRE(put_one(**store, put_of(i, kSizes[i])).has_value());
}

// Flips a bit behind every copy of `needle`: pages that LMDB gave up hold stale ones.
void flip(Bytes& file, ByteView needle) {
    unsigned found = 0;
    auto at = file.begin();
    while ((at = std::search(at, file.end(), needle.begin(), needle.end())) != file.end()) {
        at[7] ^= 0x10;
        ++found;
    }
    BOOST_REQUIRE(found > 0);
}

BOOST_AUTO_TEST_CASE(a_flipped_byte_in_a_block_is_damage_and_a_new_put_mends_it) {
    for (std::uint64_t victim = 0; victim < 4; ++victim) {
        for (const bool near_end : {false, true}) {
            const TemporaryDirectory directory;
            fill(directory);
            auto file = read_all(directory.data());
            const auto content = bytes_of(victim, kSizes[victim]);
            const auto place = near_end ? ByteView(content).last(16) : ByteView(content).first(16);
            flip(file, place);
            write_all(directory.data(), file);

            const auto store = VaultStore::open(directory.path(), small_store());
            BOOST_REQUIRE(store.has_value());
            BOOST_TEST((*store)->get(id_of(victim)).error().is(Code::corrupt));
            BOOST_TEST((*store)->has(id_of(victim)));
            for (std::uint64_t i = 0; i < 4; ++i) {
                if (i != victim) BOOST_TEST((*(*store)->get(id_of(i)) == bytes_of(i, kSizes[i])));
            }
            BOOST_TEST(put_one(**store, put_of(victim, kSizes[victim])).has_value());
            BOOST_TEST((*(*store)->get(id_of(victim)) == content));
            BOOST_TEST((*store)->usage().blocks == 4u);
        }
    }
}

bool refused(const TemporaryDirectory& directory, std::string_view word) {
    const auto store = VaultStore::open(directory.path(), small_store());
    return !store && store.error().is(Code::corrupt) && store.error().text().find(word) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(a_truncated_database_is_refused) {
    const TemporaryDirectory directory;
    fill(directory);
    const auto file = read_all(directory.data());
    const auto needed = (last_page(file) + 1) * 4096;
    for (const std::size_t size : {needed - 1, needed / 2, std::uint64_t{8192}, std::uint64_t{5000}}) {
        write_all(directory.data(), ByteView(file).first(size));
        BOOST_TEST(refused(directory, "cut short"));
    }
    for (const std::size_t size : {1u, 100u}) {
        write_all(directory.data(), ByteView(file).first(size));
        BOOST_TEST(refused(directory, "head"));
    }
    write_all(directory.data(), ByteView(file).first(needed));
    BOOST_TEST(VaultStore::open(directory.path(), small_store()).has_value());
}

BOOST_AUTO_TEST_CASE(a_damaged_head_is_refused) {
    const TemporaryDirectory directory;
    fill(directory);
    const auto file = read_all(directory.data());
    const auto transaction = [&](std::size_t page) { return load_le(ByteView(file).subspan(page + 144, 8)); };
    for (const std::size_t page : {0u, 4096u}) {
        // Page flags, magic, version, page size, the last page; of the newer one, the roots of both trees.
        std::vector<std::size_t> places{10, 16, 20, 40, 16 + 125};
        if (transaction(page) > transaction(4096 - page)) places.insert(places.end(), {16 + 69, 16 + 117});
        for (const std::size_t at : places) {
            auto damaged = file;
            damaged[page + at] ^= 0x40;
            write_all(directory.data(), damaged);
            const auto store = VaultStore::open(directory.path(), small_store());
            BOOST_TEST_CONTEXT("byte " << page + at) BOOST_TEST((!store && store.error().is(Code::corrupt)));
        }
        auto wiped = file;
        fill_zero(MutableBytes(wiped).subspan(page, 4096));
        write_all(directory.data(), wiped);
        BOOST_TEST(refused(directory, "head"));
        copy(MutableBytes(wiped).subspan(page, 4096), random_bytes(page, 4096));
        write_all(directory.data(), wiped);
        BOOST_TEST(refused(directory, "head"));
    }
    write_all(directory.data(), file);
    BOOST_TEST(VaultStore::open(directory.path(), small_store()).has_value());
}

BOOST_AUTO_TEST_CASE(heads_that_did_not_take_turns_are_refused) {
    const TemporaryDirectory directory;
    fill(directory);
    const auto file = read_all(directory.data());
    unsigned accepted = 0;
    for (const std::size_t page : {0u, 4096u}) {
        for (unsigned bit = 0; bit < 64; ++bit) {
            auto damaged = file;
            damaged[page + 16 + 128 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            write_all(directory.data(), damaged);
            if (!refused(directory, "head")) ++accepted;
        }
    }
    // The older one with two more is what the next transaction would have written.
    BOOST_TEST(accepted <= 1u);
}

BOOST_AUTO_TEST_CASE(a_database_without_one_of_its_tables_is_refused) {
    const TemporaryDirectory directory;
    fill(directory);
    auto file = read_all(directory.data());
    for (const std::string name : {"data", "meta", "expiry", "info"}) {
        auto damaged = file;
        // In the tree of names, where a zero stands before it, and not in the store's own list. The last
        // letter, so that the order of the names stays.
        const auto node = '\0' + name;
        for (auto at = damaged.begin();
             (at = std::search(at, damaged.end(), node.begin(), node.end())) != damaged.end(); ++at)
            at[static_cast<std::ptrdiff_t>(name.size())] ^= 0x10;
        write_all(directory.data(), damaged);
        BOOST_TEST_CONTEXT(name) BOOST_TEST(refused(directory, "table is missing"));
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_refused) {
    const TemporaryDirectory directory;
    write_all(directory.data(), view(std::string(20000, 'x')));
    BOOST_TEST(refused(directory, "head"));
}

// A store whose pages have been used again and again, with runs of every length and lists of free pages that
// need runs of their own.
class WornStore {
public:
    static constexpr std::uint64_t kNumbers = 240;

    void work(VaultStore& store, unsigned rounds) {
        for (unsigned round = 0; round < rounds; ++round) {
            std::vector<Put> puts;
            std::vector<BlockId> gone;
            for (unsigned i = 0; i < 60; ++i) {
                const auto number = random_.below(kNumbers);
                if (random_.chance(0.5)) {
                    puts.push_back(put(number));
                } else {
                    gone.push_back(id_of(number));
                }
            }
            for (const auto& done : store.put_group(puts)) BOOST_TEST(done.has_value());
            BOOST_TEST(store.remove(gone).has_value());
        }
    }
    Put put(std::uint64_t number) {
        return put_of(number, size(number), at_hour(static_cast<int>(random_.below(200))));
    }
    static std::size_t size(std::uint64_t number) { return kSizes[number % 4]; }

private:
    crypto::SeededRng random_{5};
};

BOOST_AUTO_TEST_CASE(a_worn_database_is_sound_after_every_commit) {
    const TemporaryDirectory directory;
    WornStore worn;
    for (unsigned opening = 0; opening < 4; ++opening) {
        const auto store = VaultStore::open(directory.path(), small_store());
        BOOST_REQUIRE(store.has_value());
        for (unsigned i = 0; i < 10; ++i) {
            worn.work(**store, 1);
            const auto sound = check_data_file(directory.data());
            BOOST_TEST(sound.has_value(), (sound ? "" : sound.error().text()));
        }
        std::vector<BlockId> all;
        for (std::uint64_t i = 0; i < WornStore::kNumbers; ++i) all.push_back(id_of(i));
        BOOST_TEST((*store)->remove(all).has_value());
        BOOST_TEST((*store)->usage().blocks == 0u);
        BOOST_TEST(check_data_file(directory.data()).has_value());
    }
}

// Where LMDB keeps what is its own: the first bytes of the pages of trees, and of runs of pages.
struct OwnPages {
    std::vector<std::size_t> trees, runs, lists;
};
OwnPages own_pages(const Bytes& file) {
    OwnPages out;
    const auto last = last_page(file);
    for (std::uint64_t page = 2; page <= last;) {
        const auto head = ByteView(file).subspan(page * 4096, 16);
        const bool run = load_le(head.first(8)) == page && load_le(head.subspan(10, 2)) == 4;
        // A long list of free pages lies in a run too, and is the database's own: its length comes first.
        const bool list = run && load_le(ByteView(file).subspan(page * 4096 + 16, 8)) < (1 << 20);
        (list ? out.lists : run ? out.runs : out.trees).push_back(page * 4096);
        page += run ? load_le(head.subspan(12, 4)) : 1;
    }
    return out;
}

// What a node does to its store, after damage. Everything may fail; nothing may be wrong.
void use(VaultStore& store, WornStore& worn) {
    auto nothing_wrong = [&] {
        for (std::uint64_t i = 0; i < WornStore::kNumbers; ++i) {
            const auto got = store.get(id_of(i));
            if (got) BOOST_TEST((*got == bytes_of(i, WornStore::size(i))));
        }
    };
    nothing_wrong();
    std::ignore = store.list({}, 1000);
    std::vector<Put> puts;
    std::vector<BlockId> gone;
    for (std::uint64_t i = 0; i < 60; ++i) puts.push_back(worn.put(i * 4 + i % 4));
    for (std::uint64_t i = 0; i < 60; ++i) gone.push_back(id_of(i * 4 + 3));
    std::ignore = store.put_group(puts);
    std::ignore = store.remove(gone);
    std::ignore = store.expire(at_hour(100), 1000);
    std::ignore = store.put_group(puts);
    nothing_wrong();
}

BOOST_AUTO_TEST_CASE(flipped_bits_in_the_databases_own_pages_crash_nothing) {
    const TemporaryDirectory directory;
    WornStore worn;
    worn.work(**VaultStore::open(directory.path(), small_store()), 8);
    const auto file = read_all(directory.data());
    const auto trees = own_pages(file).trees;
    crypto::SeededRng random(1);
    unsigned refusals = 0, openings = 0;
    for (unsigned trial = 0; trial < 120; ++trial) {
        auto damaged = file;
        for (unsigned i = 0; i < 1 + trial % 12; ++i) {
            // Half of them in the head of the page and its list of nodes.
            const auto place = random.below(random.chance(0.5) ? 128 : 4096);
            damaged[random.pick(trees) + place] ^= static_cast<std::uint8_t>(1 << random.below(8));
        }
        write_all(directory.data(), damaged);
        const auto store = VaultStore::open(directory.path(), small_store());
        if (store) {
            ++openings;
            use(**store, worn);
        } else {
            ++refusals;
            BOOST_TEST(store.error().is(Code::corrupt));
        }
    }
    BOOST_TEST(refusals > 0);
    BOOST_TEST(openings > 0);
}

BOOST_AUTO_TEST_CASE(broken_heads_of_runs_are_mended_before_they_are_used) {
    const TemporaryDirectory directory;
    WornStore worn;
    worn.work(**VaultStore::open(directory.path(), small_store()), 4);
    auto file = read_all(directory.data());
    crypto::SeededRng random(2);
    for (const auto run : own_pages(file).runs) random.fill(MutableBytes(file).subspan(run, 16));
    write_all(directory.data(), file);
    const auto store = VaultStore::open(directory.path(), small_store());
    BOOST_REQUIRE_MESSAGE(store.has_value(), store.error().text());
    worn.work(**store, 10);
    for (std::uint64_t i = 0; i < WornStore::kNumbers; ++i) {
        const auto got = (*store)->get(id_of(i));
        BOOST_TEST((got ? *got == bytes_of(i, WornStore::size(i)) : got.error().is(Code::not_found)));
    }
    BOOST_TEST(check_data_file(directory.data()).has_value());
}

}  // namespace
}  // namespace catacomb::storage
