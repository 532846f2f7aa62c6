// A relay with every service, and a peer that, once it is let in, sends any frames: RPC of every method,
// circuits' frames in and out of turn. The relay answers or ends the link, and lives.
#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "routing/link/greeting.hpp"
#include "routing/link/handshake.hpp"
#include "tests/fuzz/fuzz_relays.hpp"
#include "tools/sim/cluster.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

// The far end of a link, without any of our own code that would keep it honest.
struct Peer {
    sim::SimWorld& world;
    StreamPtr stream;
    std::optional<FrameCipher> cipher;

    bool write(ByteView frame) { return stream->write_some(frame).has_value(); }
    Bytes read_frame() {
        Bytes frame(kFrameSize);
        std::size_t got = 0;
        CHECK(world.run_until(
            [&] {
                if (auto more = stream->read_some(MutableBytes(frame).subspan(got))) got += *more;
                return got == kFrameSize;
            },
            minutes(1)));
        return frame;
    }
    // As the relay of that descriptor, or as a client that shows none.
    void shake_hands(const FuzzRelays& self, bool as_relay) {
        static crypto::SeededRng rng(7);
        auto greeting = encode(Greeting{self.now, as_relay ? self.all[0]->encoded : Bytes{}});
        LinkHandshake handshake(crypto::NoiseRole::initiator, self.network.id, self.link_keys[0].clone(),
                                std::move(greeting), rng);
        write(handshake.start());
        const auto third = handshake.consume(read_frame());
        CHECK(third && *third);
        write(**third);
        cipher.emplace(handshake.frame_cipher());
    }
    // With whatever header and padding the input says.
    bool send_text(ByteView text) {
        Bytes frame(kFrameSize);
        copy(frame, text);
        cipher->seal(frame);
        return write(frame);
    }
};

Bytes frame_text(Reader& input) {
    Writer out;
    const auto kind = input.u8();
    out.u32(input.u8() & 1 ? input.u8() : 1).u8(kind % 10).u8(input.u8() % 8);
    const auto length = std::min<std::size_t>(input.u16() % 2048, input.left());
    out.u16(static_cast<std::uint16_t>(kind < 20 ? kFramePayload : length)).raw(input.raw(length));
    return out.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    sim::SimWorld world(1);
    sim::ClusterOptions options;
    options.relays = 1;
    sim::Cluster cluster(world, std::move(options));
    auto& runtime = world.start("peer", Endpoint::v4(0x0aff0001, 0));
    Peer peer{world, nullptr, {}};
    runtime.connect(cluster.address(0), [&](Result<StreamPtr> stream) { peer.stream = std::move(*stream); });
    CHECK(world.run_until([&] { return peer.stream != nullptr; }, minutes(1)));
    static const FuzzRelays self(1, cluster.network());
    Reader input(ByteView(data, size));
    peer.shake_hands(self, input.u8() % 4 != 0);
    while (input.ok() && input.left() > 0) {
        const bool wait = input.u8() & 1;
        if (!peer.send_text(frame_text(input))) break;
        if (wait) world.run_for(milliseconds(200));
    }
    world.run_for(seconds(1));
    CHECK(cluster.core(0).links().count() <= 1);
    peer.stream.reset();
    cluster.close();
    return 0;
}
