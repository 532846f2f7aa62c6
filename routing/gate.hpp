// Waiting, in coroutines. A Gate is what tasks wait at and what plain code opens; every wait has a deadline
// and ends early when the runtime closes. TaskSet counts an owner's tasks, so that the owner outlives them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <vector>

#include "routing/runtime.hpp"

namespace catacomb::routing {

enum class Wake { opened, timed_out, closed };

class Gate {
public:
    explicit Gate(Runtime& runtime) : runtime_(&runtime) {}
    ~Gate() { finish_all(Wake::closed); }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // Many tasks may wait at once. Requires: runs on the runtime's executor.
    Task<Wake> wait(Time deadline);
    // Waits for open() alone, also while the runtime closes: for an owner that waits for its tasks to end.
    Task<void> wait_for_open();
    // Wakes all who wait now; it does not stay open.
    void open() { finish_all(Wake::opened); }
    Runtime& runtime() const { return *runtime_; }

private:
    struct Waiter;
    Task<Wake> suspend(std::optional<Time> deadline);
    void limit(const std::shared_ptr<Waiter>& waiter, Time deadline);
    void finish_all(Wake how);
    Runtime* runtime_;
    std::vector<std::shared_ptr<Waiter>> waiters_;
};

// False when the runtime closed before `when`.
Task<bool> sleep_until(Runtime& runtime, Time when);
Task<bool> sleep_for(Runtime& runtime, Duration length);

// Code::timed_out at the deadline (a stream that connects later is closed), Code::closed at close().
Task<Result<StreamPtr>> connect(Runtime& runtime, Endpoint to, Time deadline);

namespace detail {
Task<void> run_on_worker(Runtime& runtime, std::function<void()> work);
}
// Runs `work` on the worker pool and returns what it returns. Not cancellable: close() waits for it.
template <class T>
Task<T> on_worker(Runtime& runtime, std::function<T()> work) {
    auto out = std::make_shared<std::optional<T>>();
    std::function<void()> job = [out, work = std::move(work)] { out->emplace(work()); };
    co_await detail::run_on_worker(runtime, std::move(job));
    co_return std::move(**out);
}

// A promise of one value: one task waits, plain code (or another task) sets it. Held by shared_ptr on both
// sides.
template <class T>
class Promise {
public:
    explicit Promise(Runtime& runtime) : gate_(runtime) {}
    void set(Result<T> value) {
        if (value_) return;
        value_.emplace(std::move(value));
        gate_.open();
    }
    bool is_set() const { return value_.has_value(); }
    // Code::timed_out or Code::closed when nothing was set in time. Once.
    Task<Result<T>> wait(Time deadline) {
        if (!value_) {
            const auto wake = co_await gate_.wait(deadline);
            if (!value_) co_return error(wake == Wake::timed_out ? Code::timed_out : Code::closed);
        }
        co_return std::move(*value_);
    }

private:
    Gate gate_;
    std::optional<Result<T>> value_;
};

class TaskSet {
public:
    explicit TaskSet(Runtime& runtime) : runtime_(runtime), idle_(runtime) {}
    ~TaskSet() { CHECK(count_ == 0); }

    // Starts `task` at the next turn of the executor. An exception in it is a bug and ends the program.
    void spawn(Task<void> task);
    std::size_t count() const { return count_; }
    // Waits for zero, also after the runtime closed: then it waits as long as the tasks take to unwind.
    Task<void> drained();

private:
    Runtime& runtime_;
    Gate idle_;
    std::size_t count_ = 0;
};

}  // namespace catacomb::routing
