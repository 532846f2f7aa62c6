#include "routing/link/handshake.hpp"

#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/hash.hpp"

#include <utility>

namespace catacomb::routing {
namespace {

using crypto::CipherSuite;
using crypto::NoiseRole;

// What Noise puts around each message's payload: keys, and tags once there are keys to make them.
constexpr std::size_t kKey = 32;
constexpr std::size_t kFirstRoom = kFrameSize - kKey;
constexpr std::size_t kSecondRoom = kFrameSize - kKey - (kKey + crypto::kTagSize) - crypto::kTagSize;
constexpr std::size_t kThirdRoom = kFrameSize - (kKey + crypto::kTagSize) - crypto::kTagSize;

// The encrypted payloads: flags u8, length u16, the local payload, zeros.
constexpr std::size_t kPayloadHeader = 3;
constexpr std::uint8_t kPrefersAes = 1;
static_assert(kPayloadHeader + kLinkPayloadMax <= kSecondRoom && kSecondRoom <= kThirdRoom);

crypto::NoiseConfig noise_config(NoiseRole role, const crypto::NetworkId& network,
                                 crypto::AgreeKeyPair local_static) {
    crypto::NoiseConfig config;
    config.pattern = crypto::NoisePattern::xx;
    config.suite = CipherSuite::chacha20_poly1305;
    config.role = role;
    config.prologue = to_bytes(crypto::hash(crypto::label::kLinkPrologue, network, kLinkVersion));
    config.local_static = std::move(local_static);
    return config;
}

}  // namespace

LinkHandshake::LinkHandshake(NoiseRole role, const crypto::NetworkId& network,
                             crypto::AgreeKeyPair local_static, Bytes local_payload, Rng& rng,
                             CipherSuite preferred)
    : role_(role),
      preferred_(preferred),
      noise_(noise_config(role, network, std::move(local_static)), rng),
      local_payload_(std::move(local_payload)),
      rng_(&rng) {
    CHECK(local_payload_.size() <= kLinkPayloadMax);
}

bool LinkHandshake::is_ours(Step step) const {
    return (step == Step::second) == (role_ == NoiseRole::responder);
}

Bytes LinkHandshake::start() {
    CHECK(role_ == NoiseRole::initiator && step_ == Step::first);
    step_ = Step::second;
    // Noise has no key yet: a payload here would be in clear, so it says nothing and looks like the rest.
    Bytes noise(kFirstRoom);
    rng_->fill(noise);
    auto frame = write_frame(noise);
    CHECK(frame);  // it agrees on no key yet
    return std::move(*frame);
}

Result<std::optional<Bytes>> LinkHandshake::consume(ByteView frame) {
    const auto step = std::exchange(step_, Step::over);
    if (step == Step::over || is_ours(step) || frame.size() != kFrameSize)
        return error(Code::malformed, "not a handshake message");
    auto payload = noise_.read_message(frame);
    if (!payload) return payload.error();
    if (step != Step::first) {
        if (auto read = read_payload(*payload); !read) return read.error();
    }
    std::optional<Bytes> reply;
    if (step != Step::third) {
        auto written = write_frame(write_payload(step == Step::first ? kSecondRoom : kThirdRoom));
        if (!written) return written.error();
        reply = std::move(*written);
    }
    if (step == Step::first) {
        step_ = Step::third;
    } else {
        split_ = noise_.split();
    }
    return reply;
}

Bytes LinkHandshake::write_payload(std::size_t room) const {
    Writer out;
    out.u8(preferred_ == CipherSuite::aes_256_gcm ? kPrefersAes : 0);
    out.u16(static_cast<std::uint16_t>(local_payload_.size()));
    out.raw(local_payload_);
    auto payload = out.take();
    payload.resize(room);
    return payload;
}

Result<> LinkHandshake::read_payload(ByteView payload) {
    Reader in(payload);
    const auto flags = in.u8();
    const auto length = in.u16();
    const auto data = in.raw(length);
    if (!in.ok() || length > kLinkPayloadMax || (flags & ~kPrefersAes) != 0 || !all_zero(in.rest())) {
        return error(Code::malformed, "a handshake's payload is not one");
    }
    remote_payload_ = to_bytes(data);
    const bool both = flags == kPrefersAes && preferred_ == CipherSuite::aes_256_gcm;
    suite_ = both ? CipherSuite::aes_256_gcm : CipherSuite::chacha20_poly1305;
    return ok();
}

// Fails when the peer's ephemeral key is none that can be agreed with.
Result<Bytes> LinkHandshake::write_frame(ByteView payload) {
    auto frame = noise_.write_message(payload);
    if (frame) CHECK(frame->size() == kFrameSize);
    return frame;
}

const crypto::AgreePublic& LinkHandshake::remote_static() const {
    CHECK(finished());
    return *noise_.remote_static();
}

const Bytes& LinkHandshake::remote_payload() const {
    CHECK(finished());
    return remote_payload_;
}

const ByteArray<64>& LinkHandshake::handshake_hash() const {
    CHECK(finished());
    return split_->handshake_hash;
}

FrameCipher LinkHandshake::frame_cipher() const {
    CHECK(finished());
    return FrameCipher(*split_, suite_, role_);
}

}  // namespace catacomb::routing
