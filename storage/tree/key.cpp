#include "storage/tree/key.hpp"

#include "base/codec.hpp"
#include "crypto/bech32.hpp"

namespace catacomb::storage {
namespace {

constexpr std::uint8_t kKeyVersion = 2;
constexpr std::string_view kReadPrefix = "chk";
constexpr std::string_view kVerifyPrefix = "ver";

std::string encode_key(std::string_view prefix, const SegmentRef& top, const Key256& key) {
    Writer out;
    out.u8(kKeyVersion).u8(static_cast<std::uint8_t>(top.kind));
    out.u8(top.profile.k).u8(top.profile.n).u8(static_cast<std::uint8_t>(top.profile.block_class));
    out.raw(top.root).raw(key.expose());
    const crypto::SecretBytes bytes(out.take());
    return crypto::bech32_encode(prefix, bytes.expose());
}

struct DecodedKey {
    std::string prefix;
    SegmentRef top;
    Key256 key;
};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Error mistyped(std::string_view text, const Error& why) {
    auto message = "this is not a valid key: " + why.text();
    const auto places = crypto::bech32_locate_error(text);
    if (places.size() == 1) message += "; look at character " + std::to_string(places.front());
    return error(Code::bad_input, std::move(message));
}

Result<SegmentKind> to_kind(std::uint8_t wire) {
    switch (wire) {
        case 1:
            return SegmentKind::leaf;
        case 2:
            return SegmentKind::branch;
        case 3:
            return error(Code::bad_input, "this is the key of a directory, which this version cannot read");
    }
    return error(Code::bad_input, "this key is of an unknown type; a newer version may know it");
}

Result<SegmentRef> decode_top(Reader& in) {
    const auto kind = to_kind(in.u8());
    if (!kind) return kind.error();
    const auto k = in.u8();
    const auto n = in.u8();
    const auto profile = to_profile(k, n, in.u8());
    if (!profile) return error(Code::bad_input, "this key names an impossible profile");
    const bool branch = *kind == SegmentKind::branch;
    if (branch && (profile->k != kFullProfile.k || profile->n != kFullProfile.n)) {
        return error(Code::bad_input, "this key names a branch that is not 20 of 60");
    }
    return SegmentRef{in.opaque<Root>(), *profile, *kind};
}

Result<DecodedKey> decode_key(std::string_view untrimmed) {
    const auto text = trimmed(untrimmed);
    if (text.empty()) return error(Code::bad_input, "there is no key");
    auto decoded = crypto::bech32_decode(text);
    if (!decoded) return mistyped(text, decoded.error());
    const crypto::SecretBytes bytes(std::move(decoded->data));
    if (decoded->hrp != kReadPrefix && decoded->hrp != kVerifyPrefix) {
        return error(Code::bad_input,
                     "a key begins with chk1 or ver1; this one begins with " + decoded->hrp + "1");
    }
    Reader in(bytes.expose());
    const auto version = in.u8();
    if (version == 1) {
        return error(Code::bad_input,
                     "this is a key of format 1, made by an older version; that format is no "
                     "longer read");
    }
    if (version != kKeyVersion)
        return error(Code::bad_input, "this key is of a format that is not known here");
    const auto top = decode_top(in);
    if (!top) return top.error();
    const auto key = in.raw(Key256::kSize);
    if (!in.done()) return error(Code::bad_input, "this key is too short or too long");
    return DecodedKey{std::move(decoded->hrp), *top, Key256::copy_of(key)};
}

}  // namespace

std::string VerifyKey::encode() const { return encode_key(kVerifyPrefix, top, verify); }
std::string ReadKey::encode() const { return encode_key(kReadPrefix, top, read); }

Result<VerifyKey> VerifyKey::decode(std::string_view text) {
    auto key = decode_key(text);
    if (!key) return key.error();
    if (key->prefix == kReadPrefix) return ReadKey{key->top, std::move(key->key)}.weaken();
    return VerifyKey{key->top, std::move(key->key)};
}

Result<ReadKey> ReadKey::decode(std::string_view text) {
    auto key = decode_key(text);
    if (!key) return key.error();
    if (key->prefix == kVerifyPrefix) {
        return error(Code::bad_input, "a ver1 key checks and repairs; reading takes the file's chk1 key");
    }
    return ReadKey{key->top, std::move(key->key)};
}

}  // namespace catacomb::storage
