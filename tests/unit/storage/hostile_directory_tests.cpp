// Proves that a directory or a pack built by somebody who holds the keys and means harm is refused, and that
// whoever expects a file's tree is told what he has instead.
#include <boost/test/unit_test.hpp>

#include "crypto/aead.hpp"
#include "storage/tree/directory_reader.hpp"
#include "storage/tree/pack.hpp"
#include "tests/unit/storage/file_support.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

struct Forge {
    FileKeys keys =
        FileKeys::derive(random_key(1), crypto::content_hash(view("forged")), NodeType::directory);
    BlockMap network;
    std::uint64_t made = 0;

    // Any outer part and any private part, in the smallest class.
    SegmentRef node(unsigned level, std::uint16_t count, ByteView outer, ByteView inner,
                    std::size_t extra = 0) {
        Writer front;
        encode_head(front, {level, NodeType::directory, count});
        auto content = front.raw(outer).take();
        const auto profile = branch_profile(content.size() + inner.size() + crypto::kTagSize + extra);
        auto text = to_bytes(inner);
        text.resize(profile.capacity() - content.size() - crypto::kTagSize);
        auto secret = random_key(100 + made++);
        seal_box(keys.read, secret, text);
        append(content, text);
        const auto segment =
            SealedStripe::seal(label::kBranchKey, keys.verify, std::move(secret), profile, content)
                .disperse();
        network.put(segment);
        return {segment.root(), segment.profile(), SegmentKind::directory};
    }
    Result<std::size_t> read(const SegmentRef& top, std::optional<std::string> only = {}) {
        DirectoryReader reader({top, keys.read.clone()}, std::move(only));
        std::size_t out = 0;
        while (const auto wanted = reader.next()) {
            const auto entries = reader.deliver(*network.recover(wanted->root));
            if (!entries) return entries.error();
            out += entries->size();
        }
        return out;
    }
};

bool refused(const Result<std::size_t>& read) { return !read && read.error().is(Code::malformed); }

// A child that is a leaf, and an entry that names child `child` with the key that belongs to it.
SegmentRef leaf(std::uint64_t seed) {
    return {*Root::from(random_bytes(seed, 32)), leaf_profile(100), SegmentKind::leaf};
}
Bytes child(std::uint64_t seed, std::optional<SegmentRef> ref = {}) {
    Writer out;
    encode_ref(out, ref.value_or(leaf(seed)));
    return out.raw(verify_key_of(random_key(seed)).expose()).take();
}
Bytes entry(std::string_view name, std::uint16_t child, std::uint64_t seed, std::uint8_t marks = 0,
            std::uint64_t size = 10) {
    Writer out;
    out.u8(marks).u16(child).u64(size).raw(random_key(seed).expose());
    if (marks & kEntryModified) out.u64(1);
    return out.u8(static_cast<std::uint8_t>(name.size())).raw(view(name)).take();
}
Bytes counted(std::uint16_t count, std::initializer_list<Bytes> entries) {
    Writer out;
    out.u16(count);
    for (const auto& one : entries) out.raw(one);
    return out.take();
}
Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes out;
    for (const auto& part : parts) append(out, part);
    return out;
}

BOOST_AUTO_TEST_CASE(a_right_node_reads) {
    Forge forge;
    const auto outer = joined({child(1), child(2)});
    BOOST_TEST(*forge.read(forge.node(1, 2, outer, counted(2, {entry("a", 0, 1), entry("b", 1, 2)}))) == 2u);
    BOOST_TEST(*forge.read(forge.node(1, 1, child(1), counted(2, {entry("a", 0, 1, 3), entry("b", 0, 1)}))) ==
               2u);
}

BOOST_AUTO_TEST_CASE(entries_out_of_order_or_twice_are_refused) {
    Forge forge;
    const auto outer = joined({child(1), child(2)});
    for (const auto* second : {"b", "a"}) {
        const auto inner = counted(2, {entry("b", 0, 1), entry(second, 1, 2)});
        BOOST_TEST(refused(forge.read(forge.node(1, 2, outer, inner))));
    }
}

