#include "tools/sim/attackers/hostile_vault.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/messages.hpp"

namespace catacomb::sim {

using node::Kind;
using routing::CircuitStreamPtr;
using routing::Task;

HostileVault::HostileVault(Cluster& cluster, std::size_t of, const VaultKey& key)
    : cluster_(cluster),
      node_(cluster.core(of)),
      runtime_(node_.circuits().runtime()),
      key_(key),
      tasks_(runtime_) {}

HostileVault::~HostileVault() {
    for (auto& circuit : circuits_) circuit->close();
    cluster_.world().run_until([this] { return tasks_.count() == 0; }, minutes(1));
}

void HostileVault::register_at(const routing::DescriptorPtr& relay) { tasks_.spawn(stay_registered(relay)); }

Task<void> HostileVault::stay_registered(routing::DescriptorPtr relay) {
    const auto deadline = runtime_.now() + minutes(1);
    auto circuit = co_await node_.paths().build_vault(relay, deadline);
    if (!circuit) co_return;
    circuits_.push_back(*circuit);
    (*circuit)->on_stream([this](CircuitStreamPtr stream) { unanswered_.push_back(std::move(stream)); });
    auto stream = (*circuit)->open_stream().value();
    auto message = registration_message(cluster_, key_, **circuit);
    co_await stream->send(std::move(message));
    auto answer = co_await stream->receive(deadline);
    if (!answer) co_return;
    streams_.push_back(stream);
    co_await (*circuit)->ended().wait(kNever);
}

void HostileVault::claim(std::vector<routing::PositionPrefix> prefixes) {
    for (const auto& stream : streams_) tasks_.spawn(tell(stream, prefixes));
}

Task<void> HostileVault::tell(CircuitStreamPtr stream, std::vector<routing::PositionPrefix> prefixes) {
    for (std::size_t at = 0; at < prefixes.size(); at += node::limits::kPrefixesPerMessage) {
        const auto end = std::min(prefixes.size(), at + node::limits::kPrefixesPerMessage);
        wire::Inventory inventory;
        for (auto i = at; i < end; ++i) {
            ByteArray<8> bytes;
            store_le(bytes, prefixes[i]);
            *inventory.mutable_added() += as_text(bytes);
        }
        auto message = node::encode(Kind::answer, inventory);
        auto sent = co_await stream->send(std::move(message));
        if (!sent) co_return;
    }
}

}  // namespace catacomb::sim
