// Proves, step by step and with each step failing: a vault promises a block only when it was read here and
// verified, or came whole, and is durable; what cannot be read is asked for again; it refuses in the right
// words.
#include "node/vault/offer_talk.hpp"

#include <boost/test/unit_test.hpp>

#include "node/protocol/limits.hpp"
#include "tests/support/some_blocks.hpp"

namespace catacomb::node {
namespace {

using Do = OfferTalk::Do;
using Verdict = wire::OfferAnswer;

struct Fixture {
    storage::SegmentBlocks segment = tests::some_segment(1);
    Bytes block = segment.block(5);
    Bytes sibling = segment.block(6);
    wire::Offer offer;
    OfferFacts facts;
    OfferTalk talk;

    Fixture() {
        facts.now = Time(hours(24 * 30 * 600));
        offer.set_root(proto_bytes(segment.root()));
        offer.set_index(5);
        offer.set_size(static_cast<std::uint32_t>(block.size()));
        offer.set_lease_end(unix_seconds(facts.now + limits::kLease));
        offer.set_nonce(std::string(16, 'n'));
    }
    Do begin() {
        talk = OfferTalk();
        return talk.begin(offer, facts);
    }
    Do begin_and_read(Result<Bytes> bytes) {
        facts.listed = true;
        BOOST_REQUIRE((begin() == Do::read));
        return talk.was_read(std::move(bytes));
    }
    bool says(Do what, Verdict::Verdict verdict) { return what == Do::answer && talk.verdict() == verdict; }
    static Result<Message> body(Bytes bytes) { return Message{Kind::block, std::move(bytes)}; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(offer_talks, Fixture)

BOOST_AUTO_TEST_CASE(a_new_block_is_invited_put_and_promised) {
    BOOST_TEST((begin() == Do::invite));
    BOOST_TEST((talk.verdict() == Verdict::SEND));
    BOOST_TEST((talk.came(body(block)) == Do::put));
    BOOST_TEST((talk.take_block() == block));
    BOOST_TEST((talk.granted() == talk.asked().lease_end));
    BOOST_TEST(says(talk.was_put(ok()), Verdict::STORED));
    BOOST_TEST((talk.kind() == wire::Acknowledgement::STORED));
}

BOOST_AUTO_TEST_CASE(a_body_that_follows_is_not_invited) {
    offer.set_body_follows(true);
    BOOST_TEST((begin() == Do::receive));
}

BOOST_AUTO_TEST_CASE(what_is_here_and_readable_is_renewed_without_a_body) {
    BOOST_TEST((begin_and_read(block) == Do::put));
    BOOST_TEST(says(talk.was_put(ok()), Verdict::STORED));
    BOOST_TEST((talk.kind() == wire::Acknowledgement::RENEWED));
}

// Damaged, unreadable, gone, another block, another length: the body is asked for and replaces it.
BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_not_renewed) {
    auto flipped = block, shorter = block;
    flipped[100] ^= 1;
    shorter.pop_back();
    std::vector<Result<Bytes>> reads = {
        error(Code::corrupt), error(Code::io), error(Code::not_found), flipped, sibling, shorter, Bytes{}};
    for (const auto& read : reads) {
        BOOST_TEST((begin_and_read(read) == Do::invite));
        BOOST_TEST((talk.came(body(block)) == Do::put));
        BOOST_TEST(says(talk.was_put(ok()), Verdict::STORED));
        BOOST_TEST((talk.kind() == wire::Acknowledgement::STORED));
        offer.set_lease_only(true);
        BOOST_TEST(says(begin_and_read(read), Verdict::ABSENT));
        offer.set_lease_only(false);
    }
}

BOOST_AUTO_TEST_CASE(a_lease_alone_is_renewed_where_the_block_is_and_nowhere_else) {
    offer.set_lease_only(true);
    BOOST_TEST(says(begin(), Verdict::ABSENT));
    BOOST_TEST((begin_and_read(block) == Do::put));
    BOOST_TEST(talk.asked().lease_only);
    BOOST_TEST(says(talk.was_put(ok()), Verdict::STORED));
}

BOOST_AUTO_TEST_CASE(refusals) {
    facts.sibling = true;
    BOOST_TEST((begin() == Do::invite));
    offer.set_avoid_siblings(true);
    BOOST_TEST(says(begin(), Verdict::SIBLING));
    facts.sibling = false;
    facts.has_room = false;
    BOOST_TEST(says(begin(), Verdict::FULL));
    // What is here takes no room.
    BOOST_TEST((begin_and_read(block) == Do::put));
}

BOOST_AUTO_TEST_CASE(every_step_may_fail) {
    (void)begin();
    BOOST_TEST((talk.came(error(Code::timed_out)) == Do::reset));
    (void)begin();
    BOOST_TEST((talk.came(Message{Kind::answer, block}) == Do::reset));
    (void)begin();
    BOOST_TEST(says(talk.came(body(sibling)), Verdict::FAILED));
    for (const auto code : {Code::full, Code::io, Code::corrupt, Code::limit}) {
        (void)begin();
        (void)talk.came(body(block));
        const auto expected = code == Code::full ? Verdict::FULL : Verdict::FAILED;
        BOOST_TEST(says(talk.was_put(error(code)), expected));
        BOOST_TEST((begin_and_read(block) == Do::put));
        BOOST_TEST(says(talk.was_put(error(code)), expected));
        facts.listed = false;
    }
}

BOOST_AUTO_TEST_CASE(an_offer_that_makes_no_sense_gets_no_word) {
    const auto resets = [&](auto change) {
        const auto kept = offer;
        change(offer);
        const bool out = begin() == Do::reset;
        offer = kept;
        return out;
    };
    BOOST_TEST(!resets([](auto&) {}));
    BOOST_TEST(resets([](auto& o) { o.set_root("short"); }));
    BOOST_TEST(resets([](auto& o) { o.set_index(64); }));
    BOOST_TEST(resets([](auto& o) { o.set_size(0); }));
    BOOST_TEST(resets([](auto& o) { o.set_size(static_cast<std::uint32_t>(storage::kMaxBlockSize + 1)); }));
    BOOST_TEST(resets([](auto& o) {
        o.set_nonce("15 bytes, not 16");
        o.mutable_nonce()->pop_back();
    }));
    BOOST_TEST(resets([&](auto& o) { o.set_lease_end(unix_seconds(facts.now)); }));
}

BOOST_AUTO_TEST_CASE(of_a_lease_without_end_a_vault_grants_a_month) {
    offer.set_lease_end(~std::uint64_t{0});
    BOOST_TEST((begin() == Do::invite));
    BOOST_TEST((talk.granted() <= facts.now + limits::kLongestLease));
    BOOST_TEST((talk.granted() > facts.now + limits::kLease));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
