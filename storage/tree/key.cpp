#include "storage/tree/key.hpp"

#include "crypto/aead.hpp"
#include "crypto/bech32.hpp"

namespace catacomb::storage {
namespace {

constexpr std::uint8_t kKeyVersion = 2;
constexpr std::string_view kReadPrefix = "chk";
constexpr std::string_view kVerifyPrefix = "ver";

Writer key_front(const SegmentRef& top, const Key256& key) {
    Writer out;
    out.u8(kKeyVersion);
    encode_ref(out, top);
    out.raw(key.expose());
    return out;
}

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

struct Content {
    std::string prefix;
    crypto::SecretBytes bytes;
};

Result<Content> decode_text(std::string_view untrimmed) {
    const auto text = trimmed(untrimmed);
    if (text.empty()) return error(Code::bad_input, "there is no key");
    auto decoded = crypto::bech32_decode(text);
    if (!decoded) return mistyped(text, decoded.error());
    Content out{std::move(decoded->hrp), crypto::SecretBytes(std::move(decoded->data))};
    if (out.prefix == kReadPrefix || out.prefix == kVerifyPrefix) return out;
    return error(Code::bad_input, "a key begins with chk1 or ver1; this one begins with " + out.prefix + "1");
}

Result<SegmentRef> decode_front(Reader& in) {
    const auto version = in.u8();
    if (version == 1) {
        return error(Code::bad_input,
                     "this is a key of format 1, made by an older version; that format is no longer read");
    }
    if (version != kKeyVersion)
        return error(Code::bad_input, "this key is of a format that is not known here");
    auto top = decode_ref(in);
    if (!top) return error(Code::bad_input, "this key names " + top.error().text());
    return top;
}

Key256 take_key(Reader& in) {
    const auto bytes = in.raw(Key256::kSize);
    return in.ok() ? Key256::copy_of(bytes) : Key256();
}

Error wrong_length() { return error(Code::bad_input, "this key is too short or too long"); }

Result<AnyReadKey> decode_read_bytes(ByteView bytes) {
    Reader in(bytes);
    const auto top = decode_front(in);
    if (!top) return top.error();
    auto read = take_key(in);
    if (top->kind != SegmentKind::pack) {
        if (!in.done()) return wrong_length();
        return ReadKey{*top, std::move(read)};
    }
    auto verify = take_key(in);
    const Extent extent{in.u32(), in.u32()};
    if (!in.done()) return wrong_length();
    if (!valid_extent(top->profile, extent)) {
        return error(Code::bad_input, "this key names a place outside of its pack");
    }
    return ExtentKey{*top, std::move(read), std::move(verify), extent};
}

Result<VerifyKey> decode_verify_bytes(ByteView bytes) {
    Reader in(bytes);
    const auto top = decode_front(in);
    if (!top) return top.error();
    auto verify = take_key(in);
    if (!in.done()) return wrong_length();
    return VerifyKey{*top, std::move(verify)};
}

Result<> of_a_file(SegmentKind kind) {
    if (kind == SegmentKind::directory) {
        return error(Code::bad_input, "this is the key of a directory, which this version cannot read");
    }
    if (kind == SegmentKind::pack) {
        return error(Code::bad_input, "this is the key of a file in a pack, which this version cannot read");
    }
    return ok();
}

}  // namespace

bool valid_extent(const Profile& pack, const Extent& extent) {
    return extent.offset >= kNodeHeadSize &&
           std::uint64_t{extent.offset} + extent.size + crypto::kTagSize <= pack.capacity();
}

crypto::SecretBytes ReadKey::bytes() const { return crypto::SecretBytes(key_front(top, read).take()); }

crypto::SecretBytes ExtentKey::bytes() const {
    auto out = key_front(pack, read);
    out.raw(pack_verify.expose()).u32(extent.offset).u32(extent.size);
    return crypto::SecretBytes(out.take());
}

std::string VerifyKey::encode() const {
    const crypto::SecretBytes bytes(key_front(top, verify).take());
    return crypto::bech32_encode(kVerifyPrefix, bytes.expose());
}
std::string ReadKey::encode() const { return crypto::bech32_encode(kReadPrefix, bytes().expose()); }
std::string ExtentKey::encode() const { return crypto::bech32_encode(kReadPrefix, bytes().expose()); }

std::string encode_key(const AnyReadKey& key) {
    return std::visit([](const auto& k) { return k.encode(); }, key);
}
crypto::SecretBytes key_bytes(const AnyReadKey& key) {
    return std::visit([](const auto& k) { return k.bytes(); }, key);
}
VerifyKey weaken(const AnyReadKey& key) {
    return std::visit([](const auto& k) { return k.weaken(); }, key);
}

Result<AnyReadKey> decode_read_key(std::string_view text) {
    const auto content = decode_text(text);
    if (!content) return content.error();
    if (content->prefix == kVerifyPrefix) {
        return error(Code::bad_input, "a ver1 key checks and repairs; reading takes the file's chk1 key");
    }
    return decode_read_bytes(content->bytes.expose());
}

Result<VerifyKey> decode_verify_key(std::string_view text) {
    const auto content = decode_text(text);
    if (!content) return content.error();
    if (content->prefix == kVerifyPrefix) return decode_verify_bytes(content->bytes.expose());
    const auto key = decode_read_bytes(content->bytes.expose());
    if (!key) return key.error();
    return weaken(*key);
}

Result<VerifyKey> VerifyKey::decode(std::string_view text) {
    auto key = decode_verify_key(text);
    if (!key) return key;
    if (auto file = of_a_file(key->top.kind); !file) return file.error();
    return key;
}

Result<ReadKey> ReadKey::decode(std::string_view text) {
    auto key = decode_read_key(text);
    if (!key) return key.error();
    auto* whole = std::get_if<ReadKey>(&*key);
    if (auto file = of_a_file(whole ? whole->top.kind : SegmentKind::pack); !file) return file.error();
    return std::move(*whole);
}

}  // namespace catacomb::storage
