#include "node/rendezvous/fetch.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

using routing::Handle;
using routing::Known;

wire::FetchAnswer::Outcome outcome_of(Known known) {
    if (known == Known::yes) return wire::FetchAnswer::FOUND;
    return known == Known::absent ? wire::FetchAnswer::ABSENT : wire::FetchAnswer::NO;
}

Bytes found(const Bytes& block) {
    wire::FetchAnswer out;
    out.set_outcome(wire::FetchAnswer::FOUND);
    out.set_block(proto_bytes(block));
    return encode(out);
}

}  // namespace

FetchFromVaults::FetchFromVaults(Runtime& runtime, Sessions& sessions)
    : runtime_(runtime),
      sessions_(sessions),
      patience_({limits::kFirstPatience, limits::kLeastPatience, limits::kMostVaultPatience}),
      tasks_(runtime) {}

// What became of one block's asking.
struct FetchFromVaults::Run {
    Run(Runtime& runtime, std::vector<std::uint64_t> vaults) : hedge(std::move(vaults)), changed(runtime) {}
    Hedge hedge;
    std::optional<Bytes> found;
    routing::Gate changed;
};

Task<Result<Bytes>> FetchFromVaults::serve_fetch(routing::RpcPeer from, Bytes body) {
    auto message = decode<wire::FetchBlock>(body);
    if (!message) co_return error(Code::malformed);
    auto block = to_block_id(message->root(), message->index());
    if (!block) co_return block.error();
    const auto patience = std::min<Duration>(milliseconds(message->wait_ms()), limits::kLongestVaultAbsence);
    const auto wait_until = runtime_.now() + patience;
    const auto give_up = runtime_.now() + limits::kFetchAtVaults;
    std::set<std::uint64_t> asked;
    for (;;) {
        auto bytes = co_await ask_all(from, *block, asked, give_up);
        if (bytes) co_return found(*bytes);
        if (!from.is_wanted()) co_return error(Code::timed_out);
        const bool known = sessions_.registry().known(prefix_of(*block)) != Known::no;
        wire::FetchAnswer answer;
        answer.set_outcome(known ? wire::FetchAnswer::ABSENT : wire::FetchAnswer::NO);
        if (!known || runtime_.now() >= wait_until) co_return encode(answer);
        const auto wake = co_await sessions_.told().wait(wait_until);
        if (wake == routing::Wake::closed) co_return error(Code::closed);
    }
}

Task<std::optional<Bytes>> FetchFromVaults::ask_all(routing::RpcPeer from, storage::BlockId block,
                                                    std::set<std::uint64_t>& asked, Time give_up) {
    std::vector<std::uint64_t> vaults;
    for (const auto& vault : sessions_.holders(block)) {
        if (asked.insert(vault.session).second) vaults.push_back(vault.session);
    }
    const auto run = std::make_shared<Run>(runtime_, std::move(vaults));
    for (;;) {
        const auto now = runtime_.now();
        if (run->found || run->hedge.is_over() || now >= give_up || !from.is_wanted()) break;
        const auto deadline = std::min<Time>(now + limits::kFetchAtVault, give_up);
        for (const auto session : run->hedge.next(now, patience_.now()))
            tasks_.spawn(ask_one(run, session, block, deadline));
        const auto wake = co_await run->changed.wait(std::min(run->hedge.wake(), give_up));
        if (wake == routing::Wake::closed) break;
    }
    co_return std::move(run->found);
}

Task<void> FetchFromVaults::ask_one(std::shared_ptr<Run> run, std::uint64_t session, storage::BlockId block,
                                    Time deadline) {
    const auto since = runtime_.now();
    auto bytes = co_await ask(session, block, deadline);
    if (bytes) {
        patience_.heard(runtime_.now() - since);
        if (!run->found) run->found = std::move(*bytes);
    } else {
        run->hedge.failed();
    }
    run->changed.open();
}

Task<Result<Bytes>> FetchFromVaults::ask(std::uint64_t session, storage::BlockId block, Time deadline) {
    const auto since = runtime_.now();
    auto stream = sessions_.open_to(session);
    if (!stream) co_return stream.error();
    if (auto* tap = runtime_.tap()) tap->saw({Handle::Kind::vault_session, session}, block.root);
    wire::Request wanted;
    wanted.set_root(proto_bytes(block.root));
    wanted.set_index(block.index);
    auto message = encode(Kind::vault_request, wanted);
    auto sent = co_await (*stream)->send(std::move(message), true, deadline);
    if (!sent) co_return sent.error();
    auto reply = co_await (*stream)->receive(deadline);
    // It may be slow, or its circuit broken: the claim stands, and is believed less.
    const bool had_time = deadline - since > limits::kFetchAtVault / 2;
    if (!reply && reply.error().is(Code::timed_out) && had_time) sessions_.note_silence(session, since);
    if (!reply) co_return reply.error();
    sessions_.note_heard(session);
    auto split = split_kind(std::move(*reply));
    if (!split) co_return split.error();
    if (split->kind != Kind::block) {
        sessions_.note_gone(session, block);
        co_return error(Code::not_found);
    }
    if (auto good = storage::check_block(block, split->body); !good) {
        log_warning("rendezvous", "a vault answered with a block that is not the one asked for");
        sessions_.note_gone(session, block);
        co_return good.error();
    }
    sessions_.note_kept(session);
    co_return std::move(split->body);
}

Task<Result<Bytes>> FetchFromVaults::serve_have(Bytes body) {
    auto message = decode<wire::HaveBlocks>(body);
    if (!message || message->indices().size() > storage::kMaxBlocks) co_return error(Code::malformed);
    wire::HaveAnswer answer;
    Turns turns;
    for (const char index : message->indices()) {
        auto block = to_block_id(message->root(), static_cast<std::uint8_t>(index));
        if (!block) co_return block.error();
        const auto outcome = outcome_of(sessions_.registry().known(prefix_of(*block)));
        answer.mutable_outcomes()->push_back(static_cast<char>(outcome));
        const bool goes_on = co_await sessions_.take_turns(turns);
        if (!goes_on) co_return error(Code::closed);
    }
    co_return encode(answer);
}

}  // namespace catacomb::node
