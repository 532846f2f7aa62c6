// Connection: one simulated TCP connection, two pipes of bytes between two ends. Delivery is in order and
// takes the path's time; what is written and not yet read is bounded, so a fast writer is told busy.
// SimStream is one end's handle. A connection lives as long as a handle or a scheduled event refers to it.
#pragma once

#include <deque>

#include "routing/runtime.hpp"
#include "tools/sim/network.hpp"

namespace catacomb::sim {

class SimRuntime;

// The dialling end is 0, the accepting end 1; pipe i carries what end i writes.
using EndIndex = unsigned;

class Connection final : public Actor {
public:
    // `there` leads from the dialler to the acceptor.
    Connection(Network& network, Endpoint dialler, Endpoint acceptor, Path& there, Path& back);

    // The first thing that passes to the dialler: calls `opened`, once, when it arrives.
    void announce(std::function<void(boost::intrusive_ptr<Connection>)> opened);
    Result<std::size_t> read(EndIndex end, MutableBytes into);
    Result<std::size_t> write(EndIndex end, ByteView from);
    void when_readable(EndIndex end, std::function<void()> ready);
    void when_writable(EndIndex end, std::function<void()> ready);
    // The end reads and writes no more; the other end hears of it after all that was written.
    void close(EndIndex end) { leave(end, Kind::end); }
    // The same as a broken connection.
    void reset(EndIndex end) { leave(end, Kind::reset); }
    // The end's callbacks will not be called.
    void forget(EndIndex end);

    std::uint64_t id() const { return id_; }
    const Endpoint& endpoint(EndIndex end) const { return ends_[end].endpoint; }

private:
    enum class Kind : std::uint8_t { open, data, end, reset };
    struct Segment {
        Kind kind;
        std::uint32_t size;
        Time due;
    };
    struct Pipe {
        Path* path = nullptr;
        Bytes bytes;  // [0, head) read, [head, head + arrived) readable, the rest under way
        std::size_t head = 0, arrived = 0;
        std::deque<Segment> flight;
        Time last_due{}, sent_until{};
        Time stalled_since = kNever;
        bool ended = false;  // the writer's end has arrived
        std::size_t held() const { return bytes.size() - head; }
    };
    struct End {
        Endpoint endpoint;
        bool open = true;
        bool broken = false;
        std::function<void()> readable, writable;
    };
    enum What : std::uint64_t {
        kDeliver = 0,
        kWritable = 2,
        kReadable = 4,
        kBreak = 6
    };  // + the pipe or end

    void act(std::uint64_t what) override;
    void deliver(unsigned pipe);
    bool held_up(unsigned pipe);
    void arrive(unsigned pipe, Segment segment);
    void send(unsigned pipe, Kind kind, std::size_t size);
    void leave(EndIndex end, Kind how);
    void break_both();
    void wake(EndIndex end);
    void consume(Pipe& pipe, std::size_t size);
    bool can_read(EndIndex end) const;
    bool can_write(EndIndex end) const;
    void later(What what, unsigned index, Duration delay = {});

    Network& network_;
    const std::uint64_t id_;
    End ends_[2];
    Pipe pipes_[2];
    std::function<void(boost::intrusive_ptr<Connection>)> opened_;
    bool doomed_ = false;  // stalled for good; the reset is scheduled
};

class SimStream final : public routing::Stream {
public:
    SimStream(SimRuntime& owner, boost::intrusive_ptr<Connection> connection, EndIndex end);
    ~SimStream() override;

    Result<std::size_t> read_some(MutableBytes into) override { return connection_->read(end_, into); }
    Result<std::size_t> write_some(ByteView from) override { return connection_->write(end_, from); }
    void when_readable(std::function<void()> ready) override {
        connection_->when_readable(end_, std::move(ready));
    }
    void when_writable(std::function<void()> ready) override {
        connection_->when_writable(end_, std::move(ready));
    }
    void close() override { connection_->close(end_); }
    Endpoint remote() const override { return connection_->endpoint(1 - end_); }
    // The owner's process died.
    void crash() { connection_->reset(end_); }

private:
    SimRuntime& owner_;
    boost::intrusive_ptr<Connection> connection_;
    const EndIndex end_;
};

}  // namespace catacomb::sim
