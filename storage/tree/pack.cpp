#include "storage/tree/pack.hpp"

#include "base/check.hpp"
#include "crypto/aead.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

constexpr auto kSuite = crypto::CipherSuite::chacha20_poly1305;

// A leaf's key without a leaf: a file in a pack has no secret of its own to share.
Key256 extent_key(const Key256& read) { return crypto::derive(label::kLeafKey, read); }

}  // namespace

PackBuilder::PackBuilder() {
    Writer head;
    encode_head(head, {0, NodeType::pack, 0});
    content_ = head.take();
}

bool PackBuilder::holds(std::uint64_t size) const {
    const auto left = kFullSegment - content_.size();
    return left >= crypto::kTagSize && size <= left - crypto::kTagSize;
}

Extent PackBuilder::add(const Key256& read, ByteView file) {
    CHECK(holds(file.size()));
    const Extent out{static_cast<std::uint32_t>(content_.size()), static_cast<std::uint32_t>(file.size())};
    append(content_, file);
    ByteArray<crypto::kTagSize> tag;
    crypto::Sealer sealer(kSuite, extent_key(read));
    sealer.seal(0, {}, MutableBytes(content_).subspan(out.offset), tag);
    append(content_, tag);
    return out;
}

PackBuilder::Sealed PackBuilder::seal(const Key256& convergence_secret) && {
    const auto keys = FileKeys::derive(convergence_secret, crypto::content_hash(content_), NodeType::pack);
    auto secret = segment_secret(keys.file, 0, 0, content_);
    auto stripe = SealedStripe::seal(label::kBranchKey, keys.verify, std::move(secret),
                                     leaf_profile(content_.size()), content_);
    return {std::move(stripe).disperse(), keys.verify.clone()};
}

Result<Plaintext> open_pack(SealedStripe stripe, const Key256& verify) {
    const auto profile = stripe.profile();
    auto content = std::move(stripe).open(label::kBranchKey, verify);
    if (!content) return content;
    Reader in(content->view());
    const auto head = decode_head(in, NodeType::pack);
    if (!head) return head.error();
    if (head->level != 0 || head->count != 0 || profile != leaf_profile(content->size)) {
        return error(Code::malformed, "a pack that is not built as a pack is");
    }
    return content;
}

Result<Bytes> open_extent(const Plaintext& pack, const Key256& read, const Extent& extent) {
    const auto end = std::uint64_t{extent.offset} + extent.size + crypto::kTagSize;
    if (extent.offset < kNodeHeadSize || end > pack.size) {
        return error(Code::malformed, "a file that lies outside of its pack");
    }
    auto out = to_bytes(pack.view().subspan(extent.offset, extent.size));
    const auto tag = pack.view().subspan(extent.offset + extent.size).first<crypto::kTagSize>();
    crypto::Opener opener(kSuite, extent_key(read));
    if (!opener.open(0, {}, out, tag))
        return error(Code::corrupt, "the key does not open this file of the pack");
    return out;
}

}  // namespace catacomb::storage
