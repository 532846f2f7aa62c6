// Proves that directories of any size come back entry by entry, or one name at a time, always to the same
// key; that the holder of the verify key gets the children's keys and no name; and that a directory built to
// mislead is refused.
#include <boost/test/unit_test.hpp>

#include "storage/tree/directory_disperser.hpp"
#include "storage/tree/directory_reader.hpp"
#include "tests/unit/storage/file_support.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

Root root_of(std::uint64_t seed) { return *Root::from(random_bytes(seed, 32)); }

// Keys of what nobody ever stored: a directory only names them.
AnyReadKey file_key(std::uint64_t seed) {
    return ReadKey{{root_of(seed), leaf_profile(100), SegmentKind::leaf}, random_key(seed)};
}
AnyReadKey packed_key(std::uint64_t pack, std::uint64_t seed, Extent extent) {
    const SegmentRef ref{root_of(pack), leaf_profile(kFullSegment), SegmentKind::pack};
    return ExtentKey{ref, random_key(seed), random_key(pack), extent};
}

DirectoryEntry entry(std::string name, AnyReadKey key, std::uint64_t size = 50) {
    return {std::move(name), false, {}, size, std::move(key)};
}

std::vector<DirectoryEntry> some_of_each() {
    std::vector<DirectoryEntry> out;
    out.push_back(entry("readme", file_key(1)));
    out.push_back(entry("run", file_key(2)));
    out.back().executable = true;
    out.push_back(entry("big.bin",
                        ReadKey{{root_of(3), branch_profile(100), SegmentKind::branch}, random_key(3)},
                        std::uint64_t{1} << 40));
    out.back().modified = 1'700'000'000;
    out.push_back(
        entry("below", ReadKey{{root_of(4), branch_profile(100), SegmentKind::directory}, random_key(4)}, 0));
    out.push_back(entry("small", packed_key(5, 6, {4, 50})));
    out.push_back(entry("small too", packed_key(5, 7, {70, 50})));
    return out;
}

struct Stored {
    BlockMap network;
    ReadKey key;
    std::size_t nodes = 0;
};

Result<Stored> store(std::vector<DirectoryEntry> entries) {
    auto disperser = DirectoryDisperser::create(random_key(50), std::move(entries));
    if (!disperser) return disperser.error();
    Stored out;
    for (; auto node = disperser->next(); ++out.nodes) out.network.put(node->blocks);
    out.key = disperser->finish();
    return out;
}

Result<std::vector<DirectoryEntry>> read(DirectoryReader reader, const BlockMap& network,
                                         std::size_t* asked = nullptr) {
    std::vector<DirectoryEntry> out;
    while (const auto wanted = reader.next()) {
        if (asked) ++*asked;
        auto entries = reader.deliver(*network.recover(wanted->root));
        if (!entries) return entries;
        for (auto& found : *entries) out.push_back(std::move(found));
    }
    return out;
}

bool same(const DirectoryEntry& a, const DirectoryEntry& b) {
    return a.name == b.name && a.executable == b.executable && a.modified == b.modified && a.size == b.size &&
           encode_key(a.key) == encode_key(b.key);
}

BOOST_AUTO_TEST_CASE(entries_of_every_kind_come_back) {
    const auto stored = store(some_of_each());
    BOOST_REQUIRE(stored.has_value());
    BOOST_TEST(stored->nodes == 1u);
    BOOST_TEST((stored->key.top.kind == SegmentKind::directory));
    const auto back = read(DirectoryReader(stored->key.clone()), stored->network);
    BOOST_REQUIRE(back.has_value());
    auto expected = some_of_each();
    std::sort(expected.begin(), expected.end(), [](auto& a, auto& b) { return a.name < b.name; });
    BOOST_TEST(std::equal(back->begin(), back->end(), expected.begin(), expected.end(), same));
    // In any order, the same directory; with another mark, another.
    auto shuffled = some_of_each();
    std::reverse(shuffled.begin(), shuffled.end());
    BOOST_TEST(store(std::move(shuffled))->key.encode() == stored->key.encode());
    auto other = some_of_each();
    other[0].executable = true;
    BOOST_TEST(store(std::move(other))->key.encode() != stored->key.encode());
}

BOOST_AUTO_TEST_CASE(an_empty_directory_is_one) {
    const auto stored = store({});
    BOOST_REQUIRE(stored.has_value());
    BOOST_TEST(read(DirectoryReader(stored->key.clone()), stored->network)->empty());
}

