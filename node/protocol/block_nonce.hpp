// The nonces under which vaults acknowledge a store or a renewal (docs/spec/storage-messages.md 5). The
// client draws a fresh seed for every attempt and gives it to the exit; each block's nonce follows from it,
// or in a renewal each relay's and from that each vault's: so that no word of an earlier attempt fits, and
// vaults that do not know the seed cannot link two blocks, or each other, by it. Pure.
#pragma once

#include "base/opaque.hpp"
#include "routing/identity.hpp"

namespace catacomb::node {

using NonceSeed = Opaque<struct NonceSeedTag, 32>;
using BlockNonce = Opaque<struct BlockNonceTag, 16>;

// The first 16 bytes of H("catacomb acknowledgement nonce", seed, index u8).
BlockNonce block_nonce(const NonceSeed& seed, std::uint8_t index);
// The first 16 bytes of H("catacomb renewal nonce", seed, relay), and of H("catacomb renewal nonce", that,
// vault).
BlockNonce relay_nonce(const NonceSeed& seed, const routing::NodeId& relay);
BlockNonce vault_nonce(const BlockNonce& of_relay, const routing::VaultId& vault);

}  // namespace catacomb::node