BOOST_AUTO_TEST_CASE(entries_that_make_no_sense_are_refused) {
    Forge forge;
    const auto one = [&forge](const Bytes& inner) {
        return forge.read(forge.node(1, 1, child(1), counted(1, {inner})));
    };
    BOOST_REQUIRE(one(entry("a", 0, 1)).has_value());
    for (const auto* name : {"", ".", "..", "a/b", "a\n"}) BOOST_TEST(refused(one(entry(name, 0, 1))));
    BOOST_TEST(refused(one(entry("a", 1, 1))));                   // a child that is not there
    BOOST_TEST(refused(one(entry("a", 0, 2))));                   // a read key of another child
    BOOST_TEST(refused(one(entry("a", 0, 1, 4))));                // a mark that is not known
    BOOST_TEST(refused(one(entry("a", 0, 1, 0, kFullSegment))));  // more than its leaf holds
    BOOST_TEST(refused(forge.read(forge.node(1, 1, child(1), counted(0, {})))));  // a child without a name
    BOOST_TEST(refused(forge.read(forge.node(1, 1, child(1), counted(2, {entry("a", 0, 1)})))));
    auto trailing = entry("a", 0, 1);
    trailing.insert(trailing.end(), {0, 0, 1});
    BOOST_TEST(refused(one(trailing)));
    // In a larger class than it needs.
    const auto roomy = forge.node(1, 1, child(1), counted(1, {entry("a", 0, 1)}), 20'000);
    BOOST_TEST(refused(forge.read(roomy)));
    // Children in another order than they are named in, or one of them twice.
    const auto crossed = counted(2, {entry("a", 1, 2), entry("b", 0, 1)});
    BOOST_TEST(refused(forge.read(forge.node(1, 2, joined({child(1), child(2)}), crossed))));
    const auto doubled = counted(2, {entry("a", 0, 1), entry("b", 1, 1)});
    BOOST_TEST(refused(forge.read(forge.node(1, 2, joined({child(1), child(1)}), doubled))));
}

BOOST_AUTO_TEST_CASE(children_that_cannot_be_are_refused) {
    Forge forge;
    const auto inner = counted(1, {entry("a", 0, 1, 0, 0)});
    auto ref = leaf(1);
    const auto with = [&] { return forge.read(forge.node(1, 1, child(1, ref), inner)); };
    BOOST_REQUIRE(with().has_value());
    ref.kind = static_cast<SegmentKind>(5);
    BOOST_TEST(refused(with()));
    ref.kind = SegmentKind::directory;  // of 8 of 32
    BOOST_TEST(refused(with()));
    ref.profile = kFullProfile;  // of blocks of 16 cells
    BOOST_TEST(refused(with()));
    ref.profile = kDirectoryProfile;
    BOOST_TEST(with().has_value());
    BOOST_TEST(refused(forge.read(forge.node(1, 1, child(1, ref), counted(1, {entry("a", 0, 1, 0, 10)})))));
    // In a pack: an offset stands behind the key, and lies within it.
    ref.kind = SegmentKind::pack;
    const auto packed = [](std::uint32_t offset, std::uint64_t size) {
        Writer out;
        return out.u8(0).u16(0).u64(size).raw(random_key(9).expose()).u32(offset).u8(1).raw(view("a")).take();
    };
    const auto at = [&](std::uint32_t offset, std::uint64_t size) {
        return forge.read(forge.node(1, 1, child(1, ref), counted(1, {packed(offset, size)})));
    };
    BOOST_TEST(at(4, 100).has_value());
    for (const auto offset : {0u, 3u, 0xffff'ffffu}) BOOST_TEST(refused(at(offset, 100)));
    for (const auto size : {std::uint64_t{1} << 32, UINT64_MAX}) BOOST_TEST(refused(at(4, size)));
}

// ---- above the first level

Bytes part_ref(const SegmentRef& ref) {
    Writer out;
    out.u8(ref.profile.k).u8(ref.profile.n).u8(static_cast<std::uint8_t>(ref.profile.block_class));
    return out.raw(ref.root).take();
}
Bytes part(std::uint64_t entries, std::string_view first) {
    return Writer().u64(entries).u8(static_cast<std::uint8_t>(first.size())).raw(view(first)).take();
}

struct TwoNodes : Forge {
    SegmentRef low = node(1, 1, child(1), counted(2, {entry("a", 0, 1), entry("b", 0, 1)}));
    SegmentRef high = node(1, 1, child(2), counted(1, {entry("c", 0, 2)}));
    Result<std::size_t> under(const Bytes& first, const Bytes& second, unsigned level = 2) {
        return read(node(level, 2, joined({part_ref(low), part_ref(high)}), joined({first, second})));
    }
};

BOOST_AUTO_TEST_CASE(a_node_that_is_not_what_the_one_above_said_is_refused) {
    TwoNodes forge;
    BOOST_TEST(*forge.under(part(2, "a"), part(1, "c")) == 3u);
    BOOST_TEST(refused(forge.under(part(1, "a"), part(1, "c"))));
    BOOST_TEST(refused(forge.under(part(2, "a"), part(UINT64_MAX, "c"))));
    BOOST_TEST(refused(forge.under(part(0, "a"), part(1, "c"))));
    BOOST_TEST(refused(forge.under(part(2, "A"), part(1, "c"))));
    BOOST_TEST(refused(forge.under(part(2, "a"), part(1, "d"))));
    BOOST_TEST(refused(forge.under(part(2, "c"), part(1, "a"))));
    BOOST_TEST(refused(forge.under(part(2, "a"), part(1, "a"))));
    // Names that reach over the next part's first: found by whoever reads only the first part, too.
    const auto wide = forge.node(1, 1, child(3), counted(2, {entry("a", 0, 3), entry("d", 0, 3)}));
    const auto over = forge.node(2, 2, joined({part_ref(wide), part_ref(forge.high)}),
                                 joined({part(2, "a"), part(1, "c")}));
    BOOST_TEST(refused(forge.read(over)));
    BOOST_TEST(refused(forge.read(over, "a")));
}

BOOST_AUTO_TEST_CASE(levels_go_down_by_one_and_end) {
    TwoNodes forge;
    for (const unsigned level : {0u, 1u, 3u, 4u, 5u, 255u}) {
        BOOST_TEST(!forge.under(part(2, "a"), part(1, "c"), level));
    }
    BOOST_TEST(refused(forge.read(forge.node(2, 0, {}, {}))));
}

// Every byte of the head and the first child, every value.
BOOST_AUTO_TEST_CASE(malformed_nodes_do_not_decode) {
    Forge forge;
    const auto top = forge.node(1, 1, child(1), counted(1, {entry("a", 0, 1)}));
    const auto content = to_bytes(
        std::move(*forge.network.recover(top.root)).open(label::kBranchKey, forge.keys.verify)->view());
    BOOST_REQUIRE(DirectoryNode::decode(top.profile, content).has_value());
    for (std::size_t size = 0; size < content.size(); size += 13) {
        BOOST_REQUIRE(!DirectoryNode::decode(top.profile, ByteView(content).first(size)));
    }
    BOOST_REQUIRE(!DirectoryNode::decode(kFullProfile, Bytes(kFullProfile.capacity())));
    const auto decodes = [&](std::size_t at, std::uint8_t value) {
        auto bytes = content;
        bytes[at] = value;
        return DirectoryNode::decode(top.profile, bytes).has_value();
    };
    for (unsigned value = 0; value < 256; ++value) {
        const auto byte = static_cast<std::uint8_t>(value);
        BOOST_REQUIRE(decodes(1, byte) == (value == 2));
        BOOST_REQUIRE(decodes(4, byte) == (value == 1 || value == 4));  // 8 of 32 is no branch or directory
        BOOST_REQUIRE(decodes(5, byte) == (value >= 1 && value < 32));
        BOOST_REQUIRE(decodes(7, byte) == (value <= 4));
    }
}

// ---- who expects a file's tree

BOOST_AUTO_TEST_CASE(a_file_reader_says_what_it_got_instead) {
    Forge forge;
    const auto open = [&forge](SegmentRef top, const Key256& read) {
        top.kind = SegmentKind::branch;
        top.profile = kFullProfile;
        FileReader reader({top, read.clone()});
        auto stripe = forge.network.recover(top.root);
        top.profile = stripe->profile();
        return FileReader({top, read.clone()}).deliver(std::move(*stripe)).error().text();
    };
    const auto directory = forge.node(1, 1, child(1), counted(1, {entry("a", 0, 1)}));
    BOOST_TEST(open(directory, forge.keys.read) == "a directory where something else was expected");
    // The branch of format 1, whose second byte was zero.
    Bytes old(400);
    old[0] = 1;
    const auto segment =
        SealedStripe::seal(label::kBranchKey, forge.keys.verify, random_key(7), branch_profile(400), old)
            .disperse();
    forge.network.put(segment);
    BOOST_TEST(open({segment.root(), segment.profile()}, forge.keys.read) ==
               "a branch of format 1, made by an older version");
    // A pack, to who walks with its verify key.
    PackBuilder pack;
    pack.add(random_key(3), Bytes(10));
    const auto sealed = std::move(pack).seal(random_key(4));
    forge.network.put(sealed.blocks);
    auto ref = sealed.ref();
    ref.kind = SegmentKind::branch;
    TreeWalker walker({ref, sealed.verify.clone()});
    BOOST_TEST(walker.enter_branch(*forge.network.recover(ref.root)).error().text() ==
               "a pack of small files where something else was expected");
}

}  // namespace
}  // namespace catacomb::storage
