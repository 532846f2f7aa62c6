#include "node/api/pipe.hpp"

namespace catacomb::node::api {

void Pipe::attach() {
    attached_ = true;
    changed_.open();
}

Task<void> Pipe::wait() {
    Time deadline = kNever;
    if (!attached_) deadline = attach_by_;
    const auto wake = co_await changed_.wait(deadline);
    if (wake == routing::Wake::closed) fail(error(Code::closed, "the node is shutting down"));
    if (wake == routing::Wake::timed_out) {
        fail(error(Code::timed_out, "no connection came for the job's content"));
    }
}

Task<Result<>> Pipe::push(Bytes chunk) {
    while (!failure_ && held_bytes_ >= capacity_) co_await wait();
    if (failure_) co_return *failure_;
    CHECK(!finished_);
    if (chunk.empty()) co_return ok();
    held_bytes_ += chunk.size();
    taken_ += chunk.size();
    held_.push_back(std::move(chunk));
    changed_.open();
    co_return ok();
}

void Pipe::finish() {
    finished_ = true;
    changed_.open();
}

Task<Result<Bytes>> Pipe::pull(std::size_t at_most) {
    while (!failure_ && held_.empty() && !finished_) co_await wait();
    if (failure_) co_return *failure_;
    auto chunk = take(at_most);
    changed_.open();
    co_return chunk;
}

Bytes Pipe::take(std::size_t at_most) {
    Bytes chunk;
    if (held_.empty()) return chunk;
    auto& front = held_.front();
    if (front.size() <= at_most) {
        chunk = std::move(front);
        held_.pop_front();
    } else {
        const auto cut = front.begin() + static_cast<std::ptrdiff_t>(at_most);
        chunk.assign(front.begin(), cut);
        front.erase(front.begin(), cut);
    }
    held_bytes_ -= chunk.size();
    return chunk;
}

void Pipe::fail(Error why) {
    if (failure_ || (finished_ && held_.empty())) return;
    failure_ = std::move(why);
    held_.clear();
    held_bytes_ = 0;
    changed_.open();
}

void Pipe::begin(GetReport file) {
    file_ = std::move(file);
    changed_.open();
}

Task<Result<GetReport>> Pipe::begun() {
    while (!failure_ && !file_) co_await wait();
    if (!file_) co_return *failure_;
    co_return *file_;
}

PipeSource::~PipeSource() { pipe_->fail(error(Code::closed, "the job has ended")); }

Task<Result<Bytes>> PipeSource::read(std::size_t at_most) { return pipe_->pull(at_most); }

PipeSink::~PipeSink() {
    if (!pipe_->finished()) pipe_->fail(error(Code::closed, "the job has ended"));
}

Task<Result<>> PipeSink::begin(const GetReport& file) {
    pipe_->begin(file);
    co_return ok();
}

Task<Result<>> PipeSink::write(Bytes chunk) { return pipe_->push(std::move(chunk)); }

Task<Result<>> PipeSink::end() {
    pipe_->finish();
    co_return ok();
}

}  // namespace catacomb::node::api
