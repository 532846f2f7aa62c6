#include "node/protocol/block_nonce.hpp"

#include "crypto/hash.hpp"

namespace catacomb::node {

BlockNonce block_nonce(const NonceSeed& seed, std::uint8_t index) {
    const auto digest = crypto::hash(crypto::label::kAcknowledgementNonce, seed, index);
    return *BlockNonce::from(digest.view().first(BlockNonce::kSize));
}

}  // namespace catacomb::node
