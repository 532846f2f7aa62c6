// Descriptor: what a relay says about itself, signed (docs/spec/membership.md 1). Nobody
// believes anything about a relay but its own unexpired descriptor. A Descriptor is made here or decoded here
// and then never changes, so it is shared freely by pointer. On the wire: 64 bytes of signature, then a
// serialised DescriptorBody; the exact bytes received are kept and passed on.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "routing/endpoint.hpp"
#include "routing/network.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kMaxDescriptorSize = 1024;
inline constexpr std::size_t kMaxDescriptorAddresses = 4;
inline constexpr std::uint32_t kMaxCapacityClass = 15;
// Feature bits that this version shows. None: everything it can do, every node of the network can.
inline constexpr std::uint64_t kFeatures = 0;

struct Descriptor {
    NodeId id;
    crypto::VerifyKey key;
    IdentityProofs proofs;
    crypto::AgreePublic link_key;
    crypto::AgreePublic onion_key;
    crypto::CipherSuite circuit_cipher = crypto::CipherSuite::chacha20_poly1305;
    std::vector<Endpoint> addresses;   // 1 to 4
    std::uint32_t capacity_class = 0;  // 0..15: about 2^class MB/s
    std::uint32_t version = kProtocolVersion;
    Time published{};
    Time expires{};
    std::uint64_t incarnation = 0;       // grows at every start of the relay
    std::uint64_t features = kFeatures;  // bits of what it can beyond its version; unknown ones mean nothing

    Bytes encoded;          // the exact signed bytes
    crypto::Digest digest;  // H(view entry, encoded)

    // Whether this one replaces `other` of the same id: by incarnation, then published, then digest, so that
    // all views settle on the same one even when a relay signs two at once.
    bool newer_than(const Descriptor& other) const;
    // Holds for `at` under some epoch's rules: not expired, not from the future.
    bool valid_at(Time at) const { return at < expires && published <= at + kMaxClockSkew; }
};
using DescriptorPtr = std::shared_ptr<const Descriptor>;

// Signs `fields`, whose id, key, encoded and digest are filled in here. Code::bad_input when a field breaks a
// limit that decode_descriptor enforces.
Result<DescriptorPtr> sign_descriptor(Descriptor fields, const crypto::SignKeyPair& key,
                                      const NetworkParameters& network);

// Reads the fields and checks their limits; no cryptography but the hash that is the id. Code::malformed.
Result<Descriptor> parse_descriptor(ByteView encoded, const NetworkParameters& network);
// All but the work that it shows, which routing/proofs checks. Code::corrupt: the signature does not hold.
// Code::refused: expired, too long a life, not yet valid, or a ticket of an epoch that does not count now.
Result<> verify_descriptor(const Descriptor& parsed, const NetworkParameters& network, Time now);

// The signature alone. Code::corrupt.
Result<> verify_signature(const Descriptor& parsed, const NetworkParameters& network);

}  // namespace catacomb::routing
