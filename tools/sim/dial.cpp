#include "tools/sim/dial.hpp"

namespace catacomb::sim {

Dial::Dial(SimRuntime& from, Endpoint to, Done done)
    : from_(from),
      network_(from.network_),
      source_{from.address(), from.free_port()},
      to_(to),
      there_(network_.path(source_.address, to.address)),
      back_(network_.path(to.address, source_.address)),
      started_(from.network_.timeline().now()),
      done_(std::move(done)) {}

void Dial::start() {
    if (from_.dead()) return later(kDead, {});
    later(kArrives, there_.latency);
}

void Dial::later(What what, Duration delay) {
    network_.timeline().schedule(network_.timeline().now() + delay, this, what);
}

void Dial::act(std::uint64_t what) {
    if (from_.dead()) return fail(Code::closed, "this node is down");
    switch (what) {
        case kArrives:
            return arrive();
        case kRefused:
            return fail(Code::unreachable, "connection refused");
        default:
            return fail(Code::unreachable, "no answer");
    }
}

void Dial::fail(Code code, std::string_view why) {
    done_(error(code, "cannot connect to " + to_.text() + ": " + std::string(why)));
}

void Dial::arrive() {
    const auto host = from_.hosts_.find(to_.address);
    if (host == from_.hosts_.end() || !there_.passable(network_.timeline().now())) {
        if (network_.timeline().now() - started_ < kDialGivesUp) return later(kArrives, kRetransmit);
        network_.trace(TraceKind::no_answer, source_, to_);
        return later(kNoAnswer, {});
    }
    auto& target = *host->second;
    const auto port = target.ports_.find(to_.port);
    if (port == target.ports_.end()) {
        network_.trace(TraceKind::refused, source_, to_);
        return later(kRefused, back_.latency);
    }
    const auto accepted = port->second;  // the callback may end the listener
    accept(target, *accepted);
}

void Dial::accept(SimRuntime& target, const SimRuntime::Accepted& accepted) {
    const auto connection = boost::intrusive_ptr(new Connection(network_, source_, to_, there_, back_));
    const auto self = boost::intrusive_ptr(this);
    connection->announce([self](boost::intrusive_ptr<Connection> opened) {
        if (self->from_.dead()) {
            opened->reset(0);
            return self->fail(Code::closed, "this node is down");
        }
        self->done_(std::make_unique<SimStream>(self->from_, std::move(opened), 0));
    });
    accepted(std::make_unique<SimStream>(target, connection, 1));
}

}  // namespace catacomb::sim
