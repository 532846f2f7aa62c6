#include "routing/onion/streams.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace catacomb::routing {

CircuitStream::CircuitStream(Streams& streams, Runtime& runtime, std::uint32_t id)
    : streams_(&streams),
      runtime_(runtime),
      id_(id),
      assembler_(streams.limits_.message_bytes),
      arrived_(runtime),
      turn_(runtime) {}

CircuitStream::~CircuitStream() {
    if (!streams_) return;
    streams_->unread_bytes_ -= streams_->holdings_.release_all(*this);
    streams_->forget(*this);
    if (id_ != kUnnamed && !broken_ && !(sent_last_ && got_last_)) {
        streams_->port_.send_part(id_, PartKind::message, kPartReset, {});
    }
}

Task<Result<>> CircuitStream::send(Bytes message, bool last, Time deadline) {
    while (sending_) {
        if (co_await turn_.wait(kNever) == Wake::closed) co_return error(Code::closed);
    }
    if (broken_) co_return *broken_;
    if (sent_last_) co_return error(Code::closed, "this direction has ended");
    sending_ = true;
    auto sent = co_await send_in_turn(message, last, deadline);
    sending_ = false;
    sent_last_ = last;
    turn_.open();
    co_return sent;
}

Task<Result<>> CircuitStream::send_in_turn(ByteView message, bool last, Time deadline) {
    if (message.size() < streams_->limits_.long_message)
        co_return co_await send_parts(message, last, deadline);
    while (!broken_ && !streams_->has_turn(message.size())) {
        const auto wake = co_await streams_->long_gone_.wait(deadline);
        if (wake == Wake::closed && runtime_.closing()) co_return error(Code::closed);
        if (wake == Wake::timed_out) give_up();
    }
    if (broken_) co_return *broken_;
    streams_->long_under_way_ += message.size();
    auto sent = co_await send_parts(message, last, deadline);
    if (!streams_) co_return sent;
    streams_->long_under_way_ -= message.size();
    streams_->long_gone_.open();
    co_return sent;
}

void CircuitStream::let_others_go() {
    if (streams_ && streams_->has_room(false)) streams_->writable_.open();
}

// Half a message may have gone.
void CircuitStream::give_up() {
    if (broken_) return;
    if (id_ != kUnnamed) streams_->port_.send_part(id_, PartKind::message, kPartReset, {});
    break_off(error(Code::timed_out, "the circuit took the message too slowly"));
}

// Until a part may be queued; with whatever broke the stream, when that comes first.
Task<Result<>> CircuitStream::wait_for_room(bool is_short, Time deadline) {
    while (!broken_ && !streams_->has_room(is_short)) {
        const auto stall = runtime_.now() + streams_->limits_.stall;
        if (is_short) ++streams_->short_waiting_;
        // Each part that leaves wakes whoever waits, so that only who is not woken sees the circuit stand
        // still.
        const auto wake = co_await streams_->writable_.wait(std::min<Time>(stall, deadline));
        if (is_short && streams_) --streams_->short_waiting_;
        if (wake == Wake::closed && runtime_.closing()) co_return error(Code::closed);
        if (wake != Wake::timed_out || broken_ || streams_->has_room(is_short)) continue;
        if (runtime_.now() >= deadline) {
            give_up();
        } else if (!streams_->port_.writable()) {
            streams_->port_.end_circuit();
        }
    }
    if (!broken_) co_return ok();
    // Others may have let us pass.
    if (is_short) let_others_go();
    co_return *broken_;
}

Task<Result<>> CircuitStream::send_parts(ByteView left, bool last, Time deadline) {
    const bool is_short = left.size() < streams_->limits_.short_message;
    std::uint8_t flags = kPartFirst;
    do {
        if (broken_ || !streams_->has_room(is_short)) {
            auto room = co_await wait_for_room(is_short, deadline);
            if (!room) co_return room;
        }
        const auto piece = left.first(std::min(left.size(), streams_->port_.part_capacity()));
        left = left.subspan(piece.size());
        if (left.empty()) flags |= kPartLast | (last ? kPartEnd : 0);
        if (id_ == kUnnamed) id_ = streams_->name(*this);
        streams_->port_.send_part(id_, PartKind::message, flags, piece);
        flags = 0;
    } while (!left.empty());
    if (is_short) let_others_go();
    co_return ok();
}

