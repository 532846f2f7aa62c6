// Streams: conversations of messages between a circuit's origin and one of its hops, interleaved part by part
// over the circuit's cells (docs/spec/onion.md 5). Both ends use the same class; the origin opens odd stream
// ids, the hop even ones. Memory is bounded: streams per circuit, length of a message, bytes that wait unread
// per circuit.
#pragma once

#include <deque>
#include <map>

#include "routing/gate.hpp"
#include "routing/holdings.hpp"
#include "routing/onion/parts.hpp"

namespace catacomb::routing {

// What Streams stands on: one direction of sealed cells. Implemented by the origin's and the relay's circuit.
class CellPort {
public:
    virtual ~CellPort() = default;
    // True while another part may be queued; on_writable() is called when it becomes true again.
    virtual bool writable() const = 0;
    virtual void send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) = 0;
    // The most data one part takes.
    virtual std::size_t part_capacity() const = 0;
    // End the circuit: the peer broke the protocol or stands still, or the node needs the memory.
    virtual void end_circuit() = 0;
};

struct StreamLimits {
    std::size_t open_streams = 128;
    std::size_t message_bytes = 320 * 1024;
    std::size_t unread_bytes = 4 * 1024 * 1024;  // per circuit: messages nobody took, and parts of messages
    std::size_t message_cost = 64;               // counted for a message beside its bytes
    // Of long messages that streams have to send side by side so many bytes are begun at once: what was begun
    // and not ended lies at the other end and counts there, and what is sent together arrives together, late.
    std::size_t long_message = 32 * 1024;
    std::size_t long_under_way = 512 * 1024;
    std::size_t short_message = 8 * 1024;
    // A circuit on which something waits and no cell leaves for so long is dead, whatever its links say.
    Duration stall = seconds(30);
};

class Streams;

class CircuitStream final : private Holder {
public:
    CircuitStream(Streams& streams, Runtime& runtime, std::uint32_t id);
    ~CircuitStream() override;  // resets the stream unless both ends have ended it

    // Sends one message; `last` ends our direction with it. Returns when all parts are queued. Messages of
    // several tasks go one after the other. Code::unreachable when the circuit is gone (one that stands still
    // for StreamLimits::stall is closed) or the peer reset the stream; Code::timed_out at the deadline, which
    // resets it.
    Task<Result<>> send(Bytes message, bool last = false, Time deadline = kNever);
    // The next message. Code::closed when the peer has ended its direction.
    Task<Result<Bytes>> receive(Time deadline);
    // kUnnamed until the first part is sent: ids go out in ascending order, and of streams that are opened
    // side by side any may speak first.
    static constexpr std::uint32_t kUnnamed = 0;
    std::uint32_t id() const { return id_; }
    bool is_broken() const { return broken_.has_value(); }
    // The peer has ended its direction and everything it said was received.
    bool ended() const { return got_last_ && inbox_.empty(); }

private:
    friend class Streams;
    Task<Result<>> send_in_turn(ByteView message, bool last, Time deadline);
    Task<Result<>> send_parts(ByteView message, bool last, Time deadline);
    Task<Result<>> wait_for_room(bool is_short, Time deadline);
    void give_up();
    void let_others_go();
    void take(const PartView& part);
    void break_off(Error why);
    void count(std::size_t unread);
    void cut_off() override;

    Streams* streams_;  // null once the circuit is gone: then broken_ says why
    Runtime& runtime_;
    std::uint32_t id_;
    MessageAssembler assembler_;
    std::deque<Bytes> inbox_;
    Gate arrived_;
    std::optional<Error> broken_;
    Gate turn_;  // opened when a message has been sent whole
    bool sending_ = false, sent_last_ = false, got_last_ = false;
};
using CircuitStreamPtr = std::shared_ptr<CircuitStream>;

class Streams {
public:
    enum class Side { origin, hop };

    // What is unread counts in `holdings`, which outlives all that break_off() has not ended.
    Streams(Runtime& runtime, CellPort& port, Side side, Holdings& holdings, StreamLimits limits = {});
    ~Streams();

    // Code::limit when too many are open.
    Result<CircuitStreamPtr> open();
    // Called for every stream that the peer opens. Without it the peer may open none.
    void on_opened(std::function<void(CircuitStreamPtr)> handler) { opened_ = std::move(handler); }
    void on_part(const PartView& part);
    void on_writable() { writable_.open(); }
    // Every stream ends with `why`.
    void break_off(Error why);

private:
    friend class CircuitStream;
    CircuitStreamPtr accept(std::uint32_t id);
    std::uint32_t name(CircuitStream& stream);
    void forget(CircuitStream& stream);
    // As many bytes of long messages as may be begun, and one of any length.
    bool has_turn(std::size_t size) const {
        return long_under_way_ == 0 || long_under_way_ + size <= limits_.long_under_way;
    }
    // Short messages go before others: a question does not wait for somebody's blocks.
    bool has_room(bool is_short) const { return port_.writable() && (is_short || short_waiting_ == 0); }

    Runtime& runtime_;
    CellPort& port_;
    Side side_;
    Holdings& holdings_;
    StreamLimits limits_;
    std::function<void(CircuitStreamPtr)> opened_;
    std::map<std::uint32_t, std::weak_ptr<CircuitStream>> streams_;   // by their ids
    std::map<CircuitStream*, std::weak_ptr<CircuitStream>> unnamed_;  // ours, of which nothing was sent yet
    std::uint32_t next_id_;
    std::uint32_t newest_from_peer_ = 0;
    std::size_t unread_bytes_ = 0;
    std::size_t long_under_way_ = 0, short_waiting_ = 0;
    Gate writable_, long_gone_;
};

}  // namespace catacomb::routing
