// Keys as people hold them: `chk1…` reads, `ver1…` checks, repairs and renews (docs/spec/keys.md). Bech32m
// over a version, what the top segment is, its profile and root, and one 32-byte key. The chk1 key of a small
// file in a pack also says where in the pack the file lies, and carries the pack's verify key.
#pragma once

#include <variant>

#include "storage/tree/node.hpp"

namespace catacomb::storage {

struct VerifyKey {
    SegmentRef top;  // the segment the tree starts at
    Key256 verify;   // Vk

    std::string encode() const;  // "ver1…"
    // Of a file: `ver1…`, or `chk1…` by weakening it. Code::bad_input with a sentence that says what is
    // wrong.
    static Result<VerifyKey> decode(std::string_view text);
    VerifyKey clone() const { return {top, verify.clone()}; }
};

struct ReadKey {
    SegmentRef top;
    Key256 read;  // Rk

    std::string encode() const;  // "chk1…"
    crypto::SecretBytes bytes() const;
    // Of a file. Code::bad_input with a sentence that says what is wrong, and where a single character looks
    // mistyped.
    static Result<ReadKey> decode(std::string_view text);
    VerifyKey weaken() const { return {top, verify_key_of(read)}; }
    ReadKey clone() const { return {top, read.clone()}; }
};

// Where a file lies in a pack's content, sealed: `size` bytes and a tag (storage/tree/pack.hpp).
struct Extent {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;  // of the file
    bool operator==(const Extent&) const = default;
};
// Within the content of a pack of that profile.
bool valid_extent(const Profile& pack, const Extent& extent);

struct ExtentKey {
    SegmentRef pack;
    Key256 read;         // Rk of the file: opens the extent
    Key256 pack_verify;  // Vk of the pack: opens the segment around it
    Extent extent;

    std::string encode() const;  // "chk1…", longer than a ReadKey's
    crypto::SecretBytes bytes() const;
    // The whole pack is what can be checked and renewed.
    VerifyKey weaken() const { return {pack, pack_verify.clone()}; }
};

// Whatever a `chk1…` names: a file or directory of its own, or a file in a pack.
using AnyReadKey = std::variant<ReadKey, ExtentKey>;
std::string encode_key(const AnyReadKey& key);
crypto::SecretBytes key_bytes(const AnyReadKey& key);
VerifyKey weaken(const AnyReadKey& key);

// Any chk1, and any ver1 or chk1. Errors as above.
Result<AnyReadKey> decode_read_key(std::string_view text);
Result<VerifyKey> decode_verify_key(std::string_view text);

}  // namespace catacomb::storage
