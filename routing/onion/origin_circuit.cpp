#include "routing/onion/origin_circuit.hpp"

#include "base/codec.hpp"
#include "base/log.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {

OriginCircuit::OriginCircuit(Circuits& circuits, std::uint64_t number, Path path)
    : circuits_(circuits),
      number_(number),
      path_(std::move(path)),
      rng_(circuits.rng().split(concat("origin/", number))),
      streams_(circuits.runtime(), *this, Streams::Side::origin, circuits.links().holdings()),
      ended_(circuits.runtime()) {
    CHECK(!path_.empty() && path_.size() <= kMaxHops);
}

OriginCircuit::~OriginCircuit() { CHECK(closed_); }

void OriginCircuit::close() {
    if (closed_) return;
    closed_ = true;
    auto self = shared_from_this();
    streams_.break_off(error(Code::unreachable, "the circuit ended"));
    if (answer_) answer_->set(error(Code::unreachable, "the circuit ended"));
    channel_.reset();
    ended_.open();
    circuits_.own_.erase(number_);
}

Task<Result<>> OriginCircuit::build(Time deadline) {
    auto first = co_await create_first(deadline);
    if (!first) co_return first;
    for (std::size_t i = 1; i < path_.size(); ++i) {
        auto extended = co_await extend(path_[i], deadline);
        if (!extended) co_return extended;
    }
    co_return ok();
}

HopHandshake OriginCircuit::handshake_with(const Descriptor& target) {
    return HopHandshake(circuits_.links().network().id, target.id, target.onion_key, target.circuit_cipher,
                        *rng_);
}

Task<Result<>> OriginCircuit::create_first(Time deadline) {
    auto link = co_await circuits_.links().to(path_[0], deadline);
    if (!link) co_return link.error();
    if (closed_) co_return error(Code::closed);
    if ((*link)->circuits >= circuits_.links().limits().circuits)
        co_return error(Code::limit, "the guard's link is full");
    const auto channel = (*link)->fresh_channel();
    if (!channel) co_return channel.error();
    channel_ = std::make_unique<Channel>(circuits_, *link, *channel, FrameKind::cell_forward,
                                         static_cast<ChannelUser&>(*this));
    auto handshake = handshake_with(*path_[0]);
    auto request = handshake.request();
    if (!request) co_return request.error();
    if (auto* tap = circuits_.runtime().tap()) {
        const Handle ours{Handle::Kind::channel, channel_->handle()};
        tap->originated(ours, *request);
        tap->joined({Handle::Kind::link, (*link)->number()}, ours);
        tap->joined(ours, {Handle::Kind::circuit, number_});
    }
    answer_ = std::make_shared<Promise<Bytes>>(circuits_.runtime());
    auto promise = answer_;
    channel_->send_create(*request);
    auto answer = co_await promise->wait(deadline);
    answer_.reset();
    if (!answer) co_return answer.error();
    co_return take_hop(handshake, *answer);
}

Task<Result<>> OriginCircuit::extend(std::shared_ptr<const Descriptor> target, Time deadline) {
    if (closed_) co_return error(Code::unreachable, "the circuit ended");
    auto handshake = handshake_with(*target);
    auto hop_request = handshake.request();
    if (!hop_request) co_return hop_request.error();
    Writer request;
    request.u16(static_cast<std::uint16_t>(target->encoded.size())).raw(target->encoded).raw(*hop_request);
    answer_ = std::make_shared<Promise<Bytes>>(circuits_.runtime());
    auto promise = answer_;
    send_part(0, PartKind::extend, 0, request.bytes());
    auto answer = co_await promise->wait(deadline);
    answer_.reset();
    if (!answer) co_return answer.error();
    co_return take_hop(handshake, *answer);
}

Result<> OriginCircuit::take_hop(HopHandshake& handshake, ByteView answer) {
    auto secrets = handshake.finish(answer);
    if (!secrets) return secrets.error();
    layers_.add_hop(secrets->keys);
    endpoint_hash_ = secrets->handshake_hash;
    return ok();
}

Result<CircuitStreamPtr> OriginCircuit::open_stream() {
    if (closed_) return error(Code::unreachable, "the circuit ended");
    return streams_.open();
}

void OriginCircuit::on_cell(Channel&, MutableBytes cell) {
    if (cell.size() != kCellSize || layers_.hops() == 0) return close();
    // Only the last hop has anything to say to us.
    const auto from = layers_.peel_backward(cell, layers_.hops());
    if (!from || *from != layers_.hops()) return close();
    auto part = decode_part(backward_payload(cell));
    if (!part) return close();
    if (auto* tap = circuits_.runtime().tap()) tap->saw({Handle::Kind::circuit, number_}, part->data);
    auto self = shared_from_this();
    switch (part->kind) {
        case PartKind::message:
            streams_.on_part(*part);
            break;
        case PartKind::drop:
            break;
        case PartKind::extended:
            if (!answer_) return close();
            answer_->set(to_bytes(part->data));
            break;
        case PartKind::extend_failed:
            if (!answer_) return close();
            answer_->set(
                error(Code::unreachable, concat("hop ", layers_.hops() + 1, " could not be reached")));
            break;
        default:
            return close();
    }
    if (!closed_) channel_->consumed();
}

void OriginCircuit::on_created(Channel&, ByteView handshake) {
    if (!answer_ || layers_.hops() != 0) return close();
    answer_->set(to_bytes(handshake));
}

void OriginCircuit::on_cell_left(Channel&, bool) {
    if (writable()) streams_.on_writable();
}

void OriginCircuit::on_channel_dead(Channel&) { close(); }

bool OriginCircuit::writable() const {
    return channel_ && channel_->queued() < circuits_.limits().own_queue_cells;
}

void OriginCircuit::send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) {
    if (closed_) return;
    if (channel_->queued() >= circuits_.limits().queue_max()) return circuits_.close_soon(weak_from_this());
    if (auto* tap = circuits_.runtime().tap()) tap->saw({Handle::Kind::circuit, number_}, data);
    ByteArray<kCellSize> cell;
    encode_part(forward_payload(cell), stream, kind, flags, data);
    layers_.wrap_forward(layers_.hops(), cell, *rng_);
    channel_->send_cell(cell, false);
}

}  // namespace catacomb::routing
