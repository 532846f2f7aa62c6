// Timeline: virtual time. Events happen in the order (time, order of scheduling), and after each one every
// coroutine that it woke runs as far as it can; nothing else moves the clock. The io_context is only a
// first-in-first-out executor: no Asio timer or socket may be made on it, or each step would poll the
// operating system.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <vector>

#include "base/time.hpp"

namespace catacomb::sim {

// What an event happens to. Scheduled events keep it alive.
class Actor : public boost::intrusive_ref_counter<Actor, boost::thread_unsafe_counter> {
public:
    virtual ~Actor() = default;
    // `what` is as it was scheduled.
    virtual void act(std::uint64_t what) = 0;
};
using ActorPtr = boost::intrusive_ptr<Actor>;

class Timeline {
public:
    Timeline();
    Time now() const { return now_; }
    // Times that have passed count as now.
    void schedule(Time when, ActorPtr actor, std::uint64_t what = 0);
    // Runs what is runnable now.
    void settle() { context_.poll(); }
    // Drops all that has not happened; tasks that are suspended in it unwind.
    void clear();
    // The next event, if it is due by `limit`; false and now() == limit otherwise.
    bool step(Time limit);

    boost::asio::io_context::executor_type executor() { return context_.get_executor(); }
    std::uint64_t events() const { return events_; }

private:
    struct Event {
        Time when;
        std::uint64_t sequence;
        ActorPtr actor;
        std::uint64_t what;
    };
    struct Later;

    Time now_;
    std::vector<Event> heap_;
    std::uint64_t sequence_ = 0;
    std::uint64_t events_ = 0;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_;
};

}  // namespace catacomb::sim
