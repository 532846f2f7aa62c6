#include "routing/onion/relay_circuit.hpp"

#include "base/codec.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {

namespace {

ProofSource source_of(const Link& link) {
    using Kind = ProofSource::Kind;
    if (link.relay()) return ProofSource::of(Kind::circuits_of_relay, link.relay()->id);
    return ProofSource::host(link.remote(), Kind::circuits_of_host);
}

}  // namespace

RelayCircuit::RelayCircuit(Circuits& circuits, std::uint64_t number, std::shared_ptr<Link> previous,
                           std::uint32_t channel, const HopSecrets& secrets)
    : circuits_(circuits),
      number_(number),
      layers_(secrets.keys),
      handshake_hash_(secrets.handshake_hash),
      source_(source_of(*previous)),
      previous_(std::make_unique<Channel>(circuits, std::move(previous), channel, FrameKind::cell_backward,
                                          static_cast<ChannelUser&>(*this))),
      streams_(circuits.runtime(), *this, Streams::Side::hop, circuits.links().holdings()) {
    if (auto* tap = circuits_.runtime().tap()) {
        tap->joined({Handle::Kind::channel, previous_->handle()}, {Handle::Kind::circuit, number_});
        tap->joined({Handle::Kind::link, previous_->link().number()},
                    {Handle::Kind::channel, previous_->handle()});
    }
    streams_.on_opened([this](CircuitStreamPtr stream) {
        if (circuits_.endpoint_) circuits_.endpoint_(shared_from_this(), std::move(stream));
    });
}

RelayCircuit::~RelayCircuit() { CHECK(closed_); }

void RelayCircuit::close() {
    if (closed_) return;
    closed_ = true;
    auto self = shared_from_this();
    ++circuits_.counters.destroyed;
    streams_.break_off(error(Code::unreachable, "the circuit ended"));
    if (created_) created_->set(error(Code::unreachable, "the circuit ended"));
    next_.reset();
    previous_.reset();
    circuits_.relayed_.erase(number_);
    circuits_.tasks_.spawn(tell_closed(std::move(self)));
}

// A task of its own: whoever is told may close other circuits, and this stack may be deep inside this one;
// and the node that is told waits for it before it goes.
Task<void> RelayCircuit::tell_closed([[maybe_unused]] std::shared_ptr<RelayCircuit> self) {
    const auto told = std::exchange(on_closed, nullptr);
    if (told) told();
    co_return;
}

void RelayCircuit::on_cell(Channel& channel, MutableBytes cell) {
    if (cell.size() != kCellSize) return close();
    if (&channel == previous_.get()) return on_forward(cell);
    // Before its CREATED a next hop has nobody to answer; and what it sent would outlive it when it refuses.
    if (created_) return close();
    if (auto* tap = circuits_.runtime().tap()) tap->saw({Handle::Kind::circuit, number_}, cell);
    layers_.add_layer(cell);
    ++circuits_.counters.cells_relayed;
    previous_->send_cell(cell, true);
}

void RelayCircuit::on_forward(MutableBytes cell) {
    const auto peeled = layers_.peel_forward(cell);
    if (peeled == Peeled::bad) return close();
    if (auto* tap = circuits_.runtime().tap()) tap->saw({Handle::Kind::circuit, number_}, cell);
    if (peeled == Peeled::forward) {
        if (!next_ || created_) return close();
        ++circuits_.counters.cells_relayed;
        return next_->send_cell(cell, true);
    }
    ++circuits_.counters.cells_delivered;
    auto part = decode_part(forward_payload(cell));
    if (!part) return close();
    auto self = shared_from_this();
    on_part(*part);
    if (!closed_) previous_->consumed();
}

void RelayCircuit::on_part(const PartView& part) {
    switch (part.kind) {
        case PartKind::message:
            return streams_.on_part(part);
        case PartKind::drop:
            return;
        case PartKind::extend:
            // One extension per circuit end.
            if (next_ || extending_) return close();
            extending_ = true;
            return circuits_.tasks_.spawn(extend(shared_from_this(), to_bytes(part.data)));
        default:
            return close();
    }
}

