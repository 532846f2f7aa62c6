// What one frame costs: the ciphers alone for each size and suite, then a whole relay. The sizes and suites
// of docs/decisions/0006 were chosen from these figures.
#include "base/check.hpp"
#include "base/log.hpp"
#include "crypto/random.hpp"
#include "routing/link/frame_cipher.hpp"
#include "routing/onion/origin_layers.hpp"
#include "routing/onion/relay_layers.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/relay.hpp"

namespace catacomb::bench {
namespace {

using crypto::CipherSuite;

constexpr std::size_t kFrames = 2048;
constexpr double kToMicro = 1e6 / kFrames;

crypto::NoiseSplit a_split() {
    crypto::NoiseSplit split;
    split.initiator_to_responder = crypto::derive(crypto::label::kConvergent, std::uint8_t{1});
    split.responder_to_initiator = crypto::derive(crypto::label::kConvergent, std::uint8_t{2});
    return split;
}

struct FrameCost {
    double seal = 0, open = 0, peel = 0, layer = 0;  // microseconds
};

// A frame that was sealed once can be opened once: every run opens what it sealed, and only opening counts.
void measure_link(CipherSuite suite, std::size_t size, FrameCost& out) {
    const auto split = a_split();
    routing::FrameCipher from(split, suite, crypto::NoiseRole::initiator);
    routing::FrameCipher to(split, suite, crypto::NoiseRole::responder);
    std::vector<Bytes> frames(kFrames, Bytes(size));
    out.seal = out.open = 1e9;
    for (int run = 0; run < 5; ++run) {
        out.seal = std::min(out.seal, least_cpu_seconds(
                                          [&] {
                                              for (auto& f : frames) from.seal(f);
                                          },
                                          1));
        out.open = std::min(out.open, least_cpu_seconds(
                                          [&] {
                                              for (auto& f : frames) CHECK(to.open(f));
                                          },
                                          1));
    }
    out.seal *= kToMicro;
    out.open *= kToMicro;
}

void measure_layers(CipherSuite suite, std::size_t size, FrameCost& out) {
    const auto keys = routing::HopKeys::derive(a_split(), suite);
    routing::OriginLayers origin;
    routing::RelayLayers relay(keys);
    origin.add_hop(keys);
    origin.add_hop(routing::HopKeys::derive(a_split(), suite));
    crypto::SeededRng rng(1);
    std::vector<Bytes> cells(kFrames, Bytes(size));
    out.peel = out.layer = 1e9;
    for (int run = 0; run < 5; ++run) {
        for (auto& cell : cells) origin.wrap_forward(2, cell, rng);
        const auto peel = [&] {
            for (auto& cell : cells) CHECK(relay.peel_forward(cell) == routing::Peeled::forward);
        };
        out.peel = std::min(out.peel, least_cpu_seconds(peel, 1));
        out.layer = std::min(out.layer, least_cpu_seconds(
                                            [&] {
                                                for (auto& c : cells) relay.add_layer(c);
                                            },
                                            1));
    }
    out.peel *= kToMicro;
    out.layer *= kToMicro;
}

void show(CipherSuite suite, std::string_view name, std::size_t size) {
    FrameCost cost;
    measure_link(suite, size, cost);
    // A frame's header and tag are not the cell's.
    measure_layers(suite, size - routing::kFrameHeader - crypto::kTagSize, cost);
    print_heading(concat(name, ", frames of ", size, " bytes"));
    print_figure("link: seal", cost.seal, "us");
    print_figure("link: open", cost.open, "us");
    print_figure("forward: peel a layer", cost.peel, "us");
    print_figure("backward: lay a layer", cost.layer, "us");
    const auto relayed = cost.open + cost.seal + (cost.peel + cost.layer) / 2;
    print_figure("open, one layer, seal", relayed, "us",
                 concat(relayed * 4096 / static_cast<double>(size), " per 4 KiB"));
}

}  // namespace

int cells(const CellsArguments& arguments) {
    for (const std::size_t size : {1024, 2048, 4096}) {
        show(CipherSuite::aes_256_gcm, "AES-256-GCM", size);
        show(CipherSuite::chacha20_poly1305, "ChaCha20-Poly1305", size);
    }
    const auto cost = measure_relay(arguments.relayed_mib * 1024 * 1024);
    print_heading("relaying a frame of 4 KiB, system calls included");
    bool good = print_aim("forward", cost.forward_us, "us", Aim::at_most, 6);
    good &= print_aim("backward", cost.backward_us, "us", Aim::at_most, 6);
    print_figure("frames per read", cost.frames_per_read, "");
    print_figure("frames per write", cost.frames_per_write, "");
    return good ? 0 : 1;
}

}  // namespace catacomb::bench
