#include "node/protocol/block_nonce.hpp"

#include "crypto/hash.hpp"

namespace catacomb::node {

namespace {

BlockNonce half_of(const crypto::Digest& digest) {
    return *BlockNonce::from(digest.view().first(BlockNonce::kSize));
}

}  // namespace

BlockNonce block_nonce(const NonceSeed& seed, std::uint8_t index) {
    return half_of(crypto::hash(crypto::label::kAcknowledgementNonce, seed, index));
}

BlockNonce relay_nonce(const NonceSeed& seed, const routing::NodeId& relay) {
    return half_of(crypto::hash(crypto::label::kRenewalNonce, seed, relay));
}

BlockNonce vault_nonce(const BlockNonce& of_relay, const routing::VaultId& vault) {
    return half_of(crypto::hash(crypto::label::kRenewalNonce, of_relay, vault));
}

}  // namespace catacomb::node
