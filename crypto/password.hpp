// Argon2id through libsodium (one lane, 16-byte salt).
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace catacomb::crypto {

struct Argon2Cost {
    std::uint64_t passes = 1;
    std::uint64_t memory_bytes = 8 * 1024 * 1024;  // at least 8192
};

// Fills `out` (16 bytes or more). Code::limit when memory cannot be had, Code::bad_input for impossible
// costs.
Result<> argon2id(MutableBytes out, ByteView password, std::span<const std::uint8_t, 16> salt,
                  Argon2Cost cost);

}  // namespace catacomb::crypto
