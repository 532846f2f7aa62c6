#include "node/tickets.hpp"

#include "base/log.hpp"

namespace catacomb::node {
namespace {

constexpr unsigned kTriesAtOnce = 4;          // some 50 ms each at the price of the public network
constexpr auto kTryAgainAfter = minutes(10);  // no memory: of the whole epoch that is left

}  // namespace

TicketKeeper::TicketKeeper(Runtime& runtime, const routing::NetworkParameters& network)
    : runtime_(runtime), network_(network), rng_(runtime.rng().split("tickets")), tasks_(runtime) {}

void TicketKeeper::keep(routing::RingId id, routing::IdentityProofs proofs, Renewed renewed) {
    tasks_.spawn(keep_one(id, proofs, std::move(renewed)));
}

Task<void> TicketKeeper::keep_one(routing::RingId id, routing::IdentityProofs proofs, Renewed renewed) {
    for (;;) {
        const auto due = network_.epoch_begins(id, proofs.epoch + 1);
        const bool slept = co_await routing::sleep_until(runtime_, due);
        if (!slept) co_return;
        const auto epoch = network_.epoch_of(id, runtime_.now());
        const auto subject = routing::ticket_subject(id, epoch);
        const auto ticket = co_await mint(subject);
        if (runtime_.closing()) co_return;
        if (ticket) {
            proofs.ticket = *ticket;
            proofs.epoch = epoch;
            renewed(proofs);
            continue;
        }
        log_warning("identity", "the ticket of this epoch could not be made: ", ticket.error().text());
        const bool waited = co_await routing::sleep_for(runtime_, kTryAgainAfter);
        if (!waited) co_return;
    }
}

Task<Result<crypto::Pow>> TicketKeeper::mint(crypto::Digest subject) {
    using Tried = Result<std::optional<crypto::Pow>>;
    for (auto nonce = rng_->u64(); !runtime_.closing(); nonce += kTriesAtOnce) {
        std::function<Tried()> work = [subject, nonce, price = network_.ticket] {
            return crypto::pow_try(subject, price, nonce, kTriesAtOnce);
        };
        auto tried = co_await routing::on_worker(runtime_, std::move(work));
        if (!tried) co_return tried.error();
        const auto& found = *tried;
        if (found) co_return *found;
    }
    co_return error(Code::closed);
}

}  // namespace catacomb::node
