#include "storage/segment/segment.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/aead.hpp"
#include "storage/segment/erasure.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

constexpr std::size_t kLengthSize = kSealOverhead - crypto::kTagSize;
// One cipher for the whole network, so that the same content has the same root on every machine.
constexpr auto kSuite = crypto::CipherSuite::chacha20_poly1305;
constexpr std::uint8_t kFileVersion = 2;

Commitment commitment_of(ByteView stripe, const Key256& secret) {
    return Commitment{crypto::hash(label::kSegment, stripe, crypto::hash(label::kSecretHash, secret)).bytes};
}

// k distinct blocks, those with data fragments first: they cost no arithmetic.
std::vector<const Block*> choose(std::span<const Block> blocks) {
    std::array<const Block*, kMaxBlocks> by_index{};
    for (const auto& block : blocks) {
        CHECK(block.id().root == blocks.front().id().root);
        by_index[block.id().index] = &block;
    }
    std::vector<const Block*> out;
    for (const auto* block : by_index) {
        if (block && out.size() < block->profile().k) out.push_back(block);
    }
    return out;
}

Result<Key256> combine(std::span<const Block* const> blocks, unsigned k) {
    std::vector<crypto::IndexedShare> shares;
    for (const auto* block : blocks) shares.push_back({block->id().index, Share::copy_of(block->share())});
    return crypto::shamir_combine(shares, k);
}

Bytes decode(const Profile& profile, std::span<const Block* const> blocks) {
    std::vector<ErasureCode::Fragment> fragments;
    for (const auto* block : blocks) fragments.push_back({block->id().index, block->fragment()});
    Bytes stripe(profile.stripe());
    ErasureCode::of(profile.k, profile.n).decode(fragments, stripe);
    return stripe;
}

}  // namespace

SegmentBlocks::SegmentBlocks(const Profile& profile, const Commitment& commitment, std::vector<Share> shares,
                             Bytes data)
    : profile_(profile),
      commitment_(commitment),
      shares_(std::move(shares)),
      data_(std::move(data)),
      tree_({}) {
    const auto parity_size = (profile_.n - profile_.k) * profile_.fragment();
    parity_ = std::make_unique_for_overwrite<std::uint8_t[]>(parity_size);
    ErasureCode::of(profile_.k, profile_.n).encode(data_, MutableBytes(parity_.get(), parity_size));
    std::vector<Digest> leaves;
    for (std::uint8_t i = 0; i < profile_.n; ++i) {
        const auto header = BlockHeader{profile_, i}.encode();
        leaves.push_back(block_leaf(header, commitment_, shares_[i].expose(), fragment(i)));
    }
    tree_ = MerkleTree(leaves);
    root_ = segment_root(profile_, commitment_, tree_.top());
}

ByteView SegmentBlocks::fragment(unsigned index) const {
    CHECK(index < profile_.n);
    const auto size = profile_.fragment();
    if (index < profile_.k) return ByteView(data_).subspan(index * size, size);
    return ByteView(parity_.get() + (index - profile_.k) * size, size);
}

void SegmentBlocks::encode_block(unsigned index, MutableBytes out) const {
    CHECK(index < profile_.n && out.size() == profile_.block());
    auto put = [&out](ByteView part) {
        copy(out, part);
        out = out.subspan(part.size());
    };
    put(BlockHeader{profile_, static_cast<std::uint8_t>(index)}.encode());
    put(commitment_);
    put(shares_[index].expose());
    for (const auto& beside : tree_.path(index)) put(beside);
    put(fragment(index));
}

Bytes SegmentBlocks::block(unsigned index) const {
    Bytes out(profile_.block());
    encode_block(index, out);
    return out;
}

Result<SegmentBlocks> SegmentBlocks::from_parts(const Root& root, const Profile& profile,
                                                const Commitment& commitment, std::vector<Share> shares,
                                                ByteView data) {
    if (!profile.valid() || shares.size() != profile.n || data.size() != profile.stripe()) {
        return error(Code::malformed, "the parts do not fit the segment's profile");
    }
    SegmentBlocks out(profile, commitment, std::move(shares), to_bytes(data));
    if (out.root_ != root) return error(Code::corrupt, "the segment's root does not come out");
    return out;
}

