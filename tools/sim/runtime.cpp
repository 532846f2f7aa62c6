#include "tools/sim/runtime.hpp"

#include "tools/sim/dial.hpp"

namespace catacomb::sim {
namespace {

constexpr std::uint16_t kFirstFreePort = 32768;

class Job final : public Actor {
public:
    Job(std::function<void()> work, std::function<void()> done)
        : work_(std::move(work)), done_(std::move(done)) {}
    void act(std::uint64_t) override {
        work_();
        done_();
    }

private:
    std::function<void()> work_, done_;
};

}  // namespace

// Owned by who listens; the port is free again when it goes.
class SimRuntime::PortHolder final : public routing::Listener {
public:
    PortHolder(SimRuntime& owner, Endpoint at, std::shared_ptr<Accepted> accepted) : owner_(owner), at_(at) {
        owner_.ports_[at.port] = std::move(accepted);
    }
    ~PortHolder() override { owner_.ports_.erase(at_.port); }
    Endpoint local() const override { return at_; }

private:
    SimRuntime& owner_;
    const Endpoint at_;
};

SimRuntime::SimRuntime(Network& network, const Hosts& hosts, std::string name, const Host& address,
                       std::unique_ptr<Rng> rng)
    : network_(network), hosts_(hosts), name_(std::move(name)), address_(address), rng_(std::move(rng)) {}

void SimRuntime::connect(Endpoint to, std::function<void(Result<routing::StreamPtr>)> done) {
    const auto dial = boost::intrusive_ptr(new Dial(*this, to, std::move(done)));
    dial->start();
}

Result<routing::ListenerPtr> SimRuntime::listen(Endpoint at, Accepted accepted) {
    if (dead_) return error(Code::closed, "this node is down");
    if (at.port == 0) at.port = free_port();
    const bool ours = at.address == address_;
    if (!ours || ports_.contains(at.port)) {
        const auto why = ours ? "address in use" : "not an address of this host";
        return error(Code::io, "cannot listen on " + at.text() + ": " + why);
    }
    auto shared = std::make_shared<Accepted>(std::move(accepted));
    return std::make_unique<PortHolder>(*this, at, std::move(shared));
}

std::uint16_t SimRuntime::free_port() {
    do {
        next_port_ =
            next_port_ < kFirstFreePort ? kFirstFreePort : static_cast<std::uint16_t>(next_port_ + 1);
    } while (ports_.contains(next_port_));
    return next_port_;
}

void SimRuntime::run_on_worker(std::function<void()> work, std::function<void()> done) {
    const auto longest = static_cast<std::uint64_t>(network_.conditions.worker_delay_max.count());
    const auto delay = Duration(network_.rng().below(longest + 1));
    network_.timeline().schedule(network_.timeline().now() + delay,
                                 new Job(std::move(work), std::move(done)));
}

void SimRuntime::arm(Time when) {
    network_.timeline().schedule(when == kNever ? when : when - clock_ahead_, this, ++alarm_);
}

void SimRuntime::act(std::uint64_t generation) {
    if (generation == alarm_) fire_due();
}

void SimRuntime::kill() {
    if (dead_) return;
    dead_ = true;
    ports_.clear();
    for (const auto& [key, stream] : streams_) stream->crash();
    close();
}

}  // namespace catacomb::sim
