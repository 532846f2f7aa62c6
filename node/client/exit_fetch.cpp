#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

wire::ExitFetch fetch_request(const FetchCall& call) {
    wire::ExitFetch out;
    out.set_root(proto_bytes(call.segment.root));
    out.set_k(call.segment.profile.k);
    out.set_n(call.segment.profile.n);
    out.set_block_class(static_cast<std::uint32_t>(call.segment.profile.block_class));
    out.set_want(call.want);
    out.set_need(call.need);
    out.set_limit_ms(to_ms(call.limit));
    return out;
}

Result<storage::Block> to_block(Message message, const FetchCall& call, BlockMask got) {
    auto parts = storage::BlockParts::decode(message.body);
    if (message.kind != Kind::block || !parts) return error(Code::corrupt, "the exit sent no block");
    const storage::BlockId id{call.segment.root, parts->header.index};
    auto block = storage::Block::verify(id, std::move(message.body));
    const auto count = count_of(got);
    if (!block || !(call.want & bit(id.index)) || (got & bit(id.index)) || count == call.need)
        return error(Code::corrupt, "the exit sent a block that was not asked for");
    return block;
}

}  // namespace

FetchCall sample_call(const storage::SegmentRef& segment, BlockMask want) {
    FetchCall out;
    out.segment = segment;
    out.want = want;
    out.need = std::min<unsigned>(count_of(want), segment.profile.k);
    out.patience = limits::kSamplePatience;
    out.limit = limits::kSamplePatience + limits::on_a_slow_line(out.need * segment.profile.block());
    out.take = [](storage::Block) { return true; };
    return out;
}

Task<Result<FetchEnd>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, FetchCall call) {
    const auto deadline = runtime.now() + call.limit + limits::kLastWords;
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    auto request = encode(Kind::exit_fetch, fetch_request(call));
    auto sent = co_await (*stream)->send(std::move(request), true);
    if (!sent) co_return sent.error();
    FetchEnd out;
    for (;;) {
        // Before the first block it is searching, and says itself when it gives up.
        const auto patient_until = out.got == 0 ? kNever : runtime.now() + call.patience;
        auto bytes = co_await (*stream)->receive(std::min<Time>(deadline, patient_until));
        if (!bytes) {
            out.stalled = bytes.error().is(Code::timed_out);
            if (out.got == 0) co_return unheard(bytes.error(), circuit);
            co_return out;
        }
        auto message = split_answer(std::move(*bytes));
        if (!message) co_return message.error();
        if (message->kind == Kind::answer) {
            auto end = decode<wire::ExitFetched>(message->body);
            if (!end) co_return end.error();
            out.found = end->found();
            out.absent = end->absent();
            out.missing = end->missing();
            out.said = true;
            co_return out;
        }
        auto block = to_block(std::move(*message), call, out.got);
        if (!block) co_return block.error();
        out.got |= bit(block->id().index);
        if (!call.take(std::move(*block))) co_return out;
    }
}

Task<Result<FetchedBlocks>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                         BlockMask want, unsigned need, Duration limit) {
    auto out = std::make_shared<FetchedBlocks>();
    FetchCall call;
    call.segment = segment;
    call.want = want;
    call.need = need;
    call.limit = limit;
    call.patience = limit + limits::kLastWords;
    call.take = [out](storage::Block block) {
        out->blocks.push_back(std::move(block));
        return true;
    };
    auto end = co_await fetch_blocks(runtime, std::move(circuit), std::move(call));
    if (!end) co_return end.error();
    out->found = end->found;
    out->absent = end->absent;
    out->missing = end->missing;
    co_return std::move(*out);
}

}  // namespace catacomb::node