SealedStripe::SealedStripe(const Profile& profile, Key256 secret, Bytes stripe)
    : profile_(profile), secret_(std::move(secret)), stripe_(std::move(stripe)) {}

SealedStripe SealedStripe::seal(crypto::Label label, const Key256& key, Key256 secret, const Profile& profile,
                                ByteView content) {
    CHECK(profile.valid() && content.size() <= profile.capacity());
    Bytes stripe;
    stripe.reserve(profile.stripe());
    stripe.resize(kLengthSize);
    store_le(stripe, content.size());
    append(stripe, content);
    stripe.resize(profile.stripe());
    const auto text = MutableBytes(stripe).first(stripe.size() - crypto::kTagSize);
    crypto::Sealer sealer(kSuite, crypto::derive(label, key, secret));
    sealer.seal(0, {}, text, MutableBytes(stripe).last<crypto::kTagSize>());
    return SealedStripe(profile, std::move(secret), std::move(stripe));
}

Result<SealedStripe> SealedStripe::recover(std::span<const Block> blocks) {
    if (blocks.empty()) return error(Code::not_found, "no block of the segment was found");
    const auto& profile = blocks.front().profile();
    const auto chosen = choose(blocks);
    if (chosen.size() < profile.k) {
        return error(Code::not_found, "only " + std::to_string(chosen.size()) + " of the " +
                                          std::to_string(profile.k) + " blocks that are needed");
    }
    auto secret = combine(chosen, profile.k);
    if (!secret) return secret.error();
    auto stripe = decode(profile, chosen);
    if (commitment_of(stripe, *secret) != blocks.front().commitment()) {
        return error(Code::corrupt, "the segment was built to read differently for different readers");
    }
    return SealedStripe(profile, std::move(*secret), std::move(stripe));
}

Result<Plaintext> SealedStripe::open(crypto::Label label, const Key256& key) && {
    const auto text = MutableBytes(stripe_).first(profile_.stripe() - crypto::kTagSize);
    crypto::Opener opener(kSuite, crypto::derive(label, key, secret_));
    if (!opener.open(0, {}, text, ByteView(stripe_).last<crypto::kTagSize>())) {
        return error(Code::corrupt, "the key does not open this segment");
    }
    const auto size = load_le(text.first(kLengthSize));
    if (size > profile_.capacity()) return error(Code::corrupt, "the segment claims more than it holds");
    const auto padding = text.subspan(kLengthSize + size);
    if (!all_zero(padding)) return error(Code::corrupt, "the segment's padding is not empty");
    return Plaintext{std::move(stripe_), kLengthSize, size};
}

SegmentBlocks SealedStripe::disperse() && {
    const auto commitment = commitment_of(stripe_, secret_);
    auto shares = crypto::shamir_split(secret_, profile_.k, profile_.n);
    return SegmentBlocks(profile_, commitment, std::move(shares), std::move(stripe_));
}

Result<SegmentBlocks> SealedStripe::rebuild(const Root& root) && {
    auto out = std::move(*this).disperse();
    if (out.root() != root) return error(Code::corrupt, "the segment's root does not come out");
    return out;
}

FileKeys FileKeys::derive(const Key256& convergence_secret, const Digest& hash, NodeType type) {
    const auto block_class = static_cast<std::uint8_t>(kFullProfile.block_class);
    const ByteArray<5> parameters{kFileVersion, static_cast<std::uint8_t>(type), kFullProfile.k,
                                  kFullProfile.n, block_class};
    auto file = crypto::derive(label::kFile, convergence_secret, parameters, hash);
    auto read = crypto::derive(label::kRead, file);
    auto verify = verify_key_of(read);
    return {std::move(file), std::move(read), std::move(verify)};
}

Key256 verify_key_of(const Key256& read) { return crypto::derive(label::kVerify, read); }

Key256 segment_secret(const Key256& file, unsigned level, std::uint64_t index, ByteView content) {
    const auto content_hash = crypto::hash(label::kSegmentPlaintext, content);
    return crypto::derive(label::kSegmentSecret, file, static_cast<std::uint8_t>(level), index, content_hash);
}

Key256 convergent_secret() { return crypto::derive(label::kConvergent); }

}  // namespace catacomb::storage
