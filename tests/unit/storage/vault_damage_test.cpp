// Proves that a damaged vault says so: flipped bytes in a block are damage and not absence, and mend by a new
// put; a truncated database and a damaged head are refused in words before they are mapped.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/codec.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

Bytes read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}
void write_all(const std::string& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

constexpr std::size_t kSizes[] = {1024, 4096, 16384, 65536};

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
            // The last bytes of a block of whole pages lie with its metadata: damage there is found as well.
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

std::uint64_t last_page(const Bytes& file) {
    return std::max(load_le(ByteView(file).subspan(16 + 120, 8)),
                    load_le(ByteView(file).subspan(4096 + 16 + 120, 8)));
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
    BOOST_TEST(file.size() >= needed);
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
    for (const std::size_t page : {0u, 4096u}) {
        // Page flags, magic, version, page size, the roots of both trees, the last page.
        for (const std::size_t at : {10u, 16u, 20u, 40u, 16u + 69u, 16u + 117u, 16u + 125u}) {
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

BOOST_AUTO_TEST_CASE(what_is_no_database_is_refused) {
    const TemporaryDirectory directory;
    write_all(directory.data(), view(std::string(20000, 'x')));
    BOOST_TEST(refused(directory, "head"));
}

}  // namespace
}  // namespace catacomb::storage
