#include "node/exit/renew_post.hpp"

#include "base/log.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kWordsPerMessage = 32;

}  // namespace

// One message to one relay.
struct RenewPost::Sent {
    Sent(Runtime& runtime, DescriptorPtr to, Time until)
        : relay(std::move(to)), deadline(until), answered(runtime) {}

    DescriptorPtr relay;
    Time deadline;
    RenewBundle bundle;
    Result<> outcome = ok();
    bool over = false;
    routing::Gate answered;
};

Task<Result<RenewBundle::Told>> RenewPost::ask(DescriptorPtr relay, std::size_t item, BlockMask blocks,
                                               Time deadline) {
    const auto sent = sent_with(relay, item, blocks, deadline);
    while (!sent->over) {
        const auto wake = co_await sent->answered.wait(kNever);
        if (wake == routing::Wake::closed) co_return error(Code::closed);
    }
    if (!sent->outcome) co_return sent->outcome.error();
    co_return sent->bundle.told(item, blocks);
}

// It leaves when all have had their turn who are to be heard in this one.
RenewPost::SentPtr RenewPost::sent_with(const DescriptorPtr& relay, std::size_t item, BlockMask blocks,
                                        Time deadline) {
    auto& open = open_[relay->id];
    if (open && open->bundle.take(item, blocks)) return open;
    open = std::make_shared<Sent>(tools_.relays.runtime(), relay, deadline);
    open->bundle.take(item, blocks);
    tools_.errands.spawn(send(shared_from_this(), open));
    return open;
}

Task<void> RenewPost::send(std::shared_ptr<RenewPost> self, SentPtr sent) {
    const auto open = self->open_.find(sent->relay->id);
    if (open != self->open_.end() && open->second == sent) self->open_.erase(open);
    sent->outcome = co_await self->converse(sent);
    sent->over = true;
    sent->answered.open();
    self->changed_.open();
}

// Words that do not hold are left out; a relay is not believed because others of its words hold.
Task<Result<>> RenewPost::converse(SentPtr sent) {
    const auto nonce = relay_nonce(request_.nonce_seed, sent->relay->id);
    auto body = encode(to_wire(sent->bundle.request(request_.items, request_.lease_end, nonce)));
    auto reply =
        co_await tools_.relays.call(sent->relay, routing::Method::renew, std::move(body), sent->deadline);
    if (!reply) co_return reply.error();
    const auto answer = decode<wire::ManyRenewed>(*reply);
    const auto most = sent->bundle.blocks() * limits::kCopiesRenewed;
    if (!answer || static_cast<std::size_t>(answer->given_size()) > most) co_return error(Code::malformed);
    for (const auto& word : answer->given()) {
        auto taken = co_await take(sent, word);
        if (!taken) log_debug("exit", "a word about leases does not hold: ", taken.error().text());
    }
    sent->bundle.absent(answer->absent());
    co_return ok();
}

Task<Result<>> RenewPost::take(SentPtr sent, const wire::Renewed& word) {
    const auto now = tools_.relays.runtime().now();
    const auto& view = tools_.relays.view();
    auto given = without_additions(word);
    if (!sent->bundle.renumber(given)) co_return error(Code::malformed);
    const RenewalAsked of_relay{request_.items, request_.lease_end,
                                relay_nonce(request_.nonce_seed, sent->relay->id)};
    const auto asked = asked_of_vault(given, of_relay, view.network(), now);
    if (!asked) co_return asked.error();
    const auto from = ProofSource::relay(sent->relay->id);
    const auto renewed = co_await check_renewed(tools_.proofs, from, given, *asked, view.network());
    if (!renewed) co_return renewed.error();
    const auto within = view.network().registrations + 1;
    if (!registers_at(renewed->vault.id(), sent->relay->id, view, within, now))
        co_return error(Code::corrupt, "a vault gave its word where it does not belong");
    sent->bundle.renewed(given);
    given.set_rendezvous(proto_bytes(sent->relay->id));
    words_.push_back(std::move(given));
    co_return ok();
}

wire::ManyRenewed RenewPost::take_words() {
    wire::ManyRenewed out;
    while (!words_.empty() && static_cast<std::size_t>(out.given_size()) < kWordsPerMessage) {
        *out.add_given() = std::move(words_.front());
        words_.pop_front();
    }
    return out;
}

}  // namespace catacomb::node
