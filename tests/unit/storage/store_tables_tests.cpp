// Proves that a store's tables can become more: one that a newer version adds is made in an older store, and
// an older version leaves alone what it does not know; and that a store of format 1 is named and not touched.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/codec.hpp"
#include "storage/store/lmdb.hpp"
#include "storage/store/lmdb_check.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

constexpr std::uint64_t kMap = 64 << 20;
constexpr auto kLater = static_cast<Table>(4);

TableNames with_one_more() {
    auto out = store_tables();
    out.push_back("later");
    return out;
}

std::unique_ptr<Lmdb> open_with(const std::string& directory, const TableNames& tables) {
    auto out = Lmdb::open(directory, kMap, tables);
    BOOST_REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().text()));
    return std::move(*out);
}

BOOST_AUTO_TEST_CASE(a_table_is_added_to_an_older_store_and_left_alone_by_an_older_version) {
    const TemporaryDirectory directory;
    const auto put = put_of(1, 5000);
    BOOST_REQUIRE(put_one(**VaultStore::open(directory.path(), small_store()), put).has_value());
    {
        const auto newer = open_with(directory.path(), with_one_more());
        BOOST_TEST(newer->named().size() == 5u);
        BOOST_TEST(
            newer
                ->write(
                    0, [](LmdbTransaction& writes) { return writes.put(kLater, view("key"), view("value")); })
                .has_value());
    }
    {
        const auto older = VaultStore::open(directory.path(), small_store());
        BOOST_REQUIRE(older.has_value());
        BOOST_TEST((*(*older)->get(put.id) == put.bytes));
        BOOST_TEST(put_one(**older, put_of(2, 5000)).has_value());
    }
    BOOST_TEST(check_data_file(directory.data()).has_value());
    const auto newer = open_with(directory.path(), with_one_more());
    BOOST_TEST(newer->named().size() == 5u);
    const auto snapshot = newer->snapshot();
    const auto kept = snapshot->get(kLater, view("key"));
    BOOST_REQUIRE((kept && *kept));
    BOOST_TEST(as_text(**kept) == "value");
}

std::string all_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

BOOST_AUTO_TEST_CASE(a_store_of_another_format_is_named_and_not_touched) {
    // Format 1 had no list of tables, and its number before its count; a later one has another number in the
    // list.
    for (const std::uint32_t format : {1u, 3u}) {
        const TemporaryDirectory directory;
        {
            const auto made = open_with(directory.path(), store_tables());
            const auto done = made->write(0, [&](LmdbTransaction& writes) {
                if (format != 1) return writes.put(Table::info, view("store"), Writer().u32(format).take());
                auto removed = writes.remove(Table::info, view("store"));
                if (!removed) return removed;
                return writes.put(Table::info, view("usage"), Writer().u32(1).u64(0).u64(0).take());
            });
            BOOST_REQUIRE(done.has_value());
        }
        const auto before = all_of(directory.data());
        const auto refused = VaultStore::open(directory.path(), small_store());
        BOOST_REQUIRE(!refused.has_value());
        BOOST_TEST(refused.error().is(Code::refused));
        BOOST_TEST(refused.error().text() ==
                   "the vault's store is of format " + std::to_string(format) +
                       ", and this version reads format 2; nothing in it was changed");
        BOOST_TEST((all_of(directory.data()) == before));
    }
}

BOOST_AUTO_TEST_CASE(what_a_store_says_of_itself_is_checked) {
    StoreHead head;
    head.tables = {"info", "data"};
    const auto bytes = head.encode();
    BOOST_TEST((StoreHead::decode(bytes)->tables == head.tables));
    BOOST_TEST(head.names("data"));
    BOOST_TEST(!head.names("dat"));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = StoreHead::decode(ByteView(bytes).first(size));
        BOOST_TEST((!cut || cut->tables.size() < 2));
    }
}

}  // namespace
}  // namespace catacomb::storage
