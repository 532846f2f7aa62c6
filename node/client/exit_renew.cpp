#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

wire::ExitRenew renew_request(const RenewCall& call) {
    wire::ExitRenew out;
    write_items(call.items, *out.mutable_items());
    out.set_lease_end(unix_seconds(call.lease_end));
    out.set_limit_ms(to_ms(call.limit));
    out.set_nonce_seed(proto_bytes(call.nonce_seed));
    return out;
}

// Those of the blocks for which that relay may answer (as is_in_place of a store).
BlockMask in_place(const storage::Root& root, BlockMask blocks, const routing::NodeId& relay,
                   const routing::View& view, Time now) {
    BlockMask out = 0;
    for (auto left = blocks; left; left &= left - 1) {
        const auto index = static_cast<std::uint8_t>(__builtin_ctzll(left));
        if (answers_for({root, index}, relay, view, limits::kCredibleRelays, now)) out |= bit(index);
    }
    return out;
}

// A word from a place where we would not look counts for nothing, but is no proof of a lie: our view lags.
Task<Result<>> take(const RenewCall& call, wire::Renewed given, ProofSource exit, const routing::View& view,
                    ProofChecker& proofs) {
    const auto now = proofs.runtime().now();
    const auto relay = routing::NodeId::from(catacomb::view(given.rendezvous()));
    if (!relay) co_return error(Code::malformed);
    const RenewalAsked of_relay{call.items, call.lease_end, relay_nonce(call.nonce_seed, *relay)};
    const auto asked = asked_of_vault(given, of_relay, view.network(), now);
    if (!asked) co_return asked.error();
    const auto word = co_await check_renewed(proofs, exit, given, *asked, view.network());
    if (!word) co_return word.error();
    if (!registers_at(word->vault.id(), *relay, view, limits::kCredibleRelaysOfVault, now)) co_return ok();
    for (std::size_t i = 0; i < word->masks.size(); ++i) {
        const auto blocks = in_place(asked->items[i].root, word->masks[i], *relay, view, now);
        if (blocks) call.take(given.items(static_cast<int>(i)), blocks, word->lease_end);
    }
    co_return ok();
}

std::vector<BlockMask> absent_in(const wire::ManyRenewed& answer, const RenewCall& call) {
    std::vector<BlockMask> out(call.items.size());
    for (std::size_t i = 0; i < out.size() && static_cast<int>(i) < answer.absent_size(); ++i)
        out[i] = answer.absent(static_cast<int>(i)) & call.items[i].mask;
    return out;
}

}  // namespace

Task<Result<std::vector<BlockMask>>> renew_blocks(Runtime& runtime, CircuitPtr circuit, RenewCall call,
                                                  const routing::View& view, ProofChecker& proofs) {
    const auto deadline = runtime.now() + call.limit + limits::kLastWords;
    const auto exit = ProofSource::relay(circuit->endpoint().id);
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    auto request = encode(Kind::exit_renew, renew_request(call));
    auto sent = co_await (*stream)->send(std::move(request), true);
    if (!sent) co_return sent.error();
    // Of a block hardly more words come than vaults are asked for it; whoever sends more only wastes our
    // time.
    for (std::size_t words_left = 2 * limits::kCopiesRenewed * blocks_in(call.items);;) {
        auto bytes = co_await (*stream)->receive(deadline);
        if (!bytes) co_return unheard(bytes.error(), circuit);
        auto part = split_answer(std::move(*bytes));
        if (!part) co_return part.error();
        auto answer = decode<wire::ManyRenewed>(part->body);
        if (part->kind != Kind::answer || !answer) co_return error(Code::corrupt, "the exit sent no words");
        if (static_cast<std::size_t>(answer->given_size()) > words_left)
            co_return error(Code::corrupt, "the exit sent more words than blocks");
        words_left -= static_cast<std::size_t>(answer->given_size());
        for (const auto& given : answer->given()) {
            auto taken = co_await take(call, given, exit, view, proofs);
            if (!taken) co_return error(Code::corrupt, "the exit sent a word that does not hold");
        }
        if ((*stream)->ended()) co_return absent_in(*answer, call);
    }
}

}  // namespace catacomb::node