BOOST_AUTO_TEST_CASE(a_verify_key_gets_the_childrens_verify_keys_and_no_name) {
    const auto stored = store(some_of_each());
    auto stripe = stored->network.recover(stored->key.top.root);
    const auto secret = stripe->secret().clone();
    const auto weak = stored->key.weaken();
    const auto content = std::move(*stripe).open(label::kBranchKey, weak.verify);
    const auto node = DirectoryNode::decode(stored->key.top.profile, content->view());
    BOOST_REQUIRE(node.has_value());
    // Two files lie in one pack, which stands once.
    BOOST_TEST(node->children.size() == 5u);
    for (const auto& known : some_of_each()) {
        const auto wanted = weaken(known.key).encode();
        const auto is = [&wanted](const auto& child) { return child.encode() == wanted; };
        BOOST_TEST(std::any_of(node->children.begin(), node->children.end(), is));
        const auto plain = as_text(content->view());
        BOOST_TEST(plain.find(known.name) == std::string_view::npos);
    }
    BOOST_TEST(node->open_entries(weak.verify, secret).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(names_that_mislead_and_entries_that_cannot_be_are_not_written) {
    for (const auto* name : {"", ".", "..", "a/b", "a\\b", "new\nline", "\xff"}) {
        std::vector<DirectoryEntry> one;
        one.push_back(entry(name, file_key(1)));
        BOOST_TEST(store(std::move(one)).error().is(Code::bad_input));
    }
    std::vector<DirectoryEntry> twice;
    for (const auto seed : {1u, 2u}) twice.push_back(entry("same", file_key(seed)));
    BOOST_TEST(store(std::move(twice)).error().text() == "a name stands twice in the directory");
    const auto refused = [](DirectoryEntry bad) { return check_entry(bad).error().is(Code::bad_input); };
    BOOST_TEST(refused(entry("larger than its leaf", file_key(1), kFullSegment)));
    BOOST_TEST(refused(entry("beyond its pack", packed_key(5, 6, {kFullSegment - 60, 50}))));
    BOOST_TEST(refused(entry("another size than its extent", packed_key(5, 6, {4, 51}))));
    auto below = std::move(some_of_each()[3]);
    below.executable = true;
    BOOST_TEST(refused(std::move(below)));
}

// A thousand names of every length, some below others, some in packs: by name, and all of them.
BOOST_AUTO_TEST_CASE(one_name_costs_one_node_of_each_level) {
    std::vector<DirectoryEntry> entries;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        auto name = std::to_string(i * 7919 % 5000) + std::string(i % 200, 'n');
        entries.push_back(i % 3 == 0 ? entry(std::move(name), packed_key(i / 100, i, {4, 50}))
                                     : entry(std::move(name), file_key(100'000 + i)));
    }
    const auto name = entries[1234].name;
    const auto wanted = encode_key(entries[1234].key);
    const auto stored = store(std::move(entries));
    BOOST_REQUIRE(stored.has_value());
    BOOST_TEST(stored->nodes > 3u);
    BOOST_TEST(read(DirectoryReader(stored->key.clone()), stored->network)->size() == 5000u);
    std::size_t asked = 0;
    const auto one = read(DirectoryReader(stored->key.clone(), name), stored->network, &asked);
    BOOST_TEST(asked == 2u);
    BOOST_REQUIRE(one->size() == 1u);
    BOOST_TEST(encode_key(one->front().key) == wanted);
    for (const auto* nobody : {"", "00", "nobody", "\x7f"}) {
        BOOST_TEST(read(DirectoryReader(stored->key.clone(), nobody), stored->network)->empty());
    }
}

BOOST_AUTO_TEST_CASE(a_million_entries_come_back) {
    constexpr std::uint64_t kMany = 1'000'000;
    std::vector<DirectoryEntry> entries;
    const auto packed = std::get<ExtentKey>(packed_key(1, 2, {4, 50}));
    for (std::uint64_t i = 0; i < kMany; ++i) {
        Key256 read;
        store_le(MutableBytes(read.expose_mutable()).first(8), i);
        ExtentKey key{packed.pack, std::move(read), packed.pack_verify.clone(), packed.extent};
        entries.push_back(entry(std::to_string(kMany + i), std::move(key)));
    }
    auto disperser = DirectoryDisperser::create(random_key(50), std::move(entries));
    BOOST_REQUIRE(disperser.has_value());
    BlockMap network;
    while (auto node = disperser->next()) network.put(node->blocks);
    DirectoryReader reader(disperser->finish());
    std::uint64_t next = 0;
    while (const auto wanted = reader.next()) {
        const auto found = reader.deliver(*network.recover(wanted->root));
        BOOST_REQUIRE(found.has_value());
        for (const auto& one : *found) BOOST_REQUIRE(one.name == std::to_string(kMany + next++));
    }
    BOOST_TEST(next == kMany);
    std::size_t asked = 0;
    BOOST_TEST(read(DirectoryReader(disperser->finish(), "1765432"), network, &asked)->size() == 1u);
    BOOST_TEST(asked == 2u);
}

}  // namespace
}  // namespace catacomb::storage
