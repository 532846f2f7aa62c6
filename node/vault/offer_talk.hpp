// OfferTalk: what a vault says to one offer, step by step (docs/spec/storage-messages.md 4). It promises
// nothing but what was read here and verified, or came whole and is durable. Pure: what the vault knows,
// reads and receives goes in, what to do next comes out.
#pragma once

#include "node/protocol/asked.hpp"

namespace catacomb::node {

// What a vault knows when an offer comes.
struct OfferFacts {
    bool listed = false;   // the very block is in the inventory
    bool sibling = false;  // a block of that root is
    bool has_room = true;  // for the body
    Time now{};
};

class OfferTalk {
public:
    enum class Do {
        reset,    // the offer makes no sense: end the stream without a word
        read,     // the block, from the store; then was_read()
        answer,   // say verdict(), and be done
        invite,   // say verdict(), which is SEND, and wait for the body; then came()
        receive,  // wait for the body, which follows unasked; then came()
        put,      // block() into the store, until granted(); then was_put()
    };

    Do begin(const wire::Offer& offer, const OfferFacts& facts);
    Do was_read(Result<Bytes> block);
    Do came(Result<Message> message);
    Do was_put(const Result<>& done);

    wire::OfferAnswer::Verdict verdict() const { return verdict_; }
    const Asked& asked() const { return asked_; }
    Time granted() const { return granted_; }
    wire::Acknowledgement::Kind kind() const { return kind_; }
    // Once, at put.
    Bytes take_block() { return std::move(block_); }

private:
    Do say(wire::OfferAnswer::Verdict verdict);
    Do judge();
    bool is_the_block(const Result<Bytes>& bytes) const;

    Asked asked_;
    OfferFacts facts_;
    bool avoid_siblings_ = false, body_follows_ = false;
    Time granted_{};
    wire::Acknowledgement::Kind kind_ = wire::Acknowledgement::STORED;
    wire::OfferAnswer::Verdict verdict_ = wire::OfferAnswer::FAILED;
    Bytes block_;
};

}  // namespace catacomb::node