Task<Result<Bytes>> CircuitStream::receive(Time deadline) {
    while (inbox_.empty()) {
        if (broken_) co_return *broken_;
        if (got_last_) co_return error(Code::closed, "the stream has ended");
        const auto wake = co_await arrived_.wait(deadline);
        if (wake == Wake::timed_out)
            co_return error(Code::timed_out, "no answer through the circuit in time");
        if (wake == Wake::closed) co_return error(Code::closed);
    }
    auto message = std::move(inbox_.front());
    inbox_.pop_front();
    if (streams_) {
        const auto counted = message.size() + streams_->limits_.message_cost;
        streams_->unread_bytes_ -= counted;
        streams_->holdings_.release(*this, counted);
    }
    co_return message;
}

void CircuitStream::take(const PartView& part) {
    if (part.flags & kPartReset)
        return break_off(error(Code::unreachable, "the other end gave the stream up"));
    if (got_last_) return streams_->port_.end_circuit();
    auto message = assembler_.add(part);
    if (!message) return streams_->port_.end_circuit();
    if (part.flags & kPartEnd) got_last_ = true;
    const auto counted = part.data.size() + (*message ? streams_->limits_.message_cost : 0);
    if (*message) inbox_.push_back(std::move(**message));
    arrived_.open();
    count(counted);
}

void CircuitStream::count(std::size_t unread) {
    streams_->unread_bytes_ += unread;
    streams_->holdings_.hold(*this, unread);
    if (streams_->unread_bytes_ > streams_->limits_.unread_bytes) streams_->port_.end_circuit();
}

void CircuitStream::cut_off() { streams_->port_.end_circuit(); }

void CircuitStream::break_off(Error why) {
    if (!broken_) broken_ = std::move(why);
    arrived_.open();
    if (!streams_) return;
    streams_->writable_.open();
    streams_->long_gone_.open();
}

Streams::Streams(Runtime& runtime, CellPort& port, Side side, Holdings& holdings, StreamLimits limits)
    : runtime_(runtime),
      port_(port),
      side_(side),
      holdings_(holdings),
      limits_(limits),
      next_id_(side == Side::origin ? 1 : 2),
      writable_(runtime),
      long_gone_(runtime) {}

Streams::~Streams() { break_off(error(Code::unreachable, "the circuit is gone")); }

Result<CircuitStreamPtr> Streams::open() {
    if (streams_.size() + unnamed_.size() >= limits_.open_streams)
        return error(Code::limit, "too many streams on the circuit");
    auto stream = std::make_shared<CircuitStream>(*this, runtime_, CircuitStream::kUnnamed);
    unnamed_[stream.get()] = stream;
    return stream;
}

std::uint32_t Streams::name(CircuitStream& stream) {
    const auto id = next_id_;
    next_id_ += 2;
    auto entry = unnamed_.extract(&stream);
    streams_[id] = std::move(entry.mapped());
    return id;
}

void Streams::forget(CircuitStream& stream) {
    unnamed_.erase(&stream);
    streams_.erase(stream.id());
}

// Parts of a stream that we gave up are still on their way for a while: they are dropped.
CircuitStreamPtr Streams::accept(std::uint32_t id) {
    const bool from_peer = (id % 2 == 1) != (side_ == Side::origin);
    if (!from_peer || id <= newest_from_peer_) return nullptr;
    // The peer may have ended streams that are still being worked on here: twice its own limit is still
    // honest.
    if (!opened_ || streams_.size() >= 2 * limits_.open_streams) {
        port_.end_circuit();
        return nullptr;
    }
    newest_from_peer_ = id;
    auto stream = std::make_shared<CircuitStream>(*this, runtime_, id);
    streams_[id] = stream;
    return stream;
}

void Streams::on_part(const PartView& part) {
    auto known = streams_.find(part.stream);
    if (known != streams_.end()) {
        if (auto stream = known->second.lock()) stream->take(part);
        return;
    }
    if (part.flags & kPartReset) return;
    auto stream = accept(part.stream);
    if (!stream) return;
    stream->take(part);
    opened_(stream);
}

void Streams::break_off(Error why) {
    std::vector<std::weak_ptr<CircuitStream>> all;
    for (auto& [id, weak] : std::exchange(streams_, {})) all.push_back(std::move(weak));
    for (auto& [key, weak] : std::exchange(unnamed_, {})) all.push_back(std::move(weak));
    for (auto& weak : all) {
        if (auto stream = weak.lock()) {
            stream->break_off(why);
            unread_bytes_ -= holdings_.release_all(*stream);
            stream->streams_ = nullptr;
        }
    }
    writable_.open();
    long_gone_.open();
}

}  // namespace catacomb::routing
