#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"
#include "node/service.hpp"

namespace catacomb::node {
namespace {

wire::ExitStore store_request(const StoreCall& call) {
    wire::ExitStore out;
    const auto& profile = call.segment->profile();
    out.set_root(proto_bytes(call.segment->root()));
    out.set_k(profile.k);
    out.set_n(profile.n);
    out.set_block_class(static_cast<std::uint32_t>(profile.block_class));
    out.set_commitment(proto_bytes(call.segment->commitment()));
    for (const auto& share : call.segment->shares())
        out.mutable_shares()->append(proto_bytes(share.expose()));
    out.set_lease_end(unix_seconds(call.lease_end));
    out.set_limit_ms(to_ms(call.limit));
    out.set_want(call.want);
    out.set_nonce_seed(proto_bytes(call.nonce_seed));
    out.set_avoid(pack_tags(call.avoid));
    return out;
}

// An exit stores at the first relays that follow a position, at vaults of which that relay is among the
// first successors. It knows who is away, and who has just come; we, who only dial guards, learn of both
// late. A word that does not fit counts for nothing, but is no proof of a lie.
bool is_in_place(const Acknowledged& given, const storage::BlockId& block, const routing::View& view,
                 Time now) {
    return answers_for(block, given.rendezvous, view, limits::kCredibleRelays, now) &&
           registers_at(given.vault.id(), given.rendezvous, view, limits::kCredibleRelaysOfVault, now);
}

Task<Result<>> send_segment(Runtime& runtime, routing::CircuitStreamPtr stream,
                            std::shared_ptr<const storage::SegmentBlocks> segment, Bytes request) {
    auto sent = co_await stream->send(std::move(request));
    for (unsigned i = 0; sent && i < segment->profile().k; ++i) {
        const bool last = i + 1 == segment->profile().k;
        auto fragment = with_kind(Kind::fragment, to_bytes(segment->fragment(i)));
        sent = co_await stream->send(std::move(fragment), last, runtime.now() + limits::kFragment);
    }
    if (!sent && sent.error().is(Code::timed_out))
        co_return error(Code::timed_out, "the exit took the blocks too slowly");
    co_return sent;
}

Asked asked_for(const StoreCall& call, std::uint8_t index) {
    Asked out;
    out.block = {call.segment->root(), index};
    out.size = static_cast<std::uint32_t>(call.segment->profile().block());
    out.lease_end = call.lease_end;
    out.nonce = block_nonce(call.nonce_seed, index);
    return out;
}

// What came of one store so far.
struct Answers {
    StoreCall call;
    ProofSource exit;
    BlockMask open = 0;  // blocks that nobody has signed for yet
    StoredBlocks out;
};

Task<Result<>> take(Runtime& runtime, Answers& answers, const wire::ExitStored& answer,
                    const routing::View& view, ProofChecker& proofs) {
    std::optional<Error> failure;
    if (!answer.failure().empty()) failure = known_failure(answer.failure());
    for (const auto& each : answer.given()) {
        if (each.index() >= answers.call.segment->profile().n || !(answers.open & bit(each.index())))
            co_return error(Code::corrupt, "the exit acknowledged a block that was not sent");
        answers.open &= ~bit(each.index());
        const auto asked = asked_for(answers.call, static_cast<std::uint8_t>(each.index()));
        auto given = co_await check_acknowledgement(proofs, answers.exit, each, asked, view.network());
        if (!given) co_return given.error();
        if (is_in_place(*given, asked.block, view, runtime.now())) {
            answers.out.acknowledged.push_back(std::move(*given));
        } else if (!failure) {
            failure = error(Code::refused, "a vault acknowledged where it does not belong");
        }
    }
    answers.out.failure = std::move(failure);
    co_return ok();
}

}  // namespace

Error known_failure(std::string_view told) {
    const auto code = code_named(told);
    if (!code) return error(Code::refused, "the exit gave no reason that we know");
    if (*code == Code::full) return error(Code::full, "the vaults near its places are full");
    if (*code == Code::refused) return error(Code::refused, "no vault near its places took them");
    return error(*code);
}

Task<Result<StoredBlocks>> store_blocks(Runtime& runtime, CircuitPtr circuit, StoreCall call,
                                        const routing::View& view, ProofChecker& proofs) {
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    auto request = encode(Kind::exit_store, store_request(call));
    auto sent = co_await send_segment(runtime, *stream, call.segment, std::move(request));
    if (!sent) {
        // An exit that has no room says so before the last fragment.
        auto said = co_await (*stream)->receive(runtime.now());
        if (!said) co_return unheard(sent.error(), circuit);
        auto refusal = split_answer(std::move(*said));
        co_return refusal ? sent.error() : refusal.error();
    }

    const auto deadline = runtime.now() + limits::kOnItsWay + call.limit + limits::kLastWords;
    Answers answers;
    answers.open = call.want;
    answers.call = std::move(call);
    answers.exit = ProofSource::relay(circuit->endpoint().id);
    auto& out = answers.out;
    for (;;) {
        auto bytes = co_await (*stream)->receive(deadline);
        if (!bytes && out.acknowledged.empty()) co_return unheard(bytes.error(), circuit);
        if (!bytes) {
            out.failure = bytes.error();
            co_return std::move(out);
        }
        auto part = split_answer(std::move(*bytes));
        if (!part) co_return part.error();
        if (part->kind != Kind::answer) co_return error(Code::corrupt, "the exit sent no acknowledgement");
        auto answer = decode<wire::ExitStored>(part->body);
        if (!answer) co_return answer.error();
        auto taken = co_await take(runtime, answers, *answer, view, proofs);
        if (!taken) co_return taken.error();
        if ((*stream)->ended()) co_return std::move(out);
    }
}

}  // namespace catacomb::node
