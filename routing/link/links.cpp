#include "routing/link/links.hpp"

#include "base/log.hpp"
#include "crypto/aead.hpp"
#include "routing/link/greeting.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kReadBuffer = 64 * kFrameSize;  // 256 KiB, one for all links of a node
constexpr auto kHandshakeLimit = seconds(10);
constexpr auto kIdleLimit = minutes(3);
}  // namespace

Links::Links(Runtime& runtime, ProofChecker& proofs, LinksConfig config)
    : runtime_(runtime),
      proofs_(proofs),
      config_(std::move(config)),
      rng_(runtime.rng().split("links")),
      dials_({runtime, config_.network.allow_special_addresses,
              [this] { return links_.size() >= config_.limits.links; },
              [this](StreamPtr stream) { return make_link(std::move(stream), true); }}),
      sources_(config_.limits, config_.network.allow_special_addresses),
      out_(config_.limits.transit_bytes, [this] { make_room_soon(); }),
      read_buffer_(kReadBuffer) {}

Links::~Links() { close_all(); }

Result<> Links::listen(Endpoint at) {
    auto listener = runtime_.listen(at, [this](StreamPtr stream) { accepted(std::move(stream)); });
    if (!listener) return listener.error();
    listener_ = std::move(*listener);
    return ok();
}

std::optional<Endpoint> Links::listening_at() const {
    if (!listener_) return std::nullopt;
    return listener_->local();
}

void Links::accepted(StreamPtr stream) {
    // A quarter is kept for the links that we dial: strangers cannot cut us off by coming in numbers.
    const auto& limits = config_.limits;
    const bool room = sources_.accepted() < limits.links - limits.links / 4 && links_.size() < limits.links;
    if (runtime_.closing() || !room || !sources_.admit(stream->remote(), runtime_.now())) {
        ++counters.refused;
        return;
    }
    make_link(std::move(stream), false);
}

std::shared_ptr<Link> Links::make_link(StreamPtr stream, bool initiator) {
    const auto role = initiator ? crypto::NoiseRole::initiator : crypto::NoiseRole::responder;
    LinkHandshake handshake(role, config_.network.id, config_.link_key.clone(), greeting(), *rng_);
    const auto number = next_number_++;
    auto link = std::make_shared<Link>(*this, std::move(stream), std::move(handshake), number, initiator);
    links_.emplace(number, link);
    std::weak_ptr<Link> weak = link;
    runtime_.call_at(runtime_.now() + kHandshakeLimit, [weak] {
        if (auto late = weak.lock(); late && !late->is_open()) late->close();
    });
    link->start();
    return link;
}

bool Links::is_of_use(const Link& link) { return link.is_open() && link.has_channels(); }

Bytes Links::greeting() const { return encode(Greeting{runtime_.now(), config_.own_descriptor()}); }

Task<Result<std::shared_ptr<Link>>> Links::to(std::shared_ptr<const Descriptor> peer, Time deadline) {
    if (auto known = by_relay_.find(peer->id); known != by_relay_.end()) {
        if (auto link = known->second.lock(); link && is_of_use(*link)) co_return link;
    }
    co_return co_await dials_.reach(std::move(peer), deadline);
}

Task<Result<std::shared_ptr<const Descriptor>>> Links::introduce(Endpoint at, Time deadline) {
    if (at.is_special() && !config_.network.allow_special_addresses) {
        co_return error(Code::refused, at.text() + " is not a public address");
    }
    auto link = co_await dials_.dial(at, deadline);
    if (!link) co_return link.error();
    auto relay = (*link)->relay();
    if (relay && relay->link_key == config_.link_key.public_key) {
        (*link)->close();
        co_return error(Code::refused, at.text() + " is this node itself");
    }
    if (!relay) co_return error(Code::refused, "the node at " + at.text() + " is not a relay");
    co_return relay;
}

// What costs least first.
void Links::verify(Lane lane, const ProofSource& from, std::shared_ptr<const Descriptor> parsed,
                   std::function<void(Result<>)> done) {
    const auto claims = claims_of(*parsed, config_.network);
    auto said = proofs_.admits(from, claims);
    if (said) said = verify_descriptor(*parsed, config_.network, runtime_.now());
    if (!said) return done(std::move(said));
    proofs_.check(lane, from, claims, std::move(done));
}

void Links::opened(Link& link) {
    if (link.relay()) {
        auto& known = by_relay_[link.relay()->id];
        if (auto other = known.lock(); !other || !is_of_use(*other)) known = link.shared_from_this();
        if (descriptor_) descriptor_(link.relay());
    }
    dials_.opened(link);
}

void Links::closed(Link& link) {
    if (!link.initiator()) sources_.left(link.remote());
    if (link.relay()) {
        auto known = by_relay_.find(link.relay()->id);
        if (known != by_relay_.end() && known->second.lock().get() == &link) by_relay_.erase(known);
    }
    dials_.closed(link);
    links_.erase(link.number());
    if (circuits_) circuits_->on_link_closed(link);
    if (rpc_) rpc_->on_link_closed(link);
}

// What is said about a circuit in the open; its cells are reported when a layer is off.
void Links::report(const Link& link, const FrameView& frame, ByteView payload) {
    auto* tap = runtime_.tap();
    const bool cell = frame.kind == FrameKind::cell_forward || frame.kind == FrameKind::cell_backward;
    if (!tap || cell) return;
    const Handle channel{Handle::Kind::channel, link.number() << 32 | frame.channel};
    tap->joined({Handle::Kind::link, link.number()}, channel);
    tap->saw(channel, payload);
}

void Links::dispatch(Link& link, const FrameView& frame, MutableBytes payload) {
    switch (frame.kind) {
        case FrameKind::padding:
        case FrameKind::alive:
            return;
        case FrameKind::probe:
            return link.answer_probe();
        case FrameKind::rpc_request:
        case FrameKind::rpc_response:
        case FrameKind::withdraw:
            if (rpc_) rpc_->on_frame(link, frame, payload);
            return;
        default:
            report(link, frame, payload);
            if (circuits_) circuits_->on_frame(link, frame, payload);
    }
}

// At the next turn: the caller may be deep inside what will be cut off.
void Links::make_room_soon() {
    std::weak_ptr<bool> alive = alive_;
    runtime_.post([this, alive] {
        if (!alive.expired()) out_.holdings.make_room();
    });
}

void Links::mark_dirty(Link& link) {
    if (link.dirty_) return;
    link.dirty_ = true;
    dirty_.push_back(link.shared_from_this());
    if (in_batch_ || flush_posted_) return;
    flush_posted_ = true;
    std::weak_ptr<bool> alive = alive_;
    runtime_.post([this, alive] {
        if (alive.expired()) return;
        flush_posted_ = false;
        flush_dirty();
    });
}

// A flush lets frames leave, which returns credits on other links: they join the same round.
void Links::flush_dirty() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        auto link = dirty_[i];
        link->flush();
    }
    dirty_.clear();
}

void Links::look_after(Time now) {
    for (auto& link : all()) {
        const bool is_idle = link->circuits == 0 && now - link->last_heard() > kIdleLimit;
        is_idle ? link->close() : link->look_after(now);
    }
}

void Links::close_all() {
    listener_.reset();
    for (auto& link : all()) link->close();
    dirty_.clear();
}

std::vector<std::shared_ptr<Link>> Links::all() const {
    std::vector<std::shared_ptr<Link>> out;
    for (const auto& [number, link] : links_) out.push_back(link);
    return out;
}

}  // namespace catacomb::routing
