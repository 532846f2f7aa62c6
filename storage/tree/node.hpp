// What stands at the front of every segment that is sealed under a verify key (docs/spec/segments.md 6): the
// head that says which kind of node it is, the references by which it names others, and the box in which it
// keeps from the holder of a verify key what takes the read key. What comes from the network is hostile until
// it decoded here.
#pragma once

#include "base/codec.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::storage {

inline constexpr unsigned kMaxLevel = 4;

// One segment to be stored.
struct NewSegment {
    unsigned level = 0;  // 0: leaf
    std::uint64_t index = 0;
    SegmentBlocks blocks;
};

// level (1) ‖ type (1) ‖ count (2).
struct NodeHead {
    unsigned level = 0;
    NodeType type = NodeType::file;
    std::uint16_t count = 0;
};
inline constexpr std::size_t kNodeHeadSize = 4;
void encode_head(Writer& out, const NodeHead& head);
// Code::malformed, in words that say what it is instead: no node of that type, or one of format 1.
Result<NodeHead> decode_head(Reader& in, NodeType wanted);

// kind (1) ‖ k ‖ n ‖ class ‖ root (32): in keys and in directories.
inline constexpr std::size_t kRefSize = 4 + kHashSize;
void encode_ref(Writer& out, const SegmentRef& ref);
// Code::malformed, with the end of a sentence that begins "this key names".
Result<SegmentRef> decode_ref(Reader& in);

// Seals `text` under H("inner key", Rk, s), single use and nonce zero, and appends its tag.
void seal_box(const Key256& read, const Key256& secret, Bytes& text);
// Code::corrupt when it does not open.
Result<Bytes> open_box(const Key256& read, const Key256& secret, ByteView box);

}  // namespace catacomb::storage
