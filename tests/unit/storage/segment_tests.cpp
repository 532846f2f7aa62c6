// Proves the promises of one segment: any k blocks read the same content, k - 1 and the read key give
// nothing, the same content always has the same root, a repairer rebuilds every block without a key, and a
// segment built to read differently for different readers is refused.
#include "storage/segment/segment.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/aead.hpp"
#include "storage/segment/erasure.hpp"
#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

const Profile kProfiles[] = {{1, 2, BlockClass::quarter_cell},
                             {8, 32, BlockClass::quarter_cell},
                             {13, 39, BlockClass::cells1},
                             {20, 60, BlockClass::quarter_cell},
                             {63, 64, BlockClass::quarter_cell},
                             {2, 64, BlockClass::cells4},
                             kFullProfile};

SegmentBlocks sealed(const Profile& profile, ByteView content, std::uint64_t seed = 7) {
    return SealedStripe::seal(label::kLeafKey, random_key(seed), random_key(seed + 1), profile, content)
        .disperse();
}

BOOST_AUTO_TEST_CASE(any_k_blocks_read_the_content) {
    crypto::SeededRng rng(1);
    for (const auto& profile : kProfiles) {
        const auto content = random_bytes(profile.k, profile.capacity() - profile.k);
        const auto segment = sealed(profile, content);
        for (int round = 0; round < 8; ++round) {
            auto stripe = recover_some(segment, rng);
            BOOST_REQUIRE(stripe.has_value());
            const auto opened = std::move(*stripe).open(label::kLeafKey, random_key(7));
            BOOST_REQUIRE(opened.has_value());
            BOOST_REQUIRE(equal(opened->view(), content));
        }
    }
}

BOOST_AUTO_TEST_CASE(lengths_at_the_edges_come_back_exactly) {
    const Profile profile{8, 32, BlockClass::quarter_cell};
    crypto::SeededRng rng(2);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, profile.capacity() - 1, profile.capacity()}) {
        const auto content = random_bytes(size, size);
        auto stripe = recover_some(sealed(profile, content), rng);
        const auto opened = std::move(*stripe).open(label::kLeafKey, random_key(7));
        BOOST_REQUIRE(opened.has_value());
        BOOST_TEST(equal(opened->view(), content));
    }
}

BOOST_AUTO_TEST_CASE(fewer_than_k_blocks_give_nothing_even_with_the_read_key) {
    const Profile profile{8, 32, BlockClass::quarter_cell};
    const auto segment = sealed(profile, random_bytes(3, 5000));
    auto blocks = blocks_of(segment, {1, 30, 4, 9, 12, 0, 22});
    const auto stripe = SealedStripe::recover(blocks);
    BOOST_TEST(stripe.error().is(Code::not_found));
    BOOST_TEST(stripe.error().text() == "only 7 of the 8 blocks that are needed");
    // Counting one block twice does not help.
    blocks.push_back(block_of(segment, 9));
    BOOST_TEST(SealedStripe::recover(blocks).error().is(Code::not_found));
    // Nor does guessing at the missing share: every guess gives another secret, none of them ours.
    std::vector<crypto::IndexedShare> shares;
    for (const auto& block : blocks_of(segment, {1, 30, 4, 9, 12, 0, 22})) {
        shares.push_back({block.id().index, Share::copy_of(block.share())});
    }
    BOOST_TEST(!crypto::shamir_combine(shares, profile.k));
    BOOST_TEST(!(*crypto::shamir_combine(shares, profile.k - 1) == random_key(8)));
    shares.push_back({15, Share()});
    BOOST_TEST(!(*crypto::shamir_combine(shares, profile.k) == random_key(8)));
    shares.back() = {15, segment.shares()[15].clone()};
    BOOST_TEST((*crypto::shamir_combine(shares, profile.k) == random_key(8)));
}

