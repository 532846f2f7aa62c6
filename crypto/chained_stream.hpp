// One relay's layer over backward cells (docs/spec/onion.md 4): a stream cipher layer (AES-256-CTR or
// ChaCha20) over the whole cell, and a MAC (GMAC or Poly1305) over the layered cell that is computed but not
// sent; the next cell's nonce follows from (counter, that MAC): 96 bits of H(backward chain, counter, MAC),
// for the stream (from block 0) and, under another key, for the MAC, which is the suite's AEAD tag over the
// layered cell as associated data. A cell that was changed between the relay and the client gives the client
// another MAC, so every later cell of the circuit turns to noise.
#pragma once

#include "crypto/aead.hpp"

namespace catacomb::crypto {

class ChainedStream {
public:
    // The chain: how many cells passed, and the MAC of the last one (zero at first).
    struct State {
        std::uint64_t counter = 0;
        ByteArray<16> mac{};
    };

    // Derives its stream and MAC keys from `key`.
    ChainedStream(CipherSuite suite, const Key256& key);
    ~ChainedStream();
    ChainedStream(ChainedStream&&) noexcept;
    ChainedStream& operator=(ChainedStream&&) noexcept;

    // Relay: lays the layer over `cell` in place and moves the chain on.
    void add(MutableBytes cell);
    // Client: computes the chain state after `cell` (as received, layer still on), takes the layer off in
    // place, and returns the new state without committing it.
    [[nodiscard]] State peel(MutableBytes cell);
    void commit(const State& next) { state_ = next; }
    const State& state() const { return state_; }

private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
    State state_;
};

// The bare keystream from which a relay takes forward fillers: 16 fresh bytes for the cell with this counter.
class FillerStream {
public:
    FillerStream(CipherSuite suite, const Key256& key);
    ByteArray<16> filler(std::uint64_t counter);

private:
    AeadKeystream stream_;
};

}  // namespace catacomb::crypto
