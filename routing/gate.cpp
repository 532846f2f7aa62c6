#include "routing/gate.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catacomb::routing {

// The suspended task. Asio 1.81's any_completion_handler cannot be move-assigned, hence this one virtual
// call.
struct Gate::Waiter {
    virtual ~Waiter() = default;
    virtual void resume() = 0;
    Runtime::TimerId timer;
    Wake how = Wake::opened;
};

namespace {

template <class Base, class Handler>
struct Suspended final : Base {
    explicit Suspended(Handler h) : handler(std::move(h)) {}
    void resume() override {
        auto executor = asio::get_associated_executor(handler);
        asio::post(executor, std::move(handler));
    }
    Handler handler;
};

}  // namespace

Task<Wake> Gate::wait(Time deadline) {
    if (runtime_->closing()) co_return Wake::closed;
    co_return co_await suspend(deadline);
}

Task<void> Gate::wait_for_open() { co_await suspend(std::nullopt); }

Task<Wake> Gate::suspend(std::optional<Time> deadline) {
    std::shared_ptr<Waiter> mine;
    auto initiate = [this, deadline, &mine](auto handler) {
        mine = std::make_shared<Suspended<Waiter, decltype(handler)>>(std::move(handler));
        waiters_.push_back(mine);
        if (deadline) limit(mine, *deadline);
    };
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(initiate, asio::use_awaitable);
    co_return mine->how;
}

// A gate that goes away finishes its waiters and cancels their timers, so the callback's `this` is alive.
void Gate::limit(const std::shared_ptr<Waiter>& waiter, Time deadline) {
    waiter->timer = runtime_->call_at(deadline, [this, late = waiter.get()] {
        const auto at = std::find_if(waiters_.begin(), waiters_.end(),
                                     [late](const auto& each) { return each.get() == late; });
        CHECK(at != waiters_.end());
        const auto kept = std::move(*at);
        waiters_.erase(at);
        kept->how = runtime_->closing() ? Wake::closed : Wake::timed_out;
        kept->resume();
    });
}

void Gate::finish_all(Wake how) {
    auto woken = std::move(waiters_);
    waiters_.clear();
    for (auto& waiter : woken) {
        waiter->how = how;
        runtime_->cancel(waiter->timer);
        waiter->resume();
    }
}

Task<bool> sleep_until(Runtime& runtime, Time when) {
    Gate never(runtime);
    co_return co_await never.wait(when) == Wake::timed_out;
}

Task<bool> sleep_for(Runtime& runtime, Duration length) {
    const auto when = runtime.now() + length;
    co_return co_await sleep_until(runtime, when);
}

Task<Result<StreamPtr>> connect(Runtime& runtime, Endpoint to, Time deadline) {
    auto promise = std::make_shared<Promise<StreamPtr>>(runtime);
    std::weak_ptr<Promise<StreamPtr>> weak = promise;
    runtime.connect(to, [weak](Result<StreamPtr> stream) {
        if (auto waiting = weak.lock()) waiting->set(std::move(stream));
    });
    co_return co_await promise->wait(deadline);
}

namespace detail {

Task<void> run_on_worker(Runtime& runtime, std::function<void()> work) {
    auto initiate = [&runtime, &work](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        runtime.run_on_worker(std::move(work), [shared] {
            auto executor = asio::get_associated_executor(*shared);
            asio::post(executor, std::move(*shared));
        });
    };
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(initiate, asio::use_awaitable);
}

}  // namespace detail

// Posted first: co_spawn alone would run the task inside this call, up to its first wait.
void TaskSet::spawn(Task<void> task) {
    ++count_;
    auto start = [this, task = std::move(task)]() mutable {
        asio::co_spawn(runtime_.executor(), std::move(task), [this](std::exception_ptr failure) {
            if (--count_ == 0) idle_.open();
            if (failure) std::rethrow_exception(failure);
        });
    };
    asio::post(runtime_.executor(), std::move(start));
}

Task<void> TaskSet::drained() {
    while (count_ > 0) co_await idle_.wait_for_open();
}

}  // namespace catacomb::routing
