#include "routing/onion/circuits.hpp"

#include <algorithm>

#include "routing/onion/origin_circuit.hpp"
#include "routing/onion/relay_circuit.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {

Circuits::Circuits(Runtime& runtime, Links& links, std::optional<RelayIdentity> relay, CircuitLimits limits)
    : runtime_(runtime),
      links_(links),
      relay_(std::move(relay)),
      limits_(limits),
      rng_(runtime.rng().split("circuits")),
      windows_(links.limits().transit_bytes / 2 / kFrameSize),
      tasks_(runtime) {
    links_.set_circuit_handler(this);
}

Circuits::~Circuits() {
    close_all();
    links_.set_circuit_handler(nullptr);
}

void Circuits::close_all() {
    while (!own_.empty()) own_.begin()->second->close();
    while (!relayed_.empty()) relayed_.begin()->second->close();
}

WindowBudget& Circuits::windows() {
    windows_.set_short(links_.holdings().held() > links_.limits().transit_bytes / 2);
    return windows_;
}

void Circuits::add(Channel& channel) {
    channels_[{channel.link().number(), channel.id()}] = &channel;
    ++channel.link().circuits;
}

void Circuits::remove(Channel& channel) {
    channels_.erase({channel.link().number(), channel.id()});
    --channel.link().circuits;
}

void Circuits::on_frame(Link& link, const FrameView& frame, MutableBytes payload) {
    if (frame.kind == FrameKind::create) return on_create(link, frame.channel, payload);
    auto found = channels_.find({link.number(), frame.channel});
    if (found != channels_.end()) found->second->on_frame(frame, payload);
    // Else it is a frame that was on its way when the circuit ended.
}

void Circuits::on_create(Link& link, std::uint32_t channel, ByteView handshake) {
    const bool peers_number = (channel >= 0x80000000u) == link.initiator();
    if (!peers_number || channels_.count({link.number(), channel})) return link.close();
    const auto& limits = links_.limits();
    const auto refuse = [&] { link.send_control(FrameKind::destroy, channel, 0, {}); };
    if (!relay_ || relayed_.size() >= limits_.relayed_circuits || link.circuits >= limits.circuits ||
        !links_.sources().may_create(link.remote(), runtime_.now())) {
        return refuse();
    }
    auto answer = answer_create(handshake);
    if (!answer) return refuse();
    ++counters.created;
    const auto number = next_circuit_++;
    auto circuit =
        std::make_shared<RelayCircuit>(*this, number, link.shared_from_this(), channel, answer->secrets);
    relayed_.emplace(number, circuit);
    circuit->previous().send_created(answer->message);
}

// A message for one key opens with no other.
Result<HopAnswer> Circuits::answer_create(ByteView handshake) {
    for (const auto& key : relay_->onion_keys) {
        auto answer = answer_hop(links_.network().id, relay_->id, key, relay_->suite, handshake, *rng_);
        if (answer) return answer;
    }
    return error(Code::corrupt);
}

void Circuits::on_link_closed(Link& link) {
    for (;;) {
        auto next = channels_.lower_bound({link.number(), 0});
        if (next == channels_.end() || next->first.first != link.number()) return;
        auto* channel = next->second;
        channel->on_link_closed();
        // Its user has dropped it; else this loop would never end.
        auto again = channels_.lower_bound({link.number(), 0});
        CHECK(again == channels_.end() || again->second != channel);
    }
}

std::size_t Circuits::longest_queue() const {
    std::size_t out = 0;
    for (const auto& [key, channel] : channels_) out = std::max(out, channel->queued());
    return out;
}

Task<Result<std::shared_ptr<OriginCircuit>>> Circuits::build(
    std::vector<std::shared_ptr<const Descriptor>> path, Time deadline, std::size_t* failed_hop) {
    auto circuit = std::make_shared<OriginCircuit>(*this, next_circuit_++, std::move(path));
    own_.emplace(circuit->number(), circuit);
    auto built = co_await circuit->build(deadline);
    if (built) {
        ++counters.built;
        co_return circuit;
    }
    ++counters.build_failed;
    if (failed_hop) *failed_hop = circuit->hops() + 1;
    circuit->close();
    co_return built.error();
}

std::vector<std::shared_ptr<OriginCircuit>> Circuits::own_circuits() const {
    std::vector<std::shared_ptr<OriginCircuit>> out;
    for (const auto& [number, circuit] : own_) out.push_back(circuit);
    return out;
}

}  // namespace catacomb::routing
