#include "storage/segment/block.hpp"

#include "base/codec.hpp"

namespace catacomb::storage {

ByteArray<kBlockHeaderSize> BlockHeader::encode() const {
    return {
        kBlockVersion, static_cast<std::uint8_t>(profile.block_class), profile.k, profile.n, index, 0, 0, 0};
}

Result<BlockHeader> BlockHeader::decode(ByteView from) {
    Reader in(from);
    const auto version = in.u8();
    const auto block_class = in.u8();
    const auto k = in.u8();
    const auto n = in.u8();
    const auto index = in.u8();
    const auto zeros = in.raw(3);
    if (!in.done() || !all_zero(zeros)) return error(Code::malformed, "not a block header");
    if (version == 1) return error(Code::malformed, "a block of format 1, made by an older version");
    if (version != kBlockVersion) return error(Code::malformed, "a block of a format that is not known here");
    const auto profile = to_profile(k, n, block_class);
    if (!profile) return profile.error();
    if (index >= n) return error(Code::malformed, "block index out of range");
    return BlockHeader{*profile, index};
}

Result<BlockParts> BlockParts::decode(ByteView block) {
    Reader in(block);
    const auto header_bytes = in.raw(kBlockHeaderSize);
    const auto header = BlockHeader::decode(header_bytes);
    if (!header) return header.error();
    if (block.size() != header->profile.block()) return error(Code::malformed, "a block of the wrong length");
    BlockParts out{*header, header_bytes, {}, {}, {}, {}};
    out.commitment = in.raw(kHashSize);
    out.share = in.raw(crypto::kShareSize);
    out.path = in.raw(kMerkleDepth * kHashSize);
    out.fragment = in.rest();
    return out;
}

Digest block_leaf(ByteView header, ByteView commitment, ByteView share, ByteView fragment) {
    // BLAKE3 takes whole subtrees only of input in one piece: half again as fast, the copy included.
    Bytes input;
    input.reserve(header.size() + commitment.size() + share.size() + fragment.size());
    for (auto part : {header, commitment, share, fragment}) append(input, part);
    return crypto::Hasher(crypto::label::kBlock).fixed(input).digest();
}

Root segment_root(const Profile& profile, const Commitment& commitment, const Digest& merkle_top) {
    const auto block_class = static_cast<std::uint8_t>(profile.block_class);
    return Root{
        crypto::hash(crypto::label::kRoot, profile.k, profile.n, block_class, commitment, merkle_top).bytes};
}

namespace {

Result<BlockParts> verified_parts(const BlockId& id, ByteView block) {
    auto parts = BlockParts::decode(block);
    if (!parts) return parts;
    if (parts->header.index != id.index) return error(Code::corrupt, "another block of a segment");
    MerklePath path;
    for (unsigned i = 0; i < kMerkleDepth; ++i) {
        copy(path[i].bytes, parts->path.subspan(i * kHashSize, kHashSize));
    }
    const auto leaf = block_leaf(parts->header_bytes, parts->commitment, parts->share, parts->fragment);
    const auto top = merkle_top(leaf, id.index, path);
    if (segment_root(parts->header.profile, *Commitment::from(parts->commitment), top) != id.root) {
        return error(Code::corrupt, "the block does not belong to this segment");
    }
    return parts;
}

}  // namespace

Result<> check_block(const BlockId& id, ByteView block) {
    const auto parts = verified_parts(id, block);
    if (!parts) return parts.error();
    return ok();
}

Result<Block> Block::verify(const BlockId& id, Bytes bytes) {
    const auto parts = verified_parts(id, bytes);
    if (!parts) return parts.error();
    return Block(id, *parts, std::move(bytes));
}

Block::Block(BlockId id, const BlockParts& parts, Bytes bytes)
    : id_(id),
      profile_(parts.header.profile),
      commitment_(*Commitment::from(parts.commitment)),
      bytes_(std::move(bytes)) {}

ByteView Block::share() const { return bytes().subspan(kBlockHeaderSize + kHashSize, crypto::kShareSize); }

}  // namespace catacomb::storage
