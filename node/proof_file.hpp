// The file of work that was checked and held (docs/spec/identity.md 7), by names and nothing else: a node
// that starts again does not check it anew, which takes minutes where it knows many. Losing it costs that
// time, so a file that is damaged is told and passed over.
#pragma once

#include <filesystem>

#include "routing/network.hpp"

namespace catacomb::node {

using ProofNames = std::vector<crypto::Digest>;  // WorkClaim::name()

inline constexpr std::size_t kMostProofNames = 65536;

// A name does not tell at which price it was found to hold: the network does.
Bytes encode(const ProofNames& names, const routing::NetworkId& network);
// Code::corrupt unless it is what encode() gave; nothing of another network.
Result<ProofNames> decode_proof_names(ByteView bytes, const routing::NetworkId& network);

ProofNames load_proof_names(const std::filesystem::path& data_dir, const routing::NetworkId& network);
Result<> save_proof_names(const std::filesystem::path& data_dir, const ProofNames& names,
                          const routing::NetworkId& network);

}  // namespace catacomb::node
