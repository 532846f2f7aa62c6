#include "storage/tree/node.hpp"

#include "crypto/aead.hpp"
#include "storage/tree/directory.hpp"

namespace catacomb::storage {
namespace {

constexpr auto kSuite = crypto::CipherSuite::chacha20_poly1305;

const char* what_is(std::uint8_t type) {
    switch (type) {
        case 0:
            return "a branch of format 1, made by an older version";
        case static_cast<std::uint8_t>(NodeType::file):
            return "a branch of a file's tree where something else was expected";
        case static_cast<std::uint8_t>(NodeType::directory):
            return "a directory where something else was expected";
        case static_cast<std::uint8_t>(NodeType::pack):
            return "a pack of small files where something else was expected";
    }
    return "a node of an unknown type; a newer version may know it";
}

bool fits_kind(const SegmentRef& ref) {
    const bool full = ref.profile.k == kFullProfile.k && ref.profile.n == kFullProfile.n;
    switch (ref.kind) {
        case SegmentKind::leaf:
        case SegmentKind::pack:
            return true;
        case SegmentKind::branch:
            return full;
        case SegmentKind::directory:
            return full && ref.profile.block_class <= kDirectoryProfile.block_class;
    }
    return false;
}

}  // namespace

void encode_head(Writer& out, const NodeHead& head) {
    out.u8(static_cast<std::uint8_t>(head.level)).u8(static_cast<std::uint8_t>(head.type)).u16(head.count);
}

Result<NodeHead> decode_head(Reader& in, NodeType wanted) {
    NodeHead out;
    out.level = in.u8();
    const auto type = in.u8();
    out.count = in.u16();
    if (!in.ok()) return error(Code::malformed, "a node without a head");
    if (type != static_cast<std::uint8_t>(wanted)) return error(Code::malformed, what_is(type));
    out.type = wanted;
    return out;
}

void encode_ref(Writer& out, const SegmentRef& ref) {
    out.u8(static_cast<std::uint8_t>(ref.kind)).u8(ref.profile.k).u8(ref.profile.n);
    out.u8(static_cast<std::uint8_t>(ref.profile.block_class)).raw(ref.root);
}

Result<SegmentRef> decode_ref(Reader& in) {
    const auto kind = in.u8();
    if (kind < 1 || kind > static_cast<std::uint8_t>(SegmentKind::pack)) {
        return error(Code::malformed, "something of an unknown type; a newer version may know it");
    }
    const auto k = in.u8();
    const auto n = in.u8();
    const auto profile = to_profile(k, n, in.u8());
    if (!profile) return error(Code::malformed, "an impossible profile");
    const SegmentRef out{in.opaque<Root>(), *profile, static_cast<SegmentKind>(kind)};
    if (out.kind == SegmentKind::branch && !fits_kind(out)) {
        return error(Code::malformed, "a branch that is not 20 of 60");
    }
    if (!fits_kind(out)) {
        return error(Code::malformed, "a directory that is not 20 of 60, in blocks of at most 4 cells");
    }
    return out;
}

void seal_box(const Key256& read, const Key256& secret, Bytes& text) {
    ByteArray<crypto::kTagSize> tag;
    crypto::Sealer box(kSuite, crypto::derive(crypto::label::kInnerKey, read, secret));
    box.seal(0, {}, text, tag);
    append(text, tag);
}

Result<Bytes> open_box(const Key256& read, const Key256& secret, ByteView box) {
    if (box.size() < crypto::kTagSize) return error(Code::malformed, "a box that is cut short");
    auto text = to_bytes(box.first(box.size() - crypto::kTagSize));
    crypto::Opener opener(kSuite, crypto::derive(crypto::label::kInnerKey, read, secret));
    if (!opener.open(0, {}, text, box.last<crypto::kTagSize>())) {
        return error(Code::corrupt, "the read key does not open the private part");
    }
    return text;
}

}  // namespace catacomb::storage
