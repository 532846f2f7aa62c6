// Noise's CipherState and SymmetricState (rev 34, 5.1 and 5.2) over BLAKE2b. Private to crypto/noise.cpp.
#pragma once

#include "crypto/noise.hpp"

namespace catacomb::crypto {

inline constexpr std::size_t kNoiseHash = 64;  // HASHLEN of BLAKE2b

class SymmetricState {
public:
    SymmetricState(std::string_view protocol_name, CipherSuite suite);

    void mix_hash(ByteView data);
    void mix_key(ByteView input_key_material);
    // Plain until the first mix_key; from then on sealed with the transcript's hash as associated data.
    Bytes encrypt_and_hash(ByteView text);
    // Code::malformed when shorter than a tag, Code::corrupt when the tag fails.
    Result<Bytes> decrypt_and_hash(ByteView sealed);
    bool has_key() const { return key_.has_value(); }
    NoiseSplit split() const;

private:
    CipherSuite suite_;
    ByteArray<kNoiseHash> hash_{};
    Secret<kNoiseHash> chaining_key_;
    std::optional<Key256> key_;
    std::uint64_t counter_ = 0;
};

}  // namespace catacomb::crypto
