#include "node/rendezvous/store.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

using routing::Handle;

wire::Offer to_wire(const OfferOrder::Offer& offer, const Asked& asked) {
    wire::Offer out;
    out.set_root(proto_bytes(asked.block.root));
    out.set_index(asked.block.index);
    out.set_size(asked.size);
    out.set_lease_end(unix_seconds(asked.lease_end));
    out.set_nonce(proto_bytes(asked.nonce));
    out.set_avoid_siblings(offer.avoid_siblings);
    out.set_body_follows(offer.body_follows);
    out.set_lease_only(offer.lease_only);
    return out;
}

Result<wire::OfferAnswer> read_answer(Result<Bytes> reply) {
    if (!reply) return reply.error();
    auto message = split_kind(std::move(*reply));
    if (!message || message->kind != Kind::answer) return error(Code::malformed);
    return decode<wire::OfferAnswer>(message->body);
}

}  // namespace

Result<StoreAtVaults::Wanted> StoreAtVaults::read_request(const Bytes& body) {
    auto message = decode<wire::StoreBlock>(body);
    if (!message) return error(Code::malformed);
    auto block = to_block_id(message->root(), message->index());
    if (!block) return block.error();
    const auto nonce = BlockNonce::from(view(message->nonce()));
    auto avoid = unpack_tags(message->avoid(), kMostAvoidedAtRelay);
    if (!nonce || !avoid || message->lease_only() != message->block().empty()) return error(Code::malformed);
    Wanted out;
    out.avoid = std::move(*avoid);
    out.bytes = to_bytes(view(message->block()));
    if (!message->lease_only()) {
        if (auto good = storage::check_block(*block, out.bytes); !good) return good.error();
    }
    const auto size = message->lease_only() ? message->size() : static_cast<std::uint32_t>(out.bytes.size());
    out.asked = Asked{*block, size, from_unix_seconds(message->lease_end()), *nonce, message->lease_only()};
    return out;
}

std::vector<Candidate> StoreAtVaults::candidates(const Wanted& wanted) const {
    auto out = parts_.sessions.candidates(wanted.asked.block);
    std::erase_if(out, [&](const auto& one) {
        const auto tag = tag_of(one.vault.id);
        return std::find(wanted.avoid.begin(), wanted.avoid.end(), tag) != wanted.avoid.end();
    });
    return out;
}

Task<Result<Bytes>> StoreAtVaults::serve(routing::RpcPeer from, Bytes body) {
    auto wanted = read_request(body);
    if (!wanted) co_return wanted.error();
    const auto give_up = parts_.runtime.now() + limits::kStoreAtVaults;
    OfferOrder order(wanted->asked.block, candidates(*wanted),
                     {parts_.view.size(), wanted->asked.lease_only, give_up});
    while (auto offer_now = order.next(parts_.runtime.now())) {
        auto given = co_await offer(*offer_now, *wanted, order);
        if (given) co_return encode(*given);
        if (!from.is_wanted()) co_return error(Code::timed_out);
    }
    co_return error(order.nobodys_word());
}

Task<StoreAtVaults::Word> StoreAtVaults::offer(const OfferOrder::Offer& offer, const Wanted& wanted,
                                               OfferOrder& order) {
    const auto session = offer.vault.session;
    auto stream = parts_.sessions.open_to(session);
    if (!stream) co_return std::nullopt;
    const auto& root = wanted.asked.block.root;
    if (auto* tap = parts_.runtime.tap()) tap->saw({Handle::Kind::vault_session, session}, root);
    auto offered = to_wire(offer, wanted.asked);
    const auto since = parts_.runtime.now();
    auto answer = co_await converse(std::move(*stream), std::move(offered), wanted);
    if (answer) parts_.sessions.note_heard(session);
    if (!answer && answer.error().is(Code::timed_out)) parts_.sessions.note_silence(session, since);
    if (!answer) co_return std::nullopt;
    const auto verdict = answer->verdict();
    parts_.sessions.note_full(session, verdict == wire::OfferAnswer::FULL);
    if (verdict == wire::OfferAnswer::STORED)
        co_return co_await take(offer, wanted.asked, std::move(*answer));
    if (verdict == wire::OfferAnswer::FULL) order.declined_for_room();
    if (verdict == wire::OfferAnswer::SIBLING) {
        parts_.sessions.note_sibling(session, root);
        order.declined_for_sibling();
    }
    co_return std::nullopt;
}

// The last word of the vault: STORED, or why not.
Task<Result<wire::OfferAnswer>> StoreAtVaults::converse(CircuitStreamPtr stream, wire::Offer offered,
                                                        const Wanted& wanted) {
    const auto deadline = parts_.runtime.now() + limits::kStoreAtVault;
    auto message = encode(Kind::vault_offer, offered);
    auto sent = co_await stream->send(std::move(message), false, deadline);
    if (!sent) co_return sent.error();
    bool body_sent = false;
    for (bool wants_body = offered.body_follows();;) {
        if (wants_body) {
            // A vault that wants a body of an offer that has none, or wants it twice, is not asked further.
            if (body_sent || wanted.bytes.empty()) co_return error(Code::malformed);
            auto body = with_kind(Kind::block, wanted.bytes);
            sent = co_await stream->send(std::move(body), true, deadline);
            if (!sent) co_return sent.error();
            body_sent = true;
        }
        auto reply = co_await stream->receive(deadline);
        auto answer = read_answer(std::move(reply));
        if (!answer || answer->verdict() != wire::OfferAnswer::SEND) co_return answer;
        wants_body = true;
    }
}

Task<StoreAtVaults::Word> StoreAtVaults::take(const OfferOrder::Offer& offer, const Asked& asked,
                                              wire::OfferAnswer answer) {
    const auto session = offer.vault.session;
    auto word = std::move(*answer.mutable_acknowledgement());
    const auto from = ProofSource::vault(offer.vault.id);
    auto given = co_await check_acknowledgement(parts_.proofs, from, std::move(word), asked, parts_.network);
    if (!given && given.error().is(Code::limit)) co_return std::nullopt;  // we had no time to check it
    if (!given || given->vault.id() != offer.vault.id) {
        log_warning("rendezvous", "a vault's acknowledgement does not hold: ",
                    given ? "it is of another vault" : given.error().text());
        parts_.sessions.note_unsound(session);
        co_return std::nullopt;
    }
    parts_.sessions.note_stored(session, asked.block);
    given->rendezvous = parts_.self;
    co_return to_wire(*given);  // and nothing that the vault added
}

}  // namespace catacomb::node
