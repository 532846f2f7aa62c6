#include "tests/sim/chatter.hpp"

#include "tests/support/stream_io.hpp"

namespace catacomb::testing {

using routing::Endpoint;
using routing::StreamPtr;

namespace {
constexpr std::size_t kQuestion = 32;
constexpr Duration kPatience = seconds(10);
}  // namespace

Chatter::Chatter(sim::SimRuntime& runtime, std::vector<Endpoint> everyone, Endpoint at, Duration pace)
    : runtime_(runtime), everyone_(std::move(everyone)), at_(at), pace_(pace), tasks_(runtime) {
    auto listener = runtime_.listen(at, [this](StreamPtr stream) { tasks_.spawn(serve(std::move(stream))); });
    listener_ = std::move(listener.value());
    tasks_.spawn(chat());
}

Task<void> Chatter::chat() {
    for (;;) {
        const auto pause = runtime_.rng().between(1, 2 * static_cast<std::uint64_t>(pace_.count()));
        const bool slept = co_await routing::sleep_for(runtime_, Duration(pause));
        if (!slept) co_return;
        const auto whom = everyone_[runtime_.rng().below(everyone_.size())];
        if (whom == at_) continue;
        const auto answered = co_await ask(whom);
        if (runtime_.closing()) co_return;
        ++(answered ? answers_ : failures_);
    }
}

// A question names the size of the answer in its first two bytes.
Task<Result<>> Chatter::ask(Endpoint whom) {
    const auto deadline = runtime_.now() + kPatience;
    auto stream = co_await routing::connect(runtime_, whom, deadline);
    if (!stream) co_return stream.error();
    Bytes question(kQuestion);
    runtime_.rng().fill(question);
    const std::size_t size = question[0] | question[1] << 8;
    const auto last = question.back();
    const auto sent = co_await write_all(runtime_, **stream, std::move(question), deadline);
    if (!sent) co_return sent.error();
    const auto answer = co_await read_to_end(runtime_, **stream, deadline);
    if (!answer) co_return answer.error();
    CHECK(answer->size() == size);
    for (const auto byte : *answer) CHECK(byte == last);
    co_return ok();
}

Task<void> Chatter::serve(StreamPtr stream) {
    const auto deadline = runtime_.now() + kPatience;
    const auto question = co_await read_exactly(runtime_, *stream, kQuestion, deadline);
    if (!question) co_return;
    const std::size_t size = (*question)[0] | (*question)[1] << 8;
    Bytes answer(size, question->back());
    co_await write_all(runtime_, *stream, std::move(answer), deadline);
}

}  // namespace catacomb::testing
