#include "tools/tagging/tagging.hpp"

#include "base/check.hpp"
#include "crypto/random.hpp"
#include "routing/onion/origin_layers.hpp"
#include "routing/onion/relay_layers.hpp"

namespace catacomb::tagging {

using namespace routing;

namespace {

constexpr std::size_t kMostBefore = 4;  // cells that pass before the attempt

void xor_into(MutableBytes out, ByteView mask) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= mask[i];
}

HopKeys fresh_keys(Rng& rng) {
    crypto::NoiseSplit split;
    rng.fill(split.initiator_to_responder.expose_mutable());
    rng.fill(split.responder_to_initiator.expose_mutable());
    rng.fill(split.handshake_hash);
    return HopKeys::derive(
        split, rng.chance(0.5) ? crypto::CipherSuite::aes_256_gcm : crypto::CipherSuite::chacha20_poly1305);
}

// A relay that decrypts whatever comes: one of those who collude, or any relay if there were no tags.
class UncheckedRelay {
public:
    explicit UncheckedRelay(const HopKeys& keys)
        : stream_(keys.suite, keys.forward_seal), filler_(keys.suite, keys.forward_filler) {}
    void peel_forward(MutableBytes cell) {
        const auto sealed = cell.subspan(kSlot);
        Bytes keystream(sealed.size());
        stream_.keystream(counter_, keystream);
        xor_into(sealed, keystream);
        std::memmove(cell.data(), sealed.data(), kInnerSlotBytes);
        copy(cell.subspan(kInnerSlotBytes), filler_.filler(counter_++));
    }

private:
    crypto::AeadKeystream stream_;
    crypto::FillerStream filler_;
    std::uint64_t counter_ = 0;
};

// A layer over backward cells whose nonce is the number of the cell alone.
class UnchainedLayer {
public:
    explicit UnchainedLayer(const HopKeys& keys) : stream_(keys.suite, keys.backward_layer) {}
    // On and off is the same.
    void toggle(MutableBytes cell) {
        Bytes keystream(cell.size());
        stream_.keystream(counter_++, keystream);
        xor_into(cell, keystream);
    }

private:
    crypto::AeadKeystream stream_;
    std::uint64_t counter_ = 0;
};

struct Circuit {
    explicit Circuit(Rng& from) : rng(from), hops(3 + from.below(kMaxHops - 2)) {
        for (std::size_t i = 0; i < hops; ++i) {
            const auto keys = fresh_keys(rng);
            origin.add_hop(keys);
            relays.emplace_back(keys);
            unchecked.emplace_back(keys);
            unchained.emplace_back(keys);
            unchained_at_client.emplace_back(keys);
            seals.emplace_back(keys.suite, keys.backward_origin);
        }
    }
    Bytes random_bytes(std::size_t size) {
        Bytes out(size);
        rng.fill(out);
        return out;
    }
    Bytes wrap(ByteView text) {
        Bytes cell(kCellSize);
        copy(forward_payload(cell), text);
        origin.wrap_forward(hops, cell, rng);
        return cell;
    }

