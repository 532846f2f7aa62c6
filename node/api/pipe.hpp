// Pipe: a file between an HTTP connection and a job, in bounded memory: a writer waits while `capacity` bytes
// are held, a reader waits while there are none. Either side may fail it, which is how a job learns that its
// client has gone and a connection that its job has ended. One thread. Shared by the two sides; a job holds
// its side through PipeSource or PipeSink, whose destruction tells the connection.
#pragma once

#include <deque>

#include "node/service.hpp"
#include "routing/gate.hpp"

namespace catacomb::node::api {

class Pipe {
public:
    // Until attach(), both sides give up with Code::timed_out at `attach_by`: a job whose client never came.
    // After it there is no limit here: the connection has its own, and so has the job.
    Pipe(routing::Runtime& runtime, std::size_t capacity, Time attach_by)
        : changed_(runtime), capacity_(capacity), attach_by_(attach_by) {}
    void attach();

    // Takes the chunk once less than `capacity` is held (so at most capacity plus one chunk is ever held).
    Task<Result<>> push(Bytes chunk);
    // How many bytes it was given, all told.
    std::uint64_t taken() const { return taken_; }
    void finish();
    bool finished() const { return finished_; }
    // All is held here, and a reader may still come for it.
    bool awaits_reader(Time now) const { return finished_ && !failure_ && now < attach_by_; }
    // At most `at_most` bytes; empty at the end.
    Task<Result<Bytes>> pull(std::size_t at_most);
    // The first failure stays. What is held then is dropped.
    void fail(Error why);

    // The head of a file on its way out.
    void begin(GetReport file);
    Task<Result<GetReport>> begun();

private:
    Task<void> wait();
    Bytes take(std::size_t at_most);

    routing::Gate changed_;
    const std::size_t capacity_;
    const Time attach_by_;
    bool attached_ = false;
    bool finished_ = false;
    std::optional<Error> failure_;
    std::optional<GetReport> file_;
    std::deque<Bytes> held_;
    std::size_t held_bytes_ = 0;
    std::uint64_t taken_ = 0;
};

class PipeSource final : public ByteSource {
public:
    explicit PipeSource(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
    ~PipeSource() override;
    Task<Result<Bytes>> read(std::size_t at_most) override;

private:
    std::shared_ptr<Pipe> pipe_;
};

class PipeSink final : public ByteSink {
public:
    explicit PipeSink(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
    ~PipeSink() override;
    Task<Result<>> begin(const GetReport& file) override;
    Task<Result<>> write(Bytes chunk) override;
    Task<Result<>> end() override;

private:
    std::shared_ptr<Pipe> pipe_;
};

}  // namespace catacomb::node::api
