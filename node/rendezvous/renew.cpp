#include "node/rendezvous/renew.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {

using routing::Handle;

// Of one request; what comes of a vault when it is over is forgotten.
struct RenewAtVaults::Run {
    Run(Runtime& runtime, routing::RpcPeer asker, Time until)
        : from(std::move(asker)), give_up(until), changed(runtime) {}

    routing::RpcPeer from;
    Time give_up;
    wire::ManyRenewed out;
    std::size_t vaults_left = 0;
    bool over = false;
    routing::Gate changed;
};

Task<Result<Bytes>> RenewAtVaults::serve(routing::RpcPeer from, Bytes body) {
    const auto message = decode<wire::Renew>(body);
    if (!message) co_return error(Code::malformed);
    const auto asked = read_renewal(*message, limits::kRenewedByRelay);
    if (!asked) co_return asked.error();
    const auto run =
        std::make_shared<Run>(parts_.runtime, std::move(from), parts_.runtime.now() + limits::kRenewAtVaults);
    const auto holders = co_await look_up(*asked);
    if (!holders) co_return holders.error();
    auto vaults = renew_lists(*asked, [&](const auto& block) { return holders->at(block); });
    run->vaults_left = vaults.size();
    for (auto& lists : vaults) tasks_.spawn(ask_vault(run, std::move(lists)));
    while (run->vaults_left > 0) {
        const auto wake = co_await run->changed.wait(run->give_up);
        if (wake != routing::Wake::opened) break;
    }
    run->over = true;
    const auto noted = co_await note_absent(*asked, run->out);
    if (!noted) co_return noted.error();
    co_return encode(run->out);
}

Task<Result<RenewAtVaults::Holders>> RenewAtVaults::look_up(const RenewalAsked& asked) {
    Holders out;
    Turns turns;
    for (const auto& item : asked.items) {
        for (auto left = item.mask; left; left &= left - 1) {
            const storage::BlockId block{item.root, static_cast<std::uint8_t>(__builtin_ctzll(left))};
            auto holders = parts_.sessions.holders(block);
            if (holders.size() > limits::kCopiesRenewed) holders.resize(limits::kCopiesRenewed);
            out[block] = std::move(holders);
            const bool goes_on = co_await parts_.sessions.take_turns(turns);
            if (!goes_on) co_return error(Code::closed);
        }
    }
    co_return out;
}

Task<void> RenewAtVaults::ask_vault(std::shared_ptr<Run> run, VaultLists lists) {
    for (auto& list : lists.lists) {
        const bool further = co_await ask(run, lists.vault, std::move(list));
        if (!further || !run->from.is_wanted()) break;
    }
    --run->vaults_left;
    run->changed.open();
}

Task<bool> RenewAtVaults::ask(std::shared_ptr<Run> run, routing::RegisteredVault vault, RenewList list) {
    const auto since = parts_.runtime.now();
    const auto deadline = std::min<Time>(since + limits::kRenewAtVault, run->give_up);
    auto answer = co_await converse(vault.session, list.asked, deadline);
    if (answer) parts_.sessions.note_heard(vault.session);
    const bool had_time = deadline == since + limits::kRenewAtVault;
    if (!answer && answer.error().is(Code::timed_out) && had_time)
        parts_.sessions.note_silence(vault.session, since);
    if (!answer) co_return false;
    const auto from = ProofSource::vault(vault.id);
    auto given = co_await check_renewed(parts_.proofs, from, *answer, list.asked, parts_.network);
    if (!given && given.error().is(Code::limit)) co_return true;  // we had no time to check it
    if (!given || given->vault.id() != vault.id) {
        log_warning("rendezvous", "a vault's word about leases does not hold: ",
                    given ? "it is of another vault" : given.error().text());
        parts_.sessions.note_unsound(vault.session);
        co_return false;
    }
    const auto renewed = [](BlockMask mask) { return mask != 0; };
    if (run->over || std::none_of(given->masks.begin(), given->masks.end(), renewed)) co_return !run->over;
    auto word = without_additions(*answer);
    for (const auto number : list.numbers) word.add_items(number);
    word.set_rendezvous(proto_bytes(parts_.self));
    *run->out.add_given() = std::move(word);
    co_return true;
}

Task<Result<wire::Renewed>> RenewAtVaults::converse(std::uint64_t session, const RenewalAsked& asked,
                                                    Time deadline) {
    auto stream = parts_.sessions.open_to(session);
    if (!stream) co_return stream.error();
    if (auto* tap = parts_.runtime.tap()) {
        for (const auto& item : asked.items) tap->saw({Handle::Kind::vault_session, session}, item.root);
    }
    auto message = encode(Kind::vault_renew, to_wire(asked));
    auto sent = co_await (*stream)->send(std::move(message), true, deadline);
    if (!sent) co_return sent.error();
    auto reply = co_await (*stream)->receive(deadline);
    if (!reply) co_return reply.error();
    auto answer = split_kind(std::move(*reply));
    if (!answer || answer->kind != Kind::answer) co_return error(Code::malformed);
    auto given = decode<wire::Renewed>(answer->body);
    // Who asked fills these in.
    if (given && (!given->items().empty() || !given->rendezvous().empty())) co_return error(Code::malformed);
    co_return given;
}

Task<Result<>> RenewAtVaults::note_absent(const RenewalAsked& asked, wire::ManyRenewed& out) {
    Turns turns;
    for (const auto& item : asked.items) {
        BlockMask absent = 0;
        for (auto left = item.mask; left; left &= left - 1) {
            const auto index = static_cast<std::uint8_t>(__builtin_ctzll(left));
            const auto known = parts_.sessions.registry().known(prefix_of({item.root, index}));
            if (known == routing::Known::absent) absent |= bit(index);
            const bool goes_on = co_await parts_.sessions.take_turns(turns);
            if (!goes_on) co_return error(Code::closed);
        }
        out.add_absent(absent);
    }
    co_return ok();
}

}  // namespace catacomb::node
