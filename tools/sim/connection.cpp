#include "tools/sim/connection.hpp"

#include <algorithm>

#include "tools/sim/runtime.hpp"

namespace catacomb::sim {
namespace {
// A broken stream says nothing for a while first.
constexpr Duration kStallBeforeReset = seconds(5);
// Read bytes are dropped from a buffer's front in steps of at least this.
constexpr std::size_t kCompactAbove = 64 << 10;
}  // namespace

Connection::Connection(Network& network, Endpoint dialler, Endpoint acceptor, Path& there, Path& back)
    : network_(network), id_(network.next_connection()) {
    ends_[0].endpoint = dialler;
    ends_[1].endpoint = acceptor;
    pipes_[0].path = &there;
    pipes_[1].path = &back;
}

void Connection::announce(std::function<void(boost::intrusive_ptr<Connection>)> opened) {
    opened_ = std::move(opened);
    send(1, Kind::open, 0);
}

Result<std::size_t> Connection::read(EndIndex end, MutableBytes into) {
    auto& pipe = pipes_[1 - end];
    if (!ends_[end].open) return error(Code::closed);
    if (pipe.arrived == 0) {
        if (ends_[end].broken) return error(Code::unreachable, "connection reset by peer");
        return error(pipe.ended ? Code::closed : Code::busy);
    }
    const auto size = std::min(pipe.arrived, into.size());
    copy(into, ByteView(pipe.bytes).subspan(pipe.head, size));
    consume(pipe, size);
    if (ends_[1 - end].writable) later(kWritable, 1 - end, pipes_[end].path->latency);
    return size;
}

void Connection::consume(Pipe& pipe, std::size_t size) {
    pipe.head += size;
    pipe.arrived -= size;
    if (pipe.head < pipe.bytes.size() && pipe.head < kCompactAbove) return;
    pipe.bytes.erase(pipe.bytes.begin(), pipe.bytes.begin() + static_cast<std::ptrdiff_t>(pipe.head));
    pipe.head = 0;
}

Result<std::size_t> Connection::write(EndIndex end, ByteView from) {
    auto& pipe = pipes_[end];
    const auto& conditions = network_.conditions;
    if (!ends_[end].open) return error(Code::closed);
    if (ends_[end].broken || pipes_[1 - end].ended) return error(Code::unreachable, "broken pipe");
    if (from.empty()) return 0;
    if (pipe.held() >= conditions.in_flight_max) return error(Code::busy);
    auto size = std::min(from.size(), conditions.in_flight_max - pipe.held());
    if (conditions.piece_max > 0) size = network_.rng().between(1, size);
    const auto taken = from.first(size);
    append(pipe.bytes, taken);
    pipe.path->bytes += size;
    network_.on_wire({id_, ends_[end].endpoint, ends_[1 - end].endpoint, network_.timeline().now(), taken});
    while (size > 0) {
        const auto most = conditions.piece_max > 0 ? std::min(size, conditions.piece_max) : size;
        const auto piece = conditions.piece_max > 0 ? network_.rng().between(1, most) : most;
        send(end, Kind::data, piece);
        size -= piece;
    }
    return taken.size();
}

void Connection::send(unsigned index, Kind kind, std::size_t size) {
    auto& pipe = pipes_[index];
    const auto& conditions = network_.conditions;
    auto sent = std::max(network_.timeline().now(), pipe.sent_until);
    const auto rate =
        pipe.path->bytes_per_second > 0 ? pipe.path->bytes_per_second : conditions.bytes_per_second;
    if (rate > 0) sent += Duration(size * 1'000'000 / rate);
    pipe.sent_until = sent;
    const auto jitter =
        Duration(network_.rng().below(static_cast<std::uint64_t>(conditions.jitter.count()) + 1));
    pipe.last_due = std::max(pipe.last_due, sent + pipe.path->latency + jitter);
    pipe.flight.push_back({kind, static_cast<std::uint32_t>(size), pipe.last_due});
    if (pipe.flight.size() == 1) network_.timeline().schedule(pipe.last_due, this, kDeliver + index);
}

void Connection::act(std::uint64_t what) {
    const auto index = static_cast<unsigned>(what & 1);
    std::function<void()> ready;
    switch (what - index) {
        case kDeliver:
            return deliver(index);
        case kBreak:
            return break_both();
        case kWritable:
            ready.swap(ends_[index].writable);
            break;
        case kReadable:
            ready.swap(ends_[index].readable);
            break;
        default:
            CHECK(false);
    }
    if (ready) ready();
}

// One event per pipe: the head of the queue. What stands behind it is late with it.
void Connection::deliver(unsigned index) {
    auto& pipe = pipes_[index];
    if (doomed_ || held_up(index)) return;
    const auto segment = pipe.flight.front();
    pipe.flight.pop_front();
    if (!pipe.flight.empty()) network_.timeline().schedule(pipe.flight.front().due, this, kDeliver + index);
    arrive(index, segment);
}

bool Connection::held_up(unsigned index) {
    auto& pipe = pipes_[index];
    const auto& conditions = network_.conditions;
    const auto now = network_.timeline().now();
    if (!pipe.path->passable(now)) {
        pipe.stalled_since = std::min(pipe.stalled_since, now);
        if (now - pipe.stalled_since >= kStreamGivesUp) {
            break_both();
            return true;
        }
    } else {
        pipe.stalled_since = kNever;
        if (conditions.breaks > 0 && network_.rng().chance(conditions.breaks)) {
            doomed_ = true;
            later(kBreak, 0, kStallBeforeReset);
            return true;
        }
        if (conditions.loss == 0 || !network_.rng().chance(conditions.loss)) return false;
    }
    later(kDeliver, index, kRetransmit);
    return true;
}

void Connection::arrive(unsigned index, Segment segment) {
    static_assert(static_cast<int>(Kind::open) == static_cast<int>(TraceKind::open) &&
                  static_cast<int>(Kind::reset) == static_cast<int>(TraceKind::reset));
    auto& pipe = pipes_[index];
    auto& receiver = ends_[1 - index];
    const auto content = ByteView(pipe.bytes).subspan(pipe.head + pipe.arrived, segment.size);
    network_.trace(static_cast<TraceKind>(segment.kind), ends_[index].endpoint, receiver.endpoint, content);
    pipe.arrived += segment.size;
    if (segment.kind == Kind::open) return std::exchange(opened_, nullptr)(this);
    if (segment.kind == Kind::end) pipe.ended = true;
    if (segment.kind == Kind::reset) receiver.broken = true;
    if (!receiver.open) return consume(pipe, pipe.arrived);
    wake(1 - index);
}

void Connection::leave(EndIndex end, Kind how) {
    if (!ends_[end].open) return;
    ends_[end].open = false;
    if (!ends_[end].broken) send(end, how, 0);
    later(kReadable, end);
    later(kWritable, end);
}

// Both ends find out at once: each side's kernel gave up by itself.
void Connection::break_both() {
    doomed_ = true;
    for (EndIndex end : {0U, 1U}) {
        ends_[end].broken = true;
        later(kReadable, end);
        later(kWritable, end);
    }
    if (opened_) std::exchange(opened_, nullptr)(this);
}

void Connection::wake(EndIndex end) {
    // The callbacks may drop the stream, but an event holds the connection.
    act(kReadable + end);
    if (ends_[end].broken || pipes_[1 - end].ended) act(kWritable + end);
}

bool Connection::can_read(EndIndex end) const {
    const auto& pipe = pipes_[1 - end];
    return pipe.arrived > 0 || pipe.ended || ends_[end].broken || !ends_[end].open;
}

bool Connection::can_write(EndIndex end) const {
    const bool over = pipes_[1 - end].ended || ends_[end].broken || !ends_[end].open;
    return over || pipes_[end].held() < network_.conditions.in_flight_max;
}

void Connection::when_readable(EndIndex end, std::function<void()> ready) {
    ends_[end].readable = std::move(ready);
    if (can_read(end)) later(kReadable, end);
}

void Connection::when_writable(EndIndex end, std::function<void()> ready) {
    ends_[end].writable = std::move(ready);
    if (can_write(end)) later(kWritable, end);
}

void Connection::forget(EndIndex end) {
    ends_[end].readable = nullptr;
    ends_[end].writable = nullptr;
}

void Connection::later(What what, unsigned index, Duration delay) {
    network_.timeline().schedule(network_.timeline().now() + delay, this, what + index);
}

SimStream::SimStream(SimRuntime& owner, boost::intrusive_ptr<Connection> connection, EndIndex end)
    : owner_(owner), connection_(std::move(connection)), end_(end) {
    owner_.adopt(connection_->id() * 2 + end_, *this);
}

SimStream::~SimStream() {
    owner_.disown(connection_->id() * 2 + end_);
    connection_->close(end_);
    connection_->forget(end_);
}

}  // namespace catacomb::sim
