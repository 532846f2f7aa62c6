#include "tests/support/conversation.hpp"

#include <algorithm>

namespace catacomb::testing {
namespace {

Bytes message(unsigned round) {
    std::size_t size = 1;
    for (unsigned i = 0; i < round; ++i) size = std::min<std::size_t>(size * 7, 1 << 20);
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + round);
    return out;
}

}  // namespace

Result<Endpoint> EchoServer::listen(Endpoint at) {
    auto listener =
        runtime_.listen(at, [this](routing::StreamPtr stream) { tasks_.spawn(serve(std::move(stream))); });
    if (!listener) return listener.error();
    listener_ = std::move(*listener);
    return listener_->local();
}

Task<void> EchoServer::close() {
    listener_.reset();
    co_await tasks_.drained();
}

Task<void> EchoServer::serve(routing::StreamPtr stream) {
    Bytes buffer(16 << 10);
    for (;;) {
        const auto got = stream->read_some(buffer);
        if (got) {
            auto back = to_bytes(ByteView(buffer).first(*got));
            const auto written = co_await write_all(runtime_, *stream, std::move(back), kNever);
            if (!written) co_return;
            continue;
        }
        if (!got.error().is(Code::busy)) co_return;
        const auto ready = co_await until_readable(runtime_, *stream, kNever);
        if (!ready) co_return;
    }
}

namespace {

// Both directions at once: a large echo fills the buffers if nobody reads meanwhile.
Task<Result<Bytes>> send_and_read_back(Runtime& runtime, Stream& stream, Bytes bytes, Time deadline) {
    Bytes back(bytes.size());
    ByteView to_write(bytes);
    MutableBytes to_read(back);
    while (!to_read.empty()) {
        const auto written = to_write.empty() ? Result<std::size_t>(0) : stream.write_some(to_write);
        if (written) to_write = to_write.subspan(*written);
        if (!written && !written.error().is(Code::busy)) co_return written.error();
        const auto got = stream.read_some(to_read);
        if (got) to_read = to_read.subspan(*got);
        if (!got && !got.error().is(Code::busy)) co_return got.error();
        if (got || (written && !to_write.empty())) continue;
        const auto ready = co_await until_readable(runtime, stream, deadline);
        if (!ready) co_return ready.error();
    }
    co_return back;
}

}  // namespace

Task<Result<crypto::Digest>> talk(Runtime& runtime, Endpoint to, unsigned rounds, Time deadline) {
    auto stream = co_await routing::connect(runtime, to, deadline);
    if (!stream) co_return stream.error();
    Bytes heard;
    for (unsigned round = 0; round < rounds; ++round) {
        auto sent = message(round);
        auto back = co_await send_and_read_back(runtime, **stream, std::move(sent), deadline);
        if (!back) co_return back.error();
        append(heard, *back);
    }
    co_return crypto::content_hash(heard);
}

crypto::Digest expected_talk(unsigned rounds) {
    Bytes heard;
    for (unsigned round = 0; round < rounds; ++round) append(heard, message(round));
    return crypto::content_hash(heard);
}

}  // namespace catacomb::testing
