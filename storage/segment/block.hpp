// A block: header (8) ‖ commitment (32) ‖ share (32) ‖ Merkle path (6 × 32) ‖ fragment (docs/spec/segments.md
// 3). It proves by itself that it is block `index` of the segment `root`; a Block is bytes for which that was
// checked, and owns them.
#pragma once

#include "crypto/shamir.hpp"
#include "storage/segment/merkle.hpp"

namespace catacomb::storage {

using Root = Opaque<struct RootTag, 32>;
using Commitment = Opaque<struct CommitmentTag, 32>;

// What a block is asked for by.
struct BlockId {
    Root root;
    std::uint8_t index = 0;
    auto operator<=>(const BlockId&) const = default;
};

inline constexpr std::uint8_t kBlockVersion = 2;

struct BlockHeader {
    Profile profile;
    std::uint8_t index = 0;

    ByteArray<kBlockHeaderSize> encode() const;
    // Only the canonical form: known version, valid profile, index < n, zeros at the end. Code::malformed.
    static Result<BlockHeader> decode(ByteView from);
};

// The parts of a block's bytes, as views into them. Nothing is verified but the form.
struct BlockParts {
    BlockHeader header;
    ByteView header_bytes, commitment, share, path, fragment;
    // Code::malformed unless the bytes are exactly one block of the class their header names.
    static Result<BlockParts> decode(ByteView block);
};

// Hashes of docs/spec/segments.md 4.
Digest block_leaf(ByteView header, ByteView commitment, ByteView share, ByteView fragment);
Root segment_root(const Profile& profile, const Commitment& commitment, const Digest& merkle_top);

// Code::malformed: not a block. Code::corrupt: a block, but not this one of this segment. Costs one hash of
// the block.
Result<> check_block(const BlockId& id, ByteView block);

class Block {
public:
    // check_block, keeping the bytes.
    static Result<Block> verify(const BlockId& id, Bytes bytes);

    const BlockId& id() const { return id_; }
    const Profile& profile() const { return profile_; }
    const Commitment& commitment() const { return commitment_; }
    ByteView bytes() const { return bytes_; }
    ByteView share() const;
    ByteView fragment() const { return bytes().subspan(kBlockOverhead); }

private:
    Block(BlockId id, const BlockParts& parts, Bytes bytes);
    BlockId id_;
    Profile profile_;
    Commitment commitment_;
    Bytes bytes_;
};

}  // namespace catacomb::storage
