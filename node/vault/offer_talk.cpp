#include "node/vault/offer_talk.hpp"

namespace catacomb::node {

using Verdict = wire::OfferAnswer;

OfferTalk::Do OfferTalk::begin(const wire::Offer& offer, const OfferFacts& facts) {
    const auto block = to_block_id(offer.root(), offer.index());
    const auto nonce = BlockNonce::from(view(offer.nonce()));
    const auto lease_end = from_unix_seconds(offer.lease_end());
    const auto granted = granted_lease(lease_end, facts.now);
    if (!block || !nonce || !granted || offer.size() == 0 || offer.size() > storage::kMaxBlockSize)
        return Do::reset;
    asked_ = Asked{*block, offer.size(), lease_end, *nonce, offer.lease_only()};
    facts_ = facts;
    granted_ = *granted;
    avoid_siblings_ = offer.avoid_siblings();
    body_follows_ = offer.body_follows();
    return facts.listed ? Do::read : judge();
}

// What is here needs no body: its lease is extended, durably, like any put. What cannot be read is not here.
OfferTalk::Do OfferTalk::was_read(Result<Bytes> block) {
    if (!is_the_block(block)) return judge();
    kind_ = wire::Acknowledgement::RENEWED;
    block_ = std::move(*block);
    return Do::put;
}

OfferTalk::Do OfferTalk::judge() {
    if (asked_.lease_only) return say(Verdict::ABSENT);
    if (avoid_siblings_ && facts_.sibling) return say(Verdict::SIBLING);
    if (!facts_.has_room) return say(Verdict::FULL);
    verdict_ = Verdict::SEND;
    return body_follows_ ? Do::receive : Do::invite;
}

OfferTalk::Do OfferTalk::came(Result<Message> message) {
    if (!message || message->kind != Kind::block) return Do::reset;
    Result<Bytes> body = std::move(message->body);
    if (!is_the_block(body)) return say(Verdict::FAILED);
    block_ = std::move(*body);
    return Do::put;
}

OfferTalk::Do OfferTalk::was_put(const Result<>& done) {
    if (done) return say(Verdict::STORED);
    return say(done.error().is(Code::full) ? Verdict::FULL : Verdict::FAILED);
}

OfferTalk::Do OfferTalk::say(wire::OfferAnswer::Verdict verdict) {
    verdict_ = verdict;
    return Do::answer;
}

bool OfferTalk::is_the_block(const Result<Bytes>& bytes) const {
    return bytes && bytes->size() == asked_.size && storage::check_block(asked_.block, *bytes).has_value();
}

}  // namespace catacomb::node