    Rng& rng;
    std::size_t hops;
    OriginLayers origin;
    std::vector<RelayLayers> relays;
    std::vector<UncheckedRelay> unchecked;
    std::vector<UnchainedLayer> unchained, unchained_at_client;
    std::vector<crypto::Opener> seals;
    std::uint64_t received = 0;
};

// ---- forward

// What the first hop does to what it sends: nothing where the mask is zero.
Bytes mask_of(Circuit& circuit, Guarded by_aead) {
    Bytes mask(kCellSize);
    const auto payload = MutableBytes(mask).subspan(kSlotBytes);
    switch (circuit.rng.below(by_aead == Guarded::yes ? 4 : 3)) {
        case 0:
            payload[circuit.rng.below(payload.size())] = std::uint8_t(1U << circuit.rng.below(8));
            break;
        case 1:
            circuit.rng.fill(payload.first(1 + circuit.rng.below(payload.size())));
            payload.front() |= 1;
            break;
        case 2:
            circuit.rng.fill(mask);
            break;
        default:
            // A slot: the tag of the next hop, of one after it, or what the first hop itself filled in.
            circuit.rng.fill(MutableBytes(mask).subspan(circuit.rng.below(kSlots) * kSlot, kSlot));
    }
    return mask;
}

// How a cell fares after the first hop. False: a relay refused it, the one after the first hop or a later
// one.
struct Arrival {
    bool arrived = true;
    std::size_t refused_by = 0;
};
Arrival carry(Circuit& circuit, Bytes& cell, Guarded by_aead) {
    for (std::size_t hop = 2; hop < circuit.hops; ++hop) {
        if (by_aead == Guarded::no) {
            circuit.unchecked[hop - 1].peel_forward(cell);
        } else if (circuit.relays[hop - 1].peel_forward(cell) != Peeled::forward) {
            return {false, hop};
        }
    }
    circuit.unchecked[circuit.hops - 1].peel_forward(cell);
    return {};
}

// A cell from the client as the first hop would send it.
Bytes by_first_hop(Circuit& circuit, ByteView text) {
    auto cell = circuit.wrap(text);
    CHECK(circuit.relays.front().peel_forward(cell) == Peeled::forward);
    return cell;
}

void attempt_forward(Circuit& circuit, Guarded by_aead, Forward& out) {
    Bytes last;
    for (auto before = 1 + circuit.rng.below(kMostBefore); before > 0; --before) {
        const auto text = circuit.random_bytes(kForwardPayload);
        auto cell = by_first_hop(circuit, text);
        last = cell;
        CHECK(carry(circuit, cell, by_aead).arrived);
        CHECK(equal(forward_payload(cell), text));
    }
    const auto text = circuit.random_bytes(kForwardPayload);
    auto cell = by_first_hop(circuit, text);
    const auto mask = mask_of(circuit, by_aead);
    xor_into(cell, mask);
    if (by_aead == Guarded::yes) {
        const auto instead = circuit.rng.below(8);
        if (instead == 0) cell = last;                         // once more
        if (instead == 1) cell = by_first_hop(circuit, text);  // one was left out
    }
    const auto arrival = carry(circuit, cell, by_aead);
    ++out.attempts;
    if (arrival.refused_by == 2) ++out.dead_at_next_honest;
    if (arrival.arrived) ++out.delivered;
    if (!arrival.arrived || by_aead == Guarded::yes) return;
    // And as it was marked: the exit takes the mark off and has the text.
    xor_into(cell, mask);
    CHECK(equal(forward_payload(cell), text));
}

// ---- backward

// A cell from the exit; what the client makes of it. With a mask the exit puts it on and the first hop takes
// it off.
bool comes_back(Circuit& circuit, ByteView mask, Guarded by_chain) {
    const auto text = circuit.random_bytes(kBackwardPayload);
    Bytes cell(kCellSize);
    copy(backward_payload(cell), text);
    circuit.relays[circuit.hops - 1].seal_origin(cell);
    if (!mask.empty()) xor_into(cell, mask);
    for (std::size_t hop = circuit.hops - 1; hop >= 1; --hop) {
        if (hop == 1 && !mask.empty()) xor_into(cell, mask);
        if (by_chain == Guarded::yes) {
            circuit.relays[hop - 1].add_layer(cell);
        } else {
            circuit.unchained[hop - 1].toggle(cell);
        }
    }
    if (by_chain == Guarded::yes)
        return circuit.origin.peel_backward(cell, circuit.hops) && equal(backward_payload(cell), text);
    for (std::size_t hop = 1; hop < circuit.hops; ++hop) circuit.unchained_at_client[hop - 1].toggle(cell);
    return circuit.seals.back().open(circuit.received++, kBackwardAd, backward_payload(cell),
                                     MutableBytes(cell).last<crypto::kTagSize>()) &&
           equal(backward_payload(cell), text);
}

void attempt_backward(Circuit& circuit, Guarded by_chain, Backward& out) {
    for (auto before = circuit.rng.below(kMostBefore); before > 0; --before)
        CHECK(comes_back(circuit, {}, by_chain));
    auto mask = circuit.random_bytes(kCellSize);
    if (circuit.rng.chance(0.5)) {
        fill_zero(mask);
        mask[circuit.rng.below(mask.size())] = std::uint8_t(1U << circuit.rng.below(8));
    }
    ++out.attempts;
    if (!comes_back(circuit, mask, by_chain)) return;
    ++out.unnoticed;
    if (!comes_back(circuit, {}, by_chain)) ++out.dead_at_next;
}

}  // namespace

Forward tag_forward(std::uint64_t attempts, std::uint64_t seed, Guarded by_aead) {
    crypto::SeededRng rng(seed);
    Forward out;
    while (attempts-- > 0) {
        Circuit circuit(rng);
        attempt_forward(circuit, by_aead, out);
    }
    return out;
}

Backward mark_backward(std::uint64_t attempts, std::uint64_t seed, Guarded by_chain) {
    crypto::SeededRng rng(seed);
    Backward out;
    while (attempts-- > 0) {
        Circuit circuit(rng);
        attempt_backward(circuit, by_chain, out);
    }
    return out;
}

}  // namespace catacomb::tagging