// Held by itself: the circuit may end meanwhile.
Task<void> RelayCircuit::extend([[maybe_unused]] std::shared_ptr<RelayCircuit> self, Bytes request) {
    auto answer = co_await extend_to(std::move(request));
    if (closed_) co_return;
    extending_ = false;
    if (answer) {
        send_part(0, PartKind::extended, 0, *answer);
    } else {
        next_.reset();
        send_part(0, PartKind::extend_failed, 0, {});
    }
}

// The request: u16 length of a descriptor, the descriptor, the first handshake message for it
// (docs/spec/onion.md 5).
Task<Result<Bytes>> RelayCircuit::extend_to(Bytes request) {
    const auto deadline = circuits_.runtime().now() + circuits_.limits().create_limit;
    Reader reader(request);
    const auto length = reader.u16();
    const auto encoded = reader.raw(length);
    const auto handshake = to_bytes(reader.rest());
    auto parsed = parse_descriptor(encoded, circuits_.links().network());
    if (!parsed) co_return parsed.error();
    if (parsed->id == circuits_.relay()->id) co_return error(Code::refused);
    if (circuits_.passes_ && !circuits_.passes_(*parsed)) co_return error(Code::refused);
    const auto target = std::make_shared<const Descriptor>(std::move(*parsed));
    auto verified = std::make_shared<Promise<void>>(circuits_.runtime());
    circuits_.links().verify(Links::Lane::circuits, source_, target,
                             [verified](Result<> holds) { verified->set(std::move(holds)); });
    auto holds = co_await verified->wait(deadline);
    if (!holds) co_return holds.error();
    if (closed_) co_return error(Code::closed);
    auto link = co_await circuits_.links().to(target, deadline);
    if (!link) co_return link.error();
    if (closed_) co_return error(Code::closed);
    if ((*link)->circuits >= circuits_.links().limits().circuits) co_return error(Code::limit);

    const auto channel = (*link)->fresh_channel();
    if (!channel) co_return channel.error();
    next_ = std::make_unique<Channel>(circuits_, *link, *channel, FrameKind::cell_forward,
                                      static_cast<ChannelUser&>(*this));
    if (auto* tap = circuits_.runtime().tap()) {
        tap->joined({Handle::Kind::channel, next_->handle()}, {Handle::Kind::circuit, number_});
        tap->joined({Handle::Kind::link, (*link)->number()}, {Handle::Kind::channel, next_->handle()});
    }
    created_ = std::make_shared<Promise<Bytes>>(circuits_.runtime());
    auto promise = created_;
    next_->send_create(handshake);
    auto answer = co_await promise->wait(deadline);
    created_.reset();
    co_return answer;
}

void RelayCircuit::on_created(Channel& channel, ByteView handshake) {
    if (&channel != next_.get() || !created_ || handshake.size() != kHopMessage) return close();
    created_->set(to_bytes(handshake));
}

void RelayCircuit::on_cell_left(Channel& channel, bool relayed) {
    if (relayed) {
        // It took the place of a cell that came by the other channel.
        auto& other = &channel == previous_.get() ? next_ : previous_;
        if (other) other->consumed();
    }
    if (&channel == previous_.get() && writable()) streams_.on_writable();
}

void RelayCircuit::on_channel_dead(Channel& channel) {
    if (&channel == next_.get() && created_) {
        // The next hop refused: the circuit lives, and the origin is told.
        created_->set(error(Code::refused));
        next_.reset();
        return;
    }
    close();
}

bool RelayCircuit::writable() const {
    return previous_ && previous_->queued() < circuits_.limits().own_queue_cells;
}

void RelayCircuit::send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) {
    if (closed_) return;
    if (previous_->queued() >= circuits_.limits().queue_max()) return circuits_.close_soon(weak_from_this());
    ByteArray<kCellSize> cell;
    encode_part(backward_payload(cell), stream, kind, flags, data);
    if (auto* tap = circuits_.runtime().tap()) tap->saw({Handle::Kind::circuit, number_}, data);
    layers_.seal_origin(cell);
    previous_->send_cell(cell, false);
}

}  // namespace catacomb::routing
