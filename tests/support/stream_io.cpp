#include "tests/support/stream_io.hpp"

namespace catacomb::testing {
namespace {

using routing::Gate;
using routing::Wake;

// The callback may come after the wait timed out, hence the shared gate.
std::function<void()> opener(const std::shared_ptr<Gate>& gate) {
    return [weak = std::weak_ptr<Gate>(gate)] {
        if (const auto waiting = weak.lock()) waiting->open();
    };
}

Result<> as_result(Wake wake) {
    if (wake == Wake::opened) return ok();
    return error(wake == Wake::timed_out ? Code::timed_out : Code::closed);
}

}  // namespace

Task<Result<>> until_readable(Runtime& runtime, Stream& stream, Time deadline) {
    auto gate = std::make_shared<Gate>(runtime);
    stream.when_readable(opener(gate));
    const auto wake = co_await gate->wait(deadline);
    co_return as_result(wake);
}

Task<Result<>> until_writable(Runtime& runtime, Stream& stream, Time deadline) {
    auto gate = std::make_shared<Gate>(runtime);
    stream.when_writable(opener(gate));
    const auto wake = co_await gate->wait(deadline);
    co_return as_result(wake);
}

Task<Result<>> write_all(Runtime& runtime, Stream& stream, Bytes bytes, Time deadline) {
    ByteView left(bytes);
    while (!left.empty()) {
        const auto taken = stream.write_some(left);
        if (taken) {
            left = left.subspan(*taken);
            continue;
        }
        if (!taken.error().is(Code::busy)) co_return taken.error();
        const auto ready = co_await until_writable(runtime, stream, deadline);
        if (!ready) co_return ready.error();
    }
    co_return ok();
}

Task<Result<Bytes>> read_exactly(Runtime& runtime, Stream& stream, std::size_t size, Time deadline) {
    Bytes out(size);
    MutableBytes left(out);
    while (!left.empty()) {
        const auto got = stream.read_some(left);
        if (got) {
            left = left.subspan(*got);
            continue;
        }
        if (!got.error().is(Code::busy)) co_return got.error();
        const auto ready = co_await until_readable(runtime, stream, deadline);
        if (!ready) co_return ready.error();
    }
    co_return out;
}

Task<Result<Bytes>> read_to_end(Runtime& runtime, Stream& stream, Time deadline) {
    Bytes out, buffer(4096);
    for (;;) {
        const auto got = stream.read_some(buffer);
        if (got) {
            append(out, ByteView(buffer).first(*got));
            continue;
        }
        if (got.error().is(Code::closed)) co_return out;
        if (!got.error().is(Code::busy)) co_return got.error();
        const auto ready = co_await until_readable(runtime, stream, deadline);
        if (!ready) co_return ready.error();
    }
}

}  // namespace catacomb::testing
