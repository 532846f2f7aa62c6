#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {

Task<Result<HadBlocks>> ask_have(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                 Duration limit) {
    const auto deadline = runtime.now() + limit + limits::kLastWords;
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    wire::ExitHave request;
    request.set_root(proto_bytes(segment.root));
    request.set_n(segment.profile.n);
    request.set_limit_ms(to_ms(limit));
    auto message = encode(Kind::exit_have, request);
    auto sent = co_await (*stream)->send(std::move(message), true);
    if (!sent) co_return sent.error();
    auto bytes = co_await (*stream)->receive(deadline);
    if (!bytes) co_return unheard(bytes.error(), circuit);
    auto part = split_answer(std::move(*bytes));
    if (!part) co_return part.error();
    auto answer = decode<wire::ExitHad>(part->body);
    if (!answer) co_return answer.error();
    const auto all = all_of(segment.profile.n);
    HadBlocks out;
    out.have = answer->have() & all;
    out.absent = answer->absent() & all & ~out.have;
    co_return out;
}

}  // namespace catacomb::node
