// A hop, or a client, that sends any parts in any order: streams stay within their limits, what was cut and
// sent right arrives, and a breach ends the circuit and nothing else.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "routing/onion/streams.hpp"
#include "tools/sim/world.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

constexpr StreamLimits kLimits{4, 200, 600};

struct FuzzPort final : CellPort {
    Streams* streams = nullptr;
    bool open = true, broken = false;
    bool writable() const override { return open; }
    void send_part(std::uint32_t, PartKind, std::uint8_t, ByteView data) override {
        CHECK(data.size() <= part_capacity());
    }
    std::size_t part_capacity() const override { return 40; }
    void end_circuit() override {
        broken = true;
        streams->break_off(error(Code::unreachable));
    }
};

Task<void> echo(CircuitStreamPtr stream) {
    for (;;) {
        auto message = co_await stream->receive(kNever);
        if (!message) co_return;
        CHECK(message->size() <= kLimits.message_bytes);
        auto sent = co_await stream->send(std::move(*message), stream->ended());
        if (!sent) co_return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    crypto::initialise();
    sim::SimWorld world(1);
    auto& runtime = world.start("fuzz", Endpoint::v4(0x0a000001, 0));
    FuzzPort port;
    Holdings holdings(2 * kLimits.unread_bytes, [] {});
    Streams streams(runtime, port, data[0] & 1 ? Streams::Side::origin : Streams::Side::hop, holdings,
                    kLimits);
    port.streams = &streams;
    std::vector<CircuitStreamPtr> kept;  // whom nobody reads
    std::size_t opened = 0;
    streams.on_opened([&](CircuitStreamPtr stream) {
        ++opened;
        if (opened % 2) return boost::asio::co_spawn(runtime.executor(), echo(stream), boost::asio::detached);
        kept.push_back(std::move(stream));
    });
    if (auto own = streams.open())
        boost::asio::co_spawn(runtime.executor(), echo(*own), boost::asio::detached);
    Reader input(ByteView(data + 1, size - 1));
    while (input.ok() && input.left() > 0 && !port.broken) {
        const auto what = input.u8();
        port.open = (what & 0x40) == 0;
        if (port.open) streams.on_writable();
        if (what & 0x80) world.run_for(milliseconds(1));
        if ((what & 0x30) == 0x30) kept.clear();
        const std::uint32_t id = input.u8() % 16;
        const auto data_view = input.raw(std::min<std::size_t>(input.u8() % 80, input.left()));
        const auto flags = static_cast<std::uint8_t>(what & 0x0f);
        streams.on_part({id, PartKind::message, flags, flags & kPartReset ? ByteView() : data_view});
        CHECK(kept.size() <= 2 * kLimits.open_streams);
        CHECK(holdings.held() <= (port.broken ? 0 : kLimits.unread_bytes));
    }
    streams.break_off(error(Code::unreachable));
    kept.clear();
    world.close();
    return 0;
}
