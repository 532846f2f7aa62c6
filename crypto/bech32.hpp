// Bech32m (BIP 350) without its 90-character limit: our keys are longer than the length for which it promises
// to find any 4 errors; a random typo is still caught with probability 1 - 2^-30.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace catacomb::crypto {

inline constexpr std::size_t kBech32MaxLength = 1024;

// Requires: hrp is 1-83 lower-case printable ASCII characters.
std::string bech32_encode(std::string_view hrp, ByteView data);

struct Bech32 {
    std::string hrp;
    Bytes data;
};
// Code::bad_input with a message that says what is wrong and, where it can be told, at which character (from
// 1): mixed case, a character outside the alphabet, no separator, too short, wrong checksum, non-zero
// padding.
Result<Bech32> bech32_decode(std::string_view text);

// For a checksum that does not hold: the 1-based positions at which changing a single character would mend it
// (empty when no single change does). A hint for error messages, never used to correct silently.
std::vector<std::size_t> bech32_locate_error(std::string_view text);

}  // namespace catacomb::crypto
