// A client that, through a circuit it built, says anything to a relay: as exit, as rendezvous, as the
// endpoint of pings. The relay answers or gives the stream up, and lives.
#include <boost/asio/co_spawn.hpp>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "routing/onion/origin_circuit.hpp"
#include "tools/sim/cluster.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

constexpr auto kPatience = milliseconds(300);

// A message of the input: length, then the bytes; the last of them is the kind (node/protocol/messages.hpp).
Bytes next_message(Reader& input) {
    const auto length = input.u16() % 1024;
    return to_bytes(input.raw(std::min<std::size_t>(length, input.left())));
}

Task<void> talk(Runtime& runtime, std::shared_ptr<OriginCircuit> circuit, Bytes said) {
    Reader input(said);
    while (input.ok() && input.left() > 0) {
        auto stream = circuit->open_stream();
        if (!stream) co_return;
        bool last = false;
        while (!last && input.ok() && input.left() > 0) {
            const auto how = input.u8();
            last = how & 1;
            auto message = next_message(input);
            auto sent = co_await (*stream)->send(std::move(message), last);
            if (!sent) break;
            if ((how & 2) == 0) continue;
            auto answer = co_await (*stream)->receive(runtime.now() + kPatience);
            if (!answer && !answer.error().is(Code::timed_out)) break;
        }
    }
}

Task<void> converse(Runtime& runtime, node::NodeCore& client, DescriptorPtr relay, Bytes said) {
    std::vector<DescriptorPtr> path{std::move(relay)};
    auto circuit = co_await client.circuits().build(std::move(path), runtime.now() + minutes(1));
    CHECK(circuit);
    co_await talk(runtime, *circuit, std::move(said));
    (*circuit)->close();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    sim::SimWorld world(1);
    sim::ClusterOptions options;
    options.relays = 1;
    options.clients = 1;
    sim::Cluster cluster(world, std::move(options));
    auto& runtime = cluster.core(1).links().runtime();
    auto relay = cluster.core(0).view().live(world.now()).front();
    bool over = false;
    auto conversation = converse(runtime, cluster.core(1), relay, Bytes(data, data + size));
    boost::asio::co_spawn(runtime.executor(), std::move(conversation), [&over](std::exception_ptr failure) {
        CHECK(!failure);
        over = true;
    });
    CHECK(world.run_until([&] { return over; }, hours(2)));
    world.run_for(seconds(1));
    cluster.close();
    return 0;
}
