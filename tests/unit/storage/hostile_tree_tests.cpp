// Proves that a tree built by somebody who holds the keys and means harm is refused by reader and walker:
// every field of a branch that contradicts the canonical shape, and every malformed encoding of one.
#include <boost/test/unit_test.hpp>

#include "base/codec.hpp"
#include "tests/unit/storage/file_support.hpp"

namespace catacomb::storage {
namespace {

struct Forge {
    FileKeys keys = FileKeys::derive(random_key(1), crypto::content_hash(view("forged")));
    BlockMap network;

    SegmentRef keep(const SegmentBlocks& segment, SegmentKind kind) {
        network.put(segment);
        return {segment.root(), segment.profile(), kind};
    }
    SegmentRef leaf(std::uint64_t index, std::size_t size, std::optional<Profile> profile = {}) {
        const auto content = random_bytes(index, size);
        return keep(seal_leaf(keys, index, profile.value_or(leaf_profile(size)), content), SegmentKind::leaf);
    }
    SegmentRef branch(unsigned level, std::span<const SegmentRef> children, const BranchPrivate& hidden) {
        return keep(seal_branch(keys, level, 0, children, hidden), SegmentKind::branch);
    }
    Result<Bytes> read(const SegmentRef& top) {
        FileReader reader({top, keys.read.clone()});
        return read_file(reader, network);
    }
};

bool refused(const Result<Bytes>& read) { return !read && read.error().is(Code::malformed); }

BOOST_AUTO_TEST_CASE(a_right_tree_reads) {
    Forge forge;
    const SegmentRef children[] = {forge.leaf(0, kFullSegment), forge.leaf(1, 100)};
    BOOST_TEST(forge.read(forge.branch(1, children, {kFullSegment + 100, "n"}))->size() ==
               kFullSegment + 100);
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_add_up_are_refused) {
    Forge forge;
    const SegmentRef children[] = {forge.leaf(0, kFullSegment), forge.leaf(1, 100)};
    for (const std::uint64_t size :
         {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{kFullSegment + 99},
          std::uint64_t{kFullSegment + 101}, std::uint64_t{3 * kFullSegment}, UINT64_MAX}) {
        BOOST_TEST(refused(forge.read(forge.branch(1, children, {size, ""}))));
    }
}

// A reader that goes on after a refusal is where it was: it believes nothing of what it refused.
BOOST_AUTO_TEST_CASE(a_refused_branch_leaves_no_trace) {
    Forge forge;
    const SegmentRef children[] = {forge.leaf(0, kFullSegment), forge.leaf(1, 100)};
    for (const std::uint64_t size : {std::uint64_t{100}, std::uint64_t{3 * kFullSegment}, UINT64_MAX}) {
        const auto top = forge.branch(1, children, {size, "n"});
        FileReader reader({top, forge.keys.read.clone()});
        for (int attempt = 0; attempt < 2; ++attempt) {
            BOOST_TEST(!reader.deliver(*forge.network.recover(top.root)));
            BOOST_TEST(!reader.opened());
            BOOST_TEST(reader.name().empty());
            BOOST_TEST((reader.next()->ref.root == top.root));
        }
    }
}

BOOST_AUTO_TEST_CASE(leaves_of_the_wrong_size_place_or_profile_are_refused) {
    Forge forge;
    const auto full = forge.leaf(0, kFullSegment), rest = forge.leaf(1, 100);
    const SegmentRef short_first[] = {rest, full};
    BOOST_TEST(refused(forge.read(forge.branch(1, short_first, {kFullSegment + 100, ""}))));
    const SegmentRef too_roomy[] = {full, forge.leaf(1, 100, kFullProfile)};
    BOOST_TEST(refused(forge.read(forge.branch(1, too_roomy, {kFullSegment + 100, ""}))));
    const SegmentRef underfull[] = {forge.leaf(0, 50, kFullProfile), rest};
    BOOST_TEST(refused(forge.read(forge.branch(1, underfull, {kFullSegment + 100, ""}))));
}

BOOST_AUTO_TEST_CASE(levels_out_of_order_are_refused) {
    Forge forge;
    const SegmentRef leaf[] = {forge.leaf(0, kFullSegment)};
    const SegmentRef one[] = {forge.branch(1, leaf, {kFullSegment, ""})};
    // A level more than the size needs.
    BOOST_TEST(refused(forge.read(forge.branch(2, one, {kFullSegment, ""}))));
    // A branch at level 3 whose child says level 1.
    const SegmentRef liar[] = {forge.branch(1, leaf, {kFullSegment, ""})};
    BOOST_TEST(refused(forge.read(forge.branch(3, liar, {kFullSegment * kFanout * kFanout + 1, ""}))));
    // A branch passed off as a leaf, and a leaf as a branch, do not open at all.
    auto as_leaf = one[0];
    as_leaf.kind = SegmentKind::leaf;
    BOOST_TEST(forge.read(as_leaf).error().is(Code::corrupt));
    auto as_branch = leaf[0];
    as_branch.kind = SegmentKind::branch;
    BOOST_TEST(forge.read(as_branch).error().is(Code::corrupt));
}

// A walker has no private part to check, so it needs shape alone to end.
BOOST_AUTO_TEST_CASE(a_walker_ends_on_a_hostile_tree) {
    Forge forge;
    const SegmentRef leaf[] = {forge.leaf(0, kFullSegment)};
    const SegmentRef low[] = {forge.branch(1, leaf, {1, ""}), forge.branch(1, leaf, {1, ""})};
    const auto top = forge.branch(4, low, {1, ""});
    TreeWalker walker({top, forge.keys.verify.clone()});
    BOOST_TEST(walker.enter_branch(*forge.network.recover(top.root)).has_value());
    BOOST_TEST(walker.next()->level == 3u);
    BOOST_TEST(walker.enter_branch(*forge.network.recover(low[0].root)).error().is(Code::malformed));
}

BOOST_AUTO_TEST_CASE(a_name_below_the_top_or_out_of_form_is_refused) {
    BOOST_TEST(!Branch::decode({}).has_value());
    ByteView no_name;
    BOOST_TEST(!take_leaf_name(no_name));
    const Bytes cut{5, 'a', 'b'}, slash{3, 'a', '/', 'b'}, fine{2, 'a', 'b', 'c'};
    ByteView a(cut), b(slash), c(fine);
    BOOST_TEST(!take_leaf_name(a));
    BOOST_TEST(!take_leaf_name(b));
    BOOST_TEST(*take_leaf_name(c) == "ab");
    BOOST_TEST(as_text(c) == "c");
}

// Every byte of a branch's head and first entry, every value: what decodes is exactly what is canonical.
BOOST_AUTO_TEST_CASE(malformed_branches_do_not_decode) {
    Forge forge;
    const SegmentRef children[] = {forge.leaf(0, kFullSegment), forge.leaf(1, 100)};
    const auto top = forge.branch(1, children, {kFullSegment + 100, ""});
    auto stripe = forge.network.recover(top.root);
    const auto content =
        to_bytes(std::move(*stripe).open(crypto::label::kBranchKey, forge.keys.verify)->view());
    BOOST_REQUIRE(Branch::decode(content).has_value());
    for (std::size_t size = 0; size < content.size(); ++size) {
        BOOST_REQUIRE(!Branch::decode(ByteView(content).first(size)));
    }
    auto decodes = [&content](std::size_t at, std::uint8_t value) {
        auto bytes = content;
        bytes[at] = value;
        return Branch::decode(bytes).has_value();
    };
    for (unsigned value = 0; value < 256; ++value) {
        const auto byte = static_cast<std::uint8_t>(value);
        // At a higher level the second child, 8 of 32, is no branch.
        BOOST_REQUIRE(decodes(0, byte) == (value == 1));
        BOOST_REQUIRE(decodes(1, byte) == (value == 1));
        BOOST_REQUIRE(decodes(2, byte) == (value == 2));
        BOOST_REQUIRE(decodes(3, byte) == (value == 0));
        BOOST_REQUIRE(decodes(4, byte) == (value >= 1 && value < 60));
        BOOST_REQUIRE(decodes(5, byte) == (value > 20 && value <= 64));
        BOOST_REQUIRE(decodes(6, byte) == (value <= 4));
    }
}

}  // namespace
}  // namespace catacomb::storage
