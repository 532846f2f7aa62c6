// Packs: one segment that holds many small files, each sealed under a key of its own (docs/spec/segments.md
// 6.6). A directory, or a `chk1…` key, names a file in it by its place. The pack's verify key opens the
// segment and shows nothing but ciphertext; a file's read key opens that file alone. Pure.
#pragma once

#include "storage/tree/key.hpp"

namespace catacomb::storage {

// Gathers the files of one pack, in order, then seals it.
class PackBuilder {
public:
    PackBuilder();
    bool holds(std::uint64_t size) const;  // one file more, of that size
    bool empty() const { return content_.size() == kNodeHeadSize; }
    // Requires: holds(file.size()); `read` is the Rk of exactly these bytes, as FileKeys::derive gives it,
    // for it is used once.
    Extent add(const Key256& read, ByteView file);

    struct Sealed {
        SegmentBlocks blocks;
        Key256 verify;  // Vk of the pack
        SegmentRef ref() const { return {blocks.root(), blocks.profile(), SegmentKind::pack}; }
    };
    // Uses the builder up.
    Sealed seal(const Key256& convergence_secret) &&;

private:
    Bytes content_;
};

// The content of a pack's segment, for the holder of its verify key. Code::corrupt when it does not open,
// Code::malformed when it is no pack.
Result<Plaintext> open_pack(SealedStripe stripe, const Key256& verify);
// One file of it. Code::malformed when its place is not within the pack, Code::corrupt when it does not open.
Result<Bytes> open_extent(const Plaintext& pack, const Key256& read, const Extent& extent);

}  // namespace catacomb::storage
