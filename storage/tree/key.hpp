// Keys as people hold them: `chk1…` reads, `ver1…` checks, repairs and renews (docs/spec/keys.md
// 1). Bech32m over a version, what the root segment is, its profile and root, and one 32-byte
// key.
#pragma once

#include "storage/segment/segment.hpp"

namespace catacomb::storage {

struct VerifyKey {
    SegmentRef top;  // the segment the tree starts at
    Key256 verify;   // Vk

    std::string encode() const;  // "ver1…"
    // Accepts `ver1…`, and `chk1…` by weakening it. Code::bad_input with a sentence that says what is wrong.
    static Result<VerifyKey> decode(std::string_view text);
    VerifyKey clone() const { return {top, verify.clone()}; }
};

struct ReadKey {
    SegmentRef top;
    Key256 read;  // Rk

    std::string encode() const;  // "chk1…"
    // Code::bad_input with a sentence that says what is wrong, and where a single character looks mistyped.
    static Result<ReadKey> decode(std::string_view text);
    VerifyKey weaken() const { return {top, verify_key_of(read)}; }
    ReadKey clone() const { return {top, read.clone()}; }
};

}  // namespace catacomb::storage