BOOST_AUTO_TEST_CASE(all_blocks_without_the_right_key_give_nothing) {
    crypto::SeededRng rng(4);
    const auto segment = sealed({8, 32, BlockClass::quarter_cell}, random_bytes(4, 1000));
    auto wrong_key = recover_some(segment, rng);
    BOOST_TEST(std::move(*wrong_key).open(label::kLeafKey, random_key(99)).error().is(Code::corrupt));
    auto verify_key = recover_some(segment, rng);
    BOOST_TEST(
        std::move(*verify_key).open(label::kLeafKey, verify_key_of(random_key(7))).error().is(Code::corrupt));
    auto wrong_kind = recover_some(segment, rng);
    BOOST_TEST(std::move(*wrong_kind).open(label::kBranchKey, random_key(7)).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(the_same_content_has_the_same_root_and_blocks) {
    const auto content = random_bytes(5, 3000);
    const auto a = sealed({8, 32, BlockClass::quarter_cell}, content),
               b = sealed({8, 32, BlockClass::quarter_cell}, content);
    for (unsigned i = 0; i < 32; ++i) BOOST_TEST((a.block(i) == b.block(i)));
    BOOST_TEST((sealed({9, 32, BlockClass::quarter_cell}, content).root() != a.root()));
    BOOST_TEST((sealed({8, 33, BlockClass::quarter_cell}, content).root() != a.root()));
    BOOST_TEST(
        (segment_secret(random_key(1), 0, 0, content) == segment_secret(random_key(1), 0, 0, content)));
    BOOST_TEST(
        !(segment_secret(random_key(1), 0, 0, content) == segment_secret(random_key(1), 0, 1, content)));
    BOOST_TEST(
        !(segment_secret(random_key(1), 0, 0, content) == segment_secret(random_key(1), 1, 0, content)));
}

BOOST_AUTO_TEST_CASE(a_repairer_rebuilds_every_block_from_any_k) {
    crypto::SeededRng rng(6);
    for (const auto& profile : kProfiles) {
        const auto segment = sealed(profile, random_bytes(6, profile.capacity() / 2));
        auto stripe = recover_some(segment, rng);
        const auto rebuilt = std::move(*stripe).rebuild(segment.root());
        BOOST_REQUIRE(rebuilt.has_value());
        for (unsigned i = 0; i < profile.n; ++i) BOOST_REQUIRE(rebuilt->block(i) == segment.block(i));
    }
}

BOOST_AUTO_TEST_CASE(an_exit_makes_the_blocks_from_the_parts_or_refuses) {
    const Profile profile{8, 32, BlockClass::cells1};
    const auto segment = sealed(profile, random_bytes(7, 20000));
    auto shares = [&segment] {
        std::vector<Share> out;
        for (const auto& share : segment.shares()) out.push_back(share.clone());
        return out;
    };
    const auto made =
        SegmentBlocks::from_parts(segment.root(), profile, segment.commitment(), shares(), segment.data());
    BOOST_REQUIRE(made.has_value());
    for (unsigned i = 0; i < 32; ++i) BOOST_TEST((made->block(i) == segment.block(i)));

    auto refused = [&](const Profile& p, std::vector<Share> s, ByteView data) {
        return SegmentBlocks::from_parts(segment.root(), p, segment.commitment(), std::move(s), data)
            .error()
            .code;
    };
    auto altered = to_bytes(segment.data());
    altered[100] ^= 1;
    BOOST_TEST((refused(profile, shares(), altered) == Code::corrupt));
    auto swapped = shares();
    std::swap(swapped[0], swapped[1]);
    BOOST_TEST((refused(profile, std::move(swapped), segment.data()) == Code::corrupt));
    auto fewer = shares();
    fewer.pop_back();
    BOOST_TEST((refused(profile, std::move(fewer), segment.data()) == Code::malformed));
    BOOST_TEST((refused(profile, shares(), segment.data().first(100)) == Code::malformed));
    BOOST_TEST((refused({0, 32, BlockClass::cells1}, shares(), segment.data()) == Code::malformed));
}

// A hostile publisher's segment: blocks whose Merkle tree and root are right over whatever fragments and
// shares he likes.
std::vector<Block> forged(const Profile& profile, const Commitment& commitment,
                          const std::vector<Share>& shares, ByteView fragments) {
    auto fragment = [&](unsigned i) { return fragments.subspan(i * profile.fragment(), profile.fragment()); };
    std::vector<Digest> leaves;
    for (std::uint8_t i = 0; i < profile.n; ++i) {
        leaves.push_back(
            block_leaf(BlockHeader{profile, i}.encode(), commitment, shares[i].expose(), fragment(i)));
    }
    const MerkleTree tree(leaves);
    const auto root = segment_root(profile, commitment, tree.top());
    std::vector<Block> out;
    for (std::uint8_t i = 0; i < profile.n; ++i) {
        auto bytes = to_bytes(BlockHeader{profile, i}.encode());
        append(bytes, commitment);
        append(bytes, shares[i].expose());
        for (const auto& beside : tree.path(i)) append(bytes, beside);
        append(bytes, fragment(i));
        auto block = Block::verify({root, i}, std::move(bytes));
        BOOST_REQUIRE(block.has_value());
        out.push_back(std::move(*block));
    }
    return out;
}

Result<SealedStripe> recovered(const std::vector<Block>& all, unsigned first, unsigned count) {
    return SealedStripe::recover(std::span(all).subspan(first, count));
}

BOOST_AUTO_TEST_CASE(two_contents_under_one_root_are_refused) {
    const Profile profile{8, 32, BlockClass::quarter_cell};
    const auto secret = random_key(20);
    const auto a =
        SealedStripe::seal(label::kLeafKey, random_key(21), secret.clone(), profile, view("content A"))
            .disperse();
    const auto b =
        SealedStripe::seal(label::kLeafKey, random_key(21), secret.clone(), profile, view("content B"))
            .disperse();
    // The first 16 blocks are A's, the others B's, all with valid paths; A's commitment.
    Bytes mixed;
    for (unsigned i = 0; i < 32; ++i) append(mixed, (i < 16 ? a : b).fragment(i));
    const auto blocks = forged(profile, a.commitment(), crypto::shamir_split(secret, 8, 32), mixed);
    BOOST_TEST(recovered(blocks, 0, 8).has_value());  // reads as A
    BOOST_TEST(recovered(blocks, 16, 8).error().is(Code::corrupt));
    BOOST_TEST(recovered(blocks, 12, 8).error().is(Code::corrupt));
    // A repairer who happens to see only A's side still finds that the root does not come out.
    auto one_side = recovered(blocks, 0, 8);
    BOOST_TEST(std::move(*one_side).rebuild(blocks.front().id().root).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(two_secrets_under_one_root_are_refused) {
    const Profile profile{8, 32, BlockClass::quarter_cell};
    const auto segment = sealed(profile, view("one content"));
    auto shares = crypto::shamir_split(random_key(8), 8, 32);
    auto others = crypto::shamir_split(random_key(30), 8, 32);
    for (unsigned i = 16; i < 32; ++i) shares[i] = std::move(others[i]);
    Bytes fragments;
    for (unsigned i = 0; i < 32; ++i) append(fragments, segment.fragment(i));
    const auto blocks = forged(profile, segment.commitment(), shares, fragments);
    BOOST_TEST(recovered(blocks, 0, 8).has_value());
    BOOST_TEST(recovered(blocks, 16, 8).error().is(Code::corrupt));
}

// Padding and length are part of the canonical form: a second encoding of the same content does not open.
BOOST_AUTO_TEST_CASE(plaintexts_out_of_form_are_refused) {
    const Profile profile{8, 32, BlockClass::quarter_cell};
    const auto key = random_key(40), secret = random_key(41);
    for (const bool bad_length : {false, true}) {
        Bytes fragments(profile.n * profile.fragment());
        const auto text = MutableBytes(fragments).first(profile.stripe() - crypto::kTagSize);
        if (bad_length) {
            text[6] = 1;
        } else {
            text[8 + 20] = 1;
        }
        const auto tag = MutableBytes(fragments).subspan(text.size()).first<crypto::kTagSize>();
        crypto::Sealer(crypto::CipherSuite::chacha20_poly1305, crypto::derive(label::kLeafKey, key, secret))
            .seal(0, {}, text, tag);
        const auto stripe = ByteView(fragments).first(profile.stripe());
        ErasureCode::of(8, 32).encode(stripe, MutableBytes(fragments).subspan(stripe.size()));
        const Commitment commitment{
            crypto::hash(label::kSegment, stripe, crypto::hash(label::kSecretHash, secret)).bytes};
        const auto blocks = forged(profile, commitment, crypto::shamir_split(secret, 8, 32), fragments);
        auto sound = SealedStripe::recover(blocks);
        BOOST_REQUIRE(sound.has_value());
        BOOST_TEST(std::move(*sound).open(label::kLeafKey, key).error().is(Code::corrupt));
    }
}

}  // namespace
}  // namespace catacomb::storage
