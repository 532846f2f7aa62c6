// The returner: uses up what one link may ask for, closes it, and comes back on a new one. Where what it has
// used up is forgotten with its links, its rate is no bound.
#include "base/log.hpp"
#include "routing/onion/keys.hpp"
#include "tools/sim/attackers/visitor.hpp"

namespace catacomb::sim {
namespace {

constexpr int kRounds = 20;
constexpr auto kAway = milliseconds(200);  // until the victim knows
constexpr std::size_t kTimes = 3;          // what the table allows: so much is a success

struct Allowed {
    unsigned per_second, burst;
    std::size_t in(Duration time) const {
        return burst + per_second * static_cast<std::size_t>(duration_cast<seconds>(time).count() + 1);
    }
};

Verdict verdict(std::size_t had, const Allowed& allowed, Duration time, const char* what) {
    const auto most = allowed.in(time);
    return {had > kTimes * most, concat(had, " ", what, " where ", most, " are allowed")};
}

// Counts the circuits that it has got.
struct Receiver final : routing::FrameHandler {
    void on_frame(routing::Link&, const routing::FrameView& frame, MutableBytes) override {
        if (frame.kind == routing::FrameKind::created) ++created;
        ++answers;
    }
    void on_link_closed(routing::Link&) override {}

    std::size_t created = 0, answers = 0;
};

void ask_for_circuits(Siege& siege, Visitor& visitor, std::size_t many) {
    const auto& links = visitor.links().all();
    if (links.empty()) return;
    auto& link = *links.front();
    const auto& victim = *link.relay();
    for (std::size_t i = 0; i < many; ++i) {
        routing::HopHandshake hop(siege.cluster().network().id, victim.id, victim.onion_key,
                                  victim.circuit_cipher, siege.world().rng());
        const auto request = hop.request();
        CHECK(request);
        link.send_control(routing::FrameKind::create, link.fresh_channel().value(), 0, *request);
    }
}

}  // namespace

Verdict create_anew(const Trial& trial) {
    Siege siege(trial);
    Receiver receiver;
    auto& visitor = siege.add_visitor(Endpoint::v4(0x0b000001, 0));
    visitor.links().set_circuit_handler(&receiver);
    const auto& limits = siege.victim().links().limits();
    const auto begin = siege.world().now();
    for (int round = 0; round < kRounds; ++round) {
        siege.visit(1, 1);
        const auto asked = receiver.answers + limits.create_burst;
        ask_for_circuits(siege, visitor, limits.create_burst);
        siege.world().run_until([&] { return receiver.answers >= asked; }, seconds(2));
        visitor.leave();
        siege.world().run_for(kAway);
    }
    return verdict(receiver.created, {limits.creates_per_second, limits.create_burst},
                   siege.world().now() - begin, "CREATEs answered");
}

Verdict shake_hands_anew(const Trial& trial) {
    Siege siege(trial);
    const auto& limits = siege.victim().links().limits();
    const auto visitors = limits.links_per_prefix / limits.links_per_address;
    for (std::size_t i = 0; i < visitors; ++i)
        siege.add_visitor(Endpoint::v4(0x0b000001 + static_cast<std::uint32_t>(i), 0));
    const auto begin = siege.world().now();
    for (int round = 0; round < kRounds; ++round) {
        siege.visit(visitors, limits.links_per_address);
        for (auto& one : siege.visitors()) one->leave();
        siege.world().run_for(kAway);
    }
    std::size_t had = 0;
    for (const auto& one : siege.visitors()) had += one->let_in();
    return verdict(had, {limits.handshakes_per_second, limits.handshake_burst}, siege.world().now() - begin,
                   "handshakes done");
}

}  // namespace catacomb::sim
