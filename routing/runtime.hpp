// Runtime: the one seam between protocol code and the world (docs/decisions/0004): time, timers, randomness,
// byte streams and a worker pool. node/runtime/asio_runtime implements it over real sockets, tools/sim over
// virtual time; everything in routing and in node's services runs unchanged over both. One Runtime belongs to
// one node; all of it is called on one thread (its executor). close() ends every wait, so that a node's tasks
// run to their end.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>

#include "base/result.hpp"
#include "base/rng.hpp"
#include "base/time.hpp"
#include "routing/endpoint.hpp"

namespace catacomb::routing {

namespace asio = boost::asio;

// A coroutine on a Runtime's executor. Parameters are values, or references that outlive the task
// (docs/decisions/0005).
template <class T = void>
using Task = asio::awaitable<T>;

// One byte stream (a TCP connection). Destroying it closes it; callbacks are never called after that.
class Stream {
public:
    virtual ~Stream() = default;
    // Never blocks. Code::busy: nothing to read now. Code::closed: the peer ended. Code::unreachable: broken.
    virtual Result<std::size_t> read_some(MutableBytes into) = 0;
    // Never blocks. May take less than all; Code::busy when it takes nothing now.
    virtual Result<std::size_t> write_some(ByteView from) = 0;
    // Calls `ready` once, never from inside this call, when a read (a write) may get on or the stream has
    // ended. At most one of each is outstanding.
    virtual void when_readable(std::function<void()> ready) = 0;
    virtual void when_writable(std::function<void()> ready) = 0;
    virtual void close() = 0;
    virtual Endpoint remote() const = 0;
};
using StreamPtr = std::unique_ptr<Stream>;

// Destroying it stops listening.
class Listener {
public:
    virtual ~Listener() = default;
    virtual Endpoint local() const = 0;
};
using ListenerPtr = std::unique_ptr<Listener>;

class Tap;

class Runtime {
public:
    virtual ~Runtime() = default;

    virtual Time now() const = 0;
    virtual Rng& rng() = 0;
    virtual asio::any_io_executor executor() = 0;

    // Calls `done` once, never from inside this call. There is no time limit here: callers set their own.
    virtual void connect(Endpoint to, std::function<void(Result<StreamPtr>)> done) = 0;
    // Port 0 takes a free one. `accepted` is called for every connection until the listener is destroyed.
    virtual Result<ListenerPtr> listen(Endpoint at, std::function<void(StreamPtr)> accepted) = 0;
    // Runs `work` off this thread (in simulation: inline, at a later event), then `done` on it. `work`
    // touches nothing that the thread of the executor touches meanwhile. `done` is called even while closing.
    virtual void run_on_worker(std::function<void()> work, std::function<void()> done) = 0;

    // Runs `work` soon on the executor, never from inside this call.
    void post(std::function<void()> work);

    struct TimerId {
        Time when{};
        std::uint64_t sequence = 0;  // 0: none
        auto operator<=>(const TimerId&) const = default;
    };
    // Calls `fire` at `when`, or at close(). Equal times fire in the order they were set.
    TimerId call_at(Time when, std::function<void()> fire);
    void cancel(TimerId& id);

    // Fires every timer, and every later one at once. Waits that end this way say Wake::closed.
    void close();
    bool closing() const { return closing_; }

    // Who listens in, for the simulator's audits; null in production (routing/tap.hpp).
    Tap* tap() const { return tap_; }

protected:
    // The earliest timer is now due at `when` (kNever: none); the world calls fire_due() then.
    virtual void arm(Time when) = 0;
    void fire_due();
    Tap* tap_ = nullptr;

private:
    std::map<TimerId, std::function<void()>> timers_;
    std::uint64_t next_sequence_ = 1;
    Time armed_ = kNever;
    bool closing_ = false;
};

}  // namespace catacomb::routing
