#include "node/vault/block_server.hpp"

#include <utility>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {

BlockServer::BlockServer(Parts parts)
    : parts_(std::move(parts)),
      puts_(parts_.runtime, parts_.store),
      renewals_(parts_.runtime, parts_.store),
      tasks_(parts_.runtime) {}

Task<void> BlockServer::drained() {
    co_await tasks_.drained();
    co_await puts_.drained();
    co_await renewals_.drained();
}

Task<void> BlockServer::serve_one(CircuitStreamPtr stream) {
    auto bytes = co_await stream->receive(parts_.runtime.now() + limits::kFirstMessage);
    if (!bytes) co_return;
    auto message = split_kind(std::move(*bytes));
    if (!message) co_return;
    if (message->kind == Kind::vault_offer) {
        co_await serve_offer(stream, std::move(message->body));
    } else if (message->kind == Kind::vault_request) {
        co_await serve_request(stream, std::move(message->body));
    } else if (message->kind == Kind::vault_renew) {
        co_await serve_renewal(stream, std::move(message->body));
    } else {
        auto unknown = with_kind(Kind::unsupported, {static_cast<std::uint8_t>(message->kind)});
        co_await stream->send(std::move(unknown), true);
    }
}

OfferFacts BlockServer::facts(const wire::Offer& offer) const {
    OfferFacts out;
    out.now = parts_.runtime.now();
    const auto usage = parts_.store.usage();
    out.has_room = usage.bytes + storage::quota_charge(offer.size()) <= usage.quota &&
                   parts_.inventory.prefixes().size() < parts_.share();
    const auto block = to_block_id(offer.root(), offer.index());
    if (!block) return out;
    out.listed = parts_.inventory.has(*block);
    out.sibling = parts_.inventory.has_sibling(block->root);
    return out;
}

Task<void> BlockServer::serve_offer(CircuitStreamPtr stream, Bytes body) {
    auto offer = decode<wire::Offer>(body);
    if (!offer) co_return;
    OfferTalk talk;
    auto next = talk.begin(*offer, facts(*offer));
    if (next == OfferTalk::Do::read) {
        auto block = co_await read(talk.asked().block, false);
        next = talk.was_read(std::move(block));
    }
    if (next == OfferTalk::Do::invite) {
        auto invitation = encode(Kind::answer, answer(talk));
        auto sent = co_await stream->send(std::move(invitation));
        if (!sent) co_return;
        next = OfferTalk::Do::receive;
    }
    if (next == OfferTalk::Do::receive) next = co_await receive_body(stream, talk);
    if (next == OfferTalk::Do::put) next = co_await put(talk);
    if (next != OfferTalk::Do::answer) co_return;
    auto message = encode(Kind::answer, answer(talk));
    co_await stream->send(std::move(message), true);
}

void BlockServer::look_at_disk() {
    const bool full = parts_.store.usage().disk_full;
    if (std::exchange(disk_was_full_, full) == full) return;
    if (full) {
        log_warning("vault", "the vault's disk is full: it takes no new blocks, and keeps those that it has");
    } else {
        log_info("vault", "the vault's disk has room again");
    }
}

Task<OfferTalk::Do> BlockServer::receive_body(CircuitStreamPtr stream, OfferTalk& talk) {
    const PutQueue::Expected on_its_way(puts_);
    auto bytes = co_await stream->receive(parts_.runtime.now() + limits::kStoreBody);
    auto message = bytes ? split_kind(std::move(*bytes)) : Result<Message>(bytes.error());
    co_return talk.came(std::move(message));
}

Task<OfferTalk::Do> BlockServer::put(OfferTalk& talk) {
    storage::Put put;
    put.id = talk.asked().block;
    put.bytes = talk.take_block();
    put.profile = storage::BlockParts::decode(put.bytes)->header.profile;
    put.lease_end = talk.granted();
    put.now = parts_.runtime.now();
    auto done = co_await puts_.put(std::move(put));
    look_at_disk();
    if (!done && !done.error().is(Code::full))
        log_warning("vault", "a block could not be stored: ", done.error().text());
    if (done && parts_.inventory.add(talk.asked().block)) parts_.changed(talk.asked().block);
    co_return talk.was_put(done);
}

wire::OfferAnswer BlockServer::answer(const OfferTalk& talk) const {
    wire::OfferAnswer out;
    out.set_verdict(talk.verdict());
    if (talk.verdict() != wire::OfferAnswer::STORED) return out;
    const auto word =
        acknowledge(talk.kind(), talk.asked(), talk.granted(), parts_.identity, parts_.key, parts_.network);
    *out.mutable_acknowledgement() = to_wire(word);
    return out;
}

Task<Result<Bytes>> BlockServer::read(storage::BlockId block, bool for_reader) {
    const auto now = parts_.runtime.now();
    std::function<Result<Bytes>()> work = [&store = parts_.store, block, for_reader, now]() -> Result<Bytes> {
        auto bytes = for_reader ? store.fetch(block, now) : store.get(block);
        if (!bytes) return bytes;
        if (auto good = storage::check_block(block, *bytes); !good) return good.error();
        return bytes;
    };
    auto bytes = co_await routing::on_worker(parts_.runtime, std::move(work));
    if (!bytes) withdraw(block, bytes.error());
    co_return bytes;
}

void BlockServer::withdraw(const storage::BlockId& block, const Error& why) {
    if (!parts_.inventory.drop(block)) return;
    log_warning("vault", "a stored block cannot be read: ", why.text());
    parts_.changed(block);
}

Task<void> BlockServer::serve_request(CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::Request>(body);
    if (!request) co_return;
    auto block = to_block_id(request->root(), request->index());
    if (!block) co_return;
    auto bytes = co_await read(*block, true);
    auto message = bytes ? with_kind(Kind::block, std::move(*bytes)) : with_kind(Kind::answer, {});
    co_await stream->send(std::move(message), true, parts_.runtime.now() + limits::kFetchAtVault);
}

// That a disk had no room for a new lease is no reason to forget a block.
Task<void> BlockServer::withdraw_lost(const std::vector<storage::Renewal>& renewals,
                                      const std::vector<Result<>>& done) {
    for (std::size_t i = 0; i < done.size(); ++i) {
        if (!done[i]) (void)co_await read(renewals[i].id, false);
    }
}

Task<void> BlockServer::serve_renewal(CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::Renew>(body);
    if (!request) co_return;
    auto begun = RenewTalk::begin(*request, parts_.runtime.now());
    if (!begun) co_return;
    auto done = co_await renewals_.renew(begun->renewals());
    if (!done) co_return;
    co_await withdraw_lost(begun->renewals(), *done);
    const Renewed renewed{parts_.identity, begun->were_renewed(*done), begun->granted()};
    const auto word = sign_renewal(begun->asked(), renewed, parts_.key, parts_.network);
    auto message = encode(Kind::answer, word);
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
