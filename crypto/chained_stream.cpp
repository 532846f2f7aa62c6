#include "crypto/chained_stream.hpp"

#include "crypto/evp.hpp"
#include "crypto/hash.hpp"

namespace catacomb::crypto {
namespace {

// Unique per cell of a chain because the counter is, and unpredictable where a MAC was: 96 bits of
// H(backward chain, counter, mac).
detail::Nonce nonce_after(const ChainedStream::State& state) {
    static const Hasher kChain(label::kBackwardChain);  // once: the tag's own hash is half the work
    detail::Nonce nonce;
    Hasher(kChain).u64(state.counter).fixed(state.mac).squeeze(nonce);
    return nonce;
}

}  // namespace

struct ChainedStream::Keys {
    Keys(CipherSuite of, const Key256& key)
        : suite(of),
          stream(detail::keyed_context(aes() ? detail::EvpCipher::aes_256_ctr : detail::EvpCipher::chacha20,
                                       derive(label::kLayerStream, key))),
          mac(detail::keyed_context(
              aes() ? detail::EvpCipher::aes_256_gcm : detail::EvpCipher::chacha20_poly1305,
              derive(label::kLayerMac, key))) {}

    bool aes() const { return suite == CipherSuite::aes_256_gcm; }

    void apply_stream(const detail::Nonce& nonce, MutableBytes cell) {
        detail::start_message(stream, detail::stream_iv(suite, nonce, 0));
        detail::transform(stream, cell);
    }
    // The AEAD's tag over the cell as associated data, with no text: GMAC for AES, Poly1305 for ChaCha20.
    ByteArray<16> mac_of(const detail::Nonce& nonce, ByteView layered) {
        ByteArray<16> out;
        detail::start_message(mac, nonce);
        detail::associate(mac, layered);
        detail::finish_seal(mac, out);
        return out;
    }

    CipherSuite suite;
    detail::CipherContext stream;
    detail::CipherContext mac;
};

ChainedStream::ChainedStream(CipherSuite suite, const Key256& key)
    : keys_(std::make_unique<Keys>(suite, key)) {}
ChainedStream::~ChainedStream() = default;
ChainedStream::ChainedStream(ChainedStream&&) noexcept = default;
ChainedStream& ChainedStream::operator=(ChainedStream&&) noexcept = default;

void ChainedStream::add(MutableBytes cell) {
    const auto nonce = nonce_after(state_);
    keys_->apply_stream(nonce, cell);
    commit({state_.counter + 1, keys_->mac_of(nonce, cell)});
}

ChainedStream::State ChainedStream::peel(MutableBytes cell) {
    const auto nonce = nonce_after(state_);
    const State next{state_.counter + 1, keys_->mac_of(nonce, cell)};
    keys_->apply_stream(nonce, cell);
    return next;
}

FillerStream::FillerStream(CipherSuite suite, const Key256& key) : stream_(suite, key) {}

ByteArray<16> FillerStream::filler(std::uint64_t counter) {
    ByteArray<16> out;
    stream_.keystream(counter, out);
    return out;
}

}  // namespace catacomb::crypto
