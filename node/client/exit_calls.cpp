#include "node/client/exit_calls.hpp"

#include "node/protocol/limits.hpp"
#include "node/service.hpp"

namespace catacomb::node {
namespace {

std::uint32_t to_ms(Duration limit) {
    return static_cast<std::uint32_t>(duration_cast<milliseconds>(limit).count());
}

}  // namespace

Task<Result<FetchedBlocks>> fetch_blocks(Runtime& runtime, CircuitPtr circuit, storage::SegmentRef segment,
                                         BlockMask want, unsigned need, Duration limit) {
    const auto deadline = runtime.now() + limit + limits::kLastWords;
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    wire::ExitFetch request;
    request.set_root(proto_bytes(segment.root));
    request.set_k(segment.profile.k);
    request.set_n(segment.profile.n);
    request.set_block_class(static_cast<std::uint32_t>(segment.profile.block_class));
    request.set_want(want);
    request.set_need(need);
    request.set_limit_ms(to_ms(limit));
    auto message = encode(Kind::exit_fetch, request);
    auto sent = co_await (*stream)->send(std::move(message), true);
    if (!sent) co_return sent.error();

    FetchedBlocks out;
    BlockMask got = 0;
    for (;;) {
        auto bytes = co_await (*stream)->receive(deadline);
        if (!bytes && out.blocks.empty()) co_return bytes.error();
        if (!bytes) co_return out;
        auto part = split_answer(std::move(*bytes));
        if (!part) co_return part.error();
        if (part->kind == Kind::answer) {
            auto end = decode<wire::ExitFetched>(part->body);
            if (!end) co_return end.error();
            out.found = end->found();
            out.absent = end->absent();
            out.missing = end->missing();
            co_return out;
        }
        auto parts = storage::BlockParts::decode(part->body);
        if (part->kind != Kind::block || !parts) co_return error(Code::corrupt, "the exit sent no block");
        const storage::BlockId id{segment.root, parts->header.index};
        auto block = storage::Block::verify(id, std::move(part->body));
        if (!block || !(want & bit(id.index)) || (got & bit(id.index)) || out.blocks.size() == need) {
            co_return error(Code::corrupt, "the exit sent a block that was not asked for");
        }
        got |= bit(id.index);
        out.blocks.push_back(std::move(*block));
    }
}

namespace {

wire::ExitStore store_request(const storage::SegmentBlocks& segment, BlockMask want, Time lease_end,
                              Duration limit) {
    wire::ExitStore out;
    const auto& profile = segment.profile();
    out.set_root(proto_bytes(segment.root()));
    out.set_k(profile.k);
    out.set_n(profile.n);
    out.set_block_class(static_cast<std::uint32_t>(profile.block_class));
    out.set_commitment(proto_bytes(segment.commitment()));
    for (const auto& share : segment.shares()) out.mutable_shares()->append(proto_bytes(share.expose()));
    out.set_lease_end(unix_seconds(lease_end));
    out.set_limit_ms(to_ms(limit));
    out.set_want(want);
    return out;
}

// An exit stores at the first six relays that follow a position, at vaults of which that relay is among the
// first three successors. It knows who is away, and who has just come; we, who only dial guards, learn of
// both late. A word that does not fit counts for nothing, but is no proof of a lie.
bool is_in_place(const Acknowledged& given, const storage::BlockId& block, const routing::View& view,
                 Time now) {
    return answers_for(block, given.rendezvous, view, limits::kCredibleRelays, now) &&
           registers_at(given, given.rendezvous, view, limits::kCredibleRelaysOfVault, now);
}

}  // namespace

std::string known_failure(std::string_view told) {
    return code_named(told) ? std::string(told) : "the exit gave no reason that we know";
}

Task<Result<StoredBlocks>> store_blocks(Runtime& runtime, CircuitPtr circuit,
                                        std::shared_ptr<const storage::SegmentBlocks> segment, BlockMask want,
                                        Time lease_end, const routing::View& view, ProofChecker& proofs,
                                        Duration limit) {
    const auto deadline = runtime.now() + limit + limits::kLastWords;
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    auto message = encode(Kind::exit_store, store_request(*segment, want, lease_end, limit));
    auto sent = co_await (*stream)->send(std::move(message));
    for (unsigned i = 0; sent && i < segment->profile().k; ++i) {
        // A guard that lets one cell pass now and then would hold us for hours.
        if (runtime.now() > deadline) co_return error(Code::timed_out, "the exit took the blocks too slowly");
        auto fragment = with_kind(Kind::fragment, to_bytes(segment->fragment(i)));
        sent = co_await (*stream)->send(std::move(fragment), i + 1 == segment->profile().k);
    }
    if (!sent) {
        // It may have said why before it gave the stream up.
        auto said = co_await (*stream)->receive(runtime.now());
        if (said) {
            if (auto refusal = split_answer(std::move(*said)); !refusal) co_return refusal.error();
        }
        co_return sent.error();
    }

    StoredBlocks out;
    BlockMask got = 0;
    std::string misplaced;
    for (;;) {
        auto bytes = co_await (*stream)->receive(deadline);
        if (!bytes) {
            out.failure = bytes.error().text();
            co_return out;
        }
        auto part = split_answer(std::move(*bytes));
        if (!part) co_return part.error();
        if (part->kind != Kind::answer) co_return error(Code::corrupt, "the exit sent no acknowledgement");
        auto answer = decode<wire::ExitStored>(part->body);
        if (!answer) co_return answer.error();
        for (const auto& each : answer->given()) {
            if (each.index() >= segment->profile().n || !(want & bit(each.index())) ||
                (got & bit(each.index()))) {
                co_return error(Code::corrupt, "the exit acknowledged a block that was not sent");
            }
            got |= bit(each.index());
            const storage::BlockId id{segment->root(), static_cast<std::uint8_t>(each.index())};
            auto given = co_await check_acknowledgement(proofs, each, id, lease_end, view.network());
            if (!given) co_return given.error();
            if (is_in_place(*given, id, view, runtime.now())) {
                out.acknowledged.push_back(std::move(*given));
            } else {
                misplaced = "a vault acknowledged where it does not belong";
            }
        }
        out.failure = answer->failure().empty() ? misplaced : known_failure(answer->failure());
        if ((*stream)->ended()) co_return out;
    }
}

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
    if (!bytes) co_return bytes.error();
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
