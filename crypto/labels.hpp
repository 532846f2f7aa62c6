// Every domain-separation tag in one list: a tag is the context of BLAKE3's derive-key mode, so two uses
// with different tags never collide (docs/spec/README.md). A new use gets a new tag here, nowhere else.
#pragma once

#include <string_view>

namespace catacomb::crypto {

struct Label {
    std::string_view text;
};

namespace label {
// identities
inline constexpr Label kNodeId{"catacomb node id"};
inline constexpr Label kVaultId{"catacomb vault id"};
inline constexpr Label kNetworkId{"catacomb network id"};
inline constexpr Label kFounding{"catacomb founding proof"};
inline constexpr Label kTicket{"catacomb ticket"};
inline constexpr Label kPowSalt{"catacomb pow salt"};
inline constexpr Label kPowKnown{"catacomb pow known"};
inline constexpr Label kPowPrefilter{"catacomb pow prefilter"};
inline constexpr Label kDescriptor{"catacomb relay descriptor"};    // signed
inline constexpr Label kRegister{"catacomb vault register"};        // signed
inline constexpr Label kAcknowledge{"catacomb vault acknowledge"};  // signed
inline constexpr Label kAcknowledgementNonce{"catacomb acknowledgement nonce"};
inline constexpr Label kRenewalNonce{"catacomb renewal nonce"};
inline constexpr Label kViewBucket{"catacomb view bucket"};
inline constexpr Label kViewEntry{"catacomb view entry"};
inline constexpr Label kConviction{"catacomb conviction"};
// links and circuits
inline constexpr Label kOnionSeed{"catacomb onion seed"};  // of the next epoch
inline constexpr Label kOnionKey{"catacomb onion key"};
inline constexpr Label kLinkPrologue{"catacomb link prologue"};
inline constexpr Label kLinkRekey{"catacomb link rekey"};
inline constexpr Label kHopPrologue{"catacomb hop prologue"};
inline constexpr Label kForwardSeal{"catacomb forward seal"};
inline constexpr Label kForwardFiller{"catacomb forward filler"};
inline constexpr Label kBackwardOrigin{"catacomb backward origin"};
inline constexpr Label kBackwardLayer{"catacomb backward layer"};
inline constexpr Label kBackwardChain{"catacomb backward chain"};
inline constexpr Label kLayerStream{"catacomb layer stream"};
inline constexpr Label kLayerMac{"catacomb layer mac"};
inline constexpr Label kHopSpare{"catacomb hop spare"};
inline constexpr Label kHandshakeHash{"catacomb handshake hash"};
// storage
inline constexpr Label kFile{"catacomb file"};
inline constexpr Label kConvergent{"catacomb convergent"};  // the public convergence secret
inline constexpr Label kRead{"catacomb read"};
inline constexpr Label kVerify{"catacomb verify"};
inline constexpr Label kSegmentSecret{"catacomb segment secret"};
inline constexpr Label kSegmentPlaintext{"catacomb segment plaintext"};
inline constexpr Label kLeafKey{"catacomb leaf key"};
inline constexpr Label kBranchKey{"catacomb branch key"};
inline constexpr Label kInnerKey{"catacomb inner key"};
inline constexpr Label kShamir{"catacomb shamir"};
inline constexpr Label kSecretHash{"catacomb secret hash"};
inline constexpr Label kSegment{"catacomb segment"};
inline constexpr Label kBlock{"catacomb block"};
inline constexpr Label kMerkleNode{"catacomb merkle node"};
inline constexpr Label kMerkleMissing{"catacomb merkle missing"};
inline constexpr Label kRoot{"catacomb root"};
inline constexpr Label kPosition{"catacomb position"};
inline constexpr Label kPlacement{"catacomb placement"};
inline constexpr Label kSpoolKey{"catacomb spool key"};
inline constexpr Label kInventory{"catacomb inventory"};
inline constexpr Label kStoreChecksum{"catacomb store checksum"};
inline constexpr Label kFileSeal{"catacomb file seal"};
// randomness and simulation
inline constexpr Label kRngSeed{"catacomb rng seed"};
inline constexpr Label kRngStream{"catacomb rng stream"};
inline constexpr Label kRngSplit{"catacomb rng split"};
inline constexpr Label kTrace{"catacomb trace"};
}  // namespace label

}  // namespace catacomb::crypto
