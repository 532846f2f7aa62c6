// The nonce under which a vault acknowledges one block of a store (docs/spec/storage-messages.md). The
// client draws a fresh seed for every attempt and gives it to the exit; each block's nonce follows from it,
// so that no word of an earlier attempt fits, and vaults that do not know the seed cannot link two blocks by
// it. Pure.
#pragma once

#include "base/opaque.hpp"

namespace catacomb::node {

using NonceSeed = Opaque<struct NonceSeedTag, 32>;
using BlockNonce = Opaque<struct BlockNonceTag, 16>;

// The first 16 bytes of H("catacomb acknowledgement nonce", seed, index u8).
BlockNonce block_nonce(const NonceSeed& seed, std::uint8_t index);

}  // namespace catacomb::node
