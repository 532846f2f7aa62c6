// Proves that a block is bound to its segment and index in every bit, that only canonical headers pass, and
// that nothing but the exact bytes of a block is one.
#include "storage/segment/block.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {
namespace {

SegmentBlocks small_segment() {
    const auto content = random_bytes(1, 700);
    return SealedStripe::seal(crypto::label::kLeafKey, random_key(2), random_key(3),
                              {8, 32, BlockClass::quarter_cell}, content)
        .disperse();
}

BOOST_AUTO_TEST_CASE(the_geometry_of_the_profiles) {
    BOOST_TEST((leaf_profile(0) == Profile{8, 32, BlockClass::quarter_cell}));
    BOOST_TEST((leaf_profile(8 * 712 - 24) == Profile{8, 32, BlockClass::quarter_cell}));
    BOOST_TEST((leaf_profile(8 * 712 - 23) == Profile{9, 32, BlockClass::quarter_cell}));
    BOOST_TEST((leaf_profile(11 * 712) == Profile{12, 36, BlockClass::quarter_cell}));
    BOOST_TEST((leaf_profile(20 * 712 - 24) == Profile{20, 60, BlockClass::quarter_cell}));
    BOOST_TEST((leaf_profile(20 * 712 - 23) == Profile{8, 32, BlockClass::cells1}));
    BOOST_TEST((leaf_profile(kFullSegment) == kFullProfile));
    BOOST_TEST((branch_profile(100) == Profile{20, 60, BlockClass::quarter_cell}));
    BOOST_TEST((branch_profile(20 * 712 - 23) == Profile{20, 60, BlockClass::cells1}));
    for (std::size_t size = 0; size <= kFullSegment; size += 997) {
        BOOST_REQUIRE(leaf_profile(size).valid() && leaf_profile(size).capacity() >= size);
        BOOST_REQUIRE(branch_profile(size).capacity() >= size);
    }
}

BOOST_AUTO_TEST_CASE(every_block_proves_itself) {
    const auto segment = small_segment();
    for (std::uint8_t i = 0; i < 32; ++i)
        BOOST_TEST(check_block({segment.root(), i}, segment.block(i)).has_value());
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_rejected) {
    const auto segment = small_segment();
    for (const std::uint8_t index : {0, 31}) {
        auto block = segment.block(index);
        for (std::size_t bit = 0; bit < 8 * block.size(); ++bit) {
            block[bit / 8] ^= 1u << bit % 8;
            BOOST_REQUIRE(!check_block({segment.root(), index}, block));
            block[bit / 8] ^= 1u << bit % 8;
        }
        BOOST_TEST(check_block({segment.root(), index}, block).has_value());
    }
}

BOOST_AUTO_TEST_CASE(swapped_truncated_and_foreign_blocks_are_rejected) {
    const auto segment = small_segment();
    const auto block = segment.block(4);
    BOOST_TEST(check_block({segment.root(), 5}, block).error().is(Code::corrupt));
    auto other = segment.root();
    other.bytes[31] ^= 1;
    BOOST_TEST(check_block({other, 4}, block).error().is(Code::corrupt));
    for (std::size_t size = 0; size < block.size(); ++size) {
        BOOST_REQUIRE(
            check_block({segment.root(), 4}, ByteView(block).first(size)).error().is(Code::malformed));
    }
    auto longer = block;
    longer.push_back(0);
    BOOST_TEST(check_block({segment.root(), 4}, longer).error().is(Code::malformed));
    // Parts of one block grafted onto another of the same segment.
    const auto donor = segment.block(9);
    for (const std::size_t at : {8u, 40u, 72u, 264u}) {
        auto graft = block;
        copy(MutableBytes(graft).subspan(at), ByteView(donor).subspan(at));
        const bool same = graft == block;
        BOOST_TEST(check_block({segment.root(), 4}, graft).has_value() == same);
    }
}

// Exhaustive over each header byte, the others being right: what passes is exactly what encode() can give.
BOOST_AUTO_TEST_CASE(only_canonical_headers_pass) {
    const auto good = BlockHeader{{20, 60, BlockClass::cells16}, 7}.encode();
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (unsigned value = 0; value < 256; ++value) {
            auto bytes = good;
            bytes[at] = static_cast<std::uint8_t>(value);
            const auto header = BlockHeader::decode(bytes);
            if (header) BOOST_REQUIRE(header->encode() == bytes);
            const bool fits = (at == 0 && value == kBlockVersion) || (at == 1 && value <= 4) ||
                              (at == 2 && value >= 1 && value < 60) ||
                              (at == 3 && value > 20 && value <= 64) || (at == 4 && value < 60) ||
                              (at > 4 && value == 0);
            BOOST_REQUIRE(header.has_value() == fits);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_block_of_format_1_is_named_as_such) {
    auto header = BlockHeader{{20, 60, BlockClass::cells16}, 7}.encode();
    header[0] = 1;
    const auto refused = BlockHeader::decode(header).error();
    BOOST_TEST(refused.is(Code::malformed));
    BOOST_TEST(refused.text() == "a block of format 1, made by an older version");
}

BOOST_AUTO_TEST_CASE(merkle_paths_lead_to_the_top_and_nowhere_else) {
    std::vector<Digest> leaves;
    for (std::uint8_t i = 0; i < 37; ++i) leaves.push_back(crypto::hash(crypto::label::kBlock, i));
    const MerkleTree tree(leaves);
    for (unsigned i = 0; i < leaves.size(); ++i) {
        for (unsigned claimed = 0; claimed < kMaxBlocks; ++claimed) {
            BOOST_REQUIRE((merkle_top(leaves[i], claimed, tree.path(i)) == tree.top()) == (claimed == i));
        }
    }
    leaves.push_back(leaves.back());
    BOOST_TEST((MerkleTree(leaves).top() != tree.top()));
}

}  // namespace
}  // namespace catacomb::storage
